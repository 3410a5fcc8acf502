import {
  describeValue,
  requireFunction,
  requireInteger,
  requireNumber,
  requireOptions,
} from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { type Priority, requirePriority } from '../events/priority.ts'
import { type BreakerOptions, type BreakerSettings, toBreakerSettings } from './breaker.ts'
import type { EventKey } from './event-key.ts'
import { type DedupOptions, type DedupSettings, toDedupSettings } from './dedup-window.ts'
import { type RetryOptions, type RetrySettings, toRetrySettings } from './retry.ts'
import {
  type RateLimitOptions,
  type RateLimitSettings,
  toRateLimitSettings,
} from './token-bucket.ts'

/** What a full mailbox does with one more event. */
export type MailboxOverflow =
  /**
   * Back-pressure: the event gets in, and an awaited `emit` waits until there is room again. At most
   * `capacity` emissions wait; one more fails as with `error`, and so does one that the handler makes
   * itself, because it would wait for itself.
   */
  | 'wait'
  /** Gives up the oldest of the least urgent events. */
  | 'drop-oldest'
  /** Gives up the newest of the least urgent events: often the one that came. */
  | 'drop-newest'
  /**
   * Keeps the newest event of each type and key, in the place of the one before, full or not. Beyond
   * `capacity` keys, the oldest of the least urgent events is given up.
   */
  | 'conflate'
  /** The delivery fails with `MailboxFullError`: one `system.error` for each event that is given up. */
  | 'error'

/** Where events wait for a handler. */
export interface MailboxOptions<Event extends TradewireEvent = TradewireEvent> {
  /** How many events may wait. A whole number from 1 to 10,000,000. Default 10,000. */
  readonly capacity?: number
  /** What to do when it is full. Default `wait`. */
  readonly overflow?: MailboxOverflow
  /**
   * What `conflate` keeps the newest event of, such as the symbol. Needed for it, and only for it. An
   * event whose key is undefined is not conflated.
   */
  readonly key?: (event: Event) => EventKey
  /**
   * With `wait`: how long an emission waits for room, in milliseconds from 0; then its event counts as
   * expired. Default: as long as it takes.
   */
  readonly waitMs?: number
  /**
   * How long an event may wait for its first attempt, in milliseconds from 0; an older one is not
   * delivered any more, and counts as expired. Default: as long as it takes.
   */
  readonly maxAgeMs?: number
}

/** What becomes of events that a handler has failed on for good. */
export interface DeadLetterOptions<Event extends TradewireEvent = TradewireEvent> {
  /**
   * Whether a later event of the same key becomes a dead letter, too, as long as there is an earlier
   * one, so that it does not overtake it. Default false.
   */
  readonly holdKey?: boolean
  /**
   * What belongs together, for `holdKey`. An event whose key is undefined holds nothing, and is not
   * held. Default: the payload's `orderId`, else its `positionId`, else its `symbol`, else the type.
   */
  readonly key?: (event: Event) => EventKey
}

/** How events reach a handler that is slow, fails or is flooded. */
export interface DeliveryOptions<Event extends TradewireEvent = TradewireEvent> {
  /** Where events wait. With any other option here there is a mailbox, too, with its defaults. */
  readonly mailbox?: MailboxOptions<Event>
  /**
   * How many calls of the handler may run at a time: a whole number from 1, or `unlimited`. With 1 it
   * never overlaps itself, and sees the events of one priority in their order. Default 1.
   */
  readonly concurrency?: number | 'unlimited'
  /** Only events of at least this priority are delivered. Needs no mailbox. Default `low`: all. */
  readonly minPriority?: Priority
  /**
   * How long one attempt may take, in milliseconds, more than 0; then its signal aborts and it has
   * failed. Default: as long as it takes.
   */
  readonly timeoutMs?: number
  /** How the handler is called again after a failure. Default: it is not. */
  readonly retry?: RetryOptions
  /** When to stop calling a handler that keeps failing. Default: never. */
  readonly breaker?: BreakerOptions
  /** Whether events that the handler fails on for good are kept in `bus.deadLetters`. Default false. */
  readonly deadLetter?: boolean | DeadLetterOptions<Event>
  /** How often the handler may be called. Default: as often as it can. */
  readonly rateLimit?: RateLimitOptions
  /** Passes over events that were there before, by key. Default: none. */
  readonly dedup?: DedupOptions<Event>
}

/** How the events of a batch are collected. */
export interface BatchOptions {
  /**
   * How many events a batch holds at most. A whole number from 1 to the capacity of the mailbox. Default
   * 100, or that capacity where it is less.
   */
  readonly maxSize?: number
  /** How long the first event of a batch waits for more, in milliseconds from 0. Default 100. */
  readonly maxWaitMs?: number
}

type Key = (event: TradewireEvent) => EventKey

/** {@link DeliveryOptions} with every default filled in and every value checked. */
export interface DeliverySettings {
  readonly capacity: number
  readonly overflow: MailboxOverflow
  /** Present with `conflate` alone. */
  readonly conflationKey: Key | undefined
  readonly waitMs: number | undefined
  readonly maxAgeMs: number | undefined
  /** `Infinity` for unlimited. */
  readonly concurrency: number
  readonly timeoutMs: number | undefined
  readonly retry: RetrySettings | undefined
  readonly breaker: BreakerSettings | undefined
  readonly deadLetter: boolean
  /** Present with `holdKey` alone. */
  readonly holdKey: Key | undefined
  readonly rateLimit: RateLimitSettings | undefined
  readonly dedup: DedupSettings | undefined
  readonly batch: Required<BatchOptions> | undefined
}

/** The options that give a subscription a mailbox. */
export const deliveryOptionNames = [
  'mailbox',
  'concurrency',
  'timeoutMs',
  'retry',
  'breaker',
  'deadLetter',
  'rateLimit',
  'dedup',
] as const

/** Whether any option asks for a mailbox. */
export function wantsMailbox(options: DeliveryOptions): boolean {
  const { deadLetter, ...others } = options
  if (deadLetter !== undefined && deadLetter !== false) return true
  return deliveryOptionNames.some((name) => name !== 'deadLetter' && others[name] !== undefined)
}

/**
 * @param batch how to collect batches, for a handler of batches.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown, out of range, or contradicts
 * another one.
 */
export function toDeliverySettings(
  options: DeliveryOptions,
  batch: BatchOptions | undefined,
): DeliverySettings {
  const { concurrency = 1, timeoutMs, retry, breaker, rateLimit, dedup } = options
  const { mailbox = {}, deadLetter = false } = options
  if (concurrency !== 'unlimited') requireConcurrency(concurrency)
  if (timeoutMs !== undefined && !(requireNumber('timeoutMs', timeoutMs, 0) > 0)) {
    throw new ConfigurationError('timeoutMs must be more than 0. Leave it out for no limit.')
  }
  const settings = {
    ...toMailboxSettings(mailbox),
    ...toDeadLetterSettings(deadLetter),
    concurrency: concurrency === 'unlimited' ? Infinity : concurrency,
    timeoutMs,
    retry: retry === undefined ? undefined : toRetrySettings(retry),
    breaker: breaker === undefined ? undefined : toBreakerSettings(breaker),
    rateLimit: rateLimit === undefined ? undefined : toRateLimitSettings('rateLimit', rateLimit),
    dedup: dedup === undefined ? undefined : toDedupSettings(dedup),
    batch: batch === undefined ? undefined : toBatchSettings(batch, mailbox.capacity),
  }
  if (settings.breaker?.whileOpen === 'dead-letter' && !settings.deadLetter) {
    throw new ConfigurationError(
      "breaker.whileOpen 'dead-letter' needs deadLetter: true, because only then there are dead letters.",
    )
  }
  if (settings.batch !== undefined && settings.batch.maxSize > settings.capacity) {
    throw new ConfigurationError(
      `maxSize must be at most the capacity of the mailbox, ${settings.capacity}, but is ${settings.batch.maxSize}. Lower it, or raise mailbox.capacity.`,
    )
  }
  return settings
}

function requireConcurrency(concurrency: unknown): void {
  if (Number.isSafeInteger(concurrency) && (concurrency as number) >= 1) return
  throw new ConfigurationError(
    `concurrency must be a whole number of at least 1, or 'unlimited', but is ${describeValue(concurrency)}.`,
  )
}

const overflows = ['wait', 'drop-oldest', 'drop-newest', 'conflate', 'error'] as const

function toMailboxSettings(options: MailboxOptions) {
  requireOptions('mailbox', options, ['capacity', 'overflow', 'key', 'waitMs', 'maxAgeMs'])
  const { capacity = 10_000, overflow = 'wait', key, waitMs, maxAgeMs } = options
  requireInteger('mailbox.capacity', capacity, 1, 10_000_000)
  if (!overflows.includes(overflow)) {
    throw new ConfigurationError(
      `mailbox.overflow must be one of ${overflows.join(', ')}, but is ${describeValue(overflow)}.`,
    )
  }
  if (key !== undefined) requireFunction('mailbox.key', key)
  if ((overflow === 'conflate') !== (key !== undefined)) {
    throw new ConfigurationError(
      overflow === 'conflate'
        ? "mailbox.overflow 'conflate' needs a key, such as key: (event) => event.data.symbol."
        : `mailbox.key is for overflow 'conflate' alone, but overflow is '${overflow}'.`,
    )
  }
  if (waitMs !== undefined) requireNumber('mailbox.waitMs', waitMs, 0)
  if (waitMs !== undefined && overflow !== 'wait') {
    throw new ConfigurationError(
      `mailbox.waitMs is for overflow 'wait' alone, but overflow is '${overflow}'.`,
    )
  }
  if (maxAgeMs !== undefined) requireNumber('mailbox.maxAgeMs', maxAgeMs, 0)
  return { capacity, overflow, conflationKey: key, waitMs, maxAgeMs }
}

function toDeadLetterSettings(options: boolean | DeadLetterOptions) {
  if (typeof options === 'boolean') return { deadLetter: options, holdKey: undefined }
  if (typeof options !== 'object') {
    throw new ConfigurationError(
      `deadLetter must be true, false or { holdKey, key }, but is ${describeValue(options)}.`,
    )
  }
  requireOptions('deadLetter', options, ['holdKey', 'key'])
  const { holdKey = false, key } = options
  if (typeof holdKey !== 'boolean') {
    throw new ConfigurationError(
      `deadLetter.holdKey must be true or false, but is ${describeValue(holdKey)}.`,
    )
  }
  if (key !== undefined) requireFunction('deadLetter.key', key)
  if (key !== undefined && !holdKey) {
    throw new ConfigurationError('deadLetter.key is for holdKey: true alone.')
  }
  return { deadLetter: true, holdKey: holdKey ? (key ?? subjectOf) : undefined }
}

/** What an event is about: the order, the position or the instrument, else its type. */
function subjectOf({ type, data }: TradewireEvent): EventKey {
  const { orderId, positionId, symbol } = data as Readonly<Record<string, EventKey>>
  return orderId ?? positionId ?? symbol ?? type
}

function toBatchSettings(
  { maxSize, maxWaitMs = 100 }: BatchOptions,
  capacity = 100,
): Required<BatchOptions> {
  if (maxSize === undefined) return toBatchSettings({ maxSize: Math.min(100, capacity), maxWaitMs })
  requireInteger('maxSize', maxSize, 1, 10_000_000)
  return { maxSize, maxWaitMs: requireNumber('maxWaitMs', maxWaitMs, 0) }
}

/** Throws `CONFIGURATION` unless `minPriority` is a priority or undefined. */
export function requireMinPriority(minPriority: unknown): void {
  if (minPriority !== undefined) requirePriority('minPriority', minPriority)
}

/** Whether nothing but room decides whether an event is taken in, and nothing but a place whether out. */
export function isPlain(settings: DeliverySettings): boolean {
  const { dedup, overflow, maxAgeMs, batch, rateLimit, breaker, holdKey } = settings
  const asked = [dedup, maxAgeMs, batch, rateLimit, breaker, holdKey]
  return overflow !== 'conflate' && asked.every((option) => option === undefined)
}
