/** What a checker of links needs of a page. */
export interface Html {
  /** Each element that has attributes, in the order of the page. */
  readonly elements: readonly Element[]
  /** What an address can end in after `#`. */
  readonly anchors: ReadonlySet<string>
}

/** An element by what its first tag says. */
export interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
}

// A comment, an element whose content is text, or a tag with its attributes.
const piece =
  /<!--[\s\S]*?-->|<(script|style)\b((?:"[^"]*"|'[^']*'|[^'">])*)>[\s\S]*?<\/\1\s*>|<([a-z][\w-]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/gi
const attribute = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g

/** Reads the tags of a page as programs write them: attributes quoted or not, no `>` in their names. */
export function readHtml(text: string): Html {
  const elements: Element[] = []
  const anchors = new Set<string>()
  for (const match of text.matchAll(piece)) {
    const name = match[1] ?? match[3]
    if (name === undefined) continue
    const attributes = new Map(
      [...(match[2] ?? match[4] ?? '').matchAll(attribute)].map(([, key, double, single, bare]) => [
        key!.toLowerCase(),
        plain(double ?? single ?? bare ?? ''),
      ]),
    )
    const id = attributes.get('id') ?? (name === 'a' ? attributes.get('name') : undefined)
    if (id !== undefined) anchors.add(id)
    elements.push({ name: name.toLowerCase(), attributes })
  }
  return { elements, anchors }
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function plain(text: string): string {
  return text.replaceAll(
    /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
    (all: string, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
      return named[name ?? ''] ?? all
    },
  )
}
