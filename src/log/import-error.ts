import { ArchiveError } from './errors.ts'
import type { ImportReport } from './import-log.ts'

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
        : `${events} events before it were imported, up to position ${lastPosition}`
    super(
      `${file}:${line}: ${reason}. ${before}; mend the line, or skip such lines with { onBadLine: 'skip' }.`,
      options,
    )
    this.file = file
    this.line = line
    this.imported = imported
  }
}
