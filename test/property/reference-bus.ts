import type {
  BatchItem,
  DrivenBus,
  DrivenEvent,
  DrivenHandler,
  DrivenObserver,
  DrivenOptions,
  DrivenStream,
  DrivenStreamOptions,
  DrivenSubscription,
  DrivenWaitOptions,
  EmissionOptions,
  Patterns,
  SubjectSettings,
} from './driven-bus.ts'
import { type Emission, ReferenceDispatch } from './reference-dispatch.ts'
import { CodedError, nameOf, requireKnown } from './reference-names.ts'
import { ReferenceStream } from './reference-stream.ts'
import { type Kind, ReferenceSubscription } from './reference-subscription.ts'

interface Timer {
  readonly time: number
  readonly fire: () => void
}

/** The semantics of a bus in the plainest form. What it leaves out, programs do not use. */
export class ReferenceBus implements DrivenBus {
  protected timers: Timer[] = []
  readonly #settings: SubjectSettings
  readonly #dispatch: ReferenceDispatch
  /** What ends with the bus: waits and streams. */
  #endings: (() => void)[] = []
  #registrations = 0
  #closing: Promise<void> | undefined = undefined

  constructor(settings: SubjectSettings, dispatch = new ReferenceDispatch(settings)) {
    this.#settings = settings
    this.#dispatch = dispatch
  }

  get closed(): boolean {
    return this.#dispatch.closed
  }

  get history(): { query(): readonly DrivenEvent[] } {
    const { history } = this.#settings
    return { query: () => (history === 0 ? [] : this.#dispatch.emitted.slice(-history)) }
  }

  advance(ms: number): void {
    this.#dispatch.now += ms
    const { now } = this.#dispatch
    const due = this.timers.filter(({ time }) => time <= now)
    this.timers = this.timers.filter(({ time }) => time > now)
    for (const { fire } of due) fire()
  }

  pendingTimers(): number {
    return this.timers.length
  }

  on(patterns: Patterns, handler: DrivenHandler, options: DrivenOptions = {}): DrivenSubscription {
    return this.#subscribe(patterns, handler, options, 'handler')
  }

  off(target: DrivenSubscription | string): boolean {
    const found = this.#dispatch.subscribers.find((one) => one === target || one.id === target)
    found?.unsubscribe()
    return found !== undefined
  }

  clear(pattern?: string): number {
    if (pattern !== undefined) this.#requirePatterns([pattern])
    const gone = this.#dispatch.subscribers.filter(
      ({ kind, text }) => kind === 'handler' && (pattern === undefined || text === pattern),
    )
    for (const subscriber of gone) subscriber.unsubscribe()
    return gone.length
  }

  emitSync(type: string, data: object, { cause, throwOnError }: EmissionOptions = {}): DrivenEvent {
    const event = this.#accept(type, data, cause)
    const emission = this.#dispatch.launch([event], false, () => {})[0]!
    if (throwOnError === true) throwIfFailed(emission)
    return event
  }

  emit(type: string, data: object, options: EmissionOptions = {}): Promise<DrivenEvent> {
    return watched(this.#emit(type, data, options, false))
  }

  emitSerial(type: string, data: object, options: EmissionOptions = {}): Promise<DrivenEvent> {
    return watched(this.#emit(type, data, options, true))
  }

  async emitBatch(items: readonly BatchItem[]): Promise<readonly DrivenEvent[]> {
    for (const { type } of items) this.#requireRoom(type, undefined)
    const events = items.map(({ type, data }) => this.#dispatch.mint(type, data, undefined))
    await new Promise<void>((resolve) => {
      let flying = events.length
      this.#dispatch.launch(events, false, () => {
        flying -= 1
        if (flying === 0) resolve()
      })
    })
    return events
  }

  waitFor(
    patterns: Patterns,
    { where, timeoutMs, signal }: DrivenWaitOptions = {},
  ): Promise<DrivenEvent> {
    return new Promise((resolve, reject) => {
      this.#requirePatterns(patterns)
      if (signal?.aborted === true) throw signal.reason
      const finish = (): void => {
        subscription.unsubscribe()
        this.timers = this.timers.filter((other) => other !== timer)
        this.#endings = this.#endings.filter((other) => other !== onClose)
        forgetAbort()
      }
      const fail = (error: unknown): void => {
        finish()
        reject(error)
      }
      const handler = (event: DrivenEvent): void => {
        try {
          if (where !== undefined && !where(event)) return
          finish()
          resolve(event)
        } catch (error) {
          fail(error)
        }
      }
      const subscription = this.#subscribe(patterns, handler, {}, 'wait')
      const onClose = (): void => fail(new CodedError('BUS_CLOSED'))
      this.#endings.push(onClose)
      const forgetAbort = onAbort(signal, () => fail(signal?.reason))
      const fire = (): void => fail(new CodedError('WAIT_TIMEOUT'))
      const timer = { time: this.#dispatch.now + (timeoutMs ?? 0), fire }
      if (timeoutMs !== undefined) this.timers.push(timer)
    })
  }

  stream(
    patterns: Patterns,
    { where, signal, ...options }: DrivenStreamOptions = {},
  ): DrivenStream {
    this.#requirePatterns(patterns)
    const stream = new ReferenceStream(options)
    if (signal?.aborted === true) {
      stream.end(signal.reason)
      return stream
    }
    const handler = (event: DrivenEvent): void => {
      const dropped = stream.take(event)
      if (dropped === undefined) return
      this.#dispatch.dropTaken(subscription, dropped)
      stream.endIfFull()
    }
    const subscription = this.#subscribe(patterns, handler, { where }, 'stream')
    const onClose = (): void => stream.end()
    this.#endings.push(onClose)
    const forgetAbort = onAbort(signal, () => stream.abort(signal?.reason))
    stream.onEnd = () => {
      subscription.unsubscribe()
      this.#endings = this.#endings.filter((other) => other !== onClose)
      forgetAbort()
    }
    return stream
  }

  observe(observer: DrivenObserver): void {
    this.#dispatch.observers.push(observer)
  }

  handlerCount(type?: string): number {
    const { subscribers } = this.#dispatch
    return type === undefined ? subscribers.length : this.#dispatch.hearing(type).length
  }

  subscriptions(): readonly DrivenSubscription[] {
    return this.#dispatch.subscribers
  }

  eventCounts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const { type } of this.#dispatch.emitted) {
      counts.set(nameOf(type), (counts.get(nameOf(type)) ?? 0) + 1)
    }
    return counts
  }

  async idle(): Promise<void> {
    this.#dispatch.requireOutside()
    await this.#dispatch.idle()
  }

  async close(): Promise<void> {
    try {
      this.#dispatch.requireOutside()
    } catch (error) {
      this.#settings.onError()
      throw error
    }
    this.#closing ??= this.#end()
    await this.#closing
  }

  async #end(): Promise<void> {
    this.#dispatch.closed = true
    for (const end of this.#endings) end()
    await this.#dispatch.idle()
    for (const subscriber of this.#dispatch.subscribers) subscriber.unsubscribe()
  }

  #requirePatterns(patterns: Patterns): void {
    if (this.closed) throw new CodedError('BUS_CLOSED')
    for (const pattern of [patterns].flat()) requireKnown(pattern)
  }

  #subscribe(
    patterns: Patterns,
    handler: DrivenHandler,
    options: DrivenOptions,
    kind: Kind,
  ): ReferenceSubscription {
    const dispatch = this.#dispatch
    this.#requirePatterns(patterns)
    if (dispatch.subscribers.some(({ id }) => id === options.id)) {
      throw new CodedError('CONFIGURATION')
    }
    this.#registrations += 1
    const onEnd = (gone: ReferenceSubscription): void => {
      dispatch.subscribers = dispatch.subscribers.filter((other) => other !== gone)
      forgetAbort()
    }
    const order = this.#registrations
    const made = new ReferenceSubscription([patterns].flat(), handler, options, kind, order, onEnd)
    dispatch.subscribers = [...dispatch.subscribers, made]
    const forgetAbort = onAbort(options.signal, () => made.unsubscribe())
    if (options.signal?.aborted === true) made.unsubscribe()
    return made
  }

  #requireRoom(type: string, cause: DrivenEvent | undefined): void {
    try {
      this.#dispatch.requireRoom(type, cause)
    } catch (error) {
      this.#dispatch.observe(({ onDropped }) => onDropped?.({ type, reason: 'refused' }))
      throw error
    }
  }

  #accept(type: string, data: object, cause: DrivenEvent | undefined): DrivenEvent {
    this.#requireRoom(type, cause)
    return this.#dispatch.mint(type, data, cause)
  }

  async #emit(
    type: string,
    data: object,
    { cause, throwOnError }: EmissionOptions,
    serial: boolean,
  ): Promise<DrivenEvent> {
    const event = this.#accept(type, data, cause)
    let emission: Emission | undefined
    await new Promise<void>((resolve) => {
      emission = this.#dispatch.launch([event], serial, resolve)[0]
    })
    if (throwOnError === true) throwIfFailed(emission!)
    return event
  }
}

function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  signal?.addEventListener('abort', callback)
  return () => signal?.removeEventListener('abort', callback)
}

/** A failed emission that nobody awaits is no unhandled rejection. */
function watched(emission: Promise<DrivenEvent>): Promise<DrivenEvent> {
  emission.catch(() => {})
  return emission
}

function throwIfFailed({ failures }: Emission): void {
  if (failures > 0) throw new CodedError(`${failures} handlers failed`)
}
