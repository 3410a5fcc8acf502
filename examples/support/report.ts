import { styleText } from 'node:util'
import type { Decimal, TradingEvent } from 'tradewire'
import type { BacktestResult } from './backtest.ts'
import { causalTree } from './causal-tree.ts'
import { type Ledger, maxDrawdownPercent } from './ledger.ts'
import { sparkline } from './sparkline.ts'

const curveWidth = 58

/** Prints a run for people. Colours only where somebody sees them: `styleText` respects NO_COLOR. */
export function printReport(title: string, result: BacktestResult, ledger: Ledger): void {
  console.log(`\n${styleText('bold', title)}`)
  printSource(result, ledger)
  printPerformance(ledger)
  printCurves(ledger)
  printEventCounts(result)
  printWorstTrade(result.events, ledger)
}

function printSource({ events, refusedBars }: BacktestResult, { closes }: Ledger): void {
  const bars = events.filter(({ type }) => type === 'market.new_bar')
  const [from, to] = [bars[0]!, bars.at(-1)!].map(({ timestamp }) => day(timestamp))
  const refused = `${refusedBars} refused as impossible`
  console.log(`${count(closes.length)} daily bars, ${from} to ${to}, ${refused}`)
}

function printPerformance({ equity, closes, closedPositions, barsHeld, held }: Ledger): void {
  // What the capital would be worth had it bought the index at the first close.
  const hold = closes.map((close) => equity[0]!.times(close).div(closes[0]!))
  const won = closedPositions.filter(({ realizedPnl }) => realizedPnl.gt(0)).length
  const trades = closedPositions.length
  const winRate = trades === 0 ? '' : `, ${((100 * won) / trades).toFixed(1)} %`
  heading('', 'strategy', 'buy and hold')
  row('final equity', money(equity.at(-1)!), money(hold.at(-1)!))
  row('profit', money(equity.at(-1)!.minus(equity[0]!)), money(hold.at(-1)!.minus(hold[0]!)))
  row('maximum drawdown', percent(maxDrawdownPercent(equity)), percent(maxDrawdownPercent(hold)))
  row('time invested', `${((100 * barsHeld) / closes.length).toFixed(1)} %`, '100.0 %')
  row('closed trades', `${trades}`, '')
  row('of them won', `${won}${winRate}`, '')
  row('still held', `${held.toFixed()} units`, '')
  console.log(
    styleText('dim', '  In USD, fees of 0.01 % included. No dividends, no interest on cash.'),
  )
}

function printCurves({ equity, closes }: Ledger): void {
  // Only a picture: here a float will do.
  const strategy = equity.map(Number)
  const hold = closes.map((close) => (strategy[0]! * Number(close)) / Number(closes[0]!))
  const lowest = Math.min(...strategy, ...hold)
  const highest = Math.max(...strategy, ...hold)
  console.log()
  for (const [label, values, colour] of [
    ['strategy', strategy, 'green'],
    ['buy and hold', hold, 'blue'],
  ] as const) {
    const curve = sparkline(values, curveWidth, lowest, highest)
    console.log(`  ${label.padEnd(14)}${styleText(colour, curve)}`)
  }
}

function printEventCounts({ events, eventCounts, elapsedMs }: BacktestResult): void {
  heading('events', 'emitted', '')
  for (const [type, emitted] of [...eventCounts].toSorted((a, b) => b[1] - a[1])) {
    row(type, count(emitted), '')
  }
  row('all', count(events.length), '')
  const perSecond = Math.round((1000 * events.length) / elapsedMs / 1000) * 1000
  console.log(
    `  ${count(perSecond)} events per second, strategy and simulated clock included ` +
      `(${elapsedMs.toFixed(0)} ms)`,
  )
}

function printWorstTrade(events: readonly TradingEvent[], { closedPositions }: Ledger): void {
  const worst = closedPositions.toSorted((a, b) => a.realizedPnl.cmp(b.realizedPnl))[0]
  if (worst === undefined) return
  console.log(`\n${styleText('bold', `${worst.positionId}, the worst trade, event by event`)}`)
  for (const event of events) {
    if (event.type !== 'position.opened' && event.type !== 'position.closed') continue
    if (event.data.positionId !== worst.positionId) continue
    // A chain is named after the event that began it: here the bar that gave the signal.
    const signal = events.find(({ id }) => id === event.correlationId)!
    for (const line of causalTree(signal, events)) console.log(line)
  }
}

function heading(first: string, second: string, third: string): void {
  const columns = `${second.padStart(20)}${third.padStart(20)}`.trimEnd()
  console.log(`\n${styleText('bold', first.padEnd(28))}${columns}`)
}

function row(label: string, first: string, second: string): void {
  console.log(`  ${label.padEnd(26)}${first.padStart(20)}${second.padStart(20)}`.trimEnd())
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10)
const count = (value: number): string => value.toLocaleString('en-US')
const percent = (value: Decimal): string => `${value.toFixed(1)} %`

/** Whole cents with thousands marked, without a stop at a floating-point number. */
function money(value: Decimal): string {
  return value.toFixed(2).replaceAll(/\B(?=(?:\d{3})+\.)/g, ',')
}
