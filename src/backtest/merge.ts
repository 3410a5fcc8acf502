import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { SourceCursor } from './merge-cursor.ts'
import { CursorHeap } from './merge-heap.ts'
import { type OutOfOrder, requireOutOfOrder, windowOf } from './sort-window.ts'
import { type AnySource, isChunked } from './source-chunks.ts'
import type { TimedPayload } from './source.ts'

/** Events of all sources in their common order. It is valid until the next one is asked for. */
export interface MergedChunk {
  /** At least one event, in order of time; of one time in the order of the sources, then of their own. */
  readonly items: readonly TimedPayload[]
  /** The time of each, in milliseconds since the Unix epoch. It may be longer than `items`. */
  readonly times: Float64Array
  /** The number of the source of each, from 0: its place in `names`. It may be longer than `items`. */
  readonly sources: Uint32Array
}

/** What {@link mergeSources} returns. */
export interface MergedSources extends AsyncIterable<MergedChunk> {
  /** The names of the sources in their order: their own, or `source-1`, `source-2`, … */
  readonly names: readonly string[]
}

/** Options of {@link mergeSources}. */
export interface MergeOptions {
  /** What to do with an event that is older than the one before it in its source. Default `refuse`. */
  readonly outOfOrder?: OutOfOrder
}

/** How many events of several sources make a list. */
const most = 1024

/**
 * Merges any number of sources by time; of one time by the order of the sources, then by their own. It
 * reads as it is asked, and holds one list of each source. Leaving the loop early closes all of them.
 *
 * Every source is iterated anew with every loop, so what can be iterated once only can be merged once
 * only.
 *
 * @throws ConfigurationError `CONFIGURATION` if a source cannot be iterated, or an option is malformed.
 * @throws SourceError `SOURCE_INVALID` (while reading) if an item is no event.
 * @throws SourceOrderError `SOURCE_ORDER` (while reading) if a source goes back in time.
 * @example
 * ```ts
 * const merged = mergeSources([
 *   csvTrades('trades.csv', { symbol: 'ETHUSDT' }),
 *   csvQuotes('quotes.csv', { symbol: 'ETHUSDT' }),
 * ])
 * for await (const events of merged) console.log(events)
 * ```
 */
export function mergeSources(
  sources: readonly AnySource[],
  options: MergeOptions = {},
): MergedSources {
  requireOptions('mergeSources', options, ['outOfOrder'])
  const { outOfOrder = 'refuse' } = options
  const sortWithinMs = windowOf(requireOutOfOrder(outOfOrder))
  const names = sources.map(nameOf)
  const open = (): SourceCursor[] =>
    sources.map((source, index) => new SourceCursor(index, names[index]!, source, sortWithinMs))
  return {
    names,
    [Symbol.asyncIterator]: () => closing(open()),
  }
}

function nameOf(source: unknown, index: number): string {
  if (typeof source !== 'object' || source === null || !isIterable(source)) {
    throw new ConfigurationError(
      `sources[${index}] must be an iterable or an async iterable of { type, data, time }, but is ${describeValue(source)}.`,
    )
  }
  return isChunked(source) ? source.name : `source-${index + 1}`
}

function isIterable(source: object): boolean {
  return Symbol.iterator in source || Symbol.asyncIterator in source || isChunked(source)
}

async function* closing(
  cursors: readonly SourceCursor[],
): AsyncGenerator<MergedChunk, void, undefined> {
  let failed = false
  try {
    yield* cursors.length === 1 ? single(cursors[0]!) : several(cursors)
  } catch (error) {
    failed = true
    throw error
  } finally {
    await closeAll(cursors, failed)
  }
}

/** Closes all sources. What fails in that is thrown, unless something has failed before. */
async function closeAll(cursors: readonly SourceCursor[], failed: boolean): Promise<void> {
  const closed = await Promise.allSettled(cursors.map(async (cursor) => cursor.close()))
  if (failed) return
  for (const result of closed) if (result.status === 'rejected') throw result.reason
}

/** The lists of one source need no merging. */
async function* single(cursor: SourceCursor): AsyncGenerator<MergedChunk, void, undefined> {
  let sources = new Uint32Array(0)
  while (await cursor.load()) {
    const { items, times } = cursor
    if (sources.length < items.length) sources = new Uint32Array(items.length)
    yield { items, times, sources }
  }
}

async function* several(
  cursors: readonly SourceCursor[],
): AsyncGenerator<MergedChunk, void, undefined> {
  const heap = new CursorHeap()
  for (const cursor of cursors) if (await cursor.load()) heap.add(cursor)
  const [times, sources] = [new Float64Array(most), new Uint32Array(most)]
  let items: TimedPayload[] = []
  let failure: { readonly error: unknown } | undefined
  for (let top = heap.top; top !== undefined; top = heap.top) {
    heap.takeRun(items, times, sources, most)
    if (top.position === top.items.length) {
      try {
        if (await top.load()) heap.settle()
        else heap.remove()
      } catch (error) {
        failure = { error }
      }
    } else {
      heap.settle()
    }
    if (failure !== undefined) break
    if (items.length < most) continue
    yield { items, times, sources }
    items = []
  }
  if (items.length > 0) yield { items, times, sources }
  if (failure !== undefined) throw failure.error
}
