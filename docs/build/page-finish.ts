import { withTables } from './tables.ts'

/**
 * The last step of a page: what TypeDoc leaves to itself, and what it has no option for.
 *
 * Addresses that begin with `site:` are those from the root of the site, such as `site:guides/live.html`; they
 * become relative, so that the site works below any path. What is wider than its column scrolls, also by keyboard.
 *
 * @param html the page as TypeDoc has written it.
 * @param url its own address from the root of the site.
 */
export function finishPage(html: string, url: string): string {
  const root = '../'.repeat(url.split('/').length - 1) || './'
  return (
    withTables(html)
      .replaceAll('"site:', `"${root}`)
      .replaceAll(/"[./]*media\/([\w.-]+\.schema\.json)"/g, `"${root}schemas/$1"`)
      // Each page gets all icons by a script; Chromium refuses to take them from another file of a disk.
      .replaceAll(/ href="[./]*assets\/icons\.svg#/g, ' href="#')
      // The README has a title of its own.
      .replace(/<div class="tsd-page-title">.*?<\/div>/s, (title) =>
        url === 'index.html' ? '' : title,
      )
      .replace(/(<title>|<h1>)tradewire(?=<\/)/g, (all, tag: string) =>
        url === 'modules.html' ? `${tag}API` : all,
      )
      // The first row of the sidebar leads to the front page, and "API" has a row for its own.
      .replace(/(<nav class="tsd-navigation">)<a [^>]*>/, (_, navigation: string) => {
        const here = url === 'index.html' ? ' class="current"' : ''
        return `${navigation}<a href="${root}index.html"${here}>`
      })
      // In a list of headings a name may go on in another line behind a slash, and not in a word.
      .replaceAll(/<span>[^<]*\/[^<]*<\/span><\/a>/g, (name) =>
        name.replace(/\/(?!span|a>)/g, '/<wbr/>'),
      )
      .replaceAll('<pre>', '<pre tabindex="0">')
      .replace(/(<link rel="stylesheet" href="[^"]*?)style\.css"\/>/, (link, assets: string) =>
        url === 'asyncapi.html' ? `${assets}asyncapi.css"/>${link}` : link,
      )
      .replace('class="col-content"', 'class="col-content" id="content" role="main"')
      .replace('<header class="tsd-page-toolbar">', `${skip}<header class="tsd-page-toolbar">`)
  )
}

/** The first stop of the keyboard on every page. */
const skip = '<a class="skip" href="#content">Skip to the content</a>'
