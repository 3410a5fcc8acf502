import type { CatalogEntry } from '../events/catalog-entry.ts'
import { tradingEvents } from '../events/trading-events.ts'
import type { RowLedger } from './bad-rows.ts'
import { CsvLayout, delimiterHint } from './csv-columns.ts'
import type { CsvSettings } from './csv-options.ts'
import { CsvRow } from './csv-row.ts'
import type { RowReader } from './csv-text.ts'
import { SourceError } from './source-errors.ts'
import type { TimedPayload } from './source.ts'

/** Why no event can be made of a row. */
export interface RowFault {
  /** The field that is bad, by its name in the mapping of columns; undefined for the row as a whole. */
  readonly field: string | undefined
  /** What was expected, and what was found. */
  readonly reason: string
}

/** Makes the payloads of one type out of rows. */
export interface RowShape<Payload extends { readonly timestamp: number }> {
  /** The type of its events. */
  readonly type: string
  /** Whether it must see rows before it can make something of them. */
  readonly undecided?: boolean
  /** Is told where the fields are. */
  bind(layout: CsvLayout): void
  /** Sees the first rows, and decides, where it was undecided. Returns why it cannot. */
  decide?(rows: readonly CsvRow[]): string | undefined
  /** Whether the first rows are to be compared with what it was told of them. */
  readonly unchecked?: boolean
  /** Sees the first rows, of which it has made something already. Returns why they cannot be right. */
  check?(rows: readonly CsvRow[]): string | undefined
  /** The payload of a row, or why there is none; its values may still be refused by their schema. */
  payload(row: CsvRow): Payload | RowFault
  /** Takes a payload that its schema has accepted. Returns why it cannot come after the one before it. */
  take?(payload: Payload): RowFault | undefined
  /** What to add to the message about a key that the schema has refused; '' for nothing. */
  found?(key: string, payload: Payload): string
  /** The field that a key of the payload is made of. */
  fieldOf(key: string): string
}

/** As many rows say what cannot be said of one or two. */
const fewest = 3

/** As many rows, or all of a shorter file, say whether a file is what it was said to be. */
const enough = 20

/** Makes the events of a CSV file. */
export class CsvReader<
  Type extends string,
  Payload extends { readonly timestamp: number },
> implements RowReader {
  readonly #ledger: RowLedger<TimedPayload<Type, Payload>>
  readonly #settings: CsvSettings
  readonly #shape: RowShape<Payload> & { readonly type: Type }
  readonly #entry: CatalogEntry
  #layout: CsvLayout | undefined
  /** The first rows, until the shape is decided, and checked. Those of an undecided one wait. */
  #early: CsvRow[] = []

  constructor(
    ledger: RowLedger<TimedPayload<Type, Payload>>,
    settings: CsvSettings,
    shape: RowShape<Payload> & { readonly type: Type },
  ) {
    this.#ledger = ledger
    this.#settings = settings
    this.#shape = shape
    this.#entry = tradingEvents.get(shape.type)
  }

  row(row: CsvRow): void {
    if (this.#layout === undefined) {
      this.#layout = this.#layoutOf(row)
      this.#shape.bind(this.#layout)
      if (this.#settings.header) return
    }
    this.#ledger.read += 1
    if (row.count !== this.#layout.width) this.#refuseWidth(row, this.#layout)
    else if (this.#shape.undecided === true) this.#early.push(copyOf(row))
    else {
      if (this.#shape.unchecked === true) this.#early.push(copyOf(row))
      this.#take(row)
    }
  }

  flush(): void {
    const least = this.#shape.undecided === true ? fewest : enough
    if (this.#early.length >= least) this.#seeEarly()
  }

  end(): void {
    if (this.#early.length > 0) this.#seeEarly()
    if (this.#layout !== undefined || !this.#settings.header) return
    throw new SourceError(
      this.#ledger.path,
      'expected a header in the first line, but it is empty.',
    )
  }

  #layoutOf(row: CsvRow): CsvLayout {
    const { fields, columns, header, delimiter } = this.#settings
    // A list of columns says how many there are: there, the row alone may be bad.
    const hint =
      row.count > 1 || Array.isArray(columns) ? undefined : delimiterHint(row.field(0), delimiter)
    if (hint !== undefined) throw new SourceError(this.#ledger.path, hint, { line: row.line })
    const names = header ? row.fields() : undefined
    const width = Array.isArray(columns) ? columns.length : row.count
    return new CsvLayout(this.#ledger.path, fields, columns, names, width)
  }

  #refuseWidth(row: CsvRow, { width }: CsvLayout): void {
    const { line, count } = row
    const hint = count > 1 ? undefined : delimiterHint(row.field(0), this.#settings.delimiter)
    let more = hint === undefined ? '' : ` Here ${hint}`
    if (count > width) more = ' A field that holds the delimiter stands in quotes.'
    this.#ledger.bad(line, undefined, `expected ${width} columns, found ${count}.${more}`)
  }

  #seeEarly(): void {
    const rows = this.#early
    const shape = this.#shape
    const waiting = shape.undecided === true
    const reason = waiting ? shape.decide!(rows) : shape.check!(rows)
    if (reason !== undefined) throw new SourceError(this.#ledger.path, reason)
    this.#early = []
    if (waiting) for (const row of rows) this.#take(row)
  }

  /** Hands on an event; if it is too old, the message says how the row writes its time. */
  #add(row: CsvRow, item: TimedPayload<Type, Payload>): void {
    const ledger = this.#ledger
    const { timestamp } = item.data
    if (timestamp >= ledger.earliest) {
      ledger.add(item, timestamp, row.line)
      return
    }
    const written = row.field(this.#layout!.of('time'))
    throw ledger.tooOld(item, timestamp, row.line, written)
  }

  #take(row: CsvRow): void {
    const shape = this.#shape
    const data = shape.payload(row)
    if ('reason' in data) this.#refuse(row, data)
    else if (this.#entry.accepts(data)) {
      const fault = shape.take?.(data)
      if (fault !== undefined) this.#refuse(row, fault)
      else this.#add(row, { type: shape.type, data })
    } else {
      const { issues } = this.#entry.refusal(shape.type, data)
      const { path, message } = issues[0]!
      this.#ledger.bad(
        row.line,
        this.#layout!.columnOf(shape.fieldOf(path)),
        `${path}: ${message}${shape.found?.(path, data) ?? ''}.`,
      )
    }
  }

  #refuse(row: CsvRow, { field, reason }: RowFault): void {
    const column = field === undefined ? undefined : this.#layout!.columnOf(field)
    this.#ledger.bad(row.line, column, reason)
  }
}

function copyOf(row: CsvRow): CsvRow {
  const copy = new CsvRow()
  copy.line = row.line
  copy.take(row.fields())
  return copy
}
