import {
  type MemoryOptions,
  type MemorySettings,
  toMemorySettings,
} from '../delivery/memory-guard.ts'
import type { RateLimitSettings } from '../delivery/token-bucket.ts'
import { describeValue, requireFunction, requireInteger, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { EventMetadata, TradewireEvent } from '../events/envelope.ts'
import type { Priority } from '../events/priority.ts'
import type { Clock } from '../time/clock.ts'
import { randomRun, randomSeed } from '../time/random.ts'
import { SystemClock } from '../time/system-clock.ts'
import { Access, type AccessRules } from './access.ts'
import { printed } from './failure-report.ts'
import { type RateLimits, toSourceLimits } from './source-limit.ts'

/** Where a bus writes what concerns people: `console` fits. */
export interface Logger {
  /** Writes a line, and the error that belongs to it. */
  error(message: string, details?: unknown): void
}

/** What {@link BusOptions.onError} is told beside the error. */
export interface ErrorContext {
  /**
   * What failed: a handler of `system.error`, or one whose `system.error` nobody hears; an observer;
   * a middleware; an emission that was refused and that nobody awaits; the `usage` of `memory`; or the
   * bus's own report.
   */
  readonly origin: 'handler' | 'observer' | 'middleware' | 'emission' | 'memory' | 'report'
  /** The event that was being handled, if there was one. */
  readonly event: TradewireEvent | undefined
}

/** How dead letters are kept. */
export interface DeadLetterBoxOptions {
  /** How many are kept; then the oldest is forgotten. A whole number from 1. Default 1,000. */
  readonly capacity?: number
}

/** Options of `createBus`. */
export interface BusOptions<Schemas extends EventSchemas = EventSchemas> {
  /** Which events it carries. Default `tradingEvents`. */
  readonly catalog?: Catalog<Schemas>
  /** Where its timestamps and timeouts come from. Default a `SystemClock`. */
  readonly clock?: Clock
  /**
   * The first part of every event id, 1 to 200 characters. Default: random on a live clock, `sim` on
   * a deterministic one.
   */
  readonly run?: string
  /** The source of events emitted without one, 1 to 256 characters. Default `tradewire`. */
  readonly source?: string
  /** How many events `bus.history` holds; 0 turns it off. A whole number from 0. Default 1,000. */
  readonly history?: number
  /**
   * Whether payloads are checked at emission. Turn it off to measure what it costs, not to save it.
   * Default true.
   */
  readonly validate?: boolean
  /** The longest chain of emissions made by handlers. A whole number from 1. Default 100. */
  readonly maxDepth?: number
  /**
   * Whether events, with their payloads, are frozen at emission, so that a handler that changes one
   * fails where it does so. Worth its cost in development and tests. Default false.
   */
  readonly freeze?: boolean
  /**
   * Which sources may emit which types: a list of sources for each pattern. A type that no pattern
   * covers is free for all. Forwarded events keep their source, and are asked, too. Default: all may
   * emit all.
   */
  readonly allow?: AccessRules
  /** How often sources may emit, by their names. With `wait`, an awaited `emit` waits its turn. */
  readonly rateLimits?: RateLimits
  /** How dead letters are kept. */
  readonly deadLetters?: DeadLetterBoxOptions
  /** What to give up when memory runs short. Default: nothing. */
  readonly memory?: MemoryOptions
  /**
   * What random choices, such as the jitter of retries, begin with: a whole number. Default: random on
   * a live clock, 0 on a deterministic one.
   */
  readonly seed?: number
  /** The last resort: gets errors that cannot be events. Default: writes to `logger`. */
  readonly onError?: (error: unknown, context: ErrorContext) => void
  /** Default `console`. */
  readonly logger?: Logger
}

/** Options of the `emit` methods. */
export interface EmitOptions {
  /** Who emits, in 1 to 256 characters. Default: the `source` of the bus. */
  readonly source?: string
  /** The event because of which this one is emitted: sets `causationId`, passes on `correlationId`. */
  readonly cause?: TradewireEvent
  /** What the events of this chain share. Default: that of `cause`, else the event's own id. */
  readonly correlationId?: string
  /** Flat facts beside the payload: at most 64, each a string, a finite number or a boolean. */
  readonly metadata?: EventMetadata
  /** Milliseconds since the Unix epoch. Default: the clock of the bus. */
  readonly timestamp?: number
  /** How urgent it is to subscriptions that have others waiting. Default: as its definition says. */
  readonly priority?: Priority
  /**
   * Whether failures of handlers reach the emitter as an `AggregateError` of `HandlerError`s, once
   * every handler has settled. Default false.
   */
  readonly throwOnError?: boolean
}

/** {@link BusOptions} with every default filled in and every value checked. */
export interface BusSettings {
  readonly catalog: Catalog
  readonly clock: Clock
  readonly run: string
  readonly source: string
  readonly history: number
  readonly validate: boolean
  readonly maxDepth: number
  readonly freeze: boolean
  /** Undefined where all may emit all. */
  readonly access: Access | undefined
  readonly rateLimits: ReadonlyMap<string, RateLimitSettings>
  /** How many dead letters are kept. */
  readonly deadLetters: number
  readonly memory: MemorySettings | undefined
  readonly seed: number
  readonly onError: (error: unknown, context: ErrorContext) => void
}

const optionNames = [
  'catalog',
  'clock',
  'run',
  'source',
  'history',
  'validate',
  'maxDepth',
  'freeze',
  'allow',
  'rateLimits',
  'deadLetters',
  'memory',
  'seed',
  'onError',
  'logger',
] as const

/** Leaves room for the sequence in an id of 256 characters, as payloads may hold it. */
const longestRun = 200

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
export function toSettings(options: BusOptions, defaultCatalog: Catalog): BusSettings {
  requireOptions('createBus', options, optionNames)
  const { catalog = defaultCatalog, clock = new SystemClock(), logger = console } = options
  const { source = 'tradewire', history = 1_000, validate = true } = options
  const { maxDepth = 100, freeze = false, onError = logTo(logger) } = options
  if (!(catalog instanceof Catalog)) {
    throw new ConfigurationError(
      'catalog must come from defineEvents({…}) or tradingEvents.extend({…}).',
    )
  }
  for (const method of ['now', 'monotonic', 'setTimer', 'sleep'] as const) {
    requireFunction(`clock.${method}`, (clock as Partial<Clock> | null)?.[method])
  }
  requireFunction('logger.error', (logger as Partial<Logger> | null)?.error)
  requireFunction('onError', onError)
  const { run = clock.deterministic ? 'sim' : randomRun() } = options
  const { seed = clock.deterministic ? 0 : randomSeed() } = options
  const { allow, rateLimits = {}, deadLetters = {}, memory } = options
  requireOptions('deadLetters', deadLetters, ['capacity'])
  return {
    catalog,
    clock,
    run: requireName('run', run, longestRun),
    source: requireName('source', source),
    history: requireInteger('history', history, 0, 100_000_000),
    validate: requireBoolean('validate', validate),
    maxDepth: requireInteger('maxDepth', maxDepth, 1),
    freeze: requireBoolean('freeze', freeze),
    access: allow === undefined ? undefined : new Access(allow, catalog),
    rateLimits: toSourceLimits(rateLimits),
    deadLetters: requireInteger(
      'deadLetters.capacity',
      deadLetters.capacity ?? 1_000,
      1,
      10_000_000,
    ),
    memory: memory === undefined ? undefined : toMemorySettings(memory),
    seed: requireInteger('seed', seed, Number.MIN_SAFE_INTEGER),
    onError,
  }
}

/** Throws `CONFIGURATION` unless `value` is a string of 1 to `longest` characters. */
export function requireName(name: string, value: unknown, longest = 256): string {
  if (typeof value === 'string' && value !== '' && value.length <= longest) return value
  throw new ConfigurationError(
    `${name} must be a string of 1 to ${longest} characters, but is ${describeValue(value)}.`,
  )
}

function requireBoolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new ConfigurationError(`${name} must be true or false.`)
}

const whatFailed: Readonly<Record<ErrorContext['origin'], string>> = {
  handler: 'a failure that no handler of system.error has heard of',
  observer: 'an observer failed',
  middleware: 'a middleware failed',
  emission: 'an emission was refused, and nobody awaits it',
  memory: 'the usage of memory failed',
  report: 'a report was refused, or must not become an event',
}

function logTo(logger: Logger): (error: unknown, context: ErrorContext) => void {
  return (error, { origin, event }) => {
    const where = event === undefined ? '' : ` (${event.type} ${JSON.stringify(event.id)})`
    const { cause } = Object(error) as { readonly cause?: unknown }
    // Why comes first, on one line: what it was thrown as may be long.
    const why = JSON.stringify(printed(cause ?? error)).slice(1, -1)
    const message = `tradewire: ${whatFailed[origin]}${where}: ${why}`
    // Returned, because a logger may be asynchronous, and fail.
    return logger.error(message, error)
  }
}
