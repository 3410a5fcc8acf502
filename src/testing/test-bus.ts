import { type Bus, createBus } from '../bus/bus.ts'
import { BusClosedError } from '../bus/errors.ts'
import type { BusOptions } from '../bus/options.ts'
import { requireNumber } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { EventMatching } from '../events/types.ts'
import { SimulatedClock } from '../time/simulated-clock.ts'
import { note } from './carried.ts'
import { failedMeanwhile } from './expect-events.ts'
import { Failures } from './failures.ts'
import { Rest } from './rest.ts'
import { testStart } from './test-start.ts'

/**
 * Options of {@link testBus}: those of `createBus`, except that time is simulated and that it notes
 * failures itself. `freeze` is true by default: a handler that changes an event fails there.
 *
 * @typeParam Schemas payload schemas by event name; inferred from the catalog.
 */
export interface TestBusOptions<Schemas extends EventSchemas = EventSchemas> extends Omit<
  BusOptions<Schemas>,
  'clock' | 'onError' | 'logger'
> {
  /** Where time starts, in milliseconds since the Unix epoch. Default 2026-01-02T00:00:00.000Z. */
  readonly start?: number
  /**
   * How long `settle`, `advance` and `close` wait for a handler that waits for the outside world, in
   * milliseconds of real time, from 0. Default 4,000.
   */
  readonly patienceMs?: number
}

/**
 * A bus under test.
 *
 * @typeParam Schemas payload schemas by event name; inferred from the catalog.
 */
export interface TestBus<Schemas extends EventSchemas = TradingSchemas> extends AsyncDisposable {
  /** The bus, to be given to what is tested. */
  readonly bus: Bus<Schemas>
  /** Its time, which stands still until somebody advances it. */
  readonly clock: SimulatedClock
  /** Every event that the bus has carried, oldest first: without a bound, as tests end. */
  readonly emitted: readonly EventMatching<Schemas, '*'>[]
  /**
   * What has failed and the test has not taken, oldest first: a `HandlerError` for a handler,
   * whose `cause` is what it threw; else what `onError` of a bus is told, or an error for a
   * `system.error`.
   */
  readonly errors: readonly Error[]
  /**
   * Moves time forward, fires what is due on the way, each at its own time, and waits for the
   * handlers before time moves on.
   *
   * @param durationMs milliseconds, 0 or more.
   * @throws ConfigurationError `CONFIGURATION` if it is negative, NaN or infinite.
   * @throws EventAssertionError if a handler does not settle within `patienceMs`.
   * @throws what a timer throws.
   */
  advance(durationMs: number): Promise<void>
  /**
   * Waits until each handler has settled, or waits for simulated time or another event.
   *
   * While anything sleeps on `clock`, or an open `waitFor` or stream waits for an event, it knows of the outside
   * world what Node shows: timers, files, connections that were opened since the bus was made. What is not
   * shown, such as threads, and everything in a browser, is then given half a second. The same is true of
   * `advance` and `close`.
   *
   * @throws EventAssertionError if a handler does not settle within `patienceMs`.
   */
  settle(): Promise<void>
  /** Returns the errors so far and forgets them: those that the test expects. */
  takeErrors(): Error[]
  /**
   * Throws if something has failed that the test has not taken, each time.
   *
   * @throws EventAssertionError with the first error as its cause.
   */
  expectNoErrors(): void
  /** Forgets the events so far: those that only prepare the test. */
  forget(): void
  /**
   * Closes the bus, once each handler has settled, or waits for simulated time or another event.
   *
   * @throws EventAssertionError if a handler does not settle within `patienceMs`.
   * @throws EventAssertionError if something has failed that the test has not taken, and that no assertion
   * has thrown before.
   */
  close(): Promise<void>
}

/**
 * A bus on simulated time that remembers what it has carried, and what has failed. Its events have
 * the same ids and times in each run.
 *
 * What fails is not printed. It is thrown by `expectEvents` and `expectNoErrors` until the test takes
 * it with `takeErrors`, and by `close` if nothing has thrown it before. So close it, or declare it
 * with `await using`.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range.
 * @example
 * ```ts
 * await using test = testBus()
 * test.bus.on('order.filled', async () => test.clock.sleep(1_000))
 * test.bus.emitSync('order.filled', payloadOf('order.filled', { lastPrice: '100' }))
 * await test.advance(1_000)
 * expectEvents(test.bus).toMatch([['order.filled', { lastPrice: '100' }]])
 * ```
 */
export function testBus<Schemas extends EventSchemas = TradingSchemas>(
  options: TestBusOptions<Schemas> = {},
): TestBus<Schemas> {
  return new NotedBus(options)
}

class NotedBus<Schemas extends EventSchemas> implements TestBus<Schemas> {
  readonly bus: Bus<Schemas>
  readonly clock: SimulatedClock
  readonly #failures = new Failures()
  readonly #rest: Rest
  #emitted: TradewireEvent[] = []

  constructor(options: TestBusOptions<Schemas>) {
    const { start = testStart, patienceMs = 4_000, ...others } = options
    requireNumber('patienceMs', patienceMs, 0)
    requireOwn(others)
    this.clock = new SimulatedClock({ start })
    const { onError, observer } = this.#failures
    const reserved = { clock: this.clock, onError }
    this.bus = createBus<Schemas>({ run: 'test', freeze: true, ...others, ...reserved })
    this.#rest = new Rest(this.bus, this.clock, patienceMs)
    this.bus.observe(observer)
    this.bus.observe({ onEmitted: (event) => this.#emitted.push(event) })
    const noted = (): readonly TradewireEvent[] => this.#emitted
    note(this.bus, {
      catalog: this.bus.catalog,
      failures: this.#failures,
      get events() {
        return noted()
      },
    })
  }

  get emitted(): readonly EventMatching<Schemas, '*'>[] {
    // The bus carries events of its catalog alone.
    return this.#emitted as unknown as readonly EventMatching<Schemas, '*'>[]
  }

  get errors(): readonly Error[] {
    return this.#failures.errors
  }

  async advance(durationMs: number): Promise<void> {
    requireNumber('durationMs', durationMs, 0)
    await this.#rest.passTo(this.clock.now() + durationMs)
  }

  async settle(): Promise<void> {
    await this.#rest.settle()
  }

  takeErrors(): Error[] {
    return this.#failures.take()
  }

  expectNoErrors(): void {
    const errors = this.#failures.tell()
    if (errors.length === 0) return
    throw failedMeanwhile('In the test', errors, 'expectNoErrors', this.expectNoErrors)
  }

  forget(): void {
    this.#emitted = []
  }

  async close(): Promise<void> {
    try {
      // Once a handler was told to be stuck, it is not waited for again.
      if (!this.#rest.stuck) await this.#rest.settle()
    } finally {
      await this.bus.close({ drainMs: 0 })
    }
    // Closing has ended what waited for an event: that may fail in turn.
    if (!this.#rest.stuck) await this.#rest.settle()
    const errors = this.#failures.tellNew().filter(isNotOfClosing)
    if (errors.length > 0) throw failedMeanwhile('In the test', errors, 'close', this.close)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** What waits for an event as the test ends may fail because it ends. */
function isNotOfClosing({ cause }: Error): boolean {
  return !(cause instanceof BusClosedError)
}

/**
 * @throws ConfigurationError `CONFIGURATION` for an option of `createBus` that a test bus decides
 * itself.
 */
function requireOwn(options: object): void {
  const taken = ['clock', 'onError', 'logger'].find((name) => name in options)
  if (taken === undefined) return
  throw new ConfigurationError(
    `testBus has no option ${taken}: it has a SimulatedClock, which begins at start, and notes what fails in errors.`,
  )
}
