import { existsSync } from 'node:fs'
import type { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import { tradingEvents } from '../events/trading-events.ts'
import type { EventLog } from '../log/event-log.ts'
import { openLog, type OpenLogOptions } from '../log/open-log.ts'
import { loadCatalog } from './catalog-module.ts'
import type { Given, OptionSpecs, Room } from './command.ts'
import { keyOptions, readKeys } from './keys.ts'
import { UsageError } from './usage-error.ts'

/** The options of every command that opens a log. */
export const openOptions: OptionSpecs = {
  ...keyOptions,
  module: {
    value: 'path',
    help: 'A module that exports catalog, for events of your own. Default: such events are kept as they are.',
  },
}

/** Opens the log that was named first. */
export async function open(
  given: Given,
  room: Room,
  { mode }: { readonly mode: 'read' | 'change' },
): Promise<EventLog<EventSchemas>> {
  const path = given.positionals[0]!
  // What is to be changed must be there; it is not made by mistake.
  if (mode === 'change' && !existsSync(path)) {
    throw new UsageError(`There is no file ${JSON.stringify(path)}.`)
  }
  return openLog(path, { ...(await readOpenOptions(given, room)), readOnly: mode === 'read' })
}

/** The keys and the catalog that were given. */
export async function readOpenOptions(
  given: Given,
  room: Room,
): Promise<OpenLogOptions & { readonly catalog: Catalog }> {
  const encryption = await readKeys(given, room)
  const catalog = await catalogOf(given)
  return { catalog, ...(encryption === undefined ? {} : { encryption }) }
}

async function catalogOf(given: Given): Promise<Catalog> {
  const path = given.text('module')
  return path === undefined ? tradingEvents : loadCatalog(path, 'catalog')
}
