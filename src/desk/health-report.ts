import type { Bus } from '../bus/bus.ts'
import type { EventMetadata } from '../events/envelope.ts'
import type { LatencyWarning, MemoryWarning, RateLimitWarning } from '../events/performance.ts'
import type { FeedStale, SystemWarning } from '../events/system.ts'
import { Hysteresis } from './hysteresis.ts'
import type { HealthSettings } from './health-options.ts'

/** What a health monitor warns with, by type, all but the timestamp. */
interface Warnings {
  'performance.memory_warning': Omit<MemoryWarning, 'timestamp'>
  'performance.latency_warning': Omit<LatencyWarning, 'timestamp'>
  'performance.rate_limit_warning': Omit<RateLimitWarning, 'timestamp'>
  'system.feed_stale': Omit<FeedStale, 'timestamp'>
  'system.warning': Omit<SystemWarning, 'timestamp'>
}

/** The types of event that a health monitor warns with. */
export type WarningType =
  | 'performance.memory_warning'
  | 'performance.latency_warning'
  | 'performance.rate_limit_warning'
  | 'system.feed_stale'
  | 'system.warning'

/** Something that is not as it should be, now. */
export interface Raised {
  /** The type of event that warns of it. */
  readonly type: WarningType
  /** What it is: `heap`, `rss`, `event-loop`, an endpoint, an endpoint and a symbol, or a handler. */
  readonly of: string
  /** When it was found, in milliseconds since the Unix epoch. */
  readonly since: number
  /** From which value on it is warned of, in the unit of the event. */
  readonly threshold: number
}

/** One of the things that a health monitor watches. */
export interface Check {
  /** Looks at it now. `now` is in monotonic milliseconds. */
  sample(now: number): void
  /** What of it is raised. */
  raised(): Iterable<Raised>
  /** Takes its subscriptions away. */
  close(): void
}

/** Where checks say what they have found. */
export class HealthReport {
  readonly bus: Bus
  readonly settings: HealthSettings

  constructor(bus: Bus, settings: HealthSettings) {
    this.bus = bus
    this.settings = settings
  }

  hysteresis(threshold: number): Hysteresis {
    return new Hysteresis(threshold, this.settings)
  }

  emit<Type extends keyof Warnings>(
    type: Type,
    warning: Warnings[Type],
    metadata: EventMetadata = {},
  ): void {
    const data = { timestamp: this.bus.clock.now(), ...warning }
    const { source } = this.settings
    try {
      // The compiler does not see that the payload fits the type, since both may be any of them.
      const { emitSync } = this.bus as unknown as EmittingBus
      emitSync.call(this.bus, type, data, { source, metadata })
    } catch {
      // The bus refuses it, has counted that, and has told its observers.
    }
  }

  /** What `state` says of something, if it is raised. */
  *raised(type: keyof Warnings, of: string, { since, threshold }: Hysteresis): Iterable<Raised> {
    if (since === undefined) return
    const { clock } = this.bus
    yield { type, of, since: clock.now() - (clock.monotonic() - since), threshold }
  }
}

interface EmittingBus {
  emitSync(
    type: string,
    data: object,
    options: { readonly source: string; readonly metadata: EventMetadata },
  ): unknown
}
