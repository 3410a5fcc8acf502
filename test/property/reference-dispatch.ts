import type { DrivenEvent, DrivenObserver, SubjectSettings } from './driven-bus.ts'
import { CodedError, covers, requireKnown } from './reference-names.ts'
import type { ReferenceSubscription } from './reference-subscription.ts'

/** An event in line for its dispatch, and who is told how that ended. */
export interface Emission {
  readonly event: DrivenEvent
  readonly depth: number
  readonly serial: boolean
  failures: number
  readonly onLanded: () => void
}

/**
 * How events reach handlers, in the plainest form: arrays that are filtered and sorted for every
 * event, one queue, one loop, and no thought for speed.
 */
export class ReferenceDispatch {
  closed = false
  now = 0
  subscribers: readonly ReferenceSubscription[] = []
  /** Every event there ever was. */
  readonly emitted: DrivenEvent[] = []
  readonly observers: DrivenObserver[] = []
  protected busy = false
  protected readonly queue: Emission[] = []
  readonly #settings: SubjectSettings
  #depth = 0
  /** Handlers that have not settled, and serial emissions that have not ended. */
  #running = 0
  #idleWaiters: (() => void)[] = []

  constructor(settings: SubjectSettings) {
    this.#settings = settings
  }

  /** Who hears a type, in order of call. */
  hearing(type: string): ReferenceSubscription[] {
    return this.subscribers
      .filter(({ patterns }) => patterns.some((pattern) => covers(pattern, type)))
      .toSorted((left, right) => this.compare(left, right))
  }

  /** Refuses an emission that may not be now. */
  requireRoom(type: string, cause: DrivenEvent | undefined): void {
    const { maxDepth } = this.#settings
    if (this.closed) throw new CodedError('BUS_CLOSED')
    if (this.busy && this.#depth >= maxDepth) throw new CodedError('EMIT_DEPTH')
    requireKnown(type)
    if (this.#chainAfter(cause) > maxDepth) throw new CodedError('EMIT_DEPTH')
  }

  /** How many causes in a row an event of now would have that are of now, too. */
  #chainAfter(cause: DrivenEvent | undefined): number {
    let length = 0
    let link = cause
    while (link !== undefined && link.timestamp === this.now) {
      length += 1
      const { causationId } = link
      link = this.emitted.find(({ id }) => id === causationId)
    }
    return length
  }

  mint(type: string, data: object, cause: DrivenEvent | undefined): DrivenEvent {
    const sequence = this.emitted.length + 1
    const id = `sim-${sequence}`
    const correlationId = cause?.correlationId ?? id
    const causationId = cause?.id
    const timestamp = this.now
    const event = { id, type, data, timestamp, sequence, correlationId, causationId }
    this.emitted.push(event)
    return event
  }

  /** Puts events in line, and dispatches them at once unless a dispatch is under way. */
  launch(events: readonly DrivenEvent[], serial: boolean, onLanded: () => void): Emission[] {
    const depth = this.busy ? this.#depth + 1 : 0
    const emissions = events.map((event) => ({ event, depth, serial, failures: 0, onLanded }))
    for (const emission of emissions) this.enqueue(emission)
    if (!this.busy) this.#during(0, () => {})
    return emissions
  }

  observe(tell: (observer: DrivenObserver) => void): void {
    for (const observer of this.observers) tell(observer)
  }

  /** Counts an event that did not reach a subscriber, and was not accepted before. */
  #pass(subscriber: ReferenceSubscription, event: DrivenEvent): void {
    subscriber.stats.accepted += 1
    this.#drop(subscriber, event, 'paused')
  }

  /** Counts an event that a stream has taken and dropped. */
  dropTaken(subscriber: ReferenceSubscription, event: DrivenEvent): void {
    subscriber.stats.delivered -= 1
    this.#drop(subscriber, event, 'overflow')
  }

  #drop(subscriber: ReferenceSubscription, { type }: DrivenEvent, reason: string): void {
    subscriber.stats.dropped += 1
    this.observe((observer) => observer.onDropped?.({ type, reason }))
  }

  /** Refuses to wait inside a handler. */
  requireOutside(): void {
    if (this.busy) throw new CodedError('WOULD_DEADLOCK')
  }

  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
  }

  protected enqueue(emission: Emission): void {
    this.queue.push(emission)
  }

  /** Who gets an event: decided when its dispatch begins. */
  protected audience(event: DrivenEvent): Iterable<ReferenceSubscription> {
    return this.hearing(event.type)
  }

  /** Whether `left` is called before `right`. */
  protected compare(left: ReferenceSubscription, right: ReferenceSubscription): number {
    return right.priority - left.priority || left.order - right.order
  }

  protected call(subscriber: ReferenceSubscription, event: DrivenEvent): unknown {
    if (subscriber.once) subscriber.unsubscribe()
    return subscriber.handler(event)
  }

  protected dispatch(emission: Emission): void {
    this.#depth = emission.depth
    this.observe((observer) => observer.onEmitted?.(emission.event))
    if (emission.serial) this.#dispatchSerially(emission)
    else this.#dispatchAtOnce(emission)
  }

  /** Does `work` as part of a dispatch, and then dispatches all that is in line. */
  #during(depth: number, work: () => void): void {
    if (this.busy) {
      work()
      return
    }
    this.busy = true
    this.#depth = depth
    work()
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      this.dispatch(next)
    }
    this.busy = false
  }

  #dispatchAtOnce(emission: Emission): void {
    // One for ourselves, so that handlers that settle early do not land it too soon.
    let unsettled = 1
    const onSettled = (): void => {
      unsettled -= 1
      if (unsettled === 0) emission.onLanded()
    }
    for (const subscriber of this.audience(emission.event)) {
      unsettled += 1
      this.#offer(subscriber, emission.event, emission, onSettled)
    }
    onSettled()
  }

  #dispatchSerially(emission: Emission): void {
    this.#running += 1
    const line: ReferenceSubscription[] = []
    for (const subscriber of this.audience(emission.event)) {
      if (subscriber.backlog === undefined) line.push(subscriber)
      else this.#offer(subscriber, emission.event, undefined, () => {})
    }
    for (const subscriber of line) subscriber.backlog = []
    const goOn = (): void => {
      const subscriber = line.shift()
      if (subscriber === undefined) {
        emission.onLanded()
        this.#stopped()
        return
      }
      let settled = false
      let returned = false
      this.#during(emission.depth, () => {
        const waiting = subscriber.backlog ?? []
        subscriber.backlog = undefined
        this.#offer(subscriber, emission.event, emission, () => {
          settled = true
          if (returned) goOn()
        })
        for (const event of waiting) this.#offer(subscriber, event, undefined, () => {})
      })
      returned = true
      if (settled) goOn()
    }
    goOn()
  }

  /** Lets a subscriber have an event, if it is to have it; `onSettled` is called exactly once. */
  #offer(
    subscriber: ReferenceSubscription,
    event: DrivenEvent,
    emission: Emission | undefined,
    onSettled: () => void,
  ): void {
    let result: unknown
    try {
      if (!this.#admits(subscriber, event)) {
        onSettled()
        return
      }
      subscriber.stats.lastDeliveredAt = event.timestamp
      result = this.call(subscriber, event)
    } catch {
      this.#fail(subscriber, event, emission)
      onSettled()
      return
    }
    if (result instanceof Promise) {
      void this.#follow(subscriber, event, emission, result).then(onSettled)
      return
    }
    this.#delivered(subscriber, event)
    onSettled()
  }

  #admits(subscriber: ReferenceSubscription, event: DrivenEvent): boolean {
    if (!subscriber.active) return false
    if (subscriber.paused) {
      this.#pass(subscriber, event)
      return false
    }
    if (subscriber.backlog !== undefined) {
      subscriber.backlog.push(event)
      return false
    }
    // A predicate may end the very subscription that it is asked for.
    return (subscriber.where === undefined || subscriber.where(event)) && subscriber.active
  }

  async #follow(
    subscriber: ReferenceSubscription,
    event: DrivenEvent,
    emission: Emission | undefined,
    promise: Promise<unknown>,
  ): Promise<void> {
    this.#running += 1
    try {
      await promise
      this.#delivered(subscriber, event)
    } catch {
      this.#fail(subscriber, event, emission)
    }
    this.#stopped()
  }

  #delivered(subscriber: ReferenceSubscription, event: DrivenEvent): void {
    subscriber.stats.accepted += 1
    subscriber.stats.delivered += 1
    this.observe((observer) => observer.onHandled?.(event, subscriber))
  }

  #fail(
    subscriber: ReferenceSubscription,
    event: DrivenEvent,
    emission: Emission | undefined,
  ): void {
    // Without dead letters, what a handler has failed on is given up.
    subscriber.stats.accepted += 1
    subscriber.stats.failed += 1
    subscriber.stats.dropped += 1
    if (emission !== undefined) emission.failures += 1
    this.observe((observer) => observer.onFailed?.(event, subscriber))
    if (event.type === 'system.error') {
      this.#settings.onError()
      return
    }
    const heard = this.hearing('system.error').length > 0
    this.launch([this.mint('system.error', {}, event)], false, () => {})
    if (!heard) this.#settings.onError()
  }

  #stopped(): void {
    this.#running -= 1
    if (this.#running > 0) return
    for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }
}
