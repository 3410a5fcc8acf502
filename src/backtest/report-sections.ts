import type { Decimal } from '../events/decimal.ts'
import { type Figure, furtherFigures, keyFigures } from './report-figures.ts'
import { mostTrades, omissions } from './report-data.ts'
import type { ReportInput } from './report-input.ts'
import {
  countText,
  dateText,
  durationText,
  escapeHtml,
  gainPercentText,
  gainText,
  moneyText,
  priceText,
  quantityText,
  timeText,
} from './report-text.ts'
import type { RoundTrip } from './round-trip.ts'

/** Rows that are in the page itself, for readers without JavaScript. */
const mostRows = 200

/** The title, the period, and the switch of the theme. */
export function headerHtml({ title, statistics: { from, to }, equity }: ReportInput): string {
  const period =
    from === undefined
      ? 'Nothing was seen'
      : `${dateText(from)} to ${dateText(to)}, ${countText(equity.samples)} samples`
  return `<div class="top"><div><h1>${escapeHtml(title)}</h1><p class="period">${period}</p></div>
<button id="theme" class="needs-script" type="button">Light / dark</button></div>`
}

/** The figures that are looked at first. */
export function cardsHtml({ statistics, currency }: ReportInput): string {
  const cards = keyFigures(statistics, currency).map(
    ({ name, text, note, exact, mood }) =>
      `<div class="figure"><dt>${escapeHtml(name)}</dt><dd><div class="value${mood ? ` ${mood}` : ''}"${titleOf(exact)}>${escapeHtml(text)}</div><div class="note">${escapeHtml(note)}</div></dd></div>`,
  )
  return `<dl class="cards">${cards.join('\n')}</dl>`
}

/** What is worth a look before the figures are believed. */
export function noticesHtml({ notices = [] }: ReportInput): string {
  if (notices.length === 0) return ''
  const items = notices.map((notice) => `<li>${escapeHtml(notice)}</li>`)
  return `<section class="notices"><header><h2>Worth a look</h2></header><ul>${items.join('')}</ul></section>`
}

/** Where the charts are drawn; without JavaScript, a picture of the equity. */
export function chartsHtml(input: ReportInput): string {
  const notes = omissions(input).map((note) => `<li>${escapeHtml(note)}</li>`)
  return `<section id="chart-section"><header><h2>Equity, drawdown and price</h2><div class="tools needs-script">
<select id="symbol" aria-label="Symbol"></select>
<button id="hold" type="button" aria-pressed="false">Buy and hold</button>
<button id="log" type="button" aria-pressed="false">Logarithmic</button>
<button id="fit" type="button">Whole run</button></div></header>
<div id="legend" class="legend needs-script"></div><div id="charts" class="needs-script"></div>
<p id="closer" class="notes" hidden>Zoom in to see the entries and exits: there are too many of them for the whole run.</p>
<noscript><p>Charts, sorting and pages of trades need JavaScript; this is the equity, and all figures are below.</p>${pictureHtml(input)}</noscript>
${notes.length > 0 ? `<ul class="notes">${notes.join('')}</ul>` : ''}</section>`
}

/** The equity as a line. */
function pictureHtml({ equity: { points } }: ReportInput): string {
  if (points.length < 2) return ''
  const [first, last] = [points[0]!.time, points.at(-1)!.time]
  const values = points.map(({ value }) => value)
  const low = values.reduce((least, value) => Math.min(least, value))
  const high = values.reduce((most, value) => Math.max(most, value))
  const line = points.map(({ time, value }) => {
    const x = (1000 * (time - first)) / (last - first)
    const y = high === low ? 130 : 255 - (250 * (value - low)) / (high - low)
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  return `<svg viewBox="0 0 1000 260" preserveAspectRatio="none" role="img" aria-label="Equity"><polyline points="${line.join(' ')}" fill="none" stroke="var(--accent)" stroke-width="2" vector-effect="non-scaling-stroke"/></svg>`
}

const heads: readonly (readonly [name: string, text?: 'text'])[] = [
  ['#'],
  ['Symbol', 'text'],
  ['Side', 'text'],
  ['Quantity'],
  ['Opened'],
  ['Entry'],
  ['Closed'],
  ['Exit'],
  ['P&L'],
  ['Return'],
  ['Bars'],
  ['Lasted'],
  ['Fees'],
]

/** The trades; the script replaces the rows by pages of them. */
export function tradesHtml({ trades, currency }: ReportInput): string {
  if (trades.length === 0) {
    return '<section><header><h2>Trades</h2></header><p class="period">There were none.</p></section>'
  }
  const length = stampLength(trades.slice(0, mostTrades))
  const rows = trades.slice(0, mostRows).map((trade) => tradeHtml(trade, length))
  const head = heads.map(
    ([name, kind]) => `<th scope="col"${kind ? ' class="text"' : ''}>${escapeHtml(name)}</th>`,
  )
  const listed = Math.min(trades.length, mostTrades)
  const more =
    trades.length > mostRows
      ? `<noscript><p>The first ${countText(mostRows)} of ${countText(trades.length)} trades.</p></noscript>`
      : ''
  return `<section><header><h2>Trades <span class="period">${countText(listed)}, P&amp;L in ${escapeHtml(currency)}, times in UTC</span></h2>
<div class="tools needs-script"><button id="csv" type="button">Save as CSV</button></div></header>
<div class="scroll"><table id="trades"><thead><tr>${head.join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>${more}
<div id="pages" class="pages"><button id="previous" type="button">Previous</button><span id="page"></span><button id="next" type="button">Next</button></div></section>`
}

/** How much of a time is shown: to the minute, and to the second where a trade lasts less than an hour. */
function stampLength(trades: readonly RoundTrip[]): number {
  return trades.some(({ durationMs }) => durationMs < 3_600_000) ? 19 : 16
}

function tradeHtml(trade: RoundTrip, length: number): string {
  const mood = trade.pnl.isZero() ? '' : trade.pnl.gt(0) ? 'gain' : 'loss'
  const percent = trade.returnPercent === undefined ? undefined : trade.returnPercent / 100
  // Of the account currency speaks the heading.
  const unit = trade.currency === undefined ? '' : ` ${escapeHtml(trade.currency)}`
  return [
    `<tr><td>${trade.number}</td>`,
    `<td class="text">${escapeHtml(trade.symbol)}</td><td class="text">${trade.side}</td>`,
    exactCell(trade.quantity, quantityText(trade.quantity)),
    `<td>${timeText(trade.openedAt).slice(0, length)}</td>`,
    exactCell(trade.entryPrice, priceText(trade.entryPrice)),
    `<td>${timeText(trade.closedAt).slice(0, length)}</td>`,
    trade.exitPrice === undefined
      ? '<td>–</td>'
      : exactCell(trade.exitPrice, priceText(trade.exitPrice)),
    exactCell(trade.pnl, gainText(trade.pnl) + unit, mood),
    `<td${mood && ` class="${mood}"`}>${gainPercentText(percent)}</td>`,
    `<td>${countText(trade.bars)}</td><td>${durationText(trade.durationMs)}</td>`,
    `${exactCell(trade.fees, moneyText(trade.fees) + unit)}</tr>`,
  ].join('')
}

/** All other figures. */
export function figuresHtml({ statistics, currency }: ReportInput): string {
  const figures = furtherFigures(statistics, currency).map(
    ({ name, text, note, exact }: Figure) =>
      `<div><dt>${escapeHtml(name)}</dt><dd${titleOf(exact)}>${escapeHtml(text)}${note ? ` <span class="note">${escapeHtml(note)}</span>` : ''}</dd></div>`,
  )
  return `<section><header><h2>All figures</h2></header><dl class="figures">${figures.join('\n')}</dl></section>`
}

/** How many events of each type there were, and what else is known of the run. */
export function runHtml({ eventCounts = new Map(), facts = {} }: ReportInput): string {
  const events = eventsHtml(eventCounts)
  const known = factsHtml(facts)
  return events && known ? `<div class="pair">${events}${known}</div>` : `${events}${known}`
}

function eventsHtml(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return ''
  const sorted = [...counts].toSorted((left, right) => right[1] - left[1])
  const most = sorted[0]![1]
  const total = sorted.reduce((sum, [, count]) => sum + count, 0)
  const rows = sorted.map(([type, count]) => {
    const share = most === 0 ? 0 : (100 * count) / most
    return `<tr><td class="text">${escapeHtml(type)}</td><td>${countText(count)}</td><td class="bar"><span style="width:${share.toFixed(2)}%"></span></td></tr>`
  })
  return `<section><header><h2>Events <span class="period">${countText(total)}</span></h2></header><div class="scroll"><table>
<thead><tr><th scope="col" class="text">Type</th><th scope="col">Count</th><th></th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div></section>`
}

function factsHtml(facts: Readonly<Record<string, string>>): string {
  const known = Object.entries(facts)
  if (known.length === 0) return ''
  const rows = known.map(
    ([name, text]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd></div>`,
  )
  return `<section><header><h2>The run</h2></header><dl class="facts">${rows.join('\n')}</dl></section>`
}

function exactCell(value: Decimal, text: string, kind = ''): string {
  return `<td${kind && ` class="${kind}"`}${titleOf(value.toFixed())}>${text}</td>`
}

function titleOf(exact: string | undefined): string {
  return exact === undefined ? '' : ` title="${escapeHtml(exact)}"`
}
