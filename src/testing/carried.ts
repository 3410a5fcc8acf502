import type { Bus } from '../bus/bus.ts'
import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { Failures } from './failures.ts'

/** What there is to look at of a bus. */
export interface Carried {
  /** What refuses types and patterns that it does not know; undefined for a list. */
  readonly catalog: Catalog | undefined
  /** The events so far, oldest first. */
  readonly events: readonly TradewireEvent[]
  /** What has failed, and the test has not taken; undefined where nobody has noted it. */
  readonly failures: Failures | undefined
}

/** By bus, or by what holds one: those that note for tests what they carry. */
const noted = new WeakMap<object, Carried>()

/** Has `expectEvents(source)` look at `carried`. */
export function note(source: object, carried: Carried): void {
  noted.set(source, carried)
}

/**
 * What a bus, something that has a bus, or a list holds.
 *
 * @throws ConfigurationError `CONFIGURATION` if it is none of these.
 */
export function carriedBy(source: unknown): Carried {
  if (Array.isArray(source)) {
    return { catalog: undefined, events: source as TradewireEvent[], failures: undefined }
  }
  const holder = Object(source) as object
  const bus = Object((holder as { readonly bus?: unknown }).bus ?? source) as Partial<Bus>
  const known = noted.get(holder) ?? noted.get(bus)
  if (known !== undefined) return known
  if (typeof bus.eventCounts === 'function' && typeof bus.history?.query === 'function') {
    return historyOf(bus as Bus)
  }
  throw new ConfigurationError(
    `expectEvents takes a bus, what testBus() or given() returns, or a list of events, but was given ${describeValue(source)}.${source instanceof Promise ? ' Is the await missing?' : ''}`,
  )
}

function historyOf(bus: Bus): Carried {
  return {
    catalog: bus.catalog,
    get events() {
      return requireWhole(bus)
    },
    failures: undefined,
  }
}

/**
 * The history, if it has forgotten nothing by itself.
 *
 * @throws ConfigurationError `CONFIGURATION` if it has.
 */
function requireWhole({ history, stats }: Bus): TradewireEvent[] {
  const { capacity, size } = history
  const { emitted } = stats
  if (emitted > size && size === capacity) {
    throw new ConfigurationError(
      `The bus has carried ${emitted} events, and its history holds the newest ${size}: the others cannot be looked at. Use testBus(), which keeps all, or give createBus a larger history.`,
    )
  }
  return history.query()
}
