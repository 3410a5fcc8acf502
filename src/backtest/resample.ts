import { describeValue, requireOptions, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { NewBar } from '../events/market.ts'
import { type BarBucket, BarBuckets } from './resample-buckets.ts'
import { type AnySource, chunksOf } from './source-chunks.ts'
import { SourceError, SourceOrderError } from './source-errors.ts'
import { originOf, requireTimed } from './source-items.ts'
import type { ChunkedSource, TimedPayload } from './source.ts'
import { Timeframe } from './time-frame.ts'

/** Options of {@link resample}. */
export interface ResampleOptions {
  /** Its name, for messages and as the `source` of its events. Default: that of the source and the timeframe. */
  readonly name?: string
  /**
   * What becomes of the first bar of a symbol, if its first part does not open where the bar would: `drop`
   * leaves it out, `keep` makes a bar of what is there. Default `drop`.
   */
  readonly partialFirst?: 'drop' | 'keep'
}

/** Longer bars made of shorter ones. They are made anew each time that it is iterated. */
export interface ResampledSource extends ChunkedSource {
  /** Lists of at least one bar, in order of time. */
  chunks(): AsyncIterable<readonly TimedPayload<'market.new_bar', NewBar>[]>
  /** Its bars, one by one. */
  [Symbol.asyncIterator](): AsyncIterator<TimedPayload<'market.new_bar', NewBar>>
}

/**
 * Makes longer bars of the shorter ones of a source, for each symbol and venue by itself. They begin at whole
 * multiples of the timeframe in UTC, weeks on Monday. Each bar is there when its time is over (`timestamp`),
 * even if its last part is missing, as at the end of a source; where all parts are missing, there is none.
 *
 * `volume` and `tradeCount` are sums, `vwap` is weighted by volume; the last two are there if all parts have them.
 *
 * @param source gives `market.new_bar` alone, of one timeframe for each symbol, in order of `timestamp`.
 * @param timeframe in s, m, h, d or w, such as `5m`.
 * @throws ConfigurationError `CONFIGURATION` if an argument is malformed.
 * @throws SourceError `SOURCE_INVALID` (while reading) if an event is no bar, or of another timeframe than
 * the one before it, or a bar does not fit into one of the longer ones.
 * @throws SourceOrderError `SOURCE_ORDER` (while reading) if time goes back.
 * @example
 * ```ts
 * const minutes = () => csvBars('btc-1m.csv', { symbol: 'BTCUSDT', timeframe: '1m' })
 * await runBacktest({ sources: [minutes(), resample(minutes(), '5m')], strategy })
 * ```
 */
export function resample(
  source: AnySource,
  timeframe: string,
  options: ResampleOptions = {},
): ResampledSource {
  requireIterable(source)
  const frame = new Timeframe(requireText('timeframe', timeframe))
  if (timeframe.endsWith('M')) {
    throw new ConfigurationError(
      `timeframe must be in s, m, h, d or w, but is ${describeValue(timeframe)}.`,
    )
  }
  requireOptions('resample', options, ['name', 'partialFirst'])
  const { name = nameOf(source, timeframe), partialFirst = 'drop' } = options
  requireText('name', name)
  if (partialFirst !== 'drop' && partialFirst !== 'keep') {
    throw new ConfigurationError(
      `partialFirst must be 'drop' or 'keep', but is ${describeValue(partialFirst)}.`,
    )
  }
  const chunks = () => resampled(source, name, new BarBuckets(frame, partialFirst === 'keep'))
  return {
    name,
    chunks,
    get fraction() {
      return (source as Partial<ChunkedSource>).fraction
    },
    async *[Symbol.asyncIterator]() {
      for await (const chunk of chunks()) yield* chunk
    },
  }
}

async function* resampled(
  source: AnySource,
  name: string,
  buckets: BarBuckets,
): AsyncGenerator<readonly TimedPayload<'market.new_bar', NewBar>[], void, void> {
  let index = 0
  let last = -Infinity
  for await (const chunk of chunksOf(source)) {
    for (const item of chunk) {
      requireTimed(name, index, item)
      if (item.type !== 'market.new_bar') {
        throw new SourceError(name, `expected a market.new_bar, found ${item.type}.`, { index })
      }
      const bar = item.data as NewBar
      if (bar.timestamp < last) {
        const origin = originOf(item, bar.timestamp)
        throw new SourceOrderError(name, index, bar.timestamp, last, { origin })
      }
      last = bar.timestamp
      const finished = buckets.finishedBefore(bar.timestamp)
      if (finished.length > 0) yield itemsOf(finished)
      const reason = buckets.add(bar)
      if (reason !== undefined) throw new SourceError(name, reason, { index })
      index += 1
    }
  }
  const finished = buckets.finishedBefore(Infinity)
  if (finished.length > 0) yield itemsOf(finished)
}

function itemsOf(buckets: readonly BarBucket[]): TimedPayload<'market.new_bar', NewBar>[] {
  return buckets.map((bucket) => ({ type: 'market.new_bar', data: bucket.bar() }))
}

function nameOf(source: AnySource, timeframe: string): string {
  const name = 'name' in source && typeof source.name === 'string' ? source.name : 'bars'
  return `${name} ${timeframe}`
}

function requireIterable(source: unknown): void {
  const isIterable =
    typeof source === 'object' &&
    source !== null &&
    (Symbol.iterator in source || Symbol.asyncIterator in source)
  if (isIterable) return
  throw new ConfigurationError(
    `resample takes a source of bars, such as csvBars() returns, but was given ${describeValue(source)}.`,
  )
}
