/** What the search knows of a page. */
export interface Found {
  readonly title: string
  readonly category: string
  readonly address: string
  readonly words: readonly string[]
}

/**
 * The script of a site: the theme, the search over types and fields, and the links of a site whose pages
 * are too many for each to have them. A classic one, for files.
 */
export function siteScript(pages: readonly Found[]): string {
  return `const pages = ${JSON.stringify(pages, undefined, 1)}
${script}`
}

const script = `
const root = document.documentElement
const memory = (work) => {
  // A browser may keep nothing for files.
  try { return work(localStorage) } catch { return null }
}
root.classList.add('script')
const kept = memory((storage) => storage.getItem('theme'))
if (kept === 'light' || kept === 'dark') root.dataset.theme = kept

document.addEventListener('DOMContentLoaded', () => {
  document.getElementById('theme').addEventListener('click', () => {
    const dark = root.dataset.theme
      ? root.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches
    root.dataset.theme = dark ? 'light' : 'dark'
    memory((storage) => storage.setItem('theme', root.dataset.theme))
  })
  if (matchMedia('(max-width: 800px)').matches) document.getElementById('menu').open = false
  const list = document.getElementById('pages')
  const categories = new Set(pages.map(({ category }) => category))
  if (list) list.replaceChildren(...[...categories].map((name) => linksOf(name, list.dataset.here)))
  const query = document.getElementById('query')
  query.addEventListener('input', () => show(query.value.trim().toLowerCase()))
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target === query || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    query.focus()
  })
  query.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') document.querySelector('#results a')?.click()
    if (event.key !== 'Escape') return
    query.value = ''
    show('')
  })
})

// The links of a category, of which only that of the shown page is open; the overview has none.
function linksOf(category, here) {
  const group = document.createElement(category === '' ? 'div' : 'details')
  if (category !== '') group.append(document.createElement('summary'))
  if (category !== '') group.firstChild.textContent = category
  const links = document.createElement('ul')
  group.append(links)
  for (const page of pages.filter((page) => page.category === category)) {
    const item = document.createElement('li')
    const link = document.createElement('a')
    link.href = page.address
    // A long type may go on in another line behind a dot or an underscore.
    const pieces = page.title.split(/(?<=[._])/)
    link.append(...pieces.flatMap((piece) => [piece, document.createElement('wbr')]))
    if (page.address === here) {
      link.setAttribute('aria-current', 'page')
      group.open = true
    }
    item.append(link)
    links.append(item)
  }
  return group
}

function show(text) {
  const results = document.getElementById('results')
  const found = document.getElementById('found')
  const hits = text === '' ? [] : hitsOf(text)
  results.hidden = hits.length === 0
  found.textContent = text === '' ? '' : hits.length === 0 ? 'Nothing is found.' : hits.length + ' found'
  results.replaceChildren(...hits.map(({ page, words }) => {
    const item = document.createElement('li')
    const link = document.createElement('a')
    link.href = page.address
    link.textContent = page.title
    item.append(link)
    if (words.length > 0) item.append(' ' + words.join(', '))
    return item
  }))
}

function hitsOf(text) {
  const hits = pages.map((page) => ({
    page,
    named: page.title.toLowerCase().includes(text),
    words: page.words.filter((word) => word.toLowerCase().includes(text)),
  }))
  return [
    ...hits.filter(({ named }) => named),
    ...hits.filter(({ named, words }) => !named && words.length > 0),
  ]
}
`
