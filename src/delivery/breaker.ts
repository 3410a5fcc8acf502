import { describeValue, requireInteger, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

/**
 * `closed`: calls pass. `open`: none does. `half-open`: one at a time does, to find out whether the
 * trouble is over.
 */
export type BreakerState = 'closed' | 'open' | 'half-open'

/** When a handler that keeps failing is left alone, and for how long. */
export interface BreakerOptions {
  /**
   * How many failures open it: in a row, or with `windowMs` within that time, whatever succeeded
   * between them. A whole number from 1 to 1,000,000. Default 5, unless `rate` is given.
   */
  readonly failures?: number
  /**
   * Which share of the calls within `windowMs` must have failed to open it. More than 0, at most 1.
   * Needs `windowMs`, excludes `failures`.
   */
  readonly rate?: number
  /**
   * How far back outcomes count, in milliseconds. From 1. With `failures` it is exact; with `rate`
   * outcomes are counted in 64 buckets, so each counts for 63/64 of it at least and all of it at
   * most. Default: no window, failures count in a row.
   */
  readonly windowMs?: number
  /**
   * How many calls must have ended within `windowMs` before `rate` counts. A whole number from 1.
   * Default 10.
   */
  readonly minimumCalls?: number
  /** How long it stays open before it tries a call, in milliseconds. More than 0. Default 30,000. */
  readonly openMs?: number
  /**
   * How many trial calls in a row, one at a time, must succeed to close it. A whole number from 1 to
   * 1,000,000. Default 1.
   */
  readonly probes?: number
  /** What becomes of an event that comes while it is open. Default `wait`. */
  readonly whileOpen?: 'wait' | 'dead-letter'
}

/** What opens a breaker: each kind with its own figures. */
export type BreakerRule =
  | { readonly kind: 'consecutive'; readonly failures: number }
  | { readonly kind: 'count'; readonly failures: number; readonly windowMs: number }
  | {
      readonly kind: 'rate'
      readonly rate: number
      readonly windowMs: number
      readonly minimumCalls: number
    }

/** {@link BreakerOptions} with every default filled in and every value checked. */
export interface BreakerSettings {
  readonly rule: BreakerRule
  readonly openMs: number
  readonly probes: number
  readonly whileOpen: 'wait' | 'dead-letter'
}

const optionNames = [
  'failures',
  'rate',
  'windowMs',
  'minimumCalls',
  'openMs',
  'probes',
  'whileOpen',
] as const

/**
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range, or if options
 * contradict each other.
 */
export function toBreakerSettings(options: BreakerOptions): BreakerSettings {
  requireOptions('breaker', options, optionNames)
  const { openMs = 30_000, probes = 1, whileOpen = 'wait' } = options
  if (!(requireNumber('breaker.openMs', openMs) > 0)) {
    throw new ConfigurationError(`breaker.openMs must be more than 0, but is ${openMs}.`)
  }
  requireInteger('breaker.probes', probes, 1, 1_000_000)
  if (whileOpen !== 'wait' && whileOpen !== 'dead-letter') {
    throw new ConfigurationError(
      `breaker.whileOpen must be 'wait' or 'dead-letter', but is ${describeValue(whileOpen)}.`,
    )
  }
  return { rule: toRule(options), openMs, probes, whileOpen }
}

function toRule({ failures, rate, windowMs, minimumCalls }: BreakerOptions): BreakerRule {
  if (windowMs !== undefined) requireNumber('breaker.windowMs', windowMs, 1)
  if (rate === undefined) {
    if (minimumCalls !== undefined) {
      throw new ConfigurationError(
        'breaker.minimumCalls belongs to breaker.rate: give that too, or leave minimumCalls out.',
      )
    }
    const limit = requireInteger('breaker.failures', failures ?? 5, 1, 1_000_000)
    return windowMs === undefined
      ? { kind: 'consecutive', failures: limit }
      : { kind: 'count', failures: limit, windowMs }
  }
  if (failures !== undefined) {
    throw new ConfigurationError(
      'breaker.failures and breaker.rate exclude each other: give the one that is to open it.',
    )
  }
  if (!(requireNumber('breaker.rate', rate) > 0 && rate <= 1)) {
    throw new ConfigurationError(
      `breaker.rate must be a share, more than 0 and at most 1, but is ${rate}.`,
    )
  }
  if (windowMs === undefined) {
    throw new ConfigurationError(
      'breaker.rate needs breaker.windowMs: how far back calls count, in milliseconds.',
    )
  }
  const minimum = requireInteger('breaker.minimumCalls', minimumCalls ?? 10, 1)
  return { kind: 'rate', rate, windowMs, minimumCalls: minimum }
}

/** What each state needs to know, and no other state has. */
type State =
  | { readonly name: 'closed'; readonly outcomes: Outcomes }
  | { readonly name: 'open'; readonly reopensAt: number }
  | { readonly name: 'half-open'; successes: number; probing: boolean }

/**
 * A circuit breaker. Ask {@link admits} before each call, tell it of the start, and hand the ticket
 * of the start back with the outcome. Only outcomes of calls that started in the present state
 * count: what started before it opened says nothing about the trial call, or about the time after.
 * Times are in monotonic milliseconds.
 *
 * Source: Michael Nygard, "Release It!", 2nd edition, 2018, "Circuit Breaker".
 */
export class Breaker {
  readonly #settings: BreakerSettings
  readonly #onChange: (state: BreakerState) => void
  #state: State
  /** Counts the changes of state, and so tells the calls that started in one from all others. */
  #epoch = 0

  /** `onChange` is called after each change of state. What it throws, the caller gets. */
  constructor(settings: BreakerSettings, onChange: (state: BreakerState) => void) {
    this.#settings = settings
    this.#onChange = onChange
    this.#state = { name: 'closed', outcomes: toOutcomes(settings.rule) }
  }

  get state(): BreakerState {
    return this.#state.name
  }

  /** When an open one lets a call pass again, in monotonic milliseconds; undefined if not open. */
  get reopensAt(): number | undefined {
    return this.#state.name === 'open' ? this.#state.reopensAt : undefined
  }

  /**
   * Whether a call may start now. An open one whose time has passed becomes half-open, which admits
   * one call at a time.
   */
  admits(now: number): boolean {
    if (this.#state.name === 'closed') return true
    if (this.#state.name === 'half-open') return !this.#state.probing
    if (now < this.#state.reopensAt) return false
    this.#change({ name: 'half-open', successes: 0, probing: false })
    return true
  }

  /** An admitted call has started. Returns its ticket, for {@link succeeded} or {@link failed}. */
  started(): number {
    if (this.#state.name === 'half-open') this.#state.probing = true
    return this.#epoch
  }

  /** The call with this ticket has succeeded. */
  succeeded(now: number, ticket: number): void {
    if (ticket !== this.#epoch) return
    if (this.#state.name === 'closed') this.#state.outcomes.succeeded(now)
    if (this.#state.name !== 'half-open') return
    this.#state.probing = false
    this.#state.successes += 1
    if (this.#state.successes < this.#settings.probes) return
    this.#change({ name: 'closed', outcomes: toOutcomes(this.#settings.rule) })
  }

  /** The call with this ticket has failed. */
  failed(now: number, ticket: number): void {
    if (ticket !== this.#epoch || this.#state.name === 'open') return
    if (this.#state.name === 'closed' && !this.#state.outcomes.failed(now)) return
    this.#change({ name: 'open', reopensAt: now + this.#settings.openMs })
  }

  #change(state: State): void {
    this.#state = state
    this.#epoch += 1
    this.#onChange(state.name)
  }
}

/** The outcomes that a closed breaker remembers. */
interface Outcomes {
  succeeded(now: number): void
  /** Returns whether this failure is one too many. */
  failed(now: number): boolean
}

function toOutcomes(rule: BreakerRule): Outcomes {
  if (rule.kind === 'consecutive') return new FailuresInARow(rule.failures)
  if (rule.kind === 'count') return new FailuresInAWindow(rule.failures, rule.windowMs)
  return new ShareOfFailures(rule.rate, rule.windowMs, rule.minimumCalls)
}

class FailuresInARow implements Outcomes {
  readonly #limit: number
  #failures = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  succeeded(): void {
    this.#failures = 0
  }

  failed(): boolean {
    this.#failures += 1
    return this.#failures >= this.#limit
  }
}

class FailuresInAWindow implements Outcomes {
  readonly #limit: number
  readonly #windowMs: number
  /** Ring of the times of the last `#limit` failures, which are all that can be one too many. */
  readonly #times: number[] = []
  #next = 0

  constructor(limit: number, windowMs: number) {
    this.#limit = limit
    this.#windowMs = windowMs
  }

  succeeded(): void {}

  failed(now: number): boolean {
    this.#times[this.#next] = now
    this.#next = (this.#next + 1) % this.#limit
    const earliest = this.#times[this.#next]
    return earliest !== undefined && now - earliest < this.#windowMs
  }
}

const bucketCount = 64

class ShareOfFailures implements Outcomes {
  readonly #rate: number
  readonly #minimumCalls: number
  readonly #bucketMs: number
  /** Calls and failures by bucket of time, each at the number of its bucket modulo 64. */
  readonly #calls = new Float64Array(bucketCount)
  readonly #failures = new Float64Array(bucketCount)
  /** The sums of the two. */
  #allCalls = 0
  #allFailures = 0
  /** The number of the latest bucket, counted from time 0. */
  #bucket = -Infinity

  constructor(rate: number, windowMs: number, minimumCalls: number) {
    this.#rate = rate
    this.#minimumCalls = minimumCalls
    this.#bucketMs = windowMs / bucketCount
  }

  succeeded(now: number): void {
    this.#countCall(now)
  }

  failed(now: number): boolean {
    this.#failures[this.#countCall(now)]! += 1
    this.#allFailures += 1
    if (this.#allCalls < this.#minimumCalls) return false
    // Divided, as 7 of 100 is 0.07, while 0.07 times 100 is a little more than 7.
    return this.#allFailures / this.#allCalls >= this.#rate
  }

  /** Returns the index of the bucket. */
  #countCall(now: number): number {
    const bucket = Math.max(this.#bucket, Math.floor(now / this.#bucketMs))
    for (let passed = Math.min(bucketCount, bucket - this.#bucket); passed > 0; passed -= 1) {
      this.#clear(toIndex(bucket - passed + 1))
    }
    this.#bucket = bucket
    const index = toIndex(bucket)
    this.#calls[index]! += 1
    this.#allCalls += 1
    return index
  }

  #clear(index: number): void {
    this.#allCalls -= this.#calls[index]!
    this.#allFailures -= this.#failures[index]!
    this.#calls[index] = 0
    this.#failures[index] = 0
  }
}

/** Times, and so numbers of buckets, may lie below 0. */
function toIndex(bucket: number): number {
  return ((bucket % bucketCount) + bucketCount) % bucketCount
}
