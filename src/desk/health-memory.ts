import type { MemoryUse } from '../delivery/memory-guard.ts'
import type { Subscription } from '../delivery/subscription.ts'
import { onRejection } from '../delivery/thenable.ts'
import { requireNumber } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { HealthMemoryOptions } from './health-options.ts'
import type { Check, HealthReport, Raised } from './health-report.ts'
import type { Hysteresis } from './hysteresis.ts'

const type = 'performance.memory_warning'

/**
 * Warns of a heap, or a process, that grows too large.
 *
 * It stands beside the option `memory` of a bus, which gives up events for want of memory, looks every
 * so many events, and warns when it does so. What that has warned of counts here as told.
 */
export class HealthMemory implements Check {
  readonly #report: HealthReport
  readonly #usage: () => MemoryUse
  readonly #heap: Hysteresis | undefined
  readonly #rss: Hysteresis | undefined
  readonly #others: Subscription

  constructor(report: HealthReport, options: HealthMemoryOptions) {
    const { bus, settings } = report
    const {
      heapUsedBytes,
      rssBytes,
      usage = bus.clock.deterministic ? undefined : usageOf(),
    } = options
    if (usage === undefined) {
      throw new ConfigurationError(
        'memory.usage must be given on a deterministic clock, and where there is no process.memoryUsage().',
      )
    }
    this.#report = report
    this.#usage = usage
    this.#heap = heapUsedBytes === undefined ? undefined : report.hysteresis(heapUsedBytes)
    this.#rss = rssBytes === undefined ? undefined : report.hysteresis(rssBytes)
    this.#others = bus.on(type, ({ source }) => {
      if (source !== settings.source) this.#heap?.told(bus.clock.monotonic())
    })
  }

  sample(now: number): void {
    const use = this.#usage()
    onRejection(use, () => {})
    const heapUsed = requireNumber('heapUsed of memory.usage()', use.heapUsed, 0)
    const rss = requireNumber('rss of memory.usage()', use.rss ?? heapUsed, 0)
    const warn = (of: string, { threshold }: Hysteresis): void => {
      const bytes = {
        heapUsedBytes: Math.round(heapUsed),
        rssBytes: Math.round(rss),
        thresholdBytes: Math.round(threshold),
      }
      this.#report.emit(type, bytes, { of })
    }
    if (this.#heap?.judge(heapUsed, now) === true) warn('heap', this.#heap)
    if (this.#rss?.judge(rss, now) === true) warn('rss', this.#rss)
  }

  *raised(): Iterable<Raised> {
    if (this.#heap !== undefined) yield* this.#report.raised(type, 'heap', this.#heap)
    if (this.#rss !== undefined) yield* this.#report.raised(type, 'rss', this.#rss)
  }

  close(): void {
    this.#others.unsubscribe()
  }
}

/** `process.memoryUsage` where there is one. */
function usageOf(): (() => MemoryUse) | undefined {
  const { process } = globalThis as { readonly process?: { memoryUsage?: () => MemoryUse } }
  return process?.memoryUsage
}
