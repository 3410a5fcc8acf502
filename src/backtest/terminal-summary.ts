import { styleText } from 'node:util'
import { requireInteger, requireOptions } from '../errors/checks.ts'
import { type Figure, furtherFigures, keyFigures } from './report-figures.ts'
import type { ReportInput } from './report-input.ts'
import { countText, dateText } from './report-text.ts'
import { areaLines, resample } from './terminal-sparkline.ts'

/** How a summary looks. */
export interface SummaryOptions {
  /** How many columns it may have; a whole number from 60 to 200. Default 80. */
  readonly width?: number
  /** Whether colours are used, as ANSI escapes. Default false. */
  readonly colour?: boolean
}

type Style = 'bold' | 'dim' | 'green' | 'red' | 'cyan' | 'yellow'
type Paint = (style: Style, text: string) => string

const chartHeight = 5
const plain: Paint = (_style, text) => text
const painted: Paint = (style, text) => styleText(style, text, { validateStream: false })

/** Further figures that are worth a line of a terminal. */
const further = new Set([
  'Initial equity',
  'Final equity',
  'Volatility, annualised',
  'Calmar',
  'Best day',
  'Worst day',
  'Best period',
  'Worst period',
  'Expectancy of a trade',
  'Longest losing streak',
  'Average trade lasts',
  'Turnover, a year',
])

/**
 * A run in a terminal: its figures in two columns, its equity as a curve, and its events.
 *
 * @throws ConfigurationError `CONFIGURATION` when an option is unknown or out of range.
 * @example
 * ```ts
 * const result = await runBacktest({ sources, strategy })
 * const text = summaryText({ ...result, title: 'Momentum', currency: 'USD' }, { width: 100 })
 * console.log(text.split('\n')[0]) // Momentum
 * ```
 */
export function summaryText(input: ReportInput, options: SummaryOptions = {}): string {
  requireOptions('summaryText', options, ['width', 'colour'])
  const width = requireInteger('width', options.width ?? 80, 60, 200)
  const paint = options.colour === true ? painted : plain
  const { statistics, currency, eventCounts } = input
  // Money says its currency: there is no room for the notes of the cards.
  const key = keyFigures(statistics, currency).map((figure) =>
    figure.name === 'Fees' ? { ...figure, text: `${figure.text} ${currency}` } : figure,
  )
  const more = furtherFigures(statistics, currency).filter(({ name }) => further.has(name))
  return [
    ...headLines(input, width, paint),
    ...noticeLines(input, width, paint),
    '',
    ...columns([...key, ...more], width, paint),
    ...curveLines(input, width, paint),
    ...(eventCounts === undefined ? [] : eventLines(eventCounts, width, paint)),
  ]
    .map((line) => line.trimEnd())
    .join('\n')
}

function headLines(
  { title, statistics, equity }: ReportInput,
  width: number,
  paint: Paint,
): string[] {
  const { from, to } = statistics
  const period =
    from === undefined
      ? 'Nothing was seen'
      : `${dateText(from)} to ${dateText(to)}, ${countText(equity.samples)} samples`
  return [
    paint('bold', fitted(printable(title), width)),
    paint('dim', period),
    paint('dim', '─'.repeat(width)),
  ]
}

/** What is worth a look, each in lines of its own. */
function noticeLines({ notices = [] }: ReportInput, width: number, paint: Paint): string[] {
  return notices.flatMap((notice) =>
    wrapped(printable(notice), width - 2).map((line, index) =>
      paint('yellow', `${index === 0 ? '!' : ' '} ${line}`),
    ),
  )
}

/** Lines of whole words, of at most `width` characters where words allow it. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length >= width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** Reads down the left column, then down the right one. There is an even number of figures. */
function columns(figures: readonly Figure[], width: number, paint: Paint): string[] {
  const each = Math.floor((width - 4) / 2)
  const rows = figures.length / 2
  return Array.from({ length: rows }, (_, row) => {
    const [left, right] = [figures[row]!, figures[row + rows]!]
    return `${cell(left, each, paint)}    ${cell(right, each, paint)}`
  })
}

function cell({ name, text, mood }: Figure, width: number, paint: Paint): string {
  const value = fitted(printable(text), width)
  const label = fitted(name, width - value.length - 1)
  const space = ' '.repeat(width - label.length - value.length)
  const shown = mood === undefined ? value : paint(mood === 'gain' ? 'green' : 'red', value)
  return `${paint('dim', label)}${space}${shown}`
}

function curveLines(
  { equity, currency, statistics }: ReportInput,
  width: number,
  paint: Paint,
): string[] {
  const { points } = equity
  if (points.length < 2) return []
  const values = points.map(({ value }) => value)
  const high = axisText(values.reduce((most, value) => Math.max(most, value)))
  const low = axisText(values.reduce((least, value) => Math.min(least, value)))
  const margin = Math.max(high.length, low.length)
  const lines = areaLines(resample(points, width - margin - 2), chartHeight)
  const style = statistics.profit.isNegative() ? 'red' : 'green'
  const labels = [high, ...Array.from({ length: chartHeight - 2 }, () => ''), low]
  return [
    '',
    paint('bold', `Equity, ${fitted(printable(currency), 12)}`),
    ...lines.map(
      (line, index) => `${paint('dim', labels[index]!.padStart(margin))}  ${paint(style, line)}`,
    ),
    `${' '.repeat(margin + 2)}${paint('dim', axisLine(points[0]!.time, points.at(-1)!.time, width - margin - 2))}`,
  ]
}

function axisLine(from: number, to: number, width: number): string {
  return `${dateText(from)}${dateText(to).padStart(width - 10)}`
}

function eventLines(counts: ReadonlyMap<string, number>, width: number, paint: Paint): string[] {
  const sorted = [...counts].toSorted((left, right) => right[1] - left[1])
  const total = sorted.reduce((sum, [, count]) => sum + count, 0)
  const most = sorted[0]?.[1] ?? 0
  const room = width - 28 - 14
  const rows = sorted.map(([type, count]) => {
    const bar = '━'.repeat(Math.ceil((room * count) / Math.max(1, most)))
    const name = fitted(printable(type), 26).padEnd(28)
    return `${name}${countText(count).padStart(12)}  ${paint('cyan', bar)}`
  })
  return ['', paint('bold', `Events, ${countText(total)} in all`), ...rows]
}

/** Whole units where there are many of them. */
function axisText(value: number): string {
  return Math.abs(value) >= 1000 ? countText(Math.round(value)) : value.toPrecision(4)
}

/** Without control characters, which could move the cursor or change its colour. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '�')
}

function fitted(text: string, width: number): string {
  if (text.length <= width) return text
  return width > 0 ? `${text.slice(0, width - 1)}…` : ''
}
