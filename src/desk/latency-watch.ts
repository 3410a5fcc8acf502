import type { PatternsIn } from '../bus/typing.ts'
import { DurationHistogram } from '../delivery/duration-histogram.ts'
import type { Subscription } from '../delivery/subscription.ts'
import { requireOptions } from '../errors/checks.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import { requireLabel, requirePositive } from './health-options.ts'
import type { Check, HealthReport, Raised } from './health-report.ts'
import type { Hysteresis } from './hysteresis.ts'
import { LatencyOffset } from './latency-offset.ts'

/** Whose events are expected to come without delay. */
export interface LatencyWatchOptions {
  /** What the warnings name as slow, such as `binance`: 1 to 256 characters. */
  readonly origin: string
  /** Events that carry the time of the venue in `data.timestamp`, such as `market.trade_tick`. */
  readonly pattern: PatternsIn<TradingSchemas>
  /**
   * From which latency on to warn, by the 99th percentile of what came between two looks, in
   * milliseconds, more than 0.
   */
  readonly thresholdMs: number
  /**
   * Over how long the difference of the clocks is estimated, in milliseconds, more than 0. Clocks drift
   * by some 50 µs a second, a minute by 3 ms; a short window takes a lasting delay for a difference of
   * the clocks. Default 300,000.
   */
  readonly windowMs?: number
  /**
   * From which difference on to warn, as `system.warning` with the code `clock_skew`, that the local
   * clock is behind, in milliseconds, more than 0. Data from the future prove that; that a clock is
   * ahead cannot be told from latency. Default 1,000: venues refuse requests that are so far off.
   */
  readonly skewMs?: number
  /** The venue that the warnings name. */
  readonly venue?: string
}

/** The latency of a venue, as far as one side can tell. */
export interface VenueLatency {
  /**
   * How far `event.timestamp - data.timestamp` goes down in the window, in milliseconds: the difference
   * of the clocks plus the shortest latency. Negative where the local clock is behind. Undefined before
   * the first event.
   */
  readonly offsetMs: number | undefined
  /** What the latencies were between the last two looks that had any; undefined before that. */
  readonly p99Ms: number | undefined
}

const type = 'performance.latency_warning'
const skewType = 'system.warning'

/**
 * Warns of data that come late. Nobody here knows how far the venue's clock is from ours, and ours has
 * been seen 1.2 s behind for hours; so the least difference in a window counts as no latency, and what
 * is more than it as latency. That is a lower bound, never negative: a delay that all events share
 * does not show. A local clock that is set forward shows as latency until the window has passed.
 */
export class LatencyWatch implements Check {
  readonly #report: HealthReport
  readonly #origin: string
  readonly #venue: { readonly venue?: string }
  readonly #alarm: Hysteresis
  readonly #skew: Hysteresis
  readonly #offset: LatencyOffset
  readonly #subscription: Subscription
  /** Since the last look; undefined while nothing came. */
  #latencies: DurationHistogram | undefined = undefined
  #p99Ms: number | undefined = undefined

  /** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
  constructor(report: HealthReport, options: LatencyWatchOptions) {
    requireOptions('watchLatency', options, [
      'origin',
      'pattern',
      'thresholdMs',
      'windowMs',
      'skewMs',
      'venue',
    ])
    const { origin, pattern, thresholdMs, windowMs = 300_000, skewMs = 1_000, venue } = options
    this.#report = report
    this.#origin = requireLabel('origin', origin)
    this.#venue = venue === undefined ? {} : { venue: requireLabel('venue', venue) }
    this.#alarm = report.hysteresis(requirePositive('thresholdMs', thresholdMs))
    this.#skew = report.hysteresis(requirePositive('skewMs', skewMs))
    requirePositive('windowMs', windowMs)
    this.#offset = new LatencyOffset(windowMs, report.bus.clock.monotonic())
    this.#subscription = report.bus.on(pattern, ({ timestamp, data }) => {
      const apartMs = timestamp - data.timestamp
      this.#offset.add(apartMs)
      this.#latencies ??= new DurationHistogram()
      this.#latencies.record(apartMs - this.#offset.least)
    })
  }

  get latency(): VenueLatency {
    const { least } = this.#offset
    return { offsetMs: least === Infinity ? undefined : least, p99Ms: this.#p99Ms }
  }

  sample(now: number): void {
    if (this.#latencies !== undefined) this.#judge(this.#latencies.percentile(99), now)
    this.#latencies = undefined
    this.#offset.moveTo(now)
  }

  *raised(): Iterable<Raised> {
    yield* this.#report.raised(type, this.#origin, this.#alarm)
    yield* this.#report.raised(skewType, this.#origin, this.#skew)
  }

  close(): void {
    this.#subscription.unsubscribe()
  }

  #judge(p99Ms: number, now: number): void {
    this.#p99Ms = p99Ms
    if (this.#alarm.judge(p99Ms, now)) {
      const latency = { origin: this.#origin, latencyMs: p99Ms, percentile: 99, ...this.#venue }
      this.#report.emit(type, { ...latency, thresholdMs: this.#alarm.threshold })
    }
    const behindMs = -this.#offset.least
    if (this.#skew.judge(behindMs, now)) {
      const message = `The local clock is behind that of ${this.#origin} by at least ${behindMs} ms.`
      const details = { origin: this.#origin, skewMs: behindMs }
      this.#report.emit(skewType, { code: 'clock_skew', message, details, ...this.#venue })
    }
  }
}
