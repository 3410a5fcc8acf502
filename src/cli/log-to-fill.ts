import { existsSync } from 'node:fs'
import type { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { EventLog, NewEncodedEntry } from '../log/event-log.ts'
import type { ImportTarget } from '../log/import-log.ts'
import { openLog, type OpenLogOptions } from '../log/open-log.ts'
import type { RestoreTarget } from '../log/restore.ts'
import type { Given, Room } from './command.ts'
import { readOpenOptions } from './open.ts'

/**
 * A log that events are put into. One that does not exist is made only when the first of them come, so
 * that what fails before leaves nothing behind.
 */
export class LogToFill implements ImportTarget, RestoreTarget, AsyncDisposable {
  readonly #path: string
  readonly #options: OpenLogOptions & { readonly catalog: Catalog }
  #log: EventLog<EventSchemas> | undefined = undefined

  constructor(path: string, options: OpenLogOptions & { readonly catalog: Catalog }) {
    this.#path = path
    this.#options = options
  }

  get catalog(): Catalog {
    return this.#options.catalog
  }

  get encrypted(): boolean {
    return this.#options.encryption !== undefined
  }

  async stats(): Promise<{ readonly last: number }> {
    return (await this.#log?.stats()) ?? { last: 0 }
  }

  async appendEncoded(entries: readonly NewEncodedEntry[]): Promise<readonly number[]> {
    return (await this.open()).appendEncoded(entries)
  }

  /** Opens the log, and makes it if it is not there. A second call does nothing. */
  async open(): Promise<EventLog<EventSchemas>> {
    this.#log ??= await openLog(this.#path, this.#options)
    return this.#log
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#log?.close()
  }
}

/** The log that was named first, to put events into it; opened at once if it exists. */
export async function openToFill(given: Given, room: Room): Promise<LogToFill> {
  const path = given.positionals[0]!
  const log = new LogToFill(path, await readOpenOptions(given, room))
  if (existsSync(path)) await log.open()
  return log
}
