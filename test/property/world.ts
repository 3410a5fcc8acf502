import { getEventListeners } from 'node:events'
import type {
  DrivenEvent,
  DrivenHandler,
  DrivenStream,
  DrivenSubscription,
  Subject,
  SubjectFactory,
  Where,
} from './driven-bus.ts'
import type { Act, HandlerPlan, HandlerResult, Program, WherePlan } from './program.ts'
import { CodedError } from './reference-names.ts'

/** How many acts handlers may do in all, so that every program ends. */
const mostNestedActs = 40

type Acting<Name extends Act['do']> = Extract<Act, { readonly do: Name }>

/** What returns no promise. */
type Silent = Exclude<Act, { readonly do: 'emit' | 'emitSync' | 'emitSerial' | 'batch' }>

/** A promise of a handler, and how it is settled. */
interface Deferred {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** One bus, what a program has made on it, and a trace of all that could be seen of it. */
export class World {
  /** What happened, in order. */
  readonly trace: string[] = []
  /** How promises settled, in no particular order: each with the step that it settled in. */
  readonly outcomes: string[] = []
  readonly subject: Subject
  readonly #subscriptions: DrivenSubscription[] = []
  readonly #streams: DrivenStream[] = []
  readonly #signals = new Map<number, AbortController>()
  #deferred: Deferred[] = []
  /** Names of the promises made. */
  #promises = 0
  #emissions = 0
  #nestedActs = 0
  #step = 0

  constructor(makeSubject: SubjectFactory, { maxDepth, history, observed }: Program) {
    const onError = (): void => this.#note('last resort')
    this.subject = makeSubject({ maxDepth, history, onError })
    if (observed) this.#watch()
  }

  /** Does one act of the program; its promises settle before the next step. */
  async perform(act: Act): Promise<void> {
    this.#step += 1
    if (act.do === 'settle') this.#settle(act)
    else if (act.do === 'advance') await this.subject.advance(act.ms)
    else void this.#act(act)
    const { bus } = this.subject
    this.#note(`${bus.handlerCount()} handlers, ${this.subject.pendingTimers()} timers`)
  }

  get unsettled(): number {
    return this.#deferred.length
  }

  /** Notes what a bus says of itself. */
  inspect(): void {
    const { bus } = this.subject
    for (const type of ['order.placed', 'action.buy.start', 'system.error']) {
      this.#note(`${bus.handlerCount(type)} hear ${type}`)
    }
    for (const subscription of [...bus.subscriptions(), ...this.#subscriptions]) {
      const { id, active, paused, stats } = subscription
      const { accepted, delivered, failed, dropped, lastDeliveredAt } = stats
      this.#note(
        `${id} ${active} ${paused} ${accepted} ${delivered} ${failed} ${dropped} ${lastDeliveredAt}`,
      )
    }
    for (const { size, dropped } of this.#streams) this.#note(`stream ${size} ${dropped}`)
    for (const { sequence } of bus.history.query()) this.#note(`history ${sequence}`)
    const counts = bus.eventCounts()
    for (const name of [...counts.keys()].toSorted()) this.#note(`${name}: ${counts.get(name)}`)
  }

  /** Abort listeners that are left on the signals of the program. */
  leftListeners(): number {
    let left = 0
    for (const { signal } of this.#signals.values()) {
      left += getEventListeners(signal, 'abort').length
    }
    return left
  }

  #note(line: string): void {
    this.trace.push(line)
  }

  #watch(): void {
    const told =
      (what: string) =>
      (event: DrivenEvent, { id }: DrivenSubscription) => {
        this.outcomes.push(`${id} ${what} ${event.sequence} @${this.#step}`)
      }
    this.subject.bus.observe({
      onEmitted: ({ sequence }) => this.#note(`observed ${sequence}`),
      onHandled: told('handled'),
      onFailed: told('failed'),
      onDropped: ({ type, reason }) => this.#note(`dropped ${type} ${reason}`),
    })
  }

  /** Does what may be done at top level and in handlers; returns the promise of an emission. */
  #act(act: Act, event?: DrivenEvent, self?: DrivenSubscription): Promise<unknown> | undefined {
    try {
      switch (act.do) {
        case 'emit':
        case 'emitSync':
        case 'emitSerial':
        case 'batch':
          return this.#emit(act, event)
        default:
          this.#actSilently(act, self)
      }
    } catch (error) {
      this.#note(`${act.do} threw ${codeOf(error)}`)
    }
    return undefined
  }

  #actSilently(act: Silent, self: DrivenSubscription | undefined): void {
    const { bus } = this.subject
    switch (act.do) {
      case 'subscribe':
        this.#subscribe(act)
        break
      case 'clear':
        this.#note(`cleared ${bus.clear(act.pattern)}`)
        break
      case 'wait':
        this.#wait(act)
        break
      case 'stream':
        this.#stream(act)
        break
      case 'read':
        this.#read(act.index)
        break
      case 'return':
        void pick(this.#streams, act.index)?.return()
        break
      case 'abort':
        this.#controller(act.index % 3).abort(new CodedError('ABORTED'))
        break
      case 'idle':
        this.#promise(act.do, bus.idle())
        break
      case 'close':
        this.#promise(
          act.do,
          bus.close().then(() => 'and told what became of events'),
        )
        break
      case 'settle':
      case 'advance':
        break
      default: {
        const target = act.index === -1 ? self : pick(this.#subscriptions, act.index)
        if (target === undefined) break
        if (act.do === 'off') this.#note(`off ${bus.off(act.index % 2 ? target : target.id)}`)
        else target[act.do]()
      }
    }
  }

  #subscribe({ patterns, plan, priority, once, where, signal, id }: Acting<'subscribe'>): void {
    const index = this.#subscriptions.length
    const self = (): DrivenSubscription | undefined => this.#subscriptions[index]
    const subscription = this.subject.bus.on(patterns, this.#handler(plan, index), {
      priority,
      once,
      where: this.#where(where, self),
      ...this.#signal(signal),
      ...(id === undefined ? {} : { id }),
    })
    this.#subscriptions.push(subscription)
    this.#note(`subscribed ${subscription.id}`)
  }

  #handler({ acts, result }: HandlerPlan, index: number): DrivenHandler {
    return (event) => {
      const { id, type, sequence, correlationId, causationId, timestamp, data } = event
      const count = this.subject.bus.handlerCount()
      const number = 'number' in data ? String(data.number) : 'a report'
      this.#note(
        `${index} gets ${id} ${sequence} ${type} ${correlationId} ${causationId} ${timestamp} ${number}, ${count} handlers`,
      )
      let nested: Promise<unknown> | undefined
      for (const act of acts) {
        this.#nestedActs += 1
        if (this.#nestedActs > mostNestedActs) break
        nested = this.#act(act, event, this.#subscriptions[index]) ?? nested
      }
      return this.#result(result, nested)
    }
  }

  #result(result: HandlerResult, nested: Promise<unknown> | undefined): unknown {
    switch (result) {
      case 'throw':
        throw new CodedError('THROWN')
      case 'defer':
        return new Promise<void>((resolve, reject) => {
          this.#deferred.push({ resolve, reject })
        })
      case 'promise':
        return Promise.resolve()
      case 'rejection':
        return Promise.reject(new CodedError('REJECTED'))
      default:
        return result === 'nested' ? nested : undefined
    }
  }

  #emit(
    act: Acting<'emit' | 'emitSync' | 'emitSerial'> | Acting<'batch'>,
    event: DrivenEvent | undefined,
  ): Promise<unknown> | undefined {
    const { bus } = this.subject
    this.#emissions += 1
    const data = { number: this.#emissions }
    if (act.do === 'batch') {
      const batch = bus.emitBatch(act.types.map((type) => ({ type, data })))
      this.#promise(
        act.do,
        batch.then((events) => events.map(({ sequence }) => sequence).join()),
      )
      return undefined
    }
    const { type, throwOnError } = act
    const options = { throwOnError, ...(act.caused && event !== undefined ? { cause: event } : {}) }
    if (act.do === 'emitSync') {
      this.#note(`emitted ${bus.emitSync(type, data, options).sequence}`)
      return undefined
    }
    const emitted = bus[act.do](type, data, options)
    this.#promise(
      act.do,
      emitted.then(({ sequence }) => sequence),
    )
    return throwOnError ? undefined : emitted.catch(() => {})
  }

  #wait({ patterns, where, timeoutMs, signal }: Acting<'wait'>): void {
    const event = this.subject.bus.waitFor(patterns, {
      where: this.#where(where),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...this.#signal(signal),
    })
    this.#promise(
      'wait',
      event.then(({ sequence }) => sequence),
    )
  }

  #stream({ patterns, where, capacity, overflow, signal }: Acting<'stream'>): void {
    const options = { capacity, overflow, where: this.#where(where), ...this.#signal(signal) }
    this.#streams.push(this.subject.bus.stream(patterns, options))
  }

  #read(index: number): void {
    const stream = pick(this.#streams, index)
    if (stream === undefined) return
    const next = stream.next().then(({ done, value }) => (done ? 'done' : value?.sequence))
    this.#promise('read', next)
  }

  #where(plan: WherePlan, self?: () => DrivenSubscription | undefined): Where {
    return ({ sequence }) => {
      if (plan === 'throws' && sequence % 3 === 0) throw new CodedError('PREDICATE')
      if (plan === 'leaves' && sequence % 3 === 0) self?.()?.unsubscribe()
      return plan === 'odd' ? sequence % 2 === 1 : plan !== 'even' || sequence % 2 === 0
    }
  }

  #controller(index: number): AbortController {
    const known = this.#signals.get(index)
    if (known !== undefined) return known
    const made = new AbortController()
    this.#signals.set(index, made)
    return made
  }

  #signal(index: number): { readonly signal?: AbortSignal } {
    return index === -1 ? {} : { signal: this.#controller(index).signal }
  }

  #settle({ index, reject }: Acting<'settle'>): void {
    const deferred = pick(this.#deferred, index)
    this.#deferred = this.#deferred.filter((other) => other !== deferred)
    if (reject) deferred?.reject(new CodedError('REJECTED'))
    else deferred?.resolve()
  }

  #promise(what: string, promise: Promise<unknown>): void {
    this.#promises += 1
    const name = `${what} ${this.#promises}`
    promise.then(
      (value) => this.outcomes.push(`${name} resolved ${String(value)} @${this.#step}`),
      (error: unknown) => this.outcomes.push(`${name} rejected ${codeOf(error)} @${this.#step}`),
    )
  }
}

function pick<Item>(items: readonly Item[], index: number): Item | undefined {
  return items.length === 0 ? undefined : items[index % items.length]
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return `${error.errors.length} handlers failed`
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
