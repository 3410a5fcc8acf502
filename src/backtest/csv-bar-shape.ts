import { Decimal } from '../events/decimal.ts'
import type { NewBar } from '../events/market.ts'
import { BarTimes } from './csv-bar-times.ts'
import type { CsvLayout } from './csv-columns.ts'
import type { CsvSettings } from './csv-options.ts'
import type { RowFault, RowShape } from './csv-reader.ts'
import type { CsvRow } from './csv-row.ts'
import { NumberReader, zeroFault } from './csv-values.ts'
import { type SessionHours, wholeDay } from './time-session.ts'
import { commonTimeframe, Timeframe } from './time-frame.ts'
import { timeFault } from './time-fault.ts'
import { type TimeFormat, TimeReader } from './time-text.ts'
import type { TimeZone } from './time-zone.ts'

const dayMs = 86_400_000
const nothing = new Decimal(0)
const prices = ['open', 'high', 'low', 'close'] as const

type Writable = { -readonly [Key in keyof NewBar]: NewBar[Key] }

/** Makes bars out of rows. */
export class BarShape implements RowShape<NewBar> {
  readonly type = 'market.new_bar'
  readonly #symbol: string | undefined
  readonly #venue: string | undefined
  readonly #zone: TimeZone
  readonly #times: TimeReader
  readonly #timeFormat: TimeFormat
  readonly #latest: BarTimes
  readonly #numbers: NumberReader
  readonly #zeroPrices: boolean
  readonly #atClose: boolean
  readonly #session: SessionHours
  #timeframe: Timeframe | undefined
  /** Whether the first rows are still to be compared with the timeframe that was given. */
  #unchecked: boolean
  /** Where the fields stand in a row, from 0; -1 for one that the file does not have. */
  #at = { time: -1, symbol: -1, open: -1, high: -1, low: -1, close: -1, volume: -1 }
  #more = { tradeCount: -1, vwap: -1 }
  /** When the bar of the latest row opened and closed. */
  #opened = 0
  #closed = 0

  constructor(
    settings: CsvSettings,
    timeframe: Timeframe | undefined,
    timestampIs: 'open' | 'close',
    session: SessionHours = wholeDay,
  ) {
    this.#symbol = settings.symbol
    this.#venue = settings.venue
    this.#zone = settings.zone
    this.#times = new TimeReader(settings.time, settings.zone)
    this.#timeFormat = settings.time
    this.#latest = new BarTimes(settings)
    this.#numbers = new NumberReader(settings)
    this.#zeroPrices = settings.zeroPrices
    this.#timeframe = timeframe
    this.#unchecked = timeframe !== undefined
    this.#atClose = timestampIs === 'close'
    this.#session = session
  }

  get undecided(): boolean {
    return this.#timeframe === undefined
  }

  get unchecked(): boolean {
    return this.#unchecked
  }

  bind(layout: CsvLayout): void {
    const place = (name: string): number => layout.of(name)
    const [open, high, low, close] = prices.map(place) as [number, number, number, number]
    const [time, symbol, volume] = [place('time'), place('symbol'), place('volume')]
    this.#at = { time, symbol, open, high, low, close, volume }
    this.#more = { tradeCount: place('tradeCount'), vwap: place('vwap') }
  }

  decide(rows: readonly CsvRow[]): string | undefined {
    const timeframe = commonTimeframe(this.#stepsOf(rows))
    if (timeframe === undefined) {
      // Without a single time that can be read, how times are written is what is wrong.
      if (rows.every((row) => !Number.isFinite(this.#timeOf(row)))) {
        return timeFault(rows[0]!.field(this.#at.time), this.#timeFormat)
      }
      return 'the timeframe of the bars cannot be told from their times. Give { timeframe }, such as 1d.'
    }
    this.#timeframe = new Timeframe(timeframe)
    return undefined
  }

  check(rows: readonly CsvRow[]): string | undefined {
    this.#unchecked = false
    return closenessFault(this.#stepsOf(rows), this.#timeframe!)
  }

  /** The times between rows of one symbol each, in milliseconds. */
  #stepsOf(rows: readonly CsvRow[]): number[] {
    const last = new Map<string, number>()
    const steps: number[] = []
    for (const row of rows) {
      const symbol = this.#symbolOf(row)
      const time = this.#timeOf(row)
      const before = last.get(symbol)
      if (before !== undefined) steps.push(time - before)
      last.set(symbol, time)
    }
    return steps
  }

  payload(row: CsvRow): NewBar | RowFault {
    const at = this.#at
    const time = this.#timeOf(row)
    if (!Number.isFinite(time)) {
      return { field: 'time', reason: timeFault(row.field(at.time), this.#timeFormat) }
    }
    const symbol = this.#symbolOf(row)
    this.#spanOf(symbol, time, this.#timeframe!)
    const numbers = this.#numbers
    const open = numbers.read(row, at.open)
    const high = numbers.read(row, at.high)
    const low = numbers.read(row, at.low)
    const close = numbers.read(row, at.close)
    if (open === undefined || high === undefined || low === undefined || close === undefined) {
      const index = [open, high, low, close].indexOf(undefined)
      return this.#noNumber(row, prices[index]!, at[prices[index]!])
    }
    if (open.isZero() && high.isZero() && low.isZero() && close.isZero() && !this.#zeroPrices) {
      return { field: undefined, reason: zeroFault('prices', ' for all four') }
    }
    const volume = this.#optional(row, at.volume) ? numbers.read(row, at.volume) : nothing
    if (volume === undefined) return this.#noNumber(row, 'volume', at.volume)
    const bar: Writable = {
      symbol,
      timeframe: this.#timeframe!.text,
      openTime: this.#opened,
      timestamp: this.#closed,
      open,
      high,
      low,
      close,
      volume,
    }
    if (this.#venue !== undefined) bar.venue = this.#venue
    return this.#complete(row, bar)
  }

  take({ symbol, openTime }: NewBar): RowFault | undefined {
    const reason = this.#latest.take(symbol, openTime)
    return reason === undefined ? undefined : { field: 'time', reason }
  }

  found(key: string, { open, high, low, close }: NewBar): string {
    if (key !== 'low') return ''
    const given = `open ${open.toFixed()}, high ${high.toFixed()}, low ${low.toFixed()}, close ${close.toFixed()}`
    return `, found ${given}. Where many rows are so, the columns are others: give { columns }`
  }

  fieldOf(key: string): string {
    return key === 'openTime' || key === 'timestamp' ? 'time' : key
  }

  /** The bar with what not every file has. */
  #complete(row: CsvRow, bar: Writable): NewBar | RowFault {
    const { tradeCount, vwap } = this.#more
    if (this.#optional(row, tradeCount)) {
      const count = this.#numbers.read(row, tradeCount)
      if (count === undefined) return this.#noNumber(row, 'tradeCount', tradeCount)
      bar.tradeCount = count.toNumber()
    }
    if (this.#optional(row, vwap)) {
      const average = this.#numbers.read(row, vwap)
      if (average === undefined) return this.#noNumber(row, 'vwap', vwap)
      bar.vwap = average
    }
    return bar
  }

  #symbolOf(row: CsvRow): string {
    return this.#symbol ?? row.field(this.#at.symbol)
  }

  #timeOf(row: CsvRow): number {
    const { time } = this.#at
    return this.#times.read(row.text, row.begins[time]!, row.ends[time]!)
  }

  /** Whether a field that may be absent is there. */
  #optional(row: CsvRow, field: number): boolean {
    return field !== -1 && !row.isEmpty(field)
  }

  #noNumber(row: CsvRow, field: string, place: number): RowFault {
    return { field, reason: this.#numbers.fault(row, place) }
  }

  /** When the bar opened and closed whose row has this time, if clocks show it twice the one that comes next. */
  #spanOf(symbol: string, time: number, timeframe: Timeframe): void {
    const { repeatMs } = this.#times
    this.#span(time, timeframe)
    if (repeatMs === 0) return
    if (this.#latest.isRepeated(symbol, this.#opened, timeframe.shortestMs, repeatMs)) {
      this.#span(time + repeatMs, timeframe)
    }
  }

  /** When the bar opened and closed whose row has this time. */
  #span(time: number, timeframe: Timeframe): void {
    if (!this.#times.dayOnly) {
      this.#opened = this.#atClose ? timeframe.openOf(time) : time
      this.#closed = this.#atClose ? time : timeframe.closeOf(time)
    } else if (timeframe.text === '1d') {
      this.#opened = this.#zone.toUtc(time + this.#session.open)
      this.#closed = this.#zone.toUtc(time + this.#session.close)
    } else if (this.#atClose) {
      // The bar closes with the day that the date names.
      this.#opened = this.#zone.toUtc(timeframe.openOf(time + dayMs))
      this.#closed = this.#zone.toUtc(time + dayMs)
    } else {
      this.#opened = this.#zone.toUtc(time)
      this.#closed = this.#zone.toUtc(timeframe.closeOf(time))
    }
  }
}

/** So many steps may be shorter than the timeframe in any file: a clock is set, a week has a holiday. */
const fewSteps = 2

/** Why bars cannot be of the timeframe that was given: most are closer to each other. */
function closenessFault(steps: readonly number[], timeframe: Timeframe): string | undefined {
  const forward = steps.filter((step) => step > 0)
  const short = forward.filter((step) => step < timeframe.shortestMs)
  if (short.length <= fewSteps || 2 * short.length <= forward.length) return undefined
  return `expected rows ${timeframe.text} apart or more, as { timeframe } says, but most are closer, such as by ${short[0]! / 1000} s. Give the timeframe of the file, or leave it out.`
}
