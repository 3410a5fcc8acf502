import { counted } from './counted.ts'
import { ArchiveError } from './errors.ts'

/** What was imported. */
export interface ImportReport {
  /** How many events. */
  readonly events: number
  /** How many lines were skipped because they are no events. */
  readonly skipped: number
  /** The position that the first has got; 0 if there is none. */
  readonly firstPosition: number
  /** The position that the last has got; 0 if there is none. */
  readonly lastPosition: number
}

/** A line that is no event, or a file that cannot be read to its end. */
export class ImportError extends ArchiveError {
  /** The file, or `the stream`. */
  readonly file: string
  /** The number of the line, from 1. */
  readonly line: number
  /** What was imported before it, and stays in the log. */
  readonly imported: ImportReport

  constructor(
    file: string,
    line: number,
    reason: string,
    imported: ImportReport,
    options?: ErrorOptions,
  ) {
    const { events, lastPosition } = imported
    const before =
      events === 0
        ? 'Nothing was imported'
        : `${counted(events, 'event')} before it ${events === 1 ? 'was' : 'were'} imported, up to position ${lastPosition}`
    super(
      `${file}:${line}: ${reason}. ${before}; mend the line, or skip such lines with { onBadLine: 'skip' }.`,
      options,
    )
    this.file = file
    this.line = line
    this.imported = imported
  }
}
