import type { TradewireEvent } from '../events/envelope.ts'
import { runsWithin } from './deadlock.ts'
import type { Flight } from './flight.ts'
import type { Subscriber } from './subscriber.ts'

/** What has to know when handlers settle. */
export interface PendingHost {
  /** The handler of `subscriber` has rejected. */
  rejected(subscriber: Subscriber, pending: Pending, error: unknown): void
  /** Every handler of the event has settled. */
  settled(pending: Pending): void
}

/** An event some of whose handlers have returned promises that have not all settled. */
export class Pending {
  readonly event: TradewireEvent
  readonly flight: Flight | undefined
  /** Called once all have settled. */
  resolve: ((event: TradewireEvent) => void) | undefined = undefined
  /** Neighbours in the list of {@link PendingList}. */
  previous: Pending | undefined = undefined
  next: Pending | undefined = undefined
  /** For each handler, a promise that settles after it and that nobody else sees. */
  tail: Promise<void> | undefined = undefined
  moreTails: Promise<void>[] | undefined = undefined
  /** How many of them {@link PendingList.runsInHandler} awaits. */
  probed = 0
  readonly #host: PendingHost
  /** Handlers that have not settled. */
  #count = 0
  readonly #arrive: () => void

  constructor(event: TradewireEvent, flight: Flight | undefined, host: PendingHost) {
    this.event = event
    this.flight = flight
    this.#host = host
    this.#arrive = () => {
      this.#count -= 1
      if (this.#count === 0) this.#host.settled(this)
    }
  }

  /** Waits for the promise that the handler of `subscriber` returned, too. */
  follow(subscriber: Subscriber, promise: Promise<unknown>): void {
    const tail = promise.then(this.#arrive, (error: unknown) => {
      this.#host.rejected(subscriber, this, error)
      this.#arrive()
    })
    this.#count += 1
    if (this.tail === undefined) this.tail = tail
    else (this.moreTails ??= []).push(tail)
  }
}

let lists = 0

/** The events of one bus that are pending, and who waits for there to be none. */
export class PendingList {
  #first: Pending | undefined = undefined
  /** Serial emissions that have not ended. */
  #serials = 0
  #idleWaiters: (() => void)[] = []
  /** Awaits a tail, and is found on the stack of what that tail waits for. */
  readonly #probe: (tail: Promise<void>) => Promise<void>
  readonly #probeName: string

  constructor() {
    lists += 1
    this.#probeName = `handlerOfBus${lists}_`
    // A computed name is the name of the function.
    this.#probe = {
      [this.#probeName]: async (tail: Promise<void>) => {
        await tail
      },
    }[this.#probeName]!
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
    this.#wake()
  }

  beginSerial(): void {
    this.#serials += 1
  }

  endSerial(): void {
    this.#serials -= 1
    this.#wake()
  }

  get empty(): boolean {
    return this.#first === undefined && this.#serials === 0
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
   */
  runsInHandler(): boolean {
    for (let pending = this.#first; pending !== undefined; pending = pending.next) {
      // A second probe would hide the first: V8 follows promises that one thing alone awaits.
      if (pending.probed === 0) void this.#probe(pending.tail!)
      const more = pending.moreTails ?? []
      for (const tail of more.slice(Math.max(0, pending.probed - 1))) void this.#probe(tail)
      pending.probed = 1 + more.length
    }
    return this.#first !== undefined && runsWithin(this.#probeName)
  }

  #wake(): void {
    if (!this.empty || this.#idleWaiters.length === 0) return
    const waiters = this.#idleWaiters
    this.#idleWaiters = []
    for (const resolve of waiters) resolve()
  }
}
