/** The part of the script that sorts the trades, turns their pages and saves them as CSV. */
export const reportTableScript = String.raw`
const units = [[86400000, 'd'], [3600000, 'h'], [60000, 'min'], [1000, 's']]

function duration(ms) {
  const at = units.findIndex(([size]) => ms >= size)
  if (at < 0) return four.format(ms) + ' ms'
  const first = four.format(Math.floor(ms / units[at][0])) + ' ' + units[at][1]
  const next = units[at + 1]
  const rest = next ? Math.floor((ms % units[at][0]) / next[0]) : 0
  return rest === 0 ? first : first + ' ' + rest + ' ' + next[1]
}

const money = (text) => {
  const value = Number(text)
  return minus((value !== 0 && Math.abs(value) < 0.1 ? six : two).format(value))
}
const signed = (text) => (Number(text) > 0 ? '+' : '') + money(text)
// To the minute, and to the second where a trade lasts less than an hour.
const stampLength = data.trades.some((trade) => trade[11] < 3600000) ? 19 : 16
const stamp = (time) => time === null ? '\u2013' : new Date(time).toISOString().slice(0, stampLength).replace('T', ' ')

// How each column is shown, and what it is sorted by.
const columns = [
  [(value) => value, Number],
  [(value) => value, String],
  [(value) => value, String],
  [(value) => quantity(Number(value)), Number],
  [stamp, Number],
  [(value) => price(Number(value)), Number],
  [stamp, (time) => time === null ? Infinity : time],
  [(value) => value === null ? '\u2013' : price(Number(value)), (value) => value === null ? Infinity : Number(value)],
  [signed, Number],
  [(value) => value === null ? '\u2013' : (value >= 0.005 ? '+' : '') + minus(two.format(value)) + ' %', (value) => value === null ? -Infinity : value],
  [(value) => four.format(value), Number],
  [duration, Number],
  [money, Number],
]
const isText = (index) => index === 1 || index === 2
const isExact = (index) => [3, 5, 7, 8, 12].includes(index)

function table() {
  const holder = byId('trades')
  if (!holder) return
  const body = holder.tBodies[0]
  const size = 50
  let rows = data.trades.slice()
  let page = 0
  function show() {
    const pages = Math.max(1, Math.ceil(rows.length / size))
    page = Math.min(Math.max(page, 0), pages - 1)
    body.replaceChildren(...rows.slice(page * size, page * size + size).map(rowOf))
    byId('page').textContent = 'Page ' + (page + 1) + ' of ' + pages
    byId('previous').disabled = page === 0
    byId('next').disabled = page === pages - 1
    byId('pages').hidden = pages === 1
  }
  const heads = [...holder.tHead.rows[0].cells]
  heads.forEach((head, index) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = head.textContent
    head.replaceChildren(button)
    button.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') !== 'ascending'
      for (const other of heads) other.removeAttribute('aria-sort')
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending')
      const key = columns[index][1]
      const compare = (left, right) => {
        const [a, b] = [key(left[index]), key(right[index])]
        return a < b ? -1 : a > b ? 1 : left[0] - right[0]
      }
      rows = data.trades.slice().sort((left, right) => up ? compare(left, right) : compare(right, left))
      page = 0
      show()
    })
  })
  byId('previous').addEventListener('click', () => { page -= 1; show() })
  byId('next').addEventListener('click', () => { page += 1; show() })
  byId('csv').addEventListener('click', save)
  show()
}

function rowOf(trade) {
  const row = document.createElement('tr')
  columns.forEach(([text], index) => {
    const cell = row.insertCell()
    const unit = (index === 8 || index === 12) && trade[13] !== null ? ' ' + trade[13] : ''
    cell.textContent = text(trade[index]) + unit
    if (isText(index)) cell.className = 'text'
    if (isExact(index) && trade[index] !== null) cell.title = trade[index]
    if ((index === 8 || index === 9) && Number(trade[8]) !== 0) cell.className = Number(trade[8]) > 0 ? 'gain' : 'loss'
  })
  return row
}

// A cell that a spreadsheet would take for a formula is marked as text.
function csvCell(value) {
  if (value === null) return ''
  const text = String(value)
  const safe = /^[=+@\t\r]|^-(?![\d.]+$)/.test(text) ? "'" + text : text
  return /[",\n\r]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe
}

function save() {
  const head = 'number,symbol,side,quantity,opened,entry price,closed,exit price,pnl,return percent,bars,duration ms,fees,currency'
  const iso = (time) => time === null ? null : new Date(time).toISOString()
  const lines = data.trades.map((trade) => trade
    .map((value, index) => csvCell(index === 4 || index === 6 ? iso(value) : index === 13 ? value ?? data.currency : value))
    .join(','))
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([[head, ...lines].join('\r\n') + '\r\n'], { type: 'text/csv' }))
  link.download = 'trades.csv'
  link.click()
  URL.revokeObjectURL(link.href)
}
`
