import type {
  DrivenEvent,
  DrivenHandler,
  DrivenOptions,
  DrivenSubscription,
  Where,
} from './driven-bus.ts'

/** What a subscription was made for. */
export type Kind = 'handler' | 'wait' | 'stream'

/** One registration, with all that is known of it in the open. */
export class ReferenceSubscription implements DrivenSubscription {
  active = true
  paused = false
  readonly id: string
  readonly priority: number
  readonly where: Where | undefined
  readonly once: boolean
  stats = {
    accepted: 0,
    delivered: 0,
    failed: 0,
    dropped: 0,
    lastDeliveredAt: undefined as number | undefined,
  }
  /** Events that wait until a serial emission has passed; undefined while none holds it. */
  backlog: DrivenEvent[] | undefined = undefined
  readonly patterns: readonly string[]
  readonly handler: DrivenHandler
  readonly kind: Kind
  readonly order: number
  readonly #onEnd: (subscription: ReferenceSubscription) => void

  constructor(
    patterns: readonly string[],
    handler: DrivenHandler,
    { id, priority = 0, where, once = false }: DrivenOptions,
    kind: Kind,
    order: number,
    onEnd: (subscription: ReferenceSubscription) => void,
  ) {
    this.patterns = patterns
    this.handler = handler
    this.id = id ?? `${kind}-${order}`
    this.priority = priority
    this.where = where
    this.once = once
    this.kind = kind
    this.order = order
    this.#onEnd = onEnd
  }

  get text(): string {
    return this.patterns.join(',')
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  unsubscribe(): void {
    this.active = false
    this.#onEnd(this)
  }
}
