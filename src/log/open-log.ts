import process from 'node:process'
import { requireOptions, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { EventLog } from './event-log.ts'
import { logOptionNames, type LogOptions, logMaker } from './open-store.ts'
import { type EncryptionOptions, requireEncryption } from './sealing.ts'
import { requireSqlite } from './sqlite-runtime.ts'
import { SqliteStore } from './sqlite-store.ts'

/** Options of `openLog`. */
export interface OpenLogOptions<
  Schemas extends EventSchemas = EventSchemas,
> extends LogOptions<Schemas> {
  /** Open it only to be read; any number of processes may, also while one writes. Default false. */
  readonly readOnly?: boolean
  /**
   * Encrypts payloads and metadata with AES-256-GCM before anything is written. Types, times, sources and
   * ids stay readable, for queries. Default: nothing is encrypted.
   */
  readonly encryption?: EncryptionOptions
  /**
   * Whether to cut away what lies behind damage in the write-ahead log of SQLite, and to go on with what is
   * before it. Events that were acknowledged may be lost. Default false: it is refused.
   */
  readonly repair?: boolean
}

/**
 * Opens a log in a file, which is made if it is not there, and so is its folder.
 *
 * The file is an SQLite database, written by a thread of its own. One process at a time may write it.
 *
 * @param path the file, such as `./data/2026-11-21.db`. Beside it stand `-wal`, `-shm` and `-lock` while
 * it is open.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed.
 * @throws LogLockedError `LOG_LOCKED` if somebody has it open for writing.
 * @throws LogFormatError `LOG_FORMAT` if the file is no log, or made by a newer tradewire.
 * @throws LogStorageError `LOG_STORAGE` if the file cannot be opened or made, or this Node is too old.
 * @throws LogDamagedError `LOG_DAMAGED` if it is not as it was written.
 * @example
 * ```ts
 * await using log = await openLog('./data/2026-11-21.db')
 * for await (const { position, event } of log.read({ pattern: 'order.*' })) {
 *   console.log(position, event.type)
 * }
 * ```
 */
export async function openLog<Schemas extends EventSchemas = TradingSchemas>(
  path: string,
  options: OpenLogOptions<Schemas> = {},
): Promise<EventLog<Schemas>> {
  requireText('path', path)
  if (path === ':memory:') {
    throw new ConfigurationError(
      'A log in memory is memoryLog(); openLog takes the path of a file.',
    )
  }
  requireOptions('openLog', options, [...logOptionNames, 'readOnly', 'encryption', 'repair'])
  const { readOnly = false, repair = false, encryption, ...rest } = options
  requireBoolean('readOnly', readOnly)
  requireBoolean('repair', repair)
  if (encryption !== undefined) requireEncryption(encryption)
  const make = logMaker(rest, encryption !== undefined)
  requireSqlite(process.versions.node)
  const store = new SqliteStore({
    path,
    readOnly,
    repair,
    ...(encryption === undefined ? {} : { encryption }),
  })
  return make(store, await store.open())
}

function requireBoolean(name: string, value: unknown): void {
  if (typeof value === 'boolean') return
  throw new ConfigurationError(`${name} must be true or false.`)
}
