import {
  createBus,
  type DeliveryOptions,
  type Drop,
  type EmitOptions,
  type HandlerContext,
  type Ledger,
  PermanentError,
  SimulatedClock,
  type Subscription,
  type TradewireEvent,
} from 'tradewire'
import { catalog, rest } from '../support/buses.ts'
import type { Outcome, Program, Spec, Step } from './delivery-program.ts'

/** What a subscription of a program is known to have done. */
class Subject {
  readonly subscription: Subscription
  readonly spec: Spec
  /** What ends each call, by the sequences of its events. */
  readonly ends = new Map<number, () => void>()
  /** Calls that have not settled, timed out or been told to stop. */
  running = 0
  calls = 0
  /** Sequences of the events that it has handled. */
  readonly handled = new Set<number>()
  /** Sequences of the events that it was called with. */
  readonly seen = new Set<number>()
  /** The sequence of the last first attempt, for each priority. */
  readonly latest = new Map<string, number>()
  /** The sequence of the first event of the call before. */
  previous = 0
  readonly drops = new Map<string, number>()
  /** `system.error` events about an event that it failed on for good. */
  reports = 0

  constructor(spec: Spec, subscribe: (subject: Subject) => Subscription) {
    this.spec = spec
    this.subscription = subscribe(this)
  }

  dropsBy(reasons: readonly string[]): number {
    return reasons.reduce((sum, reason) => sum + (this.drops.get(reason) ?? 0), 0)
  }
}

const dropReasons = ['overflow', 'rate-limit', 'memory', 'failed', 'unsubscribed']

/** Runs one program, and holds the bus to its promises at every moment that can be observed. */
export class DeliveryRun {
  /** What happened, in order. */
  readonly log: string[] = []
  /** Promises that were broken. */
  readonly violations: string[] = []
  readonly #clock = new SimulatedClock({ start: 1_000 })
  readonly #bus
  readonly #subjects: readonly Subject[]
  #emitted = 0
  /** Emissions that have not resolved. */
  #emitting = 0
  #idle = false
  #redelivered = 0
  #discarded = 0

  constructor(program: Program) {
    this.#bus = createBus({
      catalog,
      clock: this.#clock,
      deadLetters: { capacity: program.deadLetters },
      onError: (error) => this.#broken(`the last resort was told ${String(error)}`),
    })
    this.#bus.observe({
      onHandled: (event, { id }) => this.#observe(`handled ${event.sequence} ${id}`, event, id),
      onFailed: ({ sequence }, { id }) => {
        this.#subject(id)?.ends.get(sequence)?.()
        this.#note(`failed ${sequence} ${id}`)
      },
      onDropped: (drop) => this.#dropped(drop),
    })
    this.#bus.on('system.error', ({ data }) => {
      this.#note(`system.error ${data.subscriptionId} ${data.name} ${data.attempts}`)
      const subject = this.#subject(data.subscriptionId ?? '')
      if (subject === undefined) return
      // What found no room is a dead letter, if there are any, and what waited for too long is not.
      const lost = data.name === 'MailboxFullError'
      const kept = subject.spec.deadLetter !== 'none' && !data.message.includes(' within ')
      if (!lost || kept) subject.reports += 1
    })
    this.#bus.on('system.warning', ({ data }) => this.#note(`${data.code} ${data.message}`))
    this.#subjects = program.specs.map(
      (spec, index) => new Subject(spec, (subject) => this.#subscribe(`s${index}`, subject)),
    )
  }

  /** Does one step, and lets all run that can. */
  async take(step: Step): Promise<void> {
    this.#note(JSON.stringify(step))
    await this.#do(step)
    await rest()
    this.#note('at rest')
    this.#requireExplained()
  }

  /** Lets everything go on until it has ended. Returns what is still open then. */
  async finish(): Promise<void> {
    this.#bus.resume()
    for (const { subscription } of this.#subjects) subscription.resume()
    void this.#awaitIdle()
    for (let round = 0; round < 200 && !this.#idle; round += 1) {
      await this.#clock.advanceBy(1_000)
      this.#note('later')
    }
    await rest()
    this.#requireExplained()
    const { pending, depth } = this.#bus.stats
    if (!this.#idle) this.#broken('idle has not resolved')
    if (pending > 0 || depth > 0) this.#broken(`${pending} events are pending at the end`)
    if (this.#emitting > 0) this.#broken(`${this.#emitting} emissions have not resolved`)
  }

  async #awaitIdle(): Promise<void> {
    await this.#bus.idle()
    this.#idle = true
  }

  #subscribe(id: string, subject: Subject): Subscription {
    const { spec } = subject
    const call = (events: readonly TradewireEvent[], context: HandlerContext): unknown =>
      this.#call(subject, events, context)
    const options = { id, once: spec.once, ...optionsOf(spec) }
    return spec.batch === undefined
      ? this.#bus.on('note.made', (event, context) => call([event], context), options)
      : this.#bus.onBatch('note.made', call, { ...options, ...spec.batch })
  }

  #call(
    subject: Subject,
    events: readonly TradewireEvent[],
    { attempt, signal, subscription }: HandlerContext,
  ): unknown {
    const { spec } = subject
    const sequences = events.map(({ sequence }) => sequence)
    this.#note(`${subscription.id} call ${subject.calls}: ${sequences.join(' ')} #${attempt}`)
    subject.running += 1
    if (spec.concurrency !== 'unlimited' && subject.running > spec.concurrency) {
      this.#broken(`${subscription.id} runs ${subject.running} calls`)
    }
    this.#requireOrder(subject, events, attempt)
    const outcome = spec.script[subject.calls % spec.script.length]!
    subject.calls += 1
    let ended = false
    const end = (): void => {
      if (!ended) subject.running -= 1
      ended = true
    }
    for (const sequence of sequences) subject.ends.set(sequence, end)
    signal.addEventListener('abort', end, { once: true })
    return this.#act(outcome, end)
  }

  #act(outcome: Outcome, end: () => void): unknown {
    if (outcome.kind === 'hangs') return new Promise(() => {})
    if (outcome.kind === 'succeeds late' || outcome.kind === 'rejects late') {
      return this.#actLate(outcome, end)
    }
    end()
    if (outcome.kind === 'throws') throw new Error('at once')
    if (outcome.kind === 'gives up') throw new PermanentError('for good')
    return undefined
  }

  async #actLate(
    { kind, afterMs }: Extract<Outcome, { afterMs: number }>,
    end: () => void,
  ): Promise<void> {
    await this.#clock.sleep(afterMs)
    end()
    if (kind === 'rejects late') throw new Error('late')
  }

  /** First attempts begin in order of their sequence, and attempts at one event follow each other. */
  #requireOrder(subject: Subject, events: readonly TradewireEvent[], attempt: number): void {
    const { spec, latest, seen } = subject
    const first = events[0]!.sequence
    const keeps = spec.concurrency === 1 && spec.retry?.order === 'keep'
    if (attempt > 1 && keeps && first !== subject.previous) {
      this.#broken(`${first} is tried again after ${subject.previous} was tried`)
    }
    subject.previous = first
    if (attempt > 1) return
    for (const { sequence, priority } of events) {
      // What is redelivered after it was tried comes late by its nature, as does what was held.
      const late = seen.has(sequence) || this.#redelivered > 0 || spec.overflow === 'conflate'
      if (!late && sequence < (latest.get(priority) ?? 0)) {
        this.#broken(`${sequence} is called after ${latest.get(priority)}`)
      }
      latest.set(priority, sequence)
      seen.add(sequence)
    }
  }

  #do(step: Step): unknown {
    if (step.kind === 'emit') return this.#emit(step)
    if (step.kind === 'advance') return this.#clock.advanceBy(step.byMs)
    if (step.kind === 'pause bus') return this.#bus.pause()
    if (step.kind === 'resume bus') return this.#bus.resume()
    const { deadLetters } = this.#bus
    if (!('who' in step)) {
      const letter = deadLetters.list().find(({ subscriptionId }) => this.#isActive(subscriptionId))
      // By a filter: what is held behind another letter stays.
      const where = ({ id }: { readonly id: string }): boolean => id === letter?.id
      this.#redelivered += deadLetters.redeliver({ where })
      return undefined
    }
    const subject = this.#subjects[step.who % this.#subjects.length]!
    const filter = { subscriptionId: subject.subscription.id }
    if (step.kind === 'redeliver') this.#redelivered += deadLetters.redeliver(filter)
    else if (step.kind === 'discard') this.#discarded += deadLetters.discard(filter)
    else subject.subscription[step.kind]()
    return undefined
  }

  #emit({ count, priority }: Extract<Step, { kind: 'emit' }>): void {
    for (let index = 0; index < count; index += 1) {
      this.#emitted += 1
      // Every fifth is a copy of an earlier one.
      const copy = this.#emitted - (this.#emitted % 5 === 0 ? 3 : 0)
      void this.#emitOne({ text: String(this.#emitted % 4) }, { priority, metadata: { copy } })
    }
  }

  async #emitOne(data: { readonly text: string }, options: EmitOptions): Promise<void> {
    this.#emitting += 1
    await this.#bus.emit('note.made', data, options)
    this.#emitting -= 1
  }

  #isActive(id: string): boolean {
    return this.#subject(id)?.subscription.active === true
  }

  #subject(id: string): Subject | undefined {
    return this.#subjects?.find(({ subscription }) => subscription.id === id)
  }

  #observe(what: string, { sequence }: TradewireEvent, id: string): void {
    this.#note(what)
    const subject = this.#subject(id)
    if (subject === undefined) return
    if (subject.handled.has(sequence)) this.#broken(`${id} has handled ${sequence} twice`)
    subject.handled.add(sequence)
  }

  #dropped({ reason, event, subscription }: Drop): void {
    this.#note(`dropped ${event?.sequence} ${subscription?.id} ${reason}`)
    const subject = this.#subject(subscription?.id ?? '')
    subject?.drops.set(reason, (subject.drops.get(reason) ?? 0) + 1)
  }

  /** Writes what has happened, and looks at every ledger. */
  #note(what: string): void {
    const { pending } = this.#bus.stats
    this.log.push(`${this.#clock.now()} ${what} (${pending} pending)`)
    this.#requireLedger('the bus', this.#bus.stats)
    for (const { subscription } of this.#subjects ?? []) {
      this.#requireLedger(subscription.id, subscription.stats)
    }
  }

  #requireLedger(name: string, ledger: Ledger): void {
    const { accepted, delivered, dropped, conflated, expired, deadLettered, pending } = ledger
    const sum = delivered + dropped + conflated + expired + deadLettered + pending
    const lowest = Math.min(delivered, dropped, conflated, expired, deadLettered, pending)
    if (accepted !== sum || lowest < 0) this.#broken(`${name}: ${JSON.stringify(ledger)}`)
  }

  /** Whatever was counted has been told of, and every dead letter is somewhere. */
  #requireExplained(): void {
    for (const subject of this.#subjects) {
      const { stats, id } = subject.subscription
      const told = {
        delivered: subject.handled.size,
        dropped: subject.dropsBy(dropReasons),
        conflated: subject.dropsBy(['conflated']),
        expired: subject.dropsBy(['expired']),
        duplicates: subject.dropsBy(['duplicate']),
        deadLettered: subject.reports - subject.dropsBy(['failed']),
      }
      for (const name of ['delivered', 'dropped', 'conflated', 'expired', 'duplicates'] as const) {
        if (told[name] !== stats[name]) this.#broken(`${id}: ${told[name]} ${name} were told`)
      }
      if (!this.#bus.paused && told.deadLettered !== stats.deadLettered) {
        this.#broken(`${id}: ${told.deadLettered} dead letters were told, ${stats.deadLettered}`)
      }
    }
    const { size, forgotten } = this.#bus.deadLetters
    const letters = size + forgotten + this.#redelivered + this.#discarded
    const { deadLettered, deadLetters } = this.#bus.stats
    if (letters !== deadLettered || deadLetters !== size) {
      this.#broken(`${deadLettered} dead letters were made, ${letters} are known`)
    }
  }

  #broken(promise: string): void {
    const recent = this.log.slice(-6).join('\n  ')
    this.violations.push(`${this.#clock.now()} ${promise}\n  ${recent}`)
  }
}

function optionsOf(spec: Spec): DeliveryOptions {
  const { capacity, overflow, waitMs, maxAgeMs, concurrency, timeoutMs, perSecond } = spec
  const { retry, breaker, deadLetter, dedup, batch } = spec
  const diverts = breaker?.whileOpen === 'dead-letter' && deadLetter === 'none'
  return {
    mailbox: {
      capacity: Math.max(capacity, batch?.maxSize ?? 1),
      overflow,
      ...(overflow === 'conflate' && { key: textOf }),
      ...(overflow === 'wait' && waitMs !== undefined && { waitMs }),
      ...(maxAgeMs !== undefined && { maxAgeMs }),
    },
    concurrency,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(retry !== undefined && { retry }),
    ...(breaker !== undefined && !diverts && { breaker }),
    ...(deadLetter !== 'none' && {
      deadLetter: deadLetter === 'held' ? { holdKey: true, key: textOf } : true,
    }),
    ...(perSecond !== undefined && { rateLimit: { perSecond, burst: 2 } }),
    ...(dedup && { dedup: { key: (event) => event.metadata?.['copy'], capacity: 4 } }),
  }
}

function textOf({ data }: TradewireEvent): string {
  return (data as { readonly text: string }).text
}
