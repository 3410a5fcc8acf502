import type { Bus } from '../bus/bus.ts'
import { printed } from '../bus/failure-report.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Timer } from '../time/clock.ts'
import { printable } from './connection-endpoint.ts'
import { FeedWatch, type FeedWatchOptions } from './feed-watch.ts'
import { HealthHandlers } from './health-handlers.ts'
import { HealthLoop } from './health-loop.ts'
import { HealthMemory } from './health-memory.ts'
import {
  type HealthMonitorOptions,
  type HealthSettings,
  toHealthSettings,
} from './health-options.ts'
import { type Check, HealthReport, type Raised } from './health-report.ts'
import { HealthRequests, type RequestUse } from './health-requests.ts'
import { LatencyWatch, type LatencyWatchOptions, type VenueLatency } from './latency-watch.ts'

/** Something that a health monitor watches because it was asked to. Works with `using`. */
export interface Watch {
  /** Ends it; what is raised of it is over. Does nothing the second time. */
  close(): void
  /** The same as `close`. */
  [Symbol.dispose](): void
}

/** A watch over the latency of a venue. */
export interface LatencyMeter extends Watch {
  /** What is known of the latency now. */
  readonly latency: VenueLatency
}

/** Warns of what makes a system slow, short of memory or blind. Works with `using`. */
export interface HealthMonitor {
  /** What is raised now, and was not seen to be over. */
  readonly state: readonly Raised[]

  /**
   * Warns with `system.feed_stale` when nothing comes for `thresholdMs`: once in each silence, at the
   * first look after that. Before the first event the silence counts from this call.
   *
   * @throws ConfigurationError `CONFIGURATION` if an option is missing, unknown or out of range, or the
   * monitor is closed.
   * @throws UnknownEventError `EVENT_UNKNOWN` if no event could match the pattern.
   */
  watchFeed(options: FeedWatchOptions): Watch

  /**
   * Warns with `performance.latency_warning` when the events of a venue come late, and with
   * `system.warning`, code `clock_skew`, when the local clock is far behind the venue's.
   *
   * @throws what `watchFeed` throws.
   */
  watchLatency(options: LatencyWatchOptions): LatencyMeter

  /**
   * Tells how much of a limit on requests is used up, as the venue says in its answers. Warns with
   * `performance.rate_limit_warning` from `rateLimitAt` of the limit on. It is over when less is used
   * up, or when nothing was told for `windowMs`. Does nothing once the monitor is closed.
   *
   * @param endpoint what is limited: a name, or a URL, of which secrets are not shown.
   * @throws ConfigurationError `CONFIGURATION` if a figure is missing or out of range.
   */
  requests(endpoint: string, use: RequestUse): void

  /** Looks at everything now. It is done every `intervalMs` by itself. */
  sample(): void

  /** Takes its timer and subscriptions away. Nothing is raised any more. */
  close(): void
  /** The same as `close`. */
  [Symbol.dispose](): void
}

/**
 * Watches the memory of the process, the delay of its event loop, the duration of handlers, and, where
 * asked to, feeds, the latency of venues and limits on requests. Every warning has hysteresis.
 *
 * On a real clock its timer keeps the process running until `close`, or until the bus is closed. On a
 * simulated clock its timer fires every `intervalMs` of simulated time: choose it accordingly.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range.
 * @throws BusClosedError `BUS_CLOSED` if memory is watched, and the bus is closed.
 * @example
 * ```ts
 * using monitor = healthMonitor(bus, { memory: { rssBytes: 1.5e9 } })
 * monitor.watchFeed({ endpoint: 'binance', pattern: 'market.trade_tick', symbol: 'BTCUSDT', thresholdMs: 5_000 })
 * bus.on('system.feed_stale', ({ data }) => alert(`${data.endpoint} is silent`))
 * ```
 */
export function healthMonitor(bus: Bus, options: HealthMonitorOptions = {}): HealthMonitor {
  return new BusHealthMonitor(bus, toHealthSettings(options))
}

class BusHealthMonitor implements HealthMonitor {
  readonly #report: HealthReport
  readonly #requests: HealthRequests
  readonly #checks = new Set<Check>()
  /** When a check was last said to fail, in monotonic milliseconds. */
  readonly #failedAt = new Map<Check, number>()
  /** Undefined once it is closed. */
  #timer: Timer | undefined

  constructor(bus: Bus, settings: HealthSettings) {
    const report = new HealthReport(bus, settings)
    this.#report = report
    this.#requests = new HealthRequests(report)
    this.#checks.add(this.#requests)
    const { memory, loopDelay, handlerMs } = settings
    if (memory !== undefined) this.#checks.add(new HealthMemory(report, memory))
    if (loopDelay !== false) this.#checks.add(new HealthLoop(report, loopDelay))
    if (handlerMs !== false) this.#checks.add(new HealthHandlers(report, handlerMs))
    this.#timer = this.#setTimer()
  }

  get state(): readonly Raised[] {
    return [...this.#checks].flatMap((check) => [...check.raised()])
  }

  watchFeed(options: FeedWatchOptions): Watch {
    this.#requireOpen()
    return this.#watch(new FeedWatch(this.#report, options))
  }

  watchLatency(options: LatencyWatchOptions): LatencyMeter {
    this.#requireOpen()
    const watch = new LatencyWatch(this.#report, options)
    return Object.defineProperty(this.#watch(watch), 'latency', {
      get: () => watch.latency,
    }) as LatencyMeter
  }

  requests(endpoint: string, use: RequestUse): void {
    if (this.#timer !== undefined) this.#requests.used(endpoint, use)
  }

  sample(): void {
    const now = this.#report.bus.clock.monotonic()
    for (const check of this.#checks) {
      try {
        check.sample(now)
      } catch (error) {
        this.#failed(check, error, now)
      }
    }
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    for (const check of this.#checks) check.close()
    this.#checks.clear()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #requireOpen(): void {
    if (this.#timer !== undefined) return
    throw new ConfigurationError('The health monitor is closed, and watches nothing any more.')
  }

  #watch(check: Check): Watch {
    this.#checks.add(check)
    const close = (): void => {
      check.close()
      this.#checks.delete(check)
    }
    return { close, [Symbol.dispose]: close }
  }

  #setTimer(): Timer {
    const { bus, settings } = this.#report
    return bus.clock.setTimer(settings.intervalMs, () => {
      if (bus.closed) {
        this.close()
        return
      }
      this.sample()
      // A handler of a warning may have closed it.
      if (this.#timer !== undefined) this.#timer = this.#setTimer()
    })
  }

  /** A reader that was given fails: that must not go unnoticed, nor end the process. */
  #failed(check: Check, error: unknown, now: number): void {
    if (now - (this.#failedAt.get(check) ?? -Infinity) < this.#report.settings.repeatMs) return
    this.#failedAt.set(check, now)
    const message = printable(`Health cannot be measured: ${printed(error)}`)
    this.#report.emit('system.warning', { code: 'health_unknown', message })
  }
}
