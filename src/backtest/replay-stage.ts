import { replayOnto } from '../bus/backstage.ts'
import { type Bus, createBus } from '../bus/bus.ts'
import type { Draft } from '../bus/middleware.ts'
import type { Catalog } from '../events/catalog.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { Broker } from '../desk/broker.ts'
import { type Desk, startDesk } from '../desk/desk.ts'
import { SimulatedClock } from '../time/simulated-clock.ts'
import type { ReplayOptions } from './replay-options.ts'
import { defaultPositions, strategiesOf } from './run-options.ts'
import { Settling } from './settling.ts'
import type { StrategyEnd } from './strategy.ts'

/** A bus, a desk and strategies that a record is played to. */
export class ReplayStage {
  /** What was emitted and not fed, in order, until somebody takes it out. */
  produced: TradewireEvent[] = []
  /** Called before an event of the strategies or the desk is numbered. */
  emitting: ((draft: Draft) => void) | undefined = undefined
  /** Called when the broker is told something about an order. */
  commanded: ((orderId: string) => void) | undefined = undefined
  readonly #bus: Bus
  readonly #clock: SimulatedClock
  readonly #desk: Desk
  readonly #settling: Settling
  readonly #ends: StrategyEnd[] = []
  readonly #strategies: ReplayOptions['strategy']
  #feeding: TradewireEvent | undefined = undefined
  /** Sequences of events that were fed and not dispatched yet. */
  readonly #fed = new Set<number>()
  #rejection: { readonly error: unknown } | undefined = undefined
  #hasEnded = false

  /** @param first the first event of the record: when time begins, and how ids do. */
  constructor(options: ReplayOptions, catalog: Catalog, first: TradewireEvent) {
    const { strategy, desk = {}, source = 'backtest', seed = 0, signal } = options
    this.#strategies = strategy
    this.#clock = new SimulatedClock({ start: first.timestamp })
    this.#bus = createBus({
      clock: this.#clock,
      catalog,
      source,
      seed,
      run: runOf(first),
      // Failures become events, and those are compared.
      onError: (error, { origin }) => {
        if (origin !== 'handler') this.#rejection ??= { error }
      },
    }) as unknown as Bus
    this.#bus.use({ before: (draft) => this.#before(draft) })
    this.#bus.observe({ onEmitted: (event) => this.#emitted(event) })
    const { positions = {} } = desk
    this.#desk = startDesk(this.#bus, {
      ...desk,
      broker: this.#recordedVenue(),
      positions: { ...defaultPositions, ...positions },
    })
    this.#settling = new Settling(this.#bus, this.#clock, { signal })
  }

  /** The sequence of the last event. */
  get sequence(): number {
    return this.#settling.sequence
  }

  get now(): number {
    return this.#clock.now()
  }

  /** Starts the strategies, and lets them come to rest. */
  async start(): Promise<void> {
    for (const strategy of strategiesOf(this.#strategies)) {
      const started = strategy(this.#desk)
      if (typeof started === 'function') this.#ends.push(started)
      else if (started !== undefined) this.#follow(started)
    }
    await this.#settling.settleFully()
    this.#check()
  }

  /** Emits a recorded event with its identity; `sequence` is the number that it gets. */
  feed(event: TradewireEvent, sequence = event.sequence): void {
    const again = sequence === event.sequence ? event : { ...plain(event), sequence }
    this.#fed.add(sequence)
    this.#feeding = event
    replayOnto(this.#bus, again)
  }

  /** Moves time on to `time`, where it is not past it. Returns whether timers may have fired on the way. */
  async moveTo(time: number): Promise<boolean> {
    if (time <= this.now || this.#clock.skipTo(time)) return false
    await this.#clock.advanceBefore(time, this.#settling.settleFully)
    return true
  }

  /** Fires the timers of the time that it stands at. */
  async fire(): Promise<void> {
    await this.#clock.advanceTo(this.now)
    await this.settleFully()
  }

  /** Tells the strategies that the session is over, once. */
  async end(): Promise<void> {
    if (this.#hasEnded) return
    this.#hasEnded = true
    for (const end of this.#ends) await this.#settling.outlast(end)
    await this.fire()
  }

  /** Undefined if nothing is to be waited for. */
  settle(): Promise<void> | undefined {
    return this.#settling.settled ? undefined : this.settleFully()
  }

  async settleFully(): Promise<void> {
    await this.#settling.settleFully()
    this.#check()
  }

  async close(): Promise<void> {
    await this.#bus.close({ drainMs: 0 })
    await this.#desk.close()
  }

  /** Takes every command: the answers come from the record. */
  #recordedVenue(): Broker {
    const told = (orderId: string): void => this.commanded?.(orderId)
    return {
      name: 'recorded',
      start: () => ({
        submit: ({ orderId }) => told(orderId),
        cancel: told,
        modify: told,
        close() {},
      }),
    }
  }

  #before(draft: Draft): void {
    const feeding = this.#feeding
    if (feeding !== undefined && draft.data === feeding.data) {
      this.#feeding = undefined
      return
    }
    this.emitting?.(draft)
  }

  #emitted(event: TradewireEvent): void {
    if (!this.#fed.delete(event.sequence)) this.produced.push(event)
  }

  #follow(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#rejection ??= { error }
    })
    this.#settling.watch(work)
  }

  #check(): void {
    if (this.#rejection !== undefined) throw this.#rejection.error
  }
}

/** The first part of the ids of a session. */
function runOf({ id, sequence }: TradewireEvent): string {
  const suffix = `-${sequence}`
  return id.endsWith(suffix) && id.length > suffix.length ? id.slice(0, -suffix.length) : 'sim'
}

/** Every field of an event, those that are computed included. */
function plain(event: TradewireEvent): TradewireEvent {
  const { id, type, data, timestamp, sequence, source, correlationId, causationId } = event
  const { version, priority, metadata } = event
  return {
    id,
    type,
    data,
    timestamp,
    sequence,
    source,
    correlationId,
    causationId,
    version,
    priority,
    metadata,
  }
}
