import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { describeValue } from '../errors/checks.ts'
import { Catalog } from '../events/catalog.ts'
import { misspelt } from './syntax-error.ts'
import { UsageError } from './usage-error.ts'

/** What a module exports, by name. */
type Exported = Readonly<Record<string, unknown>>

/**
 * Loads a module that its user has written.
 *
 * @throws UsageError if there is none, if it throws, or if this Node cannot read it.
 */
async function loadModule(path: string): Promise<Exported> {
  if (!existsSync(path)) {
    throw new UsageError(
      `The module ${JSON.stringify(path)} cannot be loaded: there is no such file.`,
    )
  }
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Exported
  } catch (cause) {
    throw new UsageError(unloadable(path, cause), { cause })
  }
}

function unloadable(path: string, cause: unknown): string {
  const what = `The module ${JSON.stringify(path)} cannot be loaded`
  const { code, message } = Object(cause) as { readonly code?: unknown; readonly message?: unknown }
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts$/.test(path)) {
    return `${what}: this Node (${process.version}) does not read TypeScript. Use Node 22.18 or later, or give the compiled .js file.`
  }
  if (cause instanceof SyntaxError) return `${what}: ${misspelt(path, cause)}`
  return `${what}: ${typeof message === 'string' ? message : `it throws ${describeValue(cause)}`}`
}

/**
 * The catalog that a module exports: under `name`, or by default, or the only one that it exports.
 *
 * @throws UsageError if there is none, or there are several and no name was given.
 */
export async function loadCatalog(path: string, name: string | undefined): Promise<Catalog> {
  const exported = await loadModule(path)
  const module = `The module ${JSON.stringify(path)}`
  if (name !== undefined) {
    if (isCatalog(exported[name])) return ours(exported[name])
    const found = `is ${describeValue(exported[name])}`
    throw new UsageError(
      `${module} must export a catalog as ${JSON.stringify(name)}, but that ${found}. Make one with tradingEvents.extend({…}) or defineEvents({…}).`,
    )
  }
  if (isCatalog(exported['default'])) return ours(exported['default'])
  const found = Object.entries(exported).filter((entry): entry is [string, Catalog] =>
    isCatalog(entry[1]),
  )
  const [first, second] = new Set(found.map(([, catalog]) => catalog))
  if (first === undefined) {
    throw new UsageError(
      `${module} exports no catalog. Export one that is made by tradingEvents.extend({…}) or defineEvents({…}).`,
    )
  }
  if (second === undefined) return ours(first)
  const names = found.map(([name]) => name).join(', ')
  throw new UsageError(`${module} exports several catalogs: ${names}. Choose one with --export.`)
}

/** By its shape too: the module may have imported another copy of this package. */
function isCatalog(value: unknown): value is Catalog {
  if (value instanceof Catalog) return true
  const { entries, extend } = Object(value) as Partial<Catalog>
  if (!(entries instanceof Map) || typeof extend !== 'function') return false
  const members = [...entries.values()] as readonly unknown[]
  return members.every((member) => {
    const { encode, tokens, payload } = Object(member) as Record<string, unknown>
    return typeof encode === 'function' && Array.isArray(tokens) && typeof payload === 'object'
  })
}

/** The catalog as one of this copy, which is what a log takes; its entries stay those that they are. */
function ours(catalog: { readonly entries: Catalog['entries'] }): Catalog {
  return catalog instanceof Catalog ? catalog : new Catalog(catalog.entries)
}
