import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import { matchTokens } from '../events/pattern.ts'
import { AccessDeniedError } from './errors.ts'

/** Which sources may emit which types: a list of sources for each pattern. */
export type AccessRules = Readonly<Record<string, readonly string[]>>

/** How many types are remembered with who may emit them; types with parameters can be any number. */
const mostTypes = 10_000

/**
 * Who may emit what. A type that no pattern covers is free for all; one that some cover is for the
 * sources of all of these.
 */
export class Access {
  readonly #rules: readonly (readonly [readonly string[], readonly string[]])[]
  /** Who may emit a type; undefined for all. */
  readonly #byType = new Map<string, ReadonlySet<string> | undefined>()

  /**
   * @throws ConfigurationError `CONFIGURATION` if a pattern or a source is malformed.
   * @throws UnknownEventError `EVENT_UNKNOWN` if no event could match a pattern.
   */
  constructor(rules: AccessRules, catalog: Catalog) {
    requireOptions('allow', rules, Object.keys(Object(rules)))
    this.#rules = Object.entries(rules).map(([pattern, sources]) => {
      const list: unknown = sources
      if (
        !Array.isArray(list) ||
        !list.every((source) => typeof source === 'string' && source !== '')
      ) {
        throw new ConfigurationError(
          `allow[${JSON.stringify(pattern)}] must be a list of sources, such as ['risk-guard'], but is ${describeValue(sources)}.`,
        )
      }
      return [catalog.parsePattern(pattern), [...sources]]
    })
  }

  /** @throws AccessDeniedError `ACCESS_DENIED` if `source` may not emit `type`. */
  require(type: string, source: string): void {
    // What is no type is refused by whoever looks it up.
    if (typeof type !== 'string') return
    const allowed = this.#byType.has(type) ? this.#byType.get(type) : this.#find(type)
    if (allowed === undefined || allowed.has(source)) return
    throw new AccessDeniedError(type, source, [...allowed])
  }

  #find(type: string): ReadonlySet<string> | undefined {
    const tokens = type.split('.')
    const covering = this.#rules.filter(([pattern]) => matchTokens(pattern, tokens))
    const allowed =
      covering.length === 0 ? undefined : new Set(covering.flatMap(([, sources]) => sources))
    if (this.#byType.size >= mostTypes) this.#byType.clear()
    this.#byType.set(type, allowed)
    return allowed
  }
}
