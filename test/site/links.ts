import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { type Element, type Html, readHtml } from './html.ts'

/** Attributes that hold an address which a browser follows by itself, by element. */
const loading: Readonly<Record<string, readonly string[]>> = {
  script: ['src'],
  link: ['href'],
  img: ['src', 'srcset'],
  iframe: ['src'],
  source: ['src', 'srcset'],
  video: ['src', 'poster'],
  audio: ['src'],
  object: ['data'],
  embed: ['src'],
  image: ['href', 'xlink:href'],
  use: ['href', 'xlink:href'],
}

/** An address with another host. */
const elsewhere = /^(?:https?:)?\/\//i

/**
 * What is wrong with the links of a site: each that leads to no file or to no anchor of it, and whatever a
 * browser would ask another host for.
 *
 * @param folder where the site is.
 */
export function complaintsOf(folder: string): string[] {
  const files = new Set(globSync('**/*.*', { cwd: folder }))
  const paths = [...files].filter((path) => path.endsWith('.html'))
  const pages = new Map(
    paths.map((path) => [path, readHtml(readFileSync(join(folder, path), 'utf8'))]),
  )
  const complaints = [...pages].flatMap(([path, { elements }]) =>
    elements.flatMap((element) => elementComplaints({ files, pages, path, element })),
  )
  for (const path of globSync('**/*.css', { cwd: folder })) {
    const text = readFileSync(join(folder, path), 'utf8')
    for (const [all] of text.matchAll(/@import[^;]*|url\(\s*["']?(?:https?:)?\/\/[^)]*\)/gi)) {
      complaints.push(`${path}: ${all}`)
    }
  }
  return [...new Set(complaints)].toSorted()
}

interface Place {
  /** All files of the site, by path. */
  readonly files: ReadonlySet<string>
  readonly pages: ReadonlyMap<string, Html>
  readonly path: string
  readonly element: Element
}

function elementComplaints({ files, pages, path, element }: Place): string[] {
  const { name, attributes } = element
  const loaded = (loading[name] ?? []).flatMap((key) => attributes.get(key) ?? [])
  const style = attributes.get('style') ?? ''
  const foreign = [
    ...loaded,
    ...Array.from(style.matchAll(/url\(["']?([^"')]+)/g), (match) => match[1]!),
  ]
    .filter((address) => elsewhere.test(address))
    .map((address) => `${path}: <${name}> asks ${address}`)
  const href = name === 'a' ? attributes.get('href') : undefined
  const followed = href === undefined ? loaded : [...loaded, href]
  return [
    ...foreign,
    ...followed
      .filter((address) => !outward.test(address))
      .flatMap((address) => lost({ files, pages, path, address })),
  ]
}

/** Addresses that lead out of the site, carry what they mean, or name an icon that a script adds. */
const outward = /^(?:https?:|mailto:|data:|\/\/|#icon-)/i

function lost({
  files,
  pages,
  path,
  address,
}: Omit<Place, 'element'> & { readonly address: string }): string[] {
  const [file = '', anchor] = address.split('#')
  const target = file === '' ? path : posix.join(posix.dirname(path), decodeURIComponent(file))
  if (!files.has(target)) return [`${path}: ${address} leads nowhere`]
  // "#" alone is the top of the page.
  if (anchor === undefined || anchor === '' || !pages.has(target)) return []
  const known = pages.get(target)!.anchors.has(decodeURIComponent(anchor))
  return known ? [] : [`${path}: ${address} has no such anchor`]
}
