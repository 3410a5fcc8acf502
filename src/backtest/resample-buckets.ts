import type { Decimal } from '../events/decimal.ts'
import type { NewBar } from '../events/market.ts'
import type { Timeframe } from './time-frame.ts'

/** 1970-01-05 was a Monday. */
const mondayMs = 4 * 86_400_000

type Writable = { -readonly [Key in keyof NewBar]: NewBar[Key] }

/** The longer bars that are being made: all of them end at one time. */
export class BarBuckets {
  readonly #timeframe: string
  readonly #length: number
  readonly #offset: number
  readonly #keepsFirst: boolean
  /** By symbol and venue: the timeframe of the parts. */
  readonly #parts = new Map<string, string>()
  #open = new Map<string, BarBucket>()
  #closeAt = -Infinity

  /** @param timeframe is none of months. */
  constructor(timeframe: Timeframe, keepsFirst: boolean) {
    this.#timeframe = timeframe.text
    this.#length = timeframe.shortestMs
    this.#offset = timeframe.text.endsWith('w') ? mondayMs : 0
    this.#keepsFirst = keepsFirst
  }

  /** Takes the bars out that ended before a time. */
  finishedBefore(time: number): readonly BarBucket[] {
    if (this.#closeAt >= time) return []
    const finished = [...this.#open.values()].filter(({ isWhole }) => isWhole || this.#keepsFirst)
    this.#open = new Map()
    return finished
  }

  /** Adds a bar to the one that it is part of. Returns why it cannot be. */
  add(bar: NewBar): string | undefined {
    const { symbol, venue, timeframe, openTime, timestamp } = bar
    const key = JSON.stringify([symbol, venue])
    const known = this.#parts.get(key)
    if (known !== undefined && known !== timeframe) {
      return `expected bars of ${known}, as before, found one of ${timeframe} of ${symbol}.`
    }
    const count = Math.ceil((timestamp - this.#offset) / this.#length)
    const closeAt = count * this.#length + this.#offset
    const openAt = closeAt - this.#length
    if (openTime < openAt) {
      return `expected bars that fit into those of ${this.#timeframe}, found one of ${symbol} from ${new Date(openTime).toISOString()} to ${new Date(timestamp).toISOString()}.`
    }
    this.#closeAt = closeAt
    this.#parts.set(key, timeframe)
    const bucket = this.#open.get(key)
    if (bucket !== undefined) bucket.add(bar)
    else {
      const isWhole = known !== undefined || openTime === openAt
      this.#open.set(key, new BarBucket(bar, this.#timeframe, openAt, closeAt, isWhole))
    }
    return undefined
  }
}

/** A longer bar that is being made of shorter ones. */
export class BarBucket {
  /** Whether nothing can be missing before its first part. */
  readonly isWhole: boolean
  readonly #bar: Writable
  #traded: Decimal | undefined

  constructor(first: NewBar, timeframe: string, openAt: number, closeAt: number, isWhole: boolean) {
    this.isWhole = isWhole
    this.#bar = { ...first, timeframe, openTime: openAt, timestamp: closeAt }
    this.#traded = first.vwap?.times(first.volume)
  }

  add(part: NewBar): void {
    const bar = this.#bar
    if (part.high.gt(bar.high)) bar.high = part.high
    if (part.low.lt(bar.low)) bar.low = part.low
    bar.close = part.close
    bar.volume = bar.volume.plus(part.volume)
    if (bar.tradeCount !== undefined && part.tradeCount !== undefined) {
      bar.tradeCount += part.tradeCount
    } else delete bar.tradeCount
    this.#traded =
      part.vwap === undefined ? undefined : this.#traded?.plus(part.vwap.times(part.volume))
  }

  bar(): NewBar {
    const { vwap: _, ...bar } = this.#bar
    if (this.#traded === undefined || bar.volume.isZero()) return bar
    return { ...bar, vwap: this.#traded.div(bar.volume) }
  }
}
