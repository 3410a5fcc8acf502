import type { TradewireEvent } from 'tradewire'
import type { LogEntry, LogWriter } from 'tradewire/log'
import { type Item, keyOf, lineOf } from './log-model-list.ts'

/** A list that was given to `append`, and its answer once it has come. */
interface PendingList {
  readonly events: readonly TradewireEvent[]
  readonly promise: Promise<readonly number[]>
  positions: readonly number[] | undefined
}

/** What was given to one writer, and how much of it was said to be durable. */
interface PendingLane {
  readonly writer: LogWriter
  readonly events: TradewireEvent[]
  /** Events of this writer that were found in the log and are not among `events` any more. */
  before: number
  durable: number
}

/** What a log has said to hold. */
export interface Acknowledged {
  readonly lists: readonly (readonly number[] | undefined)[]
  readonly lanes: readonly number[]
}

/** What was given to a log, and not found in it yet. Everything that it finds wrong, it throws. */
export class Ledger {
  #lists: PendingList[] = []
  #lanes: PendingLane[]

  constructor(writers: readonly LogWriter[]) {
    this.#lanes = writers.map((writer) => ({ writer, events: [], before: 0, durable: 0 }))
  }

  get events(): number {
    const ofLists = this.#lists.reduce((sum, { events }) => sum + events.length, 0)
    return this.#lanes.reduce((sum, { events }) => sum + events.length, ofLists)
  }

  appended(events: readonly TradewireEvent[], promise: Promise<readonly number[]>): void {
    const list: PendingList = { events, promise, positions: undefined }
    this.#lists.push(list)
    promise.then(
      (positions) => void (list.positions = positions),
      () => {},
    )
  }

  write(index: number, event: TradewireEvent): void {
    const lane = this.#lanes[index]!
    const ticket = lane.writer.write(event)
    lane.events.push(event)
    if (ticket !== lane.before + lane.events.length) throw new Error(`a ticket is ${ticket}`)
    lane.writer.durable(ticket).then(
      () => void (lane.durable = Math.max(lane.durable, ticket)),
      () => {},
    )
  }

  /** Resolves once all of it is durable. */
  async all(): Promise<void> {
    await Promise.all(this.#lists.map(({ promise }) => promise))
    await Promise.all(this.#lanes.map(({ writer }) => writer.flush()))
  }

  acknowledged(): Acknowledged {
    return {
      lists: this.#lists.map(({ positions }) => positions),
      lanes: this.#lanes.map(({ before, durable }) => durable - before),
    }
  }

  /**
   * Takes over what a log has got: all that was given to it, or after a crash what was acknowledged, and
   * what else got there, in order, without a gap.
   */
  take(found: readonly LogEntry[], last: number, told: Acknowledged | undefined): Item[] {
    const [lists, lanes] = [this.#lists, this.#lanes]
    const items = found.map(({ position, event }, index) => {
      if (position !== last + 1 + index) throw new Error(`a gap or a double at ${position}`)
      return { position, event: this.#sent(event, position) }
    })
    this.#requireLists(lists, items, told)
    for (const [index, lane] of lanes.entries()) {
      const mine = new Set(lane.events)
      const got = items.filter(({ event }) => mine.has(event))
      requirePrefix(`writer ${index}`, got, lane.events)
      const least = told === undefined ? lane.events.length : told.lanes[index]!
      if (got.length < least)
        throw new Error(`writer ${index}: ${got.length} of ${least} are there`)
    }
    this.#lists = []
    for (const lane of lanes) {
      lane.before += lane.events.length
      lane.events.length = 0
    }
    return items
  }

  /** The event that was given for what was found. */
  #sent(event: TradewireEvent, position: number): TradewireEvent {
    const candidates = [this.#lists.map(({ events }) => events), this.#lanes.map((l) => l.events)]
    const sent = candidates.flat(2).find(({ id }) => id === event.id)
    if (sent === undefined) throw new Error(`nobody has sent what is at ${position}`)
    if (keyOf(sent) !== keyOf(event)) {
      throw new Error(`not what was sent: ${lineOf({ position, event })}, but ${keyOf(sent)}`)
    }
    return sent
  }

  #requireLists(
    lists: readonly PendingList[],
    items: readonly Item[],
    told: Acknowledged | undefined,
  ): void {
    const places = new Map(items.map(({ event, position }) => [event, position]))
    let missing = false
    let before = 0
    for (const [index, { events }] of lists.entries()) {
      const got = events.map((event) => places.get(event))
      const said = told === undefined ? lists[index]!.positions : told.lists[index]
      const first = got[0]
      if (first === undefined) {
        if (told === undefined || said !== undefined) throw new Error(`list ${index} is not there`)
        missing = true
      } else if (missing || first <= before) throw new Error(`list ${index} is out of order`)
      const all = events.map((_, offset) => (first === undefined ? undefined : first + offset))
      if (got.join() !== all.join()) throw new Error(`list ${index} is torn: ${got.join()}`)
      if (said !== undefined && said.join() !== got.join()) {
        throw new Error(`list ${index} was to be at ${said.join()}, but is at ${got.join()}`)
      }
      before = got.at(-1) ?? before
    }
  }
}

function requirePrefix(who: string, got: readonly Item[], events: readonly TradewireEvent[]): void {
  for (const [index, { event }] of got.entries()) {
    if (event !== events[index]) throw new Error(`${who}: ${keyOf(event)} is out of order`)
  }
}
