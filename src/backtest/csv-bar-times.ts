import { describeValue } from '../errors/checks.ts'
import type { CsvSettings } from './csv-options.ts'

/** When the latest bars of a file have opened, those of each symbol by themselves. */
export class BarTimes {
  /** That of the one symbol of all rows; undefined where rows have symbols of their own. */
  #one: number | undefined
  readonly #bySymbol = new Map<string, number>()
  /** How far back a bar may be in a file that is to be sorted, in milliseconds. */
  readonly #slackMs: number

  constructor({ symbol, sortWithinMs }: CsvSettings) {
    this.#one = symbol === undefined ? undefined : -Infinity
    this.#slackMs = sortWithinMs
  }

  /**
   * Whether a bar has opened when a clock on the wall has shown its time again, as it was set back: it comes
   * after one that had opened later, or at the same time if bars are so long that none is between them.
   *
   * @param opened when it has opened if the clock had shown its time for the first time.
   * @param repeatMs how much later the clock has shown it again.
   */
  isRepeated(symbol: string, opened: number, spanMs: number, repeatMs: number): boolean {
    const last = this.#of(symbol)
    return opened < last - this.#slackMs || (opened === last && spanMs === repeatMs)
  }

  /** Takes the next bar. Returns what is wrong with it, if it is of the same time as the one before it. */
  take(symbol: string, opened: number): string | undefined {
    if (opened === this.#of(symbol)) {
      const hint =
        this.#one === undefined ? '' : ' Where rows are of several, leave { symbol } out.'
      return `expected one row for each bar of ${describeValue(symbol)}, found a second one that opens at ${new Date(opened).toISOString()}.${hint}`
    }
    if (this.#one === undefined) this.#bySymbol.set(symbol, opened)
    else this.#one = opened
    return undefined
  }

  #of(symbol: string): number {
    return this.#one ?? this.#bySymbol.get(symbol) ?? -Infinity
  }
}
