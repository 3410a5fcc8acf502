import { requireFunction, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import { tradingEvents, type TradingSchemas } from '../events/trading-events.ts'
import type { Clock } from '../time/clock.ts'
import { SystemClock } from '../time/system-clock.ts'
import { type OnConsumerError, printTrouble } from './consumer-trouble.ts'
import type { EventLog } from './event-log.ts'
import { MemoryStore } from './memory-store.ts'
import type { LogStore } from './store.ts'
import { StoredEvents } from './stored-event.ts'
import { StoredLog } from './stored-log.ts'

/** Options of every log. */
export interface LogOptions<Schemas extends EventSchemas = EventSchemas> {
  /** How events are written and read. Default `tradingEvents`. */
  readonly catalog?: Catalog<Schemas>
  /**
   * What group commits, retries and the age of events are timed with. Storage lives in real time, so this
   * is not the clock of a backtest. Default a `SystemClock`.
   */
  readonly clock?: Clock
  /**
   * What must never be written: paths such as `data.accountId`, `metadata.apiKey` or
   * `data.legs.*.account`, with `*` for any key or index. An optional field is left out, a required text
   * becomes `[redacted]`; a path to anything else is refused. Default: nothing.
   */
  readonly redact?: readonly string[]
  /**
   * Is told of each event that becomes a dead letter, of each consumer that stops without being asked to,
   * and of each that is started when events are gone that it has not consumed. What it throws, or rejects
   * with, is ignored. Default: one line on `console.error`, which names the error without its message.
   */
  readonly onError?: OnConsumerError
}

export const logOptionNames = ['catalog', 'clock', 'redact', 'onError'] as const

/**
 * A log in memory, which ends with the process: for tests, and for backtests whose events are looked at
 * afterwards.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed.
 * @example
 * ```ts
 * await using log = memoryLog()
 * await using recording = record(bus, log)
 * await bus.emit('order.submitted', order)
 * await recording.flush()
 * console.log((await log.stats()).last) // 1
 * ```
 */
export function memoryLog<Schemas extends EventSchemas = TradingSchemas>(
  options: LogOptions<Schemas> = {},
): EventLog<Schemas> {
  requireOptions('memoryLog', options, logOptionNames)
  return logMaker(options, false)(new MemoryStore(), 0)
}

/**
 * A log in a home of your own. See `LogStore` for what a home has to know; the contract suite of the
 * project's tests says whether it does.
 *
 * @param encrypted whether the home is given payloads apart, to encrypt them. Default false.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed; and what `store.open`
 * rejects with.
 * @example
 * ```ts
 * // `home` is yours: an object with the methods of LogStore, over a database or a service.
 * async function lastFills(home: LogStore): Promise<void> {
 *   await using log = await openStore(home, { redact: ['data.accountId'] })
 *   const query = { pattern: 'order.filled', order: 'backward', limit: 10 } as const
 *   for await (const { position, event } of log.read(query)) {
 *     console.log(position, event.data.orderId, event.data.lastPrice.toFixed())
 *   }
 * }
 * ```
 */
export async function openStore<Schemas extends EventSchemas = TradingSchemas>(
  store: LogStore,
  options: LogOptions<Schemas> = {},
  encrypted = false,
): Promise<EventLog<Schemas>> {
  requireOptions('openStore', options, logOptionNames)
  const make = logMaker(options, encrypted)
  return make(store, await store.open())
}

/** Checks options, before anything is opened. What it returns makes the log over a home that is open. */
export function logMaker<Schemas extends EventSchemas>(
  options: LogOptions<Schemas>,
  encrypted: boolean,
): (store: LogStore, last: number) => EventLog<Schemas> {
  const { catalog, clock, redact, onError } = toLogSettings(options)
  const events = new StoredEvents(catalog, encrypted, redact)
  return (store, last) => {
    const log = new StoredLog({ store, catalog, clock, events, onError, last })
    // The core works on any catalog and checks names at run time; EventLog is the same by name.
    return log as unknown as EventLog<Schemas>
  }
}

function toLogSettings<Schemas extends EventSchemas>(
  options: LogOptions<Schemas>,
): Required<LogOptions<Schemas>> {
  const { clock = new SystemClock(), redact = [], onError = printTrouble } = options
  const { catalog = tradingEvents as unknown as Catalog<Schemas> } = options
  if (!(catalog instanceof Catalog)) {
    throw new ConfigurationError(
      'catalog must come from defineEvents({…}) or tradingEvents.extend({…}).',
    )
  }
  for (const method of ['now', 'monotonic', 'setTimer'] as const) {
    requireFunction(`clock.${method}`, (clock as Partial<Clock> | null)?.[method])
  }
  requireFunction('onError', onError)
  return { catalog, clock, redact, onError }
}
