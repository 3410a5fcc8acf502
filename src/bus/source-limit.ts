import { RateLimitError } from '../delivery/errors.ts'
import { Fifo } from '../delivery/fifo.ts'
import {
  type RateLimitOptions,
  type RateLimitSettings,
  rateLimitWarning,
  shortestMs,
  TokenBucket,
  toRateLimitSettings,
} from '../delivery/token-bucket.ts'
import { requireOptions } from '../errors/checks.ts'
import type { Clock, Timer } from '../time/clock.ts'

/** How many emissions of one source may wait for their turn. */
const mostWaiting = 10_000

/** An emission that waits for its turn. */
interface Waiting {
  readonly events: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** How often one source may emit. */
export class SourceLimit {
  readonly settings: RateLimitSettings
  readonly #source: string
  readonly #clock: Clock
  readonly #bucket: TokenBucket
  readonly #warn: (data: object) => void
  readonly #waiting = new Fifo<Waiting>()
  /** Emissions that may be made now, and are about to be: nobody may overtake them. */
  #released = 0
  /** For the first that waits. */
  #timer: Timer | undefined = undefined

  /** @param warn is told, when the limit is nearly reached, what the warning says. */
  constructor(
    source: string,
    settings: RateLimitSettings,
    clock: Clock,
    warn: (data: object) => void,
  ) {
    this.settings = settings
    this.#source = source
    this.#clock = clock
    this.#bucket = new TokenBucket(settings, clock.monotonic())
    this.#warn = warn
  }

  /** Whether so many events may be emitted now; then they count. */
  take(events: number): boolean {
    if (this.#waiting.size > 0 || this.#released > 0) return false
    const now = this.#clock.monotonic()
    const taken = this.#bucket.take(now, events)
    if (this.#bucket.shouldWarn(now)) {
      this.#warn(rateLimitWarning(this.#source, this.settings, this.#bucket, now))
    }
    return taken
  }

  /**
   * Whether so many events may be emitted, now or later.
   *
   * @throws RateLimitError `RATE_LIMITED` if they never may, or too many wait.
   */
  allows(events: number): boolean {
    if (this.settings.onLimit !== 'wait') {
      return this.#bucket.waitMs(this.#clock.monotonic(), events) === 0
    }
    if (events > this.settings.burst) {
      throw this.refusal(events, 'A batch must not be larger than burst. Split it, or raise burst.')
    }
    if (this.#waiting.size >= mostWaiting) {
      throw this.refusal(events, `${mostWaiting} emissions wait already. Await emit.`)
    }
    return true
  }

  /** What an emission fails with that may not be made now. */
  refusal(events: number, advice: string): RateLimitError {
    const retryAfterMs = this.#bucket.waitMs(this.#clock.monotonic(), events)
    return new RateLimitError(this.#source, 'source', this.settings.perSecond, retryAfterMs, advice)
  }

  /** Resolves once so many events may be emitted, after all that wait already; they count then. */
  wait(events: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ events, resolve, reject })
      if (this.#waiting.size === 1) this.#setTimer(events)
    })
  }

  /** An emission that waited has been made. */
  emitted(): void {
    this.#released -= 1
  }

  /** Ends all waits. */
  close(error: Error): void {
    this.#timer?.cancel()
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.reject(error)
    }
  }

  #setTimer(events: number): void {
    const waitMs = this.#bucket.waitMs(this.#clock.monotonic(), events)
    const delayMs = Math.max(shortestMs, waitMs)
    this.#timer = this.#clock.setTimer(delayMs, () => this.#release())
  }

  /** Lets pass who may, and waits for the next one's time. */
  #release(): void {
    for (let first = this.#waiting.first; first !== undefined; first = this.#waiting.first) {
      // A timer may come a little early.
      if (!this.#bucket.take(this.#clock.monotonic(), first.events)) {
        this.#setTimer(first.events)
        return
      }
      this.#waiting.shift()
      this.#released += 1
      first.resolve()
    }
  }
}

/** How often sources may emit, by their names. */
export type RateLimits = Readonly<Record<string, RateLimitOptions>>

/** @throws ConfigurationError `CONFIGURATION` if a limit is malformed. */
export function toSourceLimits(limits: RateLimits): ReadonlyMap<string, RateLimitSettings> {
  requireOptions('rateLimits', limits, Object.keys(Object(limits)))
  return new Map(
    Object.entries(limits).map(([source, options]) => [
      source,
      toRateLimitSettings(`rateLimits[${JSON.stringify(source)}]`, options),
    ]),
  )
}
