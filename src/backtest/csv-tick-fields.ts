import type { Decimal } from '../events/decimal.ts'
import type { CsvLayout } from './csv-columns.ts'
import type { CsvSettings } from './csv-options.ts'
import type { RowFault } from './csv-reader.ts'
import type { CsvRow } from './csv-row.ts'
import { NumberReader, zeroFault } from './csv-values.ts'
import { timeFault } from './time-fault.ts'
import { TimeReader } from './time-text.ts'

/** Reads the fields of trades and quotes. The first one that is bad is kept as the fault of its row. */
export class TickFields {
  /** Why the row is bad, if it is. */
  fault: RowFault | undefined
  /** What the rows have in common. */
  readonly venue: string | undefined
  readonly #settings: CsvSettings
  readonly #times: TimeReader
  readonly #numbers: NumberReader
  #places: Readonly<Record<string, number>> = {}
  /** The time of the row before, in milliseconds since the Unix epoch. */
  #last = -Infinity

  constructor(settings: CsvSettings) {
    this.#settings = settings
    this.venue = settings.venue
    this.#times = new TimeReader(settings.time, settings.zone)
    this.#numbers = new NumberReader(settings)
  }

  /** Is told where the fields are. */
  bind(layout: CsvLayout, names: readonly string[]): void {
    this.#places = Object.fromEntries(names.map((name) => [name, layout.of(name)]))
  }

  /** The time of a row, in milliseconds since the Unix epoch. */
  time(row: CsvRow): number {
    const place = this.#places['time']!
    const times = this.#times
    const time = times.read(row.text, row.begins[place]!, row.ends[place]!)
    if (Number.isFinite(time)) {
      this.#last = times.dayOnly ? this.#settings.zone.toUtc(time) : this.#inOrder(time)
      return this.#last
    }
    const reason = timeFault(row.field(place), this.#settings.time)
    this.fault ??= { field: 'time', reason }
    return Number.NaN
  }

  /** A time; if it would be before the row before, as clocks show it again. */
  #inOrder(time: number): number {
    return time < this.#last - this.#settings.sortWithinMs ? time + this.#times.repeatMs : time
  }

  /** The instrument of a row. */
  symbol(row: CsvRow): string {
    return this.#settings.symbol ?? row.field(this.#places['symbol']!)
  }

  /** The number in a field; of a row with a fault it does not matter. */
  number(row: CsvRow, name: string): Decimal {
    const place = this.#places[name]!
    const value = this.#numbers.read(row, place)
    if (value === undefined) {
      this.fault ??= { field: name, reason: this.#numbers.fault(row, place) }
    }
    // Nobody looks at the values of a row that has a fault.
    return value as Decimal
  }

  /** The price in a field; of a row with a fault it does not matter. */
  price(row: CsvRow, name: string): Decimal {
    const price = this.number(row, name) as Decimal | undefined
    if (!this.#settings.zeroPrices && price?.isZero() === true) {
      this.fault ??= { field: name, reason: zeroFault('a price') }
    }
    return price as Decimal
  }

  /** The text of a field; undefined where there is none. */
  text(row: CsvRow, name: string): string | undefined {
    const place = this.#places[name]!
    return place === -1 || row.isEmpty(place) ? undefined : row.field(place)
  }
}
