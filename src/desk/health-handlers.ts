import type { Subscription } from '../delivery/subscription.ts'
import type { Check, HealthReport, Raised } from './health-report.ts'
import type { Hysteresis } from './hysteresis.ts'

const type = 'performance.latency_warning'

/**
 * Warns of handlers that take long, by the 99th percentile of all their calls that were measured. One
 * that was slow for a while is raised until later calls outnumber the slow ones a hundred to one.
 */
export class HealthHandlers implements Check {
  readonly #report: HealthReport
  readonly #thresholdMs: number
  /** Of those that were slow once, and are subscribed still. */
  readonly #alarms = new Map<Subscription, Hysteresis>()

  constructor(report: HealthReport, thresholdMs: number) {
    this.#report = report
    this.#thresholdMs = thresholdMs
  }

  sample(now: number): void {
    for (const subscription of this.#alarms.keys()) {
      if (!subscription.active) this.#alarms.delete(subscription)
    }
    for (const subscription of this.#report.bus.subscriptions()) {
      this.#judge(subscription, now)
    }
  }

  *raised(): Iterable<Raised> {
    for (const [subscription, alarm] of this.#alarms) {
      if (subscription.active) yield* this.#report.raised(type, subscription.id, alarm)
    }
  }

  close(): void {
    this.#alarms.clear()
  }

  #judge(subscription: Subscription, now: number): void {
    const latencyMs = subscription.stats.handlerDurationMs?.p99 ?? 0
    let alarm = this.#alarms.get(subscription)
    if (alarm === undefined) {
      if (latencyMs < this.#thresholdMs) return
      alarm = this.#report.hysteresis(this.#thresholdMs)
      this.#alarms.set(subscription, alarm)
    }
    if (!alarm.judge(latencyMs, now)) return
    const { id, pattern } = subscription
    const { threshold: thresholdMs } = alarm
    const warning = { origin: id, latencyMs, thresholdMs, percentile: 99 }
    this.#report.emit(type, warning, { of: 'handler', pattern })
  }
}
