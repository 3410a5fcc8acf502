import { describeValue, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

/** How often something may happen. */
export interface RateLimitOptions {
  /** How many per second in the long run. From 0.000001, which is one in 11.6 days. */
  readonly perSecond: number
  /** How many at once after a pause. From 1. Default `perSecond`, rounded up. */
  readonly burst?: number
  /**
   * What becomes of an event that comes too soon: it waits, it is dropped, or it is an error.
   * Default `wait`.
   */
  readonly onLimit?: 'wait' | 'drop' | 'error'
  /**
   * Which share of `burst` must be used up for `performance.rate_limit_warning` to be emitted. More
   * than 0, at most 1. Default 0.8.
   */
  readonly warnAt?: number
}

/** {@link RateLimitOptions} with every default filled in and every value checked. */
export interface RateLimitSettings {
  readonly perSecond: number
  readonly burst: number
  readonly onLimit: 'wait' | 'drop' | 'error'
  readonly warnAt: number
}

const optionNames = ['perSecond', 'burst', 'onLimit', 'warnAt'] as const

/**
 * A shorter wait may be too small a step for a clock that counts from 1970, and would never pass. In
 * milliseconds.
 */
export const shortestMs = 0.001

/** Slower than this, and a wait would be longer than what a timer can hold. */
const lowestPerSecond = 0.000_001

/**
 * `name` is the option that holds them, for messages.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is missing, unknown or out of range.
 */
export function toRateLimitSettings(name: string, options: RateLimitOptions): RateLimitSettings {
  requireOptions(name, options, optionNames)
  const { perSecond, onLimit = 'wait', warnAt = 0.8 } = options
  requireNumber(`${name}.perSecond`, perSecond, lowestPerSecond)
  const { burst = Math.max(1, Math.ceil(perSecond)) } = options
  requireNumber(`${name}.burst`, burst, 1)
  if (onLimit !== 'wait' && onLimit !== 'drop' && onLimit !== 'error') {
    throw new ConfigurationError(
      `${name}.onLimit must be 'wait', 'drop' or 'error', but is ${describeValue(onLimit)}.`,
    )
  }
  if (!(requireNumber(`${name}.warnAt`, warnAt) > 0 && warnAt <= 1)) {
    throw new ConfigurationError(
      `${name}.warnAt must be a share of burst, more than 0 and at most 1, but is ${warnAt}.`,
    )
  }
  return { perSecond, burst, onLimit, warnAt }
}

/**
 * A bucket of `burst` tokens that starts full and gains `perSecond` of them each second. Times are in
 * monotonic milliseconds; one that lies before an earlier one refills nothing.
 */
export class TokenBucket {
  readonly #perSecond: number
  readonly #burst: number
  readonly #warnAt: number
  /** What it held at `#at`: from 0 to `#burst`. Only a take that succeeds changes the two. */
  #tokens: number
  #at: number
  #warned = false

  constructor(settings: RateLimitSettings, now: number) {
    this.#perSecond = settings.perSecond
    this.#burst = settings.burst
    this.#warnAt = settings.warnAt
    this.#tokens = settings.burst
    this.#at = now
  }

  /** The most tokens that it holds. */
  get limit(): number {
    return this.#burst
  }

  /** Takes `tokens`, of 0 or more, if it holds as many, and says whether it did. */
  take(now: number, tokens = 1): boolean {
    const held = this.#heldAt(now)
    // Here as well, because it may be taken from only at once when it is full again.
    this.#endWarning(held)
    if (!(held >= tokens)) return false
    this.#tokens = held - tokens
    this.#at = Math.max(this.#at, now)
    return true
  }

  /**
   * The milliseconds until {@link take} will succeed if nobody else takes: 0 if it would now,
   * `Infinity` if `tokens` are more than it can hold. `take(now + waitMs(now))` always succeeds, as
   * rounding is to the later side.
   */
  waitMs(now: number, tokens = 1): number {
    if (tokens > this.#burst) return Infinity
    const held = this.#heldAt(now)
    if (held >= tokens) return 0
    // From #at on where `now` is earlier: nothing is refilled before.
    let waitMs = Math.max(0, this.#at - now) + ((tokens - held) * 1_000) / this.#perSecond
    let stepMs = Number.EPSILON * Math.max(Math.abs(now), waitMs)
    while (this.#heldAt(now + waitMs) < tokens) {
      waitMs += stepMs
      stepMs *= 2
    }
    return waitMs
  }

  /** How many tokens of {@link limit} are used up: from 0 to it. */
  used(now: number): number {
    return this.#burst - this.#heldAt(now)
  }

  /**
   * Whether it is time to warn: true once when the share that is used up reaches `warnAt`, and again
   * only after it has fallen below half of that.
   */
  shouldWarn(now: number): boolean {
    const held = this.#heldAt(now)
    this.#endWarning(held)
    if (this.#warned || this.#usedShare(held) < this.#warnAt) return false
    this.#warned = true
    return true
  }

  #endWarning(held: number): void {
    if (this.#usedShare(held) < this.#warnAt / 2) this.#warned = false
  }

  #usedShare(held: number): number {
    return (this.#burst - held) / this.#burst
  }

  #heldAt(now: number): number {
    const gained = ((now - this.#at) * this.#perSecond) / 1_000
    return gained > 0 ? Math.min(this.#burst, this.#tokens + gained) : this.#tokens
  }
}

/** What `performance.rate_limit_warning` says of a bucket, all but the timestamp. */
export function rateLimitWarning(
  endpoint: string,
  { perSecond, burst }: RateLimitSettings,
  bucket: TokenBucket,
  now: number,
): object {
  const retryAfterMs = bucket.waitMs(now)
  return {
    endpoint,
    used: bucket.used(now),
    limit: burst,
    windowMs: (burst * 1_000) / perSecond,
    ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
  }
}
