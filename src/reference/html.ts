import { overviewName } from './overview-page.ts'
import type { Block, Page, Part, Row, StateGroup, Step, Text } from './page.ts'

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
<button class="scripted" id="theme" type="button" aria-label="Light or dark" title="Light or dark">◐</button>
</header>
<div class="columns">
<nav aria-label="Pages">
<details id="menu" open><summary>Contents</summary>
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

/** What a page is called in lists of pages: the first has the title of what it lists. */
export function nameOf({ name, title }: Page): string {
  return name === overviewName ? 'Overview' : title
}

/** Escaped text that may go on in another line behind a dot or an underscore, and not in a word. */
function breaking(text: string): string {
  return text.replaceAll(/[._](?=.)/g, '$&<wbr>')
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
          return `<li><a href="${addressOf(page.name)}"${here}>${breaking(escaped(nameOf(page)))}</a></li>`
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
      return tableHTML(
        ['From', 'Event', 'To'],
        block.steps.map((step) => stepRow(step, block.group)),
      )
  }
}

function stepRow([from, to, events]: Step, group: StateGroup | undefined): Row {
  const codes = events.split(', ').flatMap((event, index): Part[] => {
    return index === 0 ? [{ code: event }] : [', ', { code: event }]
  })
  const left = from === group?.name ? group.states.join(', ') : from
  return [[left === '[*]' ? 'the start' : left], codes, [to]]
}

function tableHTML(head: readonly string[], rows: readonly Row[]): string {
  const titles = head.map((title) => `<th scope="col">${escaped(title)}</th>`)
  const label = (column: number): string => escaped(head[column]!)
  const lines = rows.map(
    (row) =>
      `<tr>${row.map((cell, column) => `<td data-label="${label(column)}">${line(cell)}</td>`).join('')}</tr>`,
  )
  // On a narrow screen a row of many columns becomes a list of its cells.
  const stacked = head.length > 2 ? ' stacked' : ''
  return [
    `<div class="table${stacked}" tabindex="0"><table>`,
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
