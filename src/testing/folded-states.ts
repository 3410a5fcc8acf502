import type { Catalog } from '../events/catalog.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { matchTokens } from '../events/pattern.ts'
import { Folding } from '../log/folding.ts'
import type { Reducer } from '../log/reducer.ts'

/** A reducer that is tested has no log, and no snapshots. */
const host = { readOnly: true, snapshots: undefined as never }

/**
 * The states that follow from the first `given` events, and from all of them. Each is folded anew:
 * a reducer may change the state that it is given.
 *
 * @throws ConfigurationError `CONFIGURATION` if the reducer is malformed or async.
 * @throws UnknownEventError `EVENT_UNKNOWN` if no event of the catalog could match its pattern.
 * @throws ReducerError `REDUCER_FAILED` if it throws.
 */
export function foldedStates(
  catalog: Catalog,
  reducer: Reducer,
  events: readonly TradewireEvent[],
  given: number,
): { readonly before: unknown; readonly state: unknown } {
  const fold = (some: readonly TradewireEvent[]): unknown => {
    const folding = new Folding(host, reducer, { from: undefined, snapshotEvery: 0 })
    const patterns = [folding.pattern].flat().map((pattern) => catalog.parsePattern(pattern))
    for (const event of some) {
      const tokens = event.type.split('.')
      const position = event.sequence
      if (patterns.some((one) => matchTokens(one, tokens))) folding.take({ position, event })
    }
    return folding.state
  }
  return { before: fold(events.slice(0, given)), state: fold(events) }
}
