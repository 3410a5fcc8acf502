import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventLog, LogEntry, LogReader } from '../log/event-log.ts'

/** How many events ahead are known at least, and at most. */
const [least, most] = [2_048, 100_000]

/** A record that is replayed: read as it is needed, with what comes next known beforehand. */
export class ReplayRecord {
  readonly #reader: LogReader
  #entries: LogEntry[] = []
  /** Where in the list the first one stands that is not behind. */
  #at = 0
  #ended = false
  #sequence = -Infinity

  constructor(
    log: EventLog,
    query: { readonly from?: number; readonly limit?: number; readonly signal?: AbortSignal },
  ) {
    this.#reader = log.read(query)
  }

  /** The next one, without going on; undefined at the end. */
  get first(): LogEntry | undefined {
    return this.#entries[this.#at]
  }

  /** Whether all that is left is known, and is of one time. */
  get isLastMoment(): boolean {
    const { first } = this
    const last = this.#entries.at(-1)
    return this.#ended && first?.event.timestamp === last?.event.timestamp
  }

  /** Whether a market event of the time of the first one follows. */
  get leadsToMarket(): boolean {
    const time = this.first?.event.timestamp
    for (let index = this.#at; index < this.#entries.length; index += 1) {
      const { timestamp, type } = this.#entries[index]!.event
      if (timestamp !== time) return false
      if (type.startsWith('market.')) return true
    }
    return false
  }

  /** Leaves the first one behind. */
  pass(): void {
    this.#at += 1
  }

  /** The one of this sequence, if it is known and not behind. */
  find(sequence: number): LogEntry | undefined {
    let [low, high] = [this.#at, this.#entries.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#entries[middle]!.event.sequence < sequence) low = middle + 1
      else high = middle
    }
    const found = this.#entries[low]
    return found?.event.sequence === sequence ? found : undefined
  }

  /**
   * Gets to know what comes next: all of the time of the first one, and what was emitted up to `sequence`.
   *
   * @throws ConfigurationError `CONFIGURATION` if there is more than one session in the record.
   */
  async fill(sequence = 0): Promise<void> {
    if (this.#at > least) {
      this.#entries = this.#entries.slice(this.#at)
      this.#at = 0
    }
    while (!this.#ended && this.#needsMore(sequence)) {
      const { done, value } = await this.#reader.next()
      if (done === true) this.#ended = true
      else this.#add(value)
    }
  }

  async close(): Promise<void> {
    await this.#reader.return()
  }

  #needsMore(sequence: number): boolean {
    const count = this.#entries.length - this.#at
    if (count < least || this.#sequence < sequence) return true
    const last = this.#entries.at(-1)!
    return count < most && last.event.timestamp === this.first!.event.timestamp
  }

  #add(entry: LogEntry): void {
    const { sequence } = entry.event
    if (sequence <= this.#sequence) {
      throw new ConfigurationError(
        `The log holds more than one session: at position ${entry.position} the sequence goes from ${this.#sequence} back to ${sequence}. Replay them one by one, with from and limit.`,
      )
    }
    this.#sequence = sequence
    this.#entries.push(entry)
  }
}
