import { renderMermaidSVG } from 'beautiful-mermaid'

const block = /^```mermaid\n([\s\S]*?)^```$/gm

/**
 * Markdown with each of its Mermaid blocks replaced by a picture: inline SVG, coloured by the variables of
 * `.diagram` in the style of the site.
 *
 * @param markdown the text of a document.
 * @param page what ids in its pictures begin with, so that two pictures never share one.
 */
export function withPictures(markdown: string, page: string): string {
  let count = 0
  return markdown.replaceAll(block, (_, source: string) => {
    count += 1
    return picture(source, `${page}-${count}`)
  })
}

function picture(source: string, prefix: string): string {
  const svg = renderMermaidSVG(source, { padding: 16, transparent: true })
    // It would style all other pictures of the page as well, and asks another host for a font.
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/ style="--bg:[^"]*"/, '')
    .replaceAll(/ id="([^"]+)"/g, ` id="${prefix}-$1"`)
    .replaceAll(/url\(#([^)]+)\)/g, `url(#${prefix}-$1)`)
    // Markdown ends a block of HTML at an empty line.
    .replaceAll(/\n\s*/g, ' ')
    // How large it is drawn depends on the screen: the style has this width to go by.
    .replace(/ width="([\d.]+)" height="[\d.]+"/, ' style="--natural: $1px"')
    .replace('<svg ', `<svg role="img" aria-label="${label(source)}" `)
  return `<figure class="diagram" tabindex="0">${svg}</figure>\n`
}

/** What a picture is said to be where it cannot be seen: its kind, and the lines that it was drawn from. */
function label(source: string): string {
  const [kind = '', ...lines] = source.trim().split('\n')
  const name = kind.startsWith('sequence')
    ? 'Sequence'
    : kind.startsWith('state')
      ? 'States'
      : 'Flow'
  const steps = lines.map((line) => line.trim().replaceAll(/-->>|->>|-->|--/g, 'to'))
  return `${name}: ${steps.join('; ')}`
    .replaceAll('<br/>', ', ')
    .replaceAll(/[[\](){}|]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
}
