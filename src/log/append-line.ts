import type { Clock, Timer } from '../time/clock.ts'
import { GroupPace, mostGrouped } from './group-pace.ts'
import type { Durability, LogStore, StoredEvent } from './store.ts'

/** Commits that are on their way at once, so that the storage need not wait for the next one. */
const mostSent = 2

interface Waiting {
  readonly events: number
  readonly resolve: (positions: readonly number[]) => void
  readonly reject: (error: unknown) => void
}

/** Appends that share a commit. */
interface Group {
  readonly durability: Durability
  /** Whether nobody else may join. */
  readonly alone: boolean
  readonly events: StoredEvent[]
  readonly waiting: Waiting[]
}

/** Appends on their way to the storage, in order; those that come together share commits. */
export class AppendLine {
  readonly #store: LogStore
  readonly #clock: Clock
  readonly #pace: GroupPace
  readonly #committed: (positions: readonly number[]) => void
  #groups: Group[] = []
  /** On their way to the storage, which takes them in order. */
  readonly #sent = new Set<Promise<void>>()
  #timer: Timer | undefined = undefined
  #scheduled = false
  /** Whether somebody wants all of it gone now. */
  #hurried = false
  /** Events that are not durable yet. */
  pending = 0

  constructor(store: LogStore, clock: Clock, committed: (positions: readonly number[]) => void) {
    this.#store = store
    this.#clock = clock
    this.#pace = new GroupPace(clock)
    this.#committed = committed
  }

  /** Resolves to the positions of `events` once they are durable. */
  append(events: readonly StoredEvent[], durability: Durability): Promise<readonly number[]> {
    this.pending += events.length
    return new Promise((resolve, reject) => {
      const group = this.#groupFor(events, durability)
      for (const event of events) group.events.push(event)
      group.waiting.push({ events: events.length, resolve, reject })
      if (this.#scheduled) return
      // What is appended in the same breath shares the commit.
      this.#scheduled = true
      queueMicrotask(() => {
        this.#scheduled = false
        this.#pump()
      })
    })
  }

  /** Resolves once all appends so far have ended. */
  async settle(): Promise<void> {
    this.#hurried = true
    this.#pump()
    while (this.#sent.size > 0) await Promise.all(this.#sent)
    this.#hurried = false
  }

  #groupFor(events: readonly StoredEvent[], durability: Durability): Group {
    const last = this.#groups.at(-1)
    // What asks for a position may be refused, which is nobody else's business.
    const alone = durability === 'each' || events.some(({ position }) => position !== undefined)
    if (
      last !== undefined &&
      !alone &&
      !last.alone &&
      last.durability === durability &&
      last.events.length + events.length <= mostGrouped
    ) {
      return last
    }
    const group: Group = { durability, alone, events: [], waiting: [] }
    this.#groups.push(group)
    return group
  }

  #pump(): void {
    this.#timer?.cancel()
    for (;;) {
      const [group] = this.#groups
      if (group === undefined || this.#sent.size === mostSent) return
      const { alone, events } = group
      const full = this.#hurried || alone || this.#groups.length > 1 || events.length >= mostGrouped
      // While one is on its way, others gather.
      if (!full && this.#sent.size > 0) return
      const waitMs = full ? 0 : this.#pace.waitMs(events.length)
      if (waitMs > 0) {
        this.#timer = this.#clock.setTimer(waitMs, () => this.#pump())
        return
      }
      this.#groups.shift()
      this.#pace.sent(events.length)
      const sent: Promise<void> = this.#send(group).finally(() => {
        this.#sent.delete(sent)
        this.#pump()
      })
      this.#sent.add(sent)
    }
  }

  async #send({ events, durability, waiting }: Group): Promise<void> {
    try {
      const positions = await this.#store.append(events, { durability, lane: undefined })
      this.#committed(positions)
      let index = 0
      for (const { events: size, resolve } of waiting) {
        resolve(waiting.length === 1 ? positions : positions.slice(index, index + size))
        index += size
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    } finally {
      this.pending -= events.length
    }
  }
}
