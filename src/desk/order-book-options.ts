import {
  describeValue,
  requireFunction,
  requireInteger,
  requireNumber,
  requireOptions,
  requireText,
} from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { BookChecksum } from './order-book-checksum.ts'

/**
 * Why a snapshot is wanted: `start`: deltas come, and there was none; `gap`: updates are missing;
 * `checksum`: the book is not the venue's; `outdated`: the last one was too old; `resync`: somebody
 * asked for it.
 */
export type SnapshotReason = 'start' | 'gap' | 'checksum' | 'outdated' | 'resync'

/** Options of `orderBook`. */
export interface OrderBookOptions {
  /** The instrument, in the venue's own spelling, such as `BTCUSDT`. */
  readonly symbol: string
  /** Only updates of this venue. Default: whatever says it is of the symbol. */
  readonly venue?: string
  /** How many levels of a side `market.depth_update` has at most, from 1. Default 10. */
  readonly depth?: number
  /**
   * The shortest time between two `market.depth_update`s, in milliseconds from 0, on the clock of the
   * bus. A change within it is emitted at its end, with all that came until then. 0 emits each change of
   * the top levels. Default 100.
   */
  readonly depthIntervalMs?: number
  /** Whether `market.quote_update` is emitted as the best bid or ask changes. Default true. */
  readonly quotes?: boolean
  /**
   * Has a snapshot emitted as a `market.orderbook_update`: subscribes anew, or asks the venue. It is
   * called again while none comes. What it throws or rejects with becomes a `system.warning`.
   * Default: the book waits until one comes.
   */
  readonly requestSnapshot?: (reason: SnapshotReason) => unknown
  /**
   * How long to wait for a snapshot before it is requested again, in milliseconds from 1; twice as long
   * each time, up to a minute. Default 5,000.
   */
  readonly snapshotRetryMs?: number
  /** How many deltas are held until a snapshot; then the oldest goes. From 1. Default 10,000. */
  readonly bufferCapacity?: number
  /** How the venue proves that the book is right, such as `okxChecksum()`. Default: it does not. */
  readonly checksum?: BookChecksum
  /**
   * The priority of its subscription: handlers of an update with a lower one find the book changed. A
   * whole number from 0. Default 1,000.
   */
  readonly priority?: number
  /** Who emits, in 1 to 256 characters. Default `order-book`. */
  readonly source?: string
}

/** {@link OrderBookOptions}, checked, with every default filled in. */
export interface OrderBookSettings {
  readonly symbol: string
  readonly venue: string | undefined
  readonly depth: number
  readonly depthIntervalMs: number
  readonly quotes: boolean
  readonly requestSnapshot: ((reason: SnapshotReason) => unknown) | undefined
  readonly snapshotRetryMs: number
  readonly bufferCapacity: number
  readonly checksum: BookChecksum | undefined
  readonly priority: number
  readonly source: string
}

const optionNames = [
  'symbol',
  'venue',
  'depth',
  'depthIntervalMs',
  'quotes',
  'requestSnapshot',
  'snapshotRetryMs',
  'bufferCapacity',
  'checksum',
  'priority',
  'source',
] as const

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
export function toOrderBookSettings(options: OrderBookOptions): OrderBookSettings {
  requireOptions('orderBook', options, optionNames)
  const { symbol, venue, requestSnapshot, checksum, quotes = true } = options
  requireText('symbol', symbol)
  if (venue !== undefined) requireText('venue', venue)
  if (typeof quotes !== 'boolean') {
    throw new ConfigurationError(`quotes must be true or false, but is ${describeValue(quotes)}.`)
  }
  if (requestSnapshot !== undefined) requireFunction('requestSnapshot', requestSnapshot)
  if (checksum !== undefined) {
    requireOptions('checksum', checksum, ['of', 'in'])
    requireFunction('checksum.of', checksum.of)
    requireFunction('checksum.in', checksum.in)
  }
  return {
    symbol,
    venue,
    depth: requireInteger('depth', options.depth ?? 10, 1),
    depthIntervalMs: requireNumber('depthIntervalMs', options.depthIntervalMs ?? 100, 0),
    quotes,
    requestSnapshot,
    snapshotRetryMs: requireNumber('snapshotRetryMs', options.snapshotRetryMs ?? 5_000, 1),
    bufferCapacity: requireInteger('bufferCapacity', options.bufferCapacity ?? 10_000, 1),
    checksum,
    priority: requireInteger('priority', options.priority ?? 1_000),
    source: requireText('source', options.source ?? 'order-book'),
  }
}
