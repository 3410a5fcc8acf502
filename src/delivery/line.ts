import { Chain } from './chain.ts'
import type { Entry } from './entry.ts'
import { laneCount, Turns } from './turns.ts'

/** The events that wait in a mailbox: first in, first out in each lane, the lanes taking turns. */
export class Line {
  size = 0
  readonly #lanes: readonly Chain<Entry>[] = Array.from({ length: laneCount }, () => new Chain())
  /** A bit for each lane that is not empty. */
  #filled = 0
  readonly #turns = new Turns()

  /** The most urgent lane that is not empty; {@link laneCount} if all are. */
  get mostUrgent(): number {
    const filled = this.#filled
    return filled === 0 ? laneCount : 31 - Math.clz32(filled & -filled)
  }

  /** The least urgent lane that is not empty; -1 if all are. */
  get leastUrgent(): number {
    return 31 - Math.clz32(this.#filled)
  }

  push(entry: Entry): void {
    const { lane } = entry
    this.#lanes[lane]!.append(entry)
    this.#filled |= 1 << lane
    this.size += 1
  }

  /** Puts an entry that was here before where its event's sequence belongs. */
  insert(entry: Entry): void {
    const lane = this.#lanes[entry.lane]!
    const { sequence } = entry.event
    let successor = lane.first
    while (successor !== undefined && successor.event.sequence < sequence) {
      successor = successor.next
    }
    lane.insertBefore(entry, successor)
    this.#filled |= 1 << entry.lane
    this.size += 1
  }

  /** Takes the next in turn; undefined if there is none. */
  take(): Entry | undefined {
    if (this.#filled === 0) return undefined
    const entry = this.#lanes[this.#turns.next(this.#filled)]!.first!
    this.remove(entry)
    return entry
  }

  remove(entry: Entry): void {
    const lane = this.#lanes[entry.lane]!
    lane.remove(entry)
    if (lane.first === undefined) this.#filled &= ~(1 << entry.lane)
    this.size -= 1
  }

  oldest(lane: number): Entry | undefined {
    return this.#lanes[lane]!.first
  }

  newest(lane: number): Entry | undefined {
    return this.#lanes[lane]!.last
  }

  /** The first of each lane that is not empty. */
  heads(): Entry[] {
    return this.#lanes.flatMap(({ first }) => (first === undefined ? [] : [first]))
  }
}
