import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { CatalogEntry } from './catalog-entry.ts'
import type { EventDefinition, EventSchemas } from './definition.ts'
import { UnknownEventError } from './errors.ts'
import { requireExample } from './example.ts'
import { catalogJSONSchema, type JSONSchemaDocument } from './json-schema.ts'
import { isConcrete, isParameter, matchTokens, parsePattern } from './pattern.ts'
import { describeUnknown } from './unknown-event.ts'

/** Definitions by name, with each example checked against its own schema by the compiler. */
export type EventDefinitions<Schemas extends EventSchemas> = {
  readonly [Name in keyof Schemas]: EventDefinition<Schemas[Name]>
}

/**
 * All events that a bus may carry, with their schemas. Immutable: `extend` returns a new one.
 *
 * @typeParam Schemas payload schemas by event name; inferred.
 * @example
 * ```ts
 * console.log(tradingEvents.get('order.filled').description)
 * console.log(tradingEvents.find('order.eaten')) // undefined
 * for (const [name, { version }] of tradingEvents.entries) console.log(`${name}, version ${version}`)
 * ```
 */
export class Catalog<Schemas extends EventSchemas = EventSchemas> {
  /** Entries by name, in the order of their definition. */
  readonly entries: ReadonlyMap<string, CatalogEntry>
  readonly #parameterised: readonly CatalogEntry[]
  /** Carries the type parameter; never present at run time. */
  declare readonly schemas: Schemas

  /** @internal */
  constructor(entries: ReadonlyMap<string, CatalogEntry>) {
    this.entries = entries
    this.#parameterised = [...entries.values()].filter((entry) => entry.parameterised)
  }

  /**
   * A catalog with these definitions added.
   *
   * @throws ConfigurationError `CONFIGURATION` if a name is malformed, is taken already, or could
   * name the same event as another one (`action.buy.start` beside `action.{name}.start`), or if an
   * example does not match its schema or does not survive the way to JSON and back.
   * @example
   * ```ts
   * const catalog = tradingEvents.extend({
   *   'signal.entry': {
   *     description: 'A strategy wants to open a position.',
   *     payload: z.strictObject({ symbol: z.string(), price: decimal() }),
   *     example: { symbol: 'BTCUSDT', price: new Decimal('61659.7') },
   *   },
   * })
   * const bus = createBus({ catalog })
   * ```
   */
  extend<More extends EventSchemas>(definitions: EventDefinitions<More>): Catalog<Schemas & More> {
    return new Catalog(withDefinitions(this.entries, definitions, requireExample))
  }

  /** The entry that `type` is an event of, or undefined. */
  find(type: string): CatalogEntry | undefined {
    const exact = this.entries.get(type)
    if (exact !== undefined) return exact.parameterised ? undefined : exact
    if (this.#parameterised.length === 0 || !isConcrete(type)) return undefined
    const tokens = type.split('.')
    return this.#parameterised.find((entry) => fits(entry, tokens))
  }

  /**
   * The entry that `type` is an event of.
   *
   * @throws UnknownEventError `EVENT_UNKNOWN` if there is none; its message names what may have been
   * meant.
   */
  get(type: string): CatalogEntry {
    const entry = this.find(type)
    if (entry !== undefined) return entry
    const name: unknown = type
    throw new UnknownEventError(
      typeof name === 'string' ? name : describeValue(name),
      describeUnknown('event type', name, this.entries),
    )
  }

  /**
   * The tokens of a subscription pattern.
   *
   * @throws ConfigurationError `CONFIGURATION` if the pattern is malformed.
   * @throws UnknownEventError `EVENT_UNKNOWN` if no event of the catalog could ever match it.
   */
  parsePattern(pattern: string): readonly string[] {
    const tokens = parsePattern(pattern)
    for (const entry of this.entries.values()) {
      if (matchTokens(tokens, entry.tokens)) return tokens
    }
    throw new UnknownEventError(pattern, describeUnknown('pattern', pattern, this.entries))
  }

  /**
   * One JSON Schema (draft 2020-12) of every encoded event: `$defs` by event name, and `oneOf` over
   * them.
   */
  toJSONSchema(): JSONSchemaDocument {
    return catalogJSONSchema(this.entries.values())
  }
}

/**
 * A catalog of your own events alone. To have the trading events too, use `tradingEvents.extend`.
 *
 * @throws ConfigurationError `CONFIGURATION` if a name is malformed or clashes with another one, or if
 * an example does not match its schema or does not survive the way to JSON and back.
 * @example
 * ```ts
 * const catalog = defineEvents({
 *   'signal.entry': {
 *     description: 'A strategy wants to open a position.',
 *     payload: z.strictObject({ symbol: z.string(), limit: decimal() }),
 *     example: { symbol: 'BTCUSDT', limit: new Decimal('61659.7') },
 *   },
 * })
 * createBus({ catalog }).on('signal.entry', ({ data }) => console.log(data.limit.toFixed()))
 * ```
 */
export function defineEvents<Schemas extends EventSchemas>(
  definitions: EventDefinitions<Schemas>,
): Catalog<Schemas> {
  // The empty catalog has no name, so intersecting its schemas with these adds nothing.
  return new Catalog(new Map()).extend(definitions)
}

/**
 * A catalog of events whose examples the tests have proved, so that an import does not have to.
 *
 * @internal
 */
export function provenEvents<Schemas extends EventSchemas>(
  definitions: EventDefinitions<Schemas>,
): Catalog<Schemas> {
  return new Catalog(withDefinitions(new Map(), definitions))
}

function withDefinitions(
  entries: ReadonlyMap<string, CatalogEntry>,
  definitions: EventDefinitions<EventSchemas>,
  check?: (entry: CatalogEntry) => void,
): ReadonlyMap<string, CatalogEntry> {
  const all = new Map(entries)
  for (const [name, definition] of Object.entries<EventDefinition>(definitions)) {
    const entry = new CatalogEntry(name, definition)
    requireDistinct(entry, all)
    check?.(entry)
    all.set(name, entry)
  }
  return all
}

function fits(entry: CatalogEntry, tokens: readonly string[]): boolean {
  if (entry.tokens.length !== tokens.length) return false
  return entry.tokens.every((wanted, index) => isParameter(wanted) || wanted === tokens[index])
}

function requireDistinct(entry: CatalogEntry, taken: ReadonlyMap<string, CatalogEntry>): void {
  for (const other of taken.values()) {
    if (!overlap(entry.tokens, other.tokens)) continue
    throw new ConfigurationError(
      entry.name === other.name
        ? `The event ${describeValue(entry.name)} is defined already. Choose another name, or raise the version of the one that stands.`
        : `The events ${describeValue(entry.name)} and ${describeValue(other.name)} could have one and the same type. Give one of them another token.`,
    )
  }
}

function overlap(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false
  return left.every(
    (token, index) => token === right[index] || isParameter(token) || isParameter(right[index]!),
  )
}
