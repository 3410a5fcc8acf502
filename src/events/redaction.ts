import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from './catalog.ts'
import type { CatalogEntry } from './catalog-entry.ts'
import type { EncodedEvent } from './encoding.ts'
import type { EventMetadata } from './envelope.ts'
import { EventValidationError } from './errors.ts'
import { fieldsAt, redactedText } from './field-search.ts'

/** Takes what is not to be stored out of encoded events. */
export interface Redactor {
  /**
   * The event without what the paths name; the event itself if it has nothing of that. It is never
   * changed.
   *
   * @throws EventValidationError `EVENT_INVALID` if its schema refuses the payload without that.
   */
  (encoded: EncodedEvent): EncodedEvent
  /** Whether events of a type, in the version of the catalog, can have anything that a path names. */
  readonly touches: (type: string) => boolean
}

/**
 * What is done at the end of a path: the field is left out, its text is replaced, or, where no schema
 * says which, text is replaced and all else is left out.
 */
type Act = 'remove' | 'replace' | 'either'

interface Rule {
  readonly tokens: readonly string[]
  readonly act: Act
}

/**
 * A function that redacts encoded events. An optional field is left out, and a text that is required
 * becomes `[redacted]`, so that the event can still be decoded. In events of an unknown type or of
 * another version, text becomes `[redacted]` and all else is left out.
 *
 * @param paths such as `data.accountId`, `data.legs.*.account` (`*` is any index or key) and
 * `metadata.apiKey`; a key of metadata may hold dots.
 * @param catalog where the events are defined.
 * @throws ConfigurationError `CONFIGURATION` if a path is malformed, if no event of the catalog could
 * have it, or if an event needs what stands there and it is no free text.
 */
export function redactor(paths: readonly string[], catalog: Catalog): Redactor {
  if (!Array.isArray(paths)) {
    throw new ConfigurationError(
      `The paths to redact must be a list of strings, but are ${describeValue(paths)}.`,
    )
  }
  const metadataKeys = new Set<string>()
  const dataPaths: string[] = []
  for (const path of paths as readonly unknown[]) {
    const [root, ...tokens] = tokensOf(path)
    if (root === 'metadata') metadataKeys.add(tokens.join('.'))
    else dataPaths.push(path as string)
  }
  const rulesByName = rulesOf(dataPaths, catalog)
  const loose = dataPaths.map((path): Rule => ({ tokens: pathTokens(path), act: 'either' }))

  const redact = (encoded: EncodedEvent): EncodedEvent => {
    const entry = catalog.find(encoded.type)
    const known = entry !== undefined && entry.version === encoded.version
    const data = applied(encoded.data, known ? rulesByName.get(entry.name) : loose)
    if (known && data !== encoded.data) requireDecodable(entry, encoded.type, data)
    const metadata = withoutKeys(encoded.metadata, metadataKeys)
    if (data === encoded.data && metadata === encoded.metadata) return encoded
    const { metadata: _, ...rest } = encoded
    return { ...rest, data, ...(metadata === undefined ? {} : { metadata }) }
  }
  const touches = (type: string): boolean => {
    if (metadataKeys.size > 0) return true
    const entry = catalog.find(type)
    return entry === undefined ? dataPaths.length > 0 : rulesByName.has(entry.name)
  }
  return Object.assign(redact, { touches })
}

/** The tokens of a path, its root among them. */
function tokensOf(path: unknown): readonly string[] {
  const tokens = typeof path === 'string' ? path.split('.') : []
  const [root, ...rest] = tokens
  if ((root !== 'data' && root !== 'metadata') || rest.length === 0) {
    throw refusal(path, 'it must begin with "data." or "metadata."')
  }
  if (rest.some((token) => token === '' || (token !== '*' && token.includes('*')))) {
    throw refusal(path, 'between its dots must stand a key, an index, or a single *')
  }
  return tokens
}

const pathTokens = (path: string): readonly string[] => path.split('.').slice(1)

function refusal(path: unknown, reason: string, options?: ErrorOptions): ConfigurationError {
  return new ConfigurationError(
    `The path ${describeValue(path)} cannot be redacted: ${reason}.`,
    options,
  )
}

/** The rules of each event that has any, by the name of the event; proved with its example. */
function rulesOf(paths: readonly string[], catalog: Catalog): ReadonlyMap<string, readonly Rule[]> {
  const rulesByName = new Map<string, Rule[]>()
  for (const path of paths) {
    let met = false
    for (const entry of catalog.entries.values()) {
      const act = actFor(path, entry)
      if (act === undefined) continue
      met = true
      const rules = rulesByName.get(entry.name) ?? []
      rules.push({ tokens: pathTokens(path), act })
      rulesByName.set(entry.name, rules)
      requireExampleWithout(path, entry, rules)
    }
    if (!met) throw refusal(path, 'no event of the catalog could have it')
  }
  return rulesByName
}

/** What is done with a path in events of `entry`; undefined if they cannot have it. */
function actFor(path: string, entry: CatalogEntry): Act | undefined {
  const fields = fieldsAt(entry.payload, pathTokens(path))
  if (fields.length === 0) return undefined
  if (fields.every(({ optional }) => optional)) return 'remove'
  if (fields.every(({ freeText }) => freeText)) return 'replace'
  throw refusal(
    path,
    `${entry.name} requires what stands there, and it is no free text. Redact a field that is optional, or make this one optional`,
  )
}

function requireExampleWithout(path: string, entry: CatalogEntry, rules: readonly Rule[]): void {
  const { name, example } = entry
  try {
    entry.decode(name, applied(entry.encode(name, example), rules))
  } catch (cause) {
    throw refusal(path, `${name} is refused without it, as its example shows`, { cause })
  }
}

function requireDecodable(entry: CatalogEntry, type: string, data: unknown): void {
  try {
    entry.decode(type, data)
  } catch (cause) {
    const message = 'is no valid payload without what is redacted'
    throw new EventValidationError(type, [{ path: 'data', message }], { cause })
  }
}

function withoutKeys(
  metadata: EventMetadata | undefined,
  keys: ReadonlySet<string>,
): EventMetadata | undefined {
  if (metadata === undefined || keys.size === 0) return metadata
  const kept = Object.entries(metadata).filter(([key]) => !keys.has('*') && !keys.has(key))
  if (kept.length === Object.keys(metadata).length) return metadata
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function applied(data: unknown, rules: readonly Rule[] | undefined): unknown {
  let result = data
  for (const { tokens, act } of rules ?? []) result = redacted(result, tokens, 0, act)
  return result
}

/** `value` without what the path from `depth` on names: itself if there is nothing of that. */
function redacted(value: unknown, tokens: readonly string[], depth: number, act: Act): unknown {
  if (typeof value !== 'object' || value === null) return value
  const token = tokens[depth]!
  const keys = token === '*' ? Object.keys(value) : [token]
  let copy: Record<string, unknown> | undefined
  for (const key of keys) {
    if (!Object.hasOwn(value, key)) continue
    const child = (value as Record<string, unknown>)[key]
    const last = depth === tokens.length - 1
    const removed = last && isRemoved(child, act)
    const next = last ? redactedText : redacted(child, tokens, depth + 1, act)
    if (!removed && (next === child || (last && child === null))) continue
    copy ??= copyOf(value)
    if (!removed) copy[key] = next
    // An item of a list leaves a place, so that those behind it do not move.
    else if (Array.isArray(copy)) copy[key] = null
    else delete copy[key]
  }
  return copy ?? value
}

/** A flat copy; the items of a list are reached by their indices as keys. */
function copyOf(value: object): Record<string, unknown> {
  const copy: object = Array.isArray(value) ? [...(value as readonly unknown[])] : { ...value }
  return copy as Record<string, unknown>
}

function isRemoved(child: unknown, act: Act): boolean {
  return act === 'remove' || (act === 'either' && typeof child !== 'string')
}
