import { basename } from 'node:path'
import { requireText } from '../errors/checks.ts'
import { type BadRow, type OnBadRow, requireOnBadRow, RowLedger } from './bad-rows.ts'
import { InputFile, requirePath } from './input-file.ts'
import { textBlocks } from './input-text.ts'
import { type OutOfOrder, requireOutOfOrder, sortedWithin, windowOf } from './sort-window.ts'
import type { ChunkedSource, SourceCounts, TimedPayload } from './source.ts'

/** Options of every source that is a file. */
export interface FileSourceOptions {
  /** Its name, which its events have as their `source`. Default: the name of the file, without folders. */
  readonly name?: string
  /** Which file of a zip archive to read. Default: the only one. */
  readonly entry?: string
  /** What to do with rows that are bad. Default `refuse`. */
  readonly onBadRow?: OnBadRow
  /** What to do with an event that is older than the one before it. Default `refuse`. */
  readonly outOfOrder?: OutOfOrder
}

/** The names of the options of every source that is a file. */
export const fileOptions: readonly (keyof FileSourceOptions)[] = [
  'name',
  'entry',
  'onBadRow',
  'outOfOrder',
]

/** The events of a file. It is read anew each time that it is iterated, in bounded memory. */
export interface FileSource<Item extends TimedPayload> extends ChunkedSource {
  /** Where the file is. */
  readonly path: string
  /** What its rows came to so far, in the latest loop over it. */
  readonly counts: SourceCounts
  /** The first 1,000 rows that were bad, in the latest loop over it, with `onBadRow: 'collect'`. */
  readonly badRows: readonly BadRow[]
  /** How much of the file has been read, from 0 to 1, in the latest loop over it. */
  readonly fraction: number | undefined
  /** Lists of at least one event, in order of time. */
  chunks(): AsyncIterable<readonly Item[]>
  /** Its events, one by one. */
  [Symbol.asyncIterator](): AsyncIterator<Item>
}

/** What makes events of the lines of a text. */
export interface LineReader {
  /** How many lines it has been given. */
  readonly line: number
  /** Takes a block of whole lines. What they come to goes into the ledger. */
  feed(text: string): void
  /** There is no more. */
  end(): void
}

/** Begins to read: what gets the lines, for one loop over the file. */
export type LineReading<Item extends TimedPayload> = (ledger: RowLedger<Item>) => LineReader

/**
 * A file of lines as a source.
 *
 * @param reader the function that the user has called, for messages.
 * @throws ConfigurationError `CONFIGURATION` if the path or one of these options is malformed.
 */
export function fileSource<Item extends TimedPayload>(
  reader: string,
  path: string | URL,
  options: FileSourceOptions,
  reading: LineReading<Item>,
): FileSource<Item> {
  return new LinesOfFile(requirePath(reader, path), options, reading)
}

class LinesOfFile<Item extends TimedPayload> implements FileSource<Item> {
  readonly name: string
  readonly path: string
  readonly #entry: string | undefined
  readonly #onBadRow: OnBadRow
  readonly #sortWithinMs: number | undefined
  readonly #reading: LineReading<Item>
  /** Those of the latest loop. */
  #file: InputFile
  #ledger: RowLedger<Item>

  constructor(path: string, options: FileSourceOptions, reading: LineReading<Item>) {
    const { name = basename(path), entry, onBadRow = 'refuse', outOfOrder = 'refuse' } = options
    this.name = requireText('name', name)
    this.path = path
    this.#entry = entry === undefined ? undefined : requireText('entry', entry)
    this.#onBadRow = requireOnBadRow(onBadRow)
    this.#sortWithinMs = windowOf(requireOutOfOrder(outOfOrder))
    this.#reading = reading
    this.#file = this.#newFile()
    this.#ledger = this.#newLedger()
  }

  get counts(): SourceCounts {
    return this.#ledger.counts()
  }

  get badRows(): readonly BadRow[] {
    return this.#ledger.badRows
  }

  get fraction(): number | undefined {
    return this.#file.fraction
  }

  chunks(): AsyncIterable<readonly Item[]> {
    const chunks = this.#read()
    if (this.#sortWithinMs === undefined) return chunks
    return sortedWithin(this.#sortWithinMs, this.path, chunks)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, void> {
    for await (const chunk of this.chunks()) yield* chunk
  }

  #newFile(): InputFile {
    return new InputFile(this.path, this.#entry)
  }

  #newLedger(): RowLedger<Item> {
    return new RowLedger(this.path, this.#onBadRow, this.#sortWithinMs ?? 0)
  }

  /** What comes before an error is handed on first. */
  async *#read(): AsyncGenerator<readonly Item[], void, void> {
    const file = (this.#file = this.#newFile())
    const ledger = (this.#ledger = this.#newLedger())
    const lines = this.#reading(ledger)
    let failure: { readonly error: unknown } | undefined
    try {
      for await (const text of textBlocks(this.path, file.bytes(), () => lines.line)) {
        lines.feed(text)
        const items = ledger.take()
        if (items.length > 0) yield items
      }
      lines.end()
    } catch (error) {
      failure = { error }
    }
    const rest = ledger.take()
    if (rest.length > 0) yield rest
    if (failure !== undefined) throw failure.error
  }
}
