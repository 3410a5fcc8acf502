import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { SourceError, SourceOrderError } from './source-errors.ts'
import { originOf } from './source-items.ts'
import type { SourceCounts, TimedPayload } from './source.ts'

/** A row that no event could be made of. */
export interface BadRow {
  /** The path of its file. */
  readonly source: string
  /** Its line, from 1. */
  readonly line: number
  /** The column that is bad, by its name, or by its number from 1; undefined where the whole row is meant. */
  readonly column: string | undefined
  /** What was expected, and what was found. */
  readonly reason: string
}

/**
 * What to do with a row that is bad: `refuse` it and end with an error, `skip` it, `collect` it in
 * `badRows`, which keeps the first 1,000, or hand it to a function. All but `refuse` go on with the
 * next row and count it as skipped; a function may throw, which ends the source with its error.
 */
export type OnBadRow = 'refuse' | 'skip' | 'collect' | ((row: BadRow) => void)

/** How many bad rows are collected. */
const mostCollected = 1000

/** What the message about a row says to those who have not said what to do with it. */
const goOn =
  "To go on without such rows, give onBadRow: 'skip', or 'collect' to find them in badRows."

/** Throws `CONFIGURATION` unless `value` is an {@link OnBadRow}. */
export function requireOnBadRow(value: OnBadRow): OnBadRow {
  if (typeof value === 'function' || ['refuse', 'skip', 'collect'].includes(value)) return value
  throw new ConfigurationError(
    `onBadRow must be 'refuse', 'skip', 'collect' or a function, but is ${describeValue(value)}.`,
  )
}

/** Keeps account of what the rows of a file come to. */
export class RowLedger<Item extends TimedPayload = TimedPayload> implements SourceCounts {
  /** Where the rows are. */
  readonly path: string
  /** The first bad rows, if they are collected. */
  readonly badRows: BadRow[] = []
  read = 0
  events = 0
  skipped = 0
  ignored = 0
  readonly #onBadRow: OnBadRow
  /** How far time may go back, in milliseconds. */
  readonly #withinMs: number
  /** The latest time, and the line that has it. */
  #newest = -Infinity
  #newestLine = 0
  #items: Item[] = []

  /** @param withinMs how far time may go back, in milliseconds, 0 or more. */
  constructor(path: string, onBadRow: OnBadRow, withinMs: number) {
    this.path = path
    this.#onBadRow = onBadRow
    this.#withinMs = withinMs
  }

  /** The time below which no event may be, in milliseconds since the Unix epoch. */
  get earliest(): number {
    return this.#newest - this.#withinMs
  }

  /**
   * Takes the event of a row.
   *
   * @throws SourceOrderError `SOURCE_ORDER` if it is older than it may be.
   */
  add(item: Item, time: number, line: number): void {
    if (time < this.earliest) throw this.tooOld(item, time, line)
    if (time >= this.#newest) {
      this.#newest = time
      this.#newestLine = line
    }
    this.events += 1
    this.#items.push(item)
  }

  /**
   * Why an event cannot be taken that is older than `earliest`.
   *
   * @param written its time as the row has it, where that is no more than a text.
   */
  tooOld(item: Item, time: number, line: number, written?: string): SourceOrderError {
    const origin = originOf(item, time, written)
    const details = { line, lineBefore: this.#newestLine, origin }
    return new SourceOrderError(this.path, this.events, time, this.earliest, details)
  }

  /**
   * Takes a row that is bad.
   *
   * @throws SourceError `SOURCE_INVALID` if bad rows are refused.
   */
  bad(line: number, column: string | undefined, reason: string): void {
    const { path: source } = this
    const onBadRow = this.#onBadRow
    if (onBadRow === 'refuse') throw new SourceError(source, `${reason} ${goOn}`, { line, column })
    this.skipped += 1
    if (onBadRow === 'skip') return
    const row: BadRow = { source, line, column, reason }
    if (onBadRow !== 'collect') onBadRow(row)
    else if (this.badRows.length < mostCollected) this.badRows.push(row)
  }

  /** The events since the last call. */
  take(): Item[] {
    const items = this.#items
    this.#items = []
    return items
  }

  /** What its rows came to so far. */
  counts(): SourceCounts {
    const { read, events, skipped, ignored } = this
    return { read, events, skipped, ignored }
  }
}
