import { requireNumber, requireOptions } from '../errors/checks.ts'
import { endpointName } from './connection-endpoint.ts'
import { requirePositive } from './health-options.ts'
import type { Check, HealthReport, Raised } from './health-report.ts'
import type { Hysteresis } from './hysteresis.ts'

/** How much of a limit on requests is used up, as a venue tells it. */
export interface RequestUse {
  /** How much is used up, in the venue's own weight, from 0. */
  readonly used: number
  /** The limit for one window, in the venue's own weight, more than 0. */
  readonly limit: number
  /** The length of the window, in milliseconds, more than 0. */
  readonly windowMs: number
  /** How long to wait before the next request, in milliseconds, from 0, if the venue says so. */
  readonly retryAfterMs?: number
}

/** One endpoint, and when its use ends to count. */
interface Limited {
  readonly alarm: Hysteresis
  endsAt: number
}

const type = 'performance.rate_limit_warning'
/** How many endpoints are known; then the one that came first is forgotten. */
const mostEndpoints = 1_000

/** Warns of limits on requests that are nearly used up, as told by whoever makes the requests. */
export class HealthRequests implements Check {
  readonly #report: HealthReport
  readonly #endpoints = new Map<string, Limited>()

  constructor(report: HealthReport) {
    this.#report = report
  }

  /** @throws ConfigurationError `CONFIGURATION` if a figure is missing or out of range. */
  used(name: string, use: RequestUse): void {
    const endpoint = endpointName(name)
    requireOptions('requests', use, ['used', 'limit', 'windowMs', 'retryAfterMs'])
    requireNumber('used', use.used, 0)
    requirePositive('limit', use.limit)
    requirePositive('windowMs', use.windowMs)
    if (use.retryAfterMs !== undefined) requireNumber('retryAfterMs', use.retryAfterMs, 0)
    const limited = this.#limited(endpoint)
    const now = this.#report.bus.clock.monotonic()
    limited.endsAt = now + use.windowMs
    if (limited.alarm.judge(use.used / use.limit, now)) {
      this.#report.emit(type, { ...use, endpoint })
    }
  }

  sample(now: number): void {
    for (const { alarm, endsAt } of this.#endpoints.values()) {
      if (now >= endsAt) alarm.clear()
    }
  }

  *raised(): Iterable<Raised> {
    for (const [endpoint, { alarm }] of this.#endpoints) {
      yield* this.#report.raised(type, endpoint, alarm)
    }
  }

  close(): void {
    this.#endpoints.clear()
  }

  #limited(endpoint: string): Limited {
    const known = this.#endpoints.get(endpoint)
    if (known !== undefined) return known
    const [oldest] = this.#endpoints.keys()
    if (this.#endpoints.size >= mostEndpoints) this.#endpoints.delete(oldest!)
    const { rateLimitAt } = this.#report.settings
    const limited = { alarm: this.#report.hysteresis(rateLimitAt), endsAt: 0 }
    this.#endpoints.set(endpoint, limited)
    return limited
  }
}
