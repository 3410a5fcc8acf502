import assert from 'node:assert/strict'
import { Decimal, type NewBar } from 'tradewire'
import type { TimedPayload } from 'tradewire/backtest'

/** A position is opened each so many bars, and closed half as many later. */
const every = 200
export const barMs = 60_000
const start = Date.UTC(2024, 0, 1)

export type Bar = TimedPayload<'market.new_bar', NewBar>

/** The same bar as those have it who reckon in floating-point numbers. */
export interface FloatBar {
  readonly time: Date
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

/** Whether the bar with this number, counted from 1, decides to buy. */
export const isEntry = (seen: number): boolean => seen % every === 0
/** Whether it decides to close. */
export const isExit = (seen: number): boolean => seen % every === every / 2

/** The number of the bar that ends at this time. */
export const seenAt = (endsAt: number): number => (endsAt - start) / barMs

/** Prices at which one side has opened its positions, and closed them. */
export interface Outcome {
  readonly entries: readonly number[]
  readonly exits: readonly number[]
}

/**
 * Throws unless a side has bought and sold one unit at the open of each bar after a decision. Who closes at the end of
 * the data what is still open may do so at the last close.
 */
export function checkOutcome(
  name: string,
  { entries, exits }: Outcome,
  bars: readonly Bar[],
): void {
  const opens = (place: number): number[] =>
    bars.flatMap(({ data }, index) =>
      index >= every && index % every === place ? [data.open.toNumber()] : [],
    )
  const wanted = { entries: opens(0), exits: opens(every / 2) }
  assert.deepEqual(entries, wanted.entries, `${name}: prices of entry`)
  assert.deepEqual(exits.slice(0, wanted.exits.length), wanted.exits, `${name}: prices of exit`)
  const atEnd = exits.slice(wanted.exits.length)
  if (atEnd.length > 0) assert.deepEqual(atEnd, [bars.at(-1)!.data.close.toNumber()], name)
}

/** The floor: decides and trades by the same rule, and does nothing else. */
export class BareDesk {
  readonly #entries: Decimal[] = []
  readonly #exits: Decimal[] = []
  #seen = 0

  take({ open }: NewBar): void {
    if (isEntry(this.#seen) && this.#seen > 0) this.#entries.push(open)
    else if (isExit(this.#seen) && this.#entries.length > this.#exits.length) this.#exits.push(open)
    this.#seen += 1
  }

  get outcome(): Outcome {
    return { entries: this.#entries.map(Number), exits: this.#exits.map(Number) }
  }
}

const decimal = (tenths: number): Decimal => new Decimal(tenths).div(10)

/** Minute bars of a price that wanders: the same in every run. */
export function barsOf(count: number): Bar[] {
  const bars: Bar[] = []
  let price = 461_230
  let seed = 1
  const random = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return seed / 2 ** 32
  }
  for (let index = 0; index < count; index += 1) {
    const open = price
    price = Math.max(100_000, price + Math.round(random() * 60 - 30))
    const high = Math.max(open, price) + Math.round(random() * 10)
    const low = Math.min(open, price) - Math.round(random() * 10)
    bars.push({
      type: 'market.new_bar',
      data: {
        symbol: 'BTCUSDT',
        timeframe: '1m',
        openTime: start + index * barMs,
        timestamp: start + (index + 1) * barMs,
        open: decimal(open),
        high: decimal(high),
        low: decimal(low),
        close: decimal(price),
        volume: new Decimal(Math.round(random() * 1e7)).div(10_000),
      },
    })
  }
  return bars
}

/** The bars as rows of a CSV file. */
export function textOf(bars: readonly Bar[]): string {
  const rows = bars.map(({ data: { openTime, open, high, low, close, volume } }) =>
    [new Date(openTime).toISOString(), ...[open, high, low, close, volume].map(String)].join(','),
  )
  return `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`
}

/** The bars as floats; `time` is when a bar ends. */
export function floatsOf(bars: readonly Bar[]): FloatBar[] {
  return bars.map(({ data }) => ({
    time: new Date(data.timestamp),
    open: data.open.toNumber(),
    high: data.high.toNumber(),
    low: data.low.toNumber(),
    close: data.close.toNumber(),
    volume: data.volume.toNumber(),
  }))
}
