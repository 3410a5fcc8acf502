import type { Catalog } from '../events/catalog.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { matchTokens } from '../events/pattern.ts'
import type { ReplayOptions } from './replay-options.ts'

/**
 * Where a recorded event comes from in a replay: it is fed, an output of the strategies, or what a part of
 * the desk makes of other events.
 */
export type Origin = 'input' | 'output' | 'derived'

/** Tells what of a record is fed, and what is to be emitted again. */
export class ReplayRules {
  readonly #outputs: (type: string) => boolean
  readonly #recorded: (type: string) => boolean
  /** Who runs in the replay. */
  readonly #running: ReadonlySet<string>

  /**
   * @throws ConfigurationError `CONFIGURATION` if a pattern is malformed.
   * @throws UnknownEventError `EVENT_UNKNOWN` if no event of the catalog could match one.
   */
  constructor(
    { outputs = 'order.submitted', recorded = '*', desk = {} }: ReplayOptions,
    catalog: Catalog,
  ) {
    this.#outputs = matcher(outputs, catalog)
    this.#recorded = matcher(recorded, catalog)
    const { positions, risk, protection } = desk
    const running = new Set([positions?.source ?? 'position-keeper'])
    // In the name of the desk a change is refused that the guard does not let pass.
    if (risk !== undefined)
      running
        .add(risk.source ?? 'risk-guard')
        .add('risk-guard')
        .add('desk')
    if (protection !== undefined) running.add(protection.source ?? 'protection').add('protection')
    this.#running = running
  }

  originOf({ type, source }: TradewireEvent): Origin {
    if (this.#outputs(type)) return 'output'
    return this.#running.has(source) ? 'derived' : 'input'
  }

  /** Whether an event of this type would have been recorded. */
  wasRecorded({ type }: TradewireEvent): boolean {
    return this.#recorded(type)
  }
}

function matcher(given: string | readonly string[], catalog: Catalog): (type: string) => boolean {
  const list: readonly string[] = typeof given === 'string' ? [given] : [...given]
  const patterns = list.map((pattern) => catalog.parsePattern(pattern))
  const known = new Map<string, boolean>()
  return (type) => {
    let matches = known.get(type)
    if (matches === undefined) {
      const tokens = type.split('.')
      matches = patterns.some((pattern) => matchTokens(pattern, tokens))
      known.set(type, matches)
    }
    return matches
  }
}
