import { getEventListeners } from 'node:events'
import type * as fc from 'fast-check'
import { Choice } from './choice.ts'
import type {
  DrivenBus,
  DrivenEvent,
  DrivenSubscription,
  SubjectFactory,
  SubjectSettings,
} from './driven-bus.ts'
import { covers } from './reference-names.ts'

/** How many emissions handlers may make in all, so that every race ends. */
const mostNestedEmissions = 12
const mostSteps = 6

const patterns = ['order.placed', 'order.filled', 'order.*', '*', 'system.error'] as const
const types = ['order.placed', 'order.placed', 'order.filled', 'market.trade'] as const

/** What is known of one subscription, seen from outside. */
interface Listener {
  readonly pattern: string
  readonly once: boolean
  live: boolean
  /** Sequences that it has to get, noted as their dispatch begins. */
  readonly expected: number[]
  readonly gotten: number[]
  failures: number
  subscription?: DrivenSubscription
}

/** One wait, and how it has to end. */
interface Wait {
  readonly pattern: string
  readonly controller: AbortController
  expected: string | undefined
  readonly ends: string[]
}

/**
 * Clients and asynchronous handlers of one bus, in an order that a scheduler chooses, and a ledger of
 * what has to come of it. Handlers touch the bus only after an await, so whoever is there as the
 * dispatch of an event begins gets it.
 */
export class Race {
  readonly #scheduler: fc.Scheduler
  readonly #choice: Choice
  readonly #bus: DrivenBus
  /** Whether there are serial emissions: what they hold back from a wait, it may never see. */
  readonly #withSerial: boolean
  readonly #listeners: Listener[] = []
  readonly #waits: Wait[] = []
  /** Handlers that have not ended, by sequence. */
  readonly #running = new Map<number, number>()
  /** Handlers that have failed, by sequence. */
  readonly #failed = new Map<number, number>()
  /** Sequences of serial emissions that have all of their handlers to themselves. */
  readonly #serial = new Set<number>()
  #serialsInFlight = 0
  readonly #problems: string[] = []
  #sequence = 0
  #nestedEmissions = 0
  #reports = 0
  #lastResorts = 0

  constructor(makeSubject: SubjectFactory, scheduler: fc.Scheduler, seed: number) {
    this.#scheduler = scheduler
    this.#choice = new Choice(seed)
    this.#withSerial = this.#choice.chance(3)
    // A failure whose system.error nobody hears is told here, too; it is counted as the event.
    const onError: SubjectSettings['onError'] = (_error, context) => {
      if (context?.event?.type === 'system.error') this.#lastResorts += 1
    }
    this.#bus = makeSubject({ maxDepth: 100, history: 10, onError }).bus
    this.#bus.observe({ onEmitted: (event) => this.#begin(event) })
  }

  /** Runs it to its end. Throws what was wrong. */
  async run(): Promise<void> {
    for (let count = this.#choice.below(4); count >= 0; count -= 1) this.#subscribe()
    const clients = Array.from({ length: 2 + this.#choice.below(2) }, () => this.#client())
    await this.#scheduler.waitFor(Promise.all(clients))
    await this.#scheduler.waitIdle()
    await this.#bus.idle()
    for (const [index, listener] of this.#listeners.entries()) this.#checkListener(index, listener)
    const failures = [...this.#failed.values()].reduce((sum, count) => sum + count, 0)
    this.#require(failures === this.#reports + this.#lastResorts, `${failures} failures are told`)
    await this.#close()
    if (this.#problems.length > 0) throw new Error(this.#problems.join('\n'))
  }

  #require(holds: boolean, what: string): void {
    if (!holds) this.#problems.push(`It does not hold that ${what}.`)
  }

  /** The dispatch of an event begins: notes who has to get it. */
  #begin({ sequence, type }: DrivenEvent): void {
    this.#sequence += 1
    this.#require(sequence === this.#sequence, `event ${sequence} is the next`)
    if (type === 'system.error') this.#reports += 1
    for (const listener of this.#listeners) {
      if (!listener.live || !covers(listener.pattern, type)) continue
      listener.expected.push(sequence)
      listener.live = !listener.once
    }
    for (const wait of this.#waits) {
      if (covers(wait.pattern, type)) wait.expected ??= `got ${sequence}`
    }
  }

  async #client(): Promise<void> {
    for (let count = 1 + this.#choice.below(mostSteps); count > 0; count -= 1) {
      await this.#scheduler.schedule(Promise.resolve(), 'client')
      await this.#step()
    }
  }

  async #step(): Promise<void> {
    switch (this.#choice.below(7)) {
      case 0:
        this.#subscribe()
        return
      case 1:
        this.#unsubscribe()
        return
      case 2:
        this.#wait()
        return
      case 3:
        if (this.#choice.chance(2)) this.#abort()
        else await this.#emitBatch()
        return
      default:
        await this.#emit()
    }
  }

  #subscribe(): void {
    const pattern = this.#choice.of(patterns)
    const once = this.#choice.chance(5)
    const listener: Listener = {
      pattern,
      once,
      live: true,
      expected: [],
      gotten: [],
      failures: 0,
    }
    const priority = this.#choice.below(3)
    const handler = (event: DrivenEvent): unknown => this.#handle(listener, event)
    listener.subscription = this.#bus.on(pattern, handler, { once, priority })
    this.#listeners.push(listener)
  }

  #unsubscribe(): void {
    const listener = this.#choice.of(this.#listeners)
    listener.subscription?.unsubscribe()
    listener.live = false
    // What a serial emission held for it is gone with it.
    listener.expected.length = listener.gotten.length
  }

  #wait(): void {
    const pattern = this.#choice.of(patterns)
    const controller = new AbortController()
    const wait: Wait = { pattern, controller, expected: undefined, ends: [] }
    this.#waits.push(wait)
    this.#bus.waitFor(pattern, { signal: controller.signal }).then(
      ({ sequence }) => wait.ends.push(`got ${sequence}`),
      (error: unknown) => wait.ends.push(String(error)),
    )
  }

  #abort(): void {
    const wait = this.#waits.find(({ expected }) => expected === undefined)
    if (wait === undefined) return
    wait.expected = 'aborted'
    wait.controller.abort('aborted')
  }

  async #emit(): Promise<void> {
    const serial = this.#withSerial && this.#choice.chance(3)
    const type = this.#choice.of(types)
    const throwOnError = this.#choice.chance(4)
    // At top level its dispatch begins before the call returns.
    const sequence = this.#sequence + 1
    // Handlers that a serial emission holds back get it later, and nobody waits for them.
    const alone = this.#serialsInFlight === 0
    if (serial && alone) this.#serial.add(sequence)
    const emitted = this.#bus[serial ? 'emitSerial' : 'emit'](type, {}, { throwOnError })
    if (serial) void this.#countSerial(emitted)
    if (!alone || this.#choice.chance(3)) return
    try {
      const event = await emitted
      this.#require(event.sequence === sequence, `emit ${sequence} resolves to its event`)
      this.#require(!throwOnError || !this.#failed.has(sequence), `${sequence} has no failure`)
    } catch (error) {
      const count = error instanceof AggregateError ? error.errors.length : 0
      this.#require(throwOnError && count === this.#failed.get(sequence), `${sequence} tells all`)
    }
    this.#requireEnded(sequence)
  }

  async #countSerial(emitted: Promise<unknown>): Promise<void> {
    this.#serialsInFlight += 1
    await emitted.catch(() => {})
    this.#serialsInFlight -= 1
  }

  async #emitBatch(): Promise<void> {
    const first = this.#sequence + 1
    const alone = this.#serialsInFlight === 0
    const events = await this.#bus.emitBatch([
      { type: this.#choice.of(types), data: {} },
      { type: this.#choice.of(types), data: {} },
    ])
    for (const [index, { sequence }] of events.entries()) {
      this.#require(sequence === first + index, 'a batch is in order')
      if (alone) this.#requireEnded(sequence)
    }
  }

  #requireEnded(sequence: number): void {
    this.#require((this.#running.get(sequence) ?? 0) === 0, `all handlers of ${sequence} ended`)
  }

  async #handle(listener: Listener, event: DrivenEvent): Promise<void> {
    const { sequence, type } = event
    const running = this.#running.get(sequence) ?? 0
    this.#require(running === 0 || !this.#serial.has(sequence), `${sequence} is handled serially`)
    this.#running.set(sequence, running + 1)
    listener.gotten.push(sequence)
    const choice = new Choice(sequence * 31 + this.#listeners.indexOf(listener))
    try {
      if (choice.chance(3)) await this.#scheduler.schedule(Promise.resolve(), `handler ${sequence}`)
      else await Promise.resolve()
      if (choice.chance(3) && this.#nestedEmissions < mostNestedEmissions) {
        this.#nestedEmissions += 1
        const emitted = this.#bus.emit(choice.of(types), {}, { cause: event })
        if (choice.chance(2)) await emitted
      }
      if (!choice.chance(5)) return
      listener.failures += 1
      this.#failed.set(sequence, (this.#failed.get(sequence) ?? 0) + 1)
      throw new Error(`a failure on ${type}`)
    } finally {
      this.#running.set(sequence, this.#running.get(sequence)! - 1)
    }
  }

  #checkListener(index: number, listener: Listener): void {
    const { expected, gotten, failures, once } = listener
    const name = `listener ${index}`
    this.#require(
      gotten.join() === expected.join(),
      `${name} got ${expected.join()}, not ${gotten.join()}`,
    )
    this.#require(!once || gotten.length <= 1, `${name} is called once`)
    const { accepted, delivered, dropped, failed } = listener.subscription!.stats
    this.#require(accepted === gotten.length, `${name} accepted ${accepted}`)
    this.#require(dropped === failures, `${name} gave up ${failures}, and not ${dropped}`)
    this.#require(failed === failures, `${name} failed ${failures} times, and not ${failed}`)
    this.#require(delivered === gotten.length - failures, `${name} handled ${delivered}`)
  }

  async #close(): Promise<void> {
    for (const wait of this.#waits) wait.expected ??= 'closed'
    await this.#bus.close()
    await Promise.resolve()
    for (const { expected, ends, controller } of this.#waits) {
      this.#require(ends.length === 1, `a wait ends once, and not ${ends.length} times`)
      const end = ends[0]?.includes('closed') === true ? 'closed' : ends[0]
      this.#require(this.#withSerial || end === expected, `a wait ends ${expected}, and not ${end}`)
      const left = getEventListeners(controller.signal, 'abort').length
      this.#require(left === 0, `no abort listener is left, and not ${left}`)
    }
    this.#require(this.#bus.handlerCount() === 0, 'no handler is left')
  }
}
