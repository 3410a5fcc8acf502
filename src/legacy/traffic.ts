import { announcementsOf } from '../bus/backstage.ts'
import type { LegacyHost } from './options.ts'
import { type LegacyShare, shareOf } from './report.ts'

/** On whose behalf the adapter emits: for legacy code, or to report something itself. */
export type Sender = 'legacy' | 'report'

/** Counts whose the events of a bus are, from the making of an adapter on. */
export class Traffic {
  readonly #bus: Pick<LegacyHost, 'eventCounts'>
  /** Events on the bus before. */
  readonly #before: number
  /** Events on the bus that the adapter has emitted, once the bus has returned from them. */
  readonly #sent: Record<Sender, number> = { legacy: 0, report: 0 }
  /** The outermost emission that the bus has not returned from, and the typed events before it. */
  #open: { readonly sender: Sender; readonly typed: number } | undefined = undefined

  constructor(bus: Pick<LegacyHost, 'eventCounts'>) {
    this.#bus = bus
    this.#before = this.#countEvents()
  }

  /** Does `emission`, which emits one event or throws, and returns what it returns. */
  count<Result>(sender: Sender, emission: () => Result): Result {
    const outermost = this.#open === undefined
    if (outermost) this.#open = { sender, typed: this.#countOthers() }
    try {
      const result = emission()
      this.#sent[sender] += 1
      return result
    } finally {
      if (outermost) this.#open = undefined
    }
  }

  /** How the events divide, the own reports of adapter and bus left out. */
  share(): LegacyShare {
    // A report of the bus counts before its turn in the line has come.
    const others = Math.max(0, this.#countOthers())
    const open = this.#open
    // An emission under way is no event while a middleware still looks at it.
    if (open === undefined || others <= open.typed) return shareOf(this.#sent.legacy, others)
    return shareOf(this.#sent.legacy + (open.sender === 'legacy' ? 1 : 0), others - 1)
  }

  /** Events that are not known to be of the adapter: typed ones, and one that is under way. */
  #countOthers(): number {
    return this.#countEvents() - this.#before - this.#sent.legacy - this.#sent.report
  }

  /** Events on the bus, without those that it makes itself. */
  #countEvents(): number {
    let events = -announcementsOf(this.#bus)
    for (const count of this.#bus.eventCounts().values()) events += count
    return events
  }
}
