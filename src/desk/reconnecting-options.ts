import { requireFunction, requireInteger, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Clock } from '../time/clock.ts'
import { randomSeed, seededRandom } from '../time/random.ts'
import { type BackoffOptions, type BackoffSettings, toBackoffSettings } from './backoff.ts'
import { endpointName } from './connection-endpoint.ts'
import type { SocketData, SocketLike, SocketMessage } from './connection-socket.ts'
import { requireLabel, requirePositive } from './health-options.ts'

/** What `connect` is told. */
export interface ConnectContext {
  /** Aborts when the attempt is given up. Hand it to `fetch` and the like. */
  readonly signal: AbortSignal
  /** Which attempt it is since the connection was last stable, from 1. */
  readonly attempt: number
}

/**
 * Makes a socket, that has begun to connect or is open, such as `() => new WebSocket(url)`. What it
 * throws or rejects with is a failed attempt; after a `PermanentError` no other one is made.
 */
export type Connect = (context: ConnectContext) => SocketLike | Promise<SocketLike>

/** What `onMessage` is told beside the message. */
export interface MessageContext {
  /** When it came in, on the clock of the bus: milliseconds since the Unix epoch. */
  readonly receivedAt: number
}

/** Why a connection has ended, or an attempt has failed. */
export interface ConnectionEnd {
  /**
   * The code of the error or of the close frame, such as `ECONNREFUSED` or `1006`; `CONNECT_TIMEOUT`,
   * `STALE` or `AUTHENTICATION_FAILED` where that is the reason. Undefined where there is none.
   */
  readonly code: string | undefined
  /** Why, in words. URLs in it have no secrets. */
  readonly reason: string
}

/** Who has authenticated. */
export interface Identity {
  /** The account, for `system.authenticated`. Default: none. */
  readonly accountId?: string
}

/** Options of `reconnecting`. */
export interface ReconnectingOptions {
  /** What the events call the other side: a name, or a URL, of which secrets are not shown. */
  readonly endpoint: string
  /**
   * Is called with each message, in their order. If it throws or rejects, the message counts as failed,
   * and `system.warning` with the code `message_failed` tells of it, at most every 10 seconds.
   */
  readonly onMessage: (message: SocketMessage, context: MessageContext) => unknown
  /** How long to wait before each attempt but the first. */
  readonly backoff?: BackoffOptions
  /**
   * After how many failures in a row to give up, a whole number from 1. A lost connection counts as one,
   * and a stable one begins anew. Default: never.
   */
  readonly attempts?: number
  /** Whether an end is worth another attempt. Default: every end is. */
  readonly reconnectWhen?: (end: ConnectionEnd) => boolean
  /** How long it may take to connect and to authenticate, in milliseconds, more than 0. Default 10,000. */
  readonly connectTimeoutMs?: number
  /**
   * How long a connection must last before failures are counted anew, in milliseconds, from 0; so a
   * server that accepts and drops at once is asked less and less often. Default 5,000.
   */
  readonly stableAfterMs?: number
  /**
   * After how long without a message the connection is given up, with `system.feed_stale`, and made anew,
   * in milliseconds, more than 0. Pings and pongs of the protocol do not count. Default: never.
   */
  readonly staleAfterMs?: number
  /** How often to ping, in milliseconds, more than 0. Default: never. */
  readonly pingIntervalMs?: number
  /** The message that pings. Default: a ping of the protocol, by the `ping()` of the socket. */
  readonly pingPayload?: SocketData | (() => SocketData)
  /**
   * Signs in on a socket that is open: listens and sends by itself, and resolves when that has succeeded.
   * What it throws or rejects with ends the attempt; after a `PermanentError` no other one is made.
   */
  readonly authenticate?: (socket: SocketLike, signal: AbortSignal) => Promise<Identity | void>
  /**
   * How many messages may wait while it is not connected, a whole number from 0. They are sent late: an
   * order had better not wait. Default 0: `send` throws.
   */
  readonly sendBuffer?: number
  /** How long the other side may take to close in order, in milliseconds, from 0. Default 1,000. */
  readonly closeTimeoutMs?: number
  /** What jitter begins with, a whole number. Default: random on a live clock, 0 on a deterministic one. */
  readonly seed?: number
  /** The venue that the events name. */
  readonly venue?: string
  /** Who emits the events. Default `connection`. */
  readonly source?: string
  /** Closes the connection when it aborts. */
  readonly signal?: AbortSignal
}

/** {@link ReconnectingOptions} with every default filled in and every value checked. */
export interface ReconnectingSettings {
  readonly endpoint: string
  readonly onMessage: (message: SocketMessage, context: MessageContext) => unknown
  readonly backoff: BackoffSettings
  readonly attempts: number
  readonly reconnectWhen: (end: ConnectionEnd) => boolean
  readonly connectTimeoutMs: number
  readonly stableAfterMs: number
  readonly staleAfterMs: number | undefined
  readonly pingIntervalMs: number | undefined
  readonly pingPayload: ReconnectingOptions['pingPayload']
  readonly authenticate: ReconnectingOptions['authenticate']
  readonly sendBuffer: number
  readonly closeTimeoutMs: number
  /** Numbers from 0 to below 1. */
  readonly random: () => number
  readonly venue: string | undefined
  readonly source: string
  readonly signal: AbortSignal | undefined
}

const optionNames = [
  'endpoint',
  'onMessage',
  'backoff',
  'attempts',
  'reconnectWhen',
  'connectTimeoutMs',
  'stableAfterMs',
  'staleAfterMs',
  'pingIntervalMs',
  'pingPayload',
  'authenticate',
  'sendBuffer',
  'closeTimeoutMs',
  'seed',
  'venue',
  'source',
  'signal',
] as const

/** @throws ConfigurationError `CONFIGURATION` if an option is missing, unknown or out of range. */
export function toReconnectingSettings(
  options: ReconnectingOptions,
  clock: Clock,
): ReconnectingSettings {
  requireOptions('reconnecting', options, optionNames)
  const { onMessage, backoff = {}, attempts = Infinity, reconnectWhen = () => true } = options
  const { connectTimeoutMs = 10_000, stableAfterMs = 5_000, closeTimeoutMs = 1_000 } = options
  const { staleAfterMs, pingIntervalMs, pingPayload, authenticate, signal } = options
  const { sendBuffer = 0, venue, source = 'connection' } = options
  const { seed = clock.deterministic ? 0 : randomSeed() } = options
  requireFunction('onMessage', onMessage)
  requireFunction('reconnectWhen', reconnectWhen)
  if (authenticate !== undefined) requireFunction('authenticate', authenticate)
  if (attempts !== Infinity) requireInteger('attempts', attempts, 1)
  if (staleAfterMs !== undefined) requirePositive('staleAfterMs', staleAfterMs)
  if (pingIntervalMs !== undefined) requirePositive('pingIntervalMs', pingIntervalMs)
  else if (pingPayload !== undefined) {
    throw new ConfigurationError('pingPayload is never sent without pingIntervalMs. Set that, too.')
  }
  requireInteger('seed', seed, Number.MIN_SAFE_INTEGER)
  const endpoint = endpointName(options.endpoint)
  return {
    endpoint,
    onMessage,
    backoff: toBackoffSettings(backoff),
    attempts,
    reconnectWhen,
    connectTimeoutMs: requirePositive('connectTimeoutMs', connectTimeoutMs),
    stableAfterMs: requireNumber('stableAfterMs', stableAfterMs, 0),
    staleAfterMs,
    pingIntervalMs,
    pingPayload,
    authenticate,
    sendBuffer: requireInteger('sendBuffer', sendBuffer),
    closeTimeoutMs: requireNumber('closeTimeoutMs', closeTimeoutMs, 0),
    random: seededRandom(seed ^ hashOf(endpoint)),
    venue: venue === undefined ? undefined : requireLabel('venue', venue),
    source: requireLabel('source', source),
    signal: requireSignal(signal),
  }
}

/**
 * Connections of one seed are to wait for different times.
 *
 * Source: Fowler, Noll, Vo, the 32-bit hash FNV-1a.
 */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193)
  }
  return hash
}

function requireSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal
  throw new ConfigurationError('signal must be an AbortSignal, as an AbortController has it.')
}
