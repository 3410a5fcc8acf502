import { requireNumber } from '../errors/checks.ts'
import { eventLoopDelay, type EventLoopDelay } from '../time/event-loop-delay.ts'
import type { LoopDelayOptions } from './health-options.ts'
import type { Check, HealthReport, Raised } from './health-report.ts'
import type { Hysteresis } from './hysteresis.ts'

const type = 'performance.latency_warning'
const origin = 'event-loop'

/** Warns of an event loop that something keeps busy, so that timers and messages come late. */
export class HealthLoop implements Check {
  readonly #report: HealthReport
  readonly #delay: EventLoopDelay | undefined
  readonly #alarm: Hysteresis

  constructor(report: HealthReport, { thresholdMs = 100, delay }: LoopDelayOptions) {
    this.#report = report
    this.#delay = delay ?? (report.bus.clock.deterministic ? undefined : eventLoopDelay())
    this.#alarm = report.hysteresis(thresholdMs)
  }

  sample(now: number): void {
    if (this.#delay === undefined) return
    const latencyMs = requireNumber('loopDelay.delay.p99()', this.#delay.p99(), 0)
    if (!this.#alarm.judge(latencyMs, now)) return
    const { threshold: thresholdMs } = this.#alarm
    this.#report.emit(type, { origin, latencyMs, thresholdMs, percentile: 99 })
  }

  raised(): Iterable<Raised> {
    return this.#report.raised(type, origin, this.#alarm)
  }

  close(): void {
    this.#delay?.close()
  }
}
