import { createHash } from 'node:crypto'
import type { EncodedEvent } from '../events/encoding.ts'
import type { EncodedEntry } from './event-log.ts'
import { eventLine } from './ndjson-event.ts'

/** What was exported. */
export interface ExportReport {
  /** How many events. */
  readonly events: number
  /** The position of the first in the file; 0 if there is none. */
  readonly first: number
  /** The position of the last in the file; 0 if there is none. */
  readonly last: number
  /** SHA-256 of the NDJSON, not compressed, in hexadecimal. */
  readonly sha256: string
}

const chunkLength = 65_536
const progressEvery = 1_000

/** Entries as the text of lines, in chunks of about 64 KiB, counted and hashed on their way. */
export class EventLines implements AsyncIterable<string> {
  readonly #entries: AsyncIterable<EncodedEntry>
  readonly #onProgress: (done: number) => void
  readonly #hash = createHash('sha256')
  readonly #types = new Map<string, number>()
  #events = 0
  #first = 0
  #last = 0
  #since = Infinity
  #until = -Infinity

  constructor(entries: AsyncIterable<EncodedEntry>, onProgress: (done: number) => void) {
    this.#entries = entries
    this.#onProgress = onProgress
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, void> {
    let chunk = ''
    for await (const { position, event } of this.#entries) {
      chunk += eventLine(position, event)
      this.#count(position, event)
      if (chunk.length < chunkLength) continue
      this.#hash.update(chunk)
      yield chunk
      chunk = ''
    }
    this.#hash.update(chunk)
    if (chunk !== '') yield chunk
    this.#onProgress(this.#events)
  }

  #count(position: number, { type, timestamp }: EncodedEvent): void {
    if (this.#events === 0) this.#first = position
    this.#last = position
    this.#events += 1
    this.#since = Math.min(this.#since, timestamp)
    this.#until = Math.max(this.#until, timestamp)
    this.#types.set(type, (this.#types.get(type) ?? 0) + 1)
    if (this.#events % progressEvery === 0) this.#onProgress(this.#events)
  }

  /** What has passed; called once, when all of it has. */
  report(): ExportReport {
    const [events, first, last] = [this.#events, this.#first, this.#last]
    return { events, first, last, sha256: this.#hash.digest('hex') }
  }

  /** How many events of each type have passed, by name. */
  get types(): ReadonlyMap<string, number> {
    return this.#types
  }

  /** The lowest and the highest timestamp that have passed, in milliseconds since the Unix epoch. */
  get times(): { readonly since: number; readonly until: number } {
    return { since: this.#since, until: this.#until }
  }
}
