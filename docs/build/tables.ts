/** Up to how many columns a row still reads well as a list of its cells. */
const mostStacked = 6

/** From how many characters on a cell is a sentence, and no figure or name. */
const sentence = 40

/**
 * Has each table of a page scroll by itself, also by keyboard. One of sentences, such as the fields of an
 * event, is marked as `stacked`: on a telephone the style makes each row a list, whose labels are the titles
 * of its columns. One of very many columns, such as a comparison, keeps its first column in sight.
 */
export function withTables(html: string): string {
  return html.replaceAll(/<table>.*?<\/table>/gs, (table) => {
    const titles = Array.from(table.matchAll(/<th[^>]*>(.*?)<\/th>/gs), ([, title]) => title!)
    const stacked = isStacked(table, titles.length)
    const kind = stacked ? ' stacked' : titles.length > mostStacked ? ' pinned' : ''
    const labelled = stacked ? withLabels(table, titles.map(plain)) : table
    return `<div class="wide${kind}" role="group" aria-label="Table" tabindex="0">${labelled}</div>`
  })
}

function isStacked(table: string, columns: number): boolean {
  if (columns < 3 || columns > mostStacked) return false
  const cells = Array.from(table.matchAll(/<td[^>]*>(.*?)<\/td>/gs), ([, cell]) => plain(cell!))
  return cells.some((cell) => cell.length >= sentence)
}

function withLabels(table: string, titles: readonly string[]): string {
  return table.replaceAll(/<tr>.*?<\/tr>/gs, (row) => {
    let column = -1
    return row.replaceAll('<td', (cell) => {
      column += 1
      return `${cell} data-label="${titles[column] ?? ''}"`
    })
  })
}

function plain(html: string): string {
  return html.replaceAll(/<[^>]*>/g, '').replaceAll('"', '&quot;')
}
