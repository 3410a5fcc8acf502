import type { TradewireEvent } from '../events/envelope.ts'
import { Probe, type Probed } from '../delivery/deadlock.ts'
import type { Flight } from './flight.ts'
import type { Subscriber } from './subscriber.ts'
import { onRejection, thenOf } from '../delivery/thenable.ts'

/** What has to know when handlers settle. */
export interface PendingHost {
  /** Where handlers are counted. */
  readonly pending: { handlers: number }
  /** The handler of `subscriber` has rejected. */
  rejected(subscriber: Subscriber, pending: Pending, error: unknown): void
  /** Every handler of the event has settled. */
  settled(pending: Pending): void
  /** Every handler of an event has settled, and it still waits for room in mailboxes. */
  waitsForRoom(): void
  /** A handler has handled an event whose call is measured, and began at `startedAt`. */
  measured(subscriber: Subscriber, event: TradewireEvent, startedAt: number): void
}

/** One handler of a pending event. */
class Leg implements Probed {
  readonly subscriber: Subscriber
  /** What the handler returned. */
  readonly promise: Promise<unknown>
  /**
   * The last of a line of promises that settle after the handler, each awaited by the next alone; see
   * {@link PendingList.runsInHandler}.
   */
  tail: Promise<void>
  readonly next: Leg | undefined
  probed = false

  constructor(
    subscriber: Subscriber,
    promise: Promise<unknown>,
    tail: Promise<void>,
    next: Leg | undefined,
  ) {
    this.subscriber = subscriber
    this.promise = promise
    this.tail = tail
    this.next = next
  }
}

/**
 * An event some of whose handlers have returned promises that have not all settled.
 *
 * Its handlers share two reactions, because a closure for each would cost more than all else here.
 * So a rejection does not tell whose it is: the first one makes every handler be asked on its own.
 */
export class Pending {
  readonly event: TradewireEvent
  readonly flight: Flight | undefined
  /** Called once all have settled. */
  resolve: ((event: TradewireEvent) => void) | undefined = undefined
  /** Neighbours in the list of {@link PendingList}. */
  previous: Pending | undefined = undefined
  next: Pending | undefined = undefined
  /** The handler that was followed last; the others are behind it. */
  lastLeg: Leg | undefined = undefined
  readonly #host: PendingHost
  /** Promises that have not settled. */
  #count = 0
  /** Of these, those of events that wait for room in a mailbox: the mailbox counts them, too. */
  #doors = 0
  /** Whether a handler has rejected, so that each is asked on its own. */
  #asked = false
  readonly #arrive: () => void
  readonly #ask: () => void

  constructor(event: TradewireEvent, flight: Flight | undefined, host: PendingHost) {
    this.event = event
    this.flight = flight
    this.#host = host
    this.#arrive = () => {
      this.#count -= 1
      this.#host.pending.handlers -= 1
      if (this.#count === 0) this.#host.settled(this)
      // What waits for room, waits for its mailbox: that may be paused.
      else if (this.#count === this.#doors) this.#host.waitsForRoom()
    }
    this.#ask = () => {
      if (!this.#asked) this.#askAll()
    }
  }

  /** Waits for the promise that the handler of `subscriber` returned, too. */
  follow(subscriber: Subscriber, promise: Promise<unknown>): void {
    this.#count += 1
    this.#host.pending.handlers += 1
    let tail: Promise<void>
    try {
      tail = thenOf(promise, this.#arrivalOf(subscriber), this.#ask)
    } catch (error) {
      // Its constructor throws, and it is as good as rejected.
      tail = Promise.resolve().then(() => this.#rejected(subscriber, error))
    }
    this.lastLeg = new Leg(subscriber, promise, tail, this.lastLeg)
  }

  /** What is called when the promise of `subscriber` fulfils. */
  #arrivalOf(subscriber: Subscriber): () => void {
    const { delivery, measuredSince } = subscriber
    if (measuredSince !== undefined) {
      subscriber.measuredSince = undefined
      return () => {
        this.#host.measured(subscriber, this.event, measuredSince)
        this.#arrive()
      }
    }
    if (delivery === undefined) return this.#arrive
    this.#doors += 1
    this.#host.pending.handlers -= 1
    return () => this.#arriveAtDoor()
  }

  #rejected(subscriber: Subscriber, error: unknown): void {
    this.#host.rejected(subscriber, this, error)
    if (subscriber.delivery === undefined) this.#arrive()
    else this.#arriveAtDoor()
  }

  #arriveAtDoor(): void {
    this.#doors -= 1
    this.#host.pending.handlers += 1
    this.#arrive()
  }

  #askAll(): void {
    this.#asked = true
    const inOrder: Leg[] = []
    for (let leg = this.lastLeg; leg !== undefined; leg = leg.next) inOrder.unshift(leg)
    for (const leg of inOrder) leg.tail = leg.tail.then(() => this.#askOne(leg))
  }

  /** Asks a handler that has settled; one that has not must keep its line of promises. */
  #askOne({ subscriber, promise }: Leg): void {
    onRejection(promise, (error) => this.#rejected(subscriber, error))
  }
}

let lists = 0

/** The events of one bus that are pending, and who waits for there to be none. */
export class PendingList {
  /** How many handlers have not settled; what waits for room in mailboxes is not counted. */
  handlers = 0
  #first: Pending | undefined = undefined
  /** Serial emissions that have not ended, and events that a gate holds. */
  #others = 0
  #idleWaiters: (() => void)[] = []
  readonly #probe: Probe
  /** How the names of probes begin that are of this bus. */
  readonly probeName: string
  /** Whether mailboxes have something to do. */
  readonly #mailboxesBusy: () => boolean

  constructor(mailboxesBusy: () => boolean) {
    lists += 1
    this.probeName = `handlerOfBus${lists}_`
    this.#probe = new Probe(this.probeName)
    this.#mailboxesBusy = mailboxesBusy
  }

  add(pending: Pending): void {
    pending.next = this.#first
    if (this.#first !== undefined) this.#first.previous = pending
    this.#first = pending
  }

  remove(pending: Pending): void {
    if (pending.previous === undefined) this.#first = pending.next
    else pending.previous.next = pending.next
    if (pending.next !== undefined) pending.next.previous = pending.previous
    this.wake()
  }

  /** Something other than a handler or a mailbox begins that is pending. */
  begin(): void {
    this.#others += 1
  }

  end(): void {
    this.#others -= 1
    this.wake()
  }

  get empty(): boolean {
    return this.#others === 0 && !this.#mailboxesBusy() && this.handlers === 0
  }

  /** Whether somebody waits for nothing to be pending. */
  get awaited(): boolean {
    return this.#idleWaiters.length > 0
  }

  /** One handler that has not settled, in words; undefined where there is none. */
  get example(): string | undefined {
    const leg = this.#first?.lastLeg
    if (leg === undefined) return undefined
    const { type, id } = this.#first!.event
    return `the handler of subscription ${leg.subscriber.id} (${leg.subscriber.pattern}), called with ${type} ${id}`
  }

  /** Of how many events somebody awaits the end of the handlers, or of all that is pending. */
  get waits(): number {
    let waits = this.#idleWaiters.length
    for (let pending = this.#first; pending !== undefined; pending = pending.next) {
      if (pending.resolve !== undefined || pending.flight?.awaited === true) waits += 1
    }
    return waits
  }

  /** Resolves once nothing is pending. */
  idle(): Promise<void> {
    if (this.empty) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve)
    })
  }

  /**
   * Whether the running code is a part, over any number of awaits, of a handler that is pending.
   * Each pending handler gets something that awaits it, whose name then stands on the stack.
   *
   * @param watched whether there are calls that probes with names of this bus watch already.
   */
  runsInHandler(watched: boolean): boolean {
    for (let pending = this.#first; pending !== undefined; pending = pending.next) {
      for (let leg = pending.lastLeg; leg !== undefined; leg = leg.next) this.#probe.watch(leg)
    }
    return (watched || this.#first !== undefined) && this.#probe.onStack()
  }

  /** Tells those who wait for nothing to be pending, if nothing is. */
  wake(): void {
    if (this.#idleWaiters.length === 0 || !this.empty) return
    const waiters = this.#idleWaiters
    this.#idleWaiters = []
    for (const resolve of waiters) resolve()
  }
}
