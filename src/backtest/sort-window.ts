import { describeValue, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { SourceOrderError } from './source-errors.ts'
import { originOf, requireTimed } from './source-items.ts'
import type { TimedPayload } from './source.ts'

/**
 * What to do with an event that is older than the one before it: `refuse` it, or sort the events. A
 * window of `sortWithinMs` milliseconds holds events back until one comes that is so much newer, and
 * an event that comes later than that is refused. 0 or more; memory is what happens in such a time.
 */
export type OutOfOrder =
  | 'refuse'
  | {
      /** How far back an event may be, in milliseconds, 0 or more. */
      readonly sortWithinMs: number
    }

/** Throws `CONFIGURATION` unless `value` is an {@link OutOfOrder}. */
export function requireOutOfOrder(value: OutOfOrder): OutOfOrder {
  if (value === 'refuse') return value
  if (typeof value !== 'object' || value === null) {
    throw new ConfigurationError(
      `outOfOrder must be 'refuse' or { sortWithinMs }, but is ${describeValue(value)}.`,
    )
  }
  requireOptions('outOfOrder', value, ['sortWithinMs'])
  requireNumber('outOfOrder.sortWithinMs', value.sortWithinMs, 0)
  return value
}

/** The window in milliseconds; undefined where events are to be refused. */
export function windowOf(outOfOrder: OutOfOrder): number | undefined {
  return outOfOrder === 'refuse' ? undefined : outOfOrder.sortWithinMs
}

interface Held<Item> {
  readonly item: Item
  readonly time: number
}

/** Events are sorted when at least so many are new. */
const fewest = 1024

/**
 * The events of a source in order of time, as far as they are out of order by `withinMs` at most. Events
 * of one time keep their order.
 *
 * @throws SourceError `SOURCE_INVALID` if an item is no event.
 * @throws SourceOrderError `SOURCE_ORDER` if one comes later than that.
 */
export async function* sortedWithin<Item extends TimedPayload>(
  withinMs: number,
  source: string,
  chunks: AsyncIterable<readonly Item[]>,
): AsyncGenerator<readonly Item[], void, void> {
  const held: Held<Item>[] = []
  let [index, newest, sorted] = [0, -Infinity, 0]
  let failure: { readonly error: unknown } | undefined
  try {
    for await (const chunk of chunks) {
      for (const item of chunk) {
        const time = requireTimed(source, index, item)
        if (time < newest - withinMs) {
          const origin = originOf(item, time)
          throw new SourceOrderError(source, index, time, newest - withinMs, { origin })
        }
        newest = Math.max(newest, time)
        held.push({ item, time })
        index += 1
      }
      // As many new ones as there are old ones: sorting costs the same for each event then.
      if (held.length - sorted < Math.max(fewest, sorted)) continue
      const due = release(held, newest - withinMs)
      sorted = held.length
      if (due.length > 0) yield due
    }
  } catch (error) {
    failure = { error }
  }
  const rest = release(held, Infinity)
  if (rest.length > 0) yield rest
  if (failure !== undefined) throw failure.error
}

/** Takes out of `held` what no event that is still to come can stand before. */
function release<Item>(held: Held<Item>[], until: number): Item[] {
  held.sort((left, right) => left.time - right.time)
  const later = held.findIndex(({ time }) => time > until)
  return held.splice(0, later === -1 ? held.length : later).map(({ item }) => item)
}
