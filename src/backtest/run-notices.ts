import type { Bus } from '../bus/bus.ts'
import type { Desk } from '../desk/desk.ts'
import type { PlayedSource } from './backtest-result.ts'
import type { RuinWatch } from './ruin-watch.ts'
import type { TradeCollector } from './trade-collector.ts'

/** Collects of a run what is worth a look before its figures are believed. */
export class RunNotices {
  readonly #warnings = new Map<string, number>()
  readonly #rejections = new Map<string, number>()
  #failures = 0

  constructor(bus: Bus) {
    bus.on('system.warning', ({ data }) => count(this.#warnings, data.code))
    bus.on('order.rejected', ({ data }) => count(this.#rejections, data.code ?? data.reason))
    bus.on('system.error', () => {
      this.#failures += 1
    })
  }

  /** In sentences; none if all is well. */
  sentences(
    { orders, positions }: Desk,
    sources: readonly PlayedSource[],
    { ruin, trades }: { readonly ruin: RuinWatch; readonly trades: TradeCollector },
  ): string[] {
    const sentences: string[] = []
    for (const { name, counts } of sources) {
      if (counts === undefined || counts.skipped === 0) continue
      sentences.push(`${many(counts.skipped, 'bad row')} of ${name} skipped.`)
    }
    if (this.#failures > 0) sentences.push(`Handlers failed ${many(this.#failures, 'time')}.`)
    const rejected = listed(this.#rejections)
    if (rejected !== '') sentences.push(`Orders were rejected: ${rejected}.`)
    const open = orders.open()
    if (open.length > 0) sentences.push(`${many(open.length, 'order')} still stood at the end.`)
    const unseen = new Set(open.map(({ terms }) => terms.symbol))
    for (const symbol of unseen) {
      if (positions.mark(symbol) === undefined) {
        sentences.push(`There is an order for ${symbol}, of which there were no data.`)
      }
    }
    sentences.push(...ruin.sentences())
    for (const [currency, amount] of positions.feesApart) {
      sentences.push(
        `Fees of ${amount.toFixed()} ${currency} are in no figure: they could not be converted to the currency of what was traded.`,
      )
    }
    for (const [symbol, currency] of trades.unconverted) {
      sentences.push(
        `Trades of ${symbol} are in ${currency}, and rates to ${positions.currency} were missing: what could not be converted is in no sum. Give positions a convert that knows ${currency}.`,
      )
    }
    const warned = listed(this.#warnings)
    if (warned !== '') sentences.push(`Warnings: ${warned}.`)
    return sentences
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** The commonest first. */
function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .toSorted((left, right) => right[1] - left[1])
    .map(([key, times]) => `${key} (${times.toLocaleString('en-US')})`)
    .join(', ')
}

function many(times: number, what: string): string {
  return `${times.toLocaleString('en-US')} ${what}${times === 1 ? '' : 's'}`
}
