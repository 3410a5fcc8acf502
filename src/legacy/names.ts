import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import { EventType } from '../events/event-type.ts'
import { closestTo } from '../events/suggestion.ts'
import type { LegacyName } from './types.ts'

/** Names of the user, each with its event type, or false for a name that only legacy code shall know. */
type Mapping = ReadonlyMap<string, string | false>

/** Which event type each name of the string-event world stands for. */
export class LegacyNames {
  readonly #catalog: Catalog
  /** What the user has said; it goes before all else. False means that a name stays local. */
  readonly #mapping: Mapping
  /** What the catalog says: legacy names, and constants of `EventType`, in upper and lower case. */
  readonly #derived: ReadonlyMap<string, string>

  /**
   * @throws ConfigurationError `CONFIGURATION` if `mapping` is no object, or names a type that the
   * catalog lacks, or if two events of the catalog have one legacy name that `mapping` leaves open.
   */
  constructor(catalog: Catalog, mapping: unknown) {
    this.#catalog = catalog
    this.#mapping = checkMapping(catalog, mapping)
    this.#derived = deriveNames(catalog, this.#mapping)
  }

  /** The event type that `name` stands for: by mapping, as a type, or as a legacy name. */
  typeOf(name: LegacyName): string | undefined {
    if (typeof name === 'symbol') return undefined
    const mapped = this.#mapping.get(name)
    if (mapped !== undefined) return mapped === false ? undefined : mapped
    return this.#catalog.find(name) === undefined ? this.#derived.get(name) : name
  }

  /** Whether the user has said that only legacy code knows the name. */
  isLocal(name: LegacyName): boolean {
    return typeof name === 'string' && this.#mapping.get(name) === false
  }

  /** The known name that `name` was most likely meant to be. */
  closestTo(name: LegacyName): string | undefined {
    if (typeof name === 'symbol') return undefined
    const known = [
      ...this.#mapping.keys(),
      ...this.#derived.keys(),
      ...this.#catalog.entries.keys(),
    ]
    return closestTo(
      name,
      known.filter((one) => !this.isLocal(one)),
    )
  }
}

function checkMapping(catalog: Catalog, mapping: unknown): Mapping {
  if (typeof mapping !== 'object' || mapping === null || Array.isArray(mapping)) {
    throw new ConfigurationError(
      `mapping must be an object of legacy names and event types, such as { fill: 'order.filled' }, but is ${describeValue(mapping)}.`,
    )
  }
  const checked = new Map<string, string | false>()
  for (const [name, type] of Object.entries<unknown>({ ...mapping })) {
    if (type !== false && (typeof type !== 'string' || catalog.find(type) === undefined)) {
      throw new ConfigurationError(
        `mapping says that ${describeValue(name)} stands for ${describeValue(type)}, which is no event type of the catalog.${didYouMean(closestTo(String(type), catalog.entries.keys()))} Give the type of an event, or false for a name that only legacy code shall know.`,
      )
    }
    checked.set(name, type)
  }
  return checked
}

/** `Did you mean …?`, after a space, or nothing. */
export function didYouMean(closest: string | undefined): string {
  return closest === undefined ? '' : ` Did you mean ${describeValue(closest)}?`
}

/** A parameterised event has no type before somebody fills the parameter in, so it has no name. */
function deriveNames(catalog: Catalog, mapping: Mapping): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const { name: type, legacyName, parameterised } of catalog.entries.values()) {
    if (legacyName === undefined || parameterised || mapping.has(legacyName)) continue
    const taken = names.get(legacyName)
    if (taken !== undefined) {
      throw new ConfigurationError(
        `The events ${describeValue(taken)} and ${describeValue(type)} have the same legacy name ${describeValue(legacyName)}. Say which one it stands for with mapping.`,
      )
    }
    names.set(legacyName, type)
  }
  const exact = [...names]
  const constants = Object.entries(EventType).filter(([, type]) => catalog.entries.has(type))
  const upper = exact.map(([name, type]) => [name.toUpperCase(), type] as const)
  const lower = constants.map(([name, type]) => [name.toLowerCase(), type] as const)
  for (const [name, type] of [...constants, ...upper, ...lower]) {
    if (!names.has(name)) names.set(name, type)
  }
  return names
}
