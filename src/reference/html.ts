import { overviewName } from './overview-page.ts'
import type { Block, Page, Part, Row, Step, Text } from './page.ts'

/** What the pages of a site share. */
export interface Site {
  readonly title: string
  readonly pages: readonly Page[]
}

/** A page as a whole HTML document, which works from a file too. */
export function pageHTML(page: Page, site: Site): string {
  const { title, blocks } = page
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · ${escaped(site.title)}</title>
<link rel="stylesheet" href="style.css">
<script src="script.js"></script>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<a class="home" href="index.html">${escaped(site.title)}</a>
<search class="scripted">
<label for="query">Search types and fields</label>
<input id="query" type="search" placeholder="order.filled, lastPrice …" aria-keyshortcuts="/" autocomplete="off" spellcheck="false">
<p id="found" role="status"></p>
<ul id="results" hidden></ul>
</search>
<button class="scripted" id="theme" type="button">Light or dark</button>
</header>
<div class="columns">
<nav aria-label="Events">
<details id="menu" open><summary>Events</summary>
${navigation(page, site)}
</details>
</nav>
<main id="content">
<h1>${escaped(title)}</h1>
${blocks.map(blockHTML).join('\n')}
</main>
</div>
</body>
</html>
`
}

/** The address of a page, relative to any other one. */
export function addressOf(name: string): string {
  return name === overviewName ? 'index.html' : `${encodeURIComponent(name)}.html`
}

/** Up to how many pages each of them has links to all: beyond, a site would grow with their square. */
const mostLinks = 100

/** Links to all pages; if there are very many, one to the overview, and the script puts all in its place. */
function navigation(current: Page, { pages }: Site): string {
  if (pages.length > mostLinks) {
    const here = escaped(addressOf(current.name))
    return `<div id="pages" data-here="${here}"><a href="index.html">All events</a></div>`
  }
  const categories = [...new Set(pages.map(({ category }) => category))]
  return categories
    .map((category) => {
      const links = pages
        .filter((page) => page.category === category)
        .map((page) => {
          const here = page === current ? ' aria-current="page"' : ''
          return `<li><a href="${addressOf(page.name)}"${here}>${escaped(page.title)}</a></li>`
        })
      const name = category === '' ? '' : `<p>${escaped(category)}</p>`
      return `${name}<ul>${links.join('')}</ul>`
    })
    .join('\n')
}

function blockHTML(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${line(block.text)}</h2>`
    case 'paragraph':
      return `<p>${line(block.text)}</p>`
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${line(item)}</li>`).join('')}</ul>`
    case 'table':
      return tableHTML(block.head, block.rows)
    case 'code':
      return `<pre tabindex="0"><code>${escaped(block.text)}</code></pre>`
    default:
      return tableHTML(['From', 'Event', 'To'], block.steps.map(stepRow))
  }
}

function stepRow([from, to, event]: Step): Row {
  return [[from === '[*]' ? 'the start' : from], [{ code: event }], [to]]
}

function tableHTML(head: readonly string[], rows: readonly Row[]): string {
  const titles = head.map((title) => `<th scope="col">${escaped(title)}</th>`)
  const lines = rows.map(
    (row) => `<tr>${row.map((cell) => `<td>${line(cell)}</td>`).join('')}</tr>`,
  )
  return [
    '<div class="table" tabindex="0"><table>',
    `<thead><tr>${titles.join('')}</tr></thead>`,
    `<tbody>${lines.join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n')
}

function line(text: Text): string {
  return text.map(partHTML).join('')
}

function partHTML(part: Part): string {
  if (typeof part === 'string') return escaped(part)
  if ('file' in part) {
    const address = part.file.split('/').map(encodeURIComponent).join('/')
    return `<a href="${address}">${escaped(part.text)}</a>`
  }
  const code = `<code>${escaped(part.code)}</code>`
  return 'page' in part ? `<a href="${addressOf(part.page)}">${code}</a>` : code
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!)
}
