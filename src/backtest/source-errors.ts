import { TradewireError } from '../errors/tradewire-error.ts'

/** Where in a source something stands, as far as that is known. */
export interface SourcePlace {
  /** The line of its file, from 1. */
  readonly line?: number
  /** The column of its file, by its name, or by its number from 1 where it has none. */
  readonly column?: string
  /** The event in its order, from 0. */
  readonly index?: number
}

/**
 * A source cannot be read, or gives what is no event: a file that is missing, cut short or no CSV, a row
 * that does not match, an item without a time.
 */
export class SourceError extends TradewireError {
  readonly code = 'SOURCE_INVALID'
  /** The source: the path of its file, or its name. */
  readonly source: string
  /** The line of its file, from 1; undefined where the whole of it is meant. */
  readonly line: number | undefined
  /** The column of its file; undefined where the whole row is meant. */
  readonly column: string | undefined
  /** The event in its order, from 0; undefined for a file. */
  readonly index: number | undefined

  constructor(source: string, reason: string, place: SourcePlace = {}, options?: ErrorOptions) {
    super(`${JSON.stringify(source)}${placeText(place)}: ${reason}`, options)
    this.source = source
    this.line = place.line
    this.column = place.column
    this.index = place.index
  }
}

function placeText({ line, column, index }: SourcePlace): string {
  if (line !== undefined) {
    return column === undefined
      ? `, line ${line}`
      : `, line ${line}, column ${/^\d+$/.test(column) ? column : JSON.stringify(column)}`
  }
  return index === undefined ? '' : `, event ${index}`
}

/** What is known of an event that is too old, beside its time. */
export interface SourceOrderDetails {
  /** Its line, from 1. */
  readonly line?: number
  /** The line of the newest event before it, from 1. */
  readonly lineBefore?: number
  /** Where its time comes from, as a part of a sentence, such as `which is "2024-01-31"`. */
  readonly origin?: string | undefined
}

/** An event of a source is older than the one before it, by more than was allowed. */
export class SourceOrderError extends TradewireError {
  readonly code = 'SOURCE_ORDER'
  /** The source: the path of its file, or its name. */
  readonly source: string
  /** The event in the order of the source, from 0. */
  readonly index: number
  /** Its line, from 1, where the source is a file that is read row by row. */
  readonly line: number | undefined
  /** Its time, in milliseconds since the Unix epoch. */
  readonly time: number
  /** The time below which it may not be, in milliseconds since the Unix epoch. */
  readonly earliest: number

  constructor(
    source: string,
    index: number,
    time: number,
    earliest: number,
    details: SourceOrderDetails = {},
  ) {
    const { line, lineBefore, origin } = details
    const place = placeText({ line, index })
    const stated = origin === undefined ? '' : `, ${origin}`
    const before = lineBefore === undefined ? '' : ` line ${lineBefore}`
    super(
      `${JSON.stringify(source)}${place}: its time goes back to ${timeText(time)}${stated}, and ${timeText(earliest)} is the earliest that may follow${before}. Sort the source, or give outOfOrder: { sortWithinMs }.`,
    )
    this.source = source
    this.index = index
    this.line = line
    this.time = time
    this.earliest = earliest
  }
}

/** A time for a person, and exactly. */
export function timeText(time: number): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? String(time) : `${time} (${date.toISOString()})`
}
