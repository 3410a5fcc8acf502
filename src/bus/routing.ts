import { describeValue, requireFunction, requireOptions, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { onRejection } from '../delivery/thenable.ts'
import type { SubscriptionStats } from '../delivery/stats.ts'
import type { Handler, Subscription } from '../delivery/subscription.ts'
import type { EmitOptions } from './options.ts'
import type { Patterns } from './patterns.ts'

/** A routing rule that is in force. Works with `using`. */
export interface EventRoute {
  /** Its name: the `id` of the rule, or one that the bus made. */
  readonly id: string
  /** What it takes; several patterns are joined by a comma. */
  readonly pattern: string
  /** The type that it makes events of, or `run` and the run of the bus that it sends them to. */
  readonly to: string
  /** Whether it was not removed. */
  readonly active: boolean
  /** Counts of the events that it took. */
  readonly stats: SubscriptionStats
  /** Takes it out of force. */
  remove(): void
  /** The same as `remove`. */
  [Symbol.dispose](): void
}

/** A routing rule, of any catalog. */
export interface RouteRule {
  readonly id?: string
  readonly pattern: Patterns
  readonly where?: (event: TradewireEvent) => boolean
  readonly to: unknown
  readonly source?: string
  readonly map?: (event: TradewireEvent) => unknown
}

/** Throws `CONFIGURATION` if a rule lacks something, or has an unknown option. */
export function requireRule(rule: RouteRule): void {
  requireOptions('addRoute', rule, ['id', 'pattern', 'where', 'to', 'map', 'source'])
  if (rule.where !== undefined) requireFunction('where', rule.where)
  if (rule.map !== undefined) requireFunction('map', rule.map)
  if (rule.source !== undefined) {
    requireText('source', rule.source)
    if (typeof rule.to !== 'string') {
      throw new ConfigurationError('source is for a route to a type: forwarded events keep theirs.')
    }
  }
  if (typeof rule.to !== 'string' && typeof rule.to !== 'object') {
    throw new ConfigurationError(
      `to must be an event type or another bus, but is ${describeValue(rule.to)}.`,
    )
  }
}

/** What emits events of another type of the same bus, by a rule. */
export function handlerOf(
  rule: RouteRule,
  emit: (data: unknown, options: EmitOptions) => unknown,
): Handler {
  return (event) => {
    const data = mapped(rule, event)
    if (data === undefined) return
    const { source = event.source } = rule
    const { metadata } = event
    emit(data, { cause: event, source, ...(metadata !== undefined && { metadata }) })
  }
}

/** The payload that a rule makes of an event; undefined keeps it back. */
function mapped(rule: RouteRule, event: TradewireEvent): unknown {
  if (rule.map === undefined) return event.data
  const data = rule.map(event)
  if (!(data instanceof Promise)) return data
  onRejection(data, () => {})
  throw new ConfigurationError('map must return a payload or undefined, but returned a promise.')
}

/** A subscription as a {@link EventRoute}. */
export class SubscribedRoute implements EventRoute {
  readonly to: string
  readonly #subscription: Subscription

  constructor(subscription: Subscription, to: string) {
    this.#subscription = subscription
    this.to = to
  }

  get id(): string {
    return this.#subscription.id
  }

  get pattern(): string {
    return this.#subscription.pattern
  }

  get active(): boolean {
    return this.#subscription.active
  }

  get stats(): SubscriptionStats {
    return this.#subscription.stats
  }

  remove(): void {
    this.#subscription.unsubscribe()
  }

  [Symbol.dispose](): void {
    this.remove()
  }
}
