import type { Timer } from '../time/clock.ts'
import { Breaker, type BreakerState } from './breaker.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { BreakerOpenError, RateLimitError } from './errors.ts'
import type { DeliveryHost } from './host.ts'
import type { DeliverySettings } from './options.ts'
import { rateLimitWarning, shortestMs, TokenBucket } from './token-bucket.ts'

/** Whether a call may start: now, later, or not at all, because its event goes to the dead letters. */
export type Passage = 'open' | 'later' | 'divert'

/** What the failure of a handler makes: its breaker makes nothing more of it. */
const ownTypes: ReadonlySet<string> = new Set(['system.warning', 'system.error'])

/** What keeps a handler from being called: its circuit breaker and its rate limit. */
export class Valve {
  readonly #id: () => string
  readonly #host: DeliveryHost
  readonly #wake: () => void
  readonly #breaker: Breaker | undefined
  readonly #diverts: boolean
  readonly #bucket: TokenBucket | undefined
  readonly #rate: DeliverySettings['rateLimit']
  /** Present while a call may start at a known time, and not before. */
  #timer: Timer | undefined = undefined
  #shut = false
  /** What the latest call to end was made with: because of it the breaker changes. */
  #event: TradewireEvent | undefined = undefined

  /** @param wake called when a call may start that might not before. */
  constructor(
    { breaker, rateLimit }: DeliverySettings,
    id: () => string,
    host: DeliveryHost,
    wake: () => void,
  ) {
    this.#id = id
    this.#host = host
    this.#wake = wake
    this.#diverts = breaker?.whileOpen === 'dead-letter'
    this.#breaker =
      breaker === undefined ? undefined : new Breaker(breaker, (state) => this.#changed(state))
    this.#rate = rateLimit
    this.#bucket =
      rateLimit === undefined ? undefined : new TokenBucket(rateLimit, host.clock.monotonic())
  }

  /** Whether no call may start until `wake` is called, or one that runs has ended. */
  get shut(): boolean {
    return this.#shut
  }

  get breaker(): BreakerState | undefined {
    return this.#breaker?.state
  }

  /** Why an event that has just come is too much; undefined if it is not. */
  refuses(event: TradewireEvent): RateLimitError | undefined {
    if (this.#bucket === undefined || this.#rate!.onLimit === 'wait') return undefined
    const now = this.#host.clock.monotonic()
    const taken = this.#bucket.take(now)
    this.#warn(now, event)
    if (taken) return undefined
    const { perSecond } = this.#rate!
    const advice = 'The event was given up. Raise rateLimit, or let it wait.'
    return new RateLimitError(
      this.#id(),
      'subscription',
      perSecond,
      this.#bucket.waitMs(now),
      advice,
    )
  }

  /** Whether a call may start at `now`. If later, `wake` is called then. */
  ask(now: number): Passage {
    const breaker = this.#breaker
    if (breaker !== undefined && !breaker.admits(now)) {
      const { reopensAt } = breaker
      // Half-open, and its trial call has not ended: that end is what wakes.
      if (reopensAt !== undefined && this.#diverts) return 'divert'
      return this.#later(reopensAt === undefined ? undefined : reopensAt - now)
    }
    if (this.#bucket === undefined || this.#rate!.onLimit !== 'wait') return 'open'
    const waitMs = this.#bucket.waitMs(now)
    return waitMs === 0 ? 'open' : this.#later(waitMs)
  }

  /** A call starts. Returns the ticket for its end. */
  started(now: number, event: TradewireEvent): number {
    if (this.#rate?.onLimit === 'wait') {
      this.#bucket!.take(now)
      this.#warn(now, event)
    }
    return this.#breaker?.started() ?? 0
  }

  succeeded(now: number, ticket: number, event: TradewireEvent): void {
    this.#event = event
    this.#shut = false
    this.#breaker?.succeeded(now, ticket)
  }

  failed(now: number, ticket: number, event: TradewireEvent): void {
    this.#event = event
    this.#shut = false
    this.#breaker?.failed(now, ticket)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #later(delayMs: number | undefined): 'later' {
    this.#shut = true
    if (delayMs !== undefined) this.#timer ??= this.#setTimer(delayMs)
    return 'later'
  }

  #setTimer(delayMs: number): Timer {
    return this.#host.clock.setTimer(Math.max(shortestMs, delayMs), () => {
      this.#timer = undefined
      this.#shut = false
      this.#wake()
    })
  }

  #warn(now: number, { type }: TradewireEvent): void {
    // A warning because of a warning would never end.
    if (!this.#bucket!.shouldWarn(now) || type === 'performance.rate_limit_warning') return
    const data = rateLimitWarning(this.#id(), this.#rate!, this.#bucket!, now)
    this.#host.warn('performance.rate_limit_warning', {
      timestamp: this.#host.clock.now(),
      ...data,
    })
  }

  #changed(state: BreakerState): void {
    const id = this.#id()
    const words = {
      closed: 'has closed: its trial calls have succeeded',
      open: 'has opened: its handler keeps failing',
      'half-open': 'is half-open: it lets a trial call pass',
    }
    const announced = 'system.warning'
    const data = {
      timestamp: this.#host.clock.now(),
      code: `breaker_${state.replace('-', '_')}`,
      message: `The circuit breaker of subscription ${id} ${words[state]}.`,
      details: { subscriptionId: id },
    }
    // Told of as an event, what such an event has caused would never end.
    if (this.#event === undefined || !ownTypes.has(this.#event.type)) {
      this.#host.warn(announced, data)
    } else if (state === 'open') {
      this.#host.complain(new BreakerOpenError(id, this.#diverts), this.#event)
    }
  }
}
