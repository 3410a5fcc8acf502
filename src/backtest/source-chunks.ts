import type { ChunkedSource, TimedPayload } from './source.ts'

/** Whatever events can be read from, whoever checks them. */
export type AnySource = Iterable<TimedPayload> | AsyncIterable<TimedPayload> | ChunkedSource

/** How many events of an array, or of an iterable, are handed on at once. */
const most = 1024

/** The events of any source by the list, in its order. What comes before an error is handed on first. */
export function chunksOf(source: AnySource): AsyncIterable<readonly TimedPayload[]> {
  if (isChunked(source)) return source.chunks()
  if (Array.isArray(source)) return slices(source)
  return Symbol.iterator in source ? gathered(source) : gatheredAsync(source)
}

/** Whether a source gives its events by the list. */
export function isChunked(source: object): source is ChunkedSource {
  return 'chunks' in source && typeof source.chunks === 'function'
}

async function* slices(
  source: readonly TimedPayload[],
): AsyncGenerator<readonly TimedPayload[], void, void> {
  for (let at = 0; at < source.length; at += most) yield source.slice(at, at + most)
}

async function* gathered(
  source: Iterable<TimedPayload>,
): AsyncGenerator<readonly TimedPayload[], void, void> {
  let chunk: TimedPayload[] = []
  let failure: { readonly error: unknown } | undefined
  try {
    for (const item of source) {
      chunk.push(item)
      if (chunk.length < most) continue
      yield chunk
      chunk = []
    }
  } catch (error) {
    failure = { error }
  }
  if (chunk.length > 0) yield chunk
  if (failure !== undefined) throw failure.error
}

async function* gatheredAsync(
  source: AsyncIterable<TimedPayload>,
): AsyncGenerator<readonly TimedPayload[], void, void> {
  let chunk: TimedPayload[] = []
  let failure: { readonly error: unknown } | undefined
  try {
    for await (const item of source) {
      chunk.push(item)
      if (chunk.length < most) continue
      yield chunk
      chunk = []
    }
  } catch (error) {
    failure = { error }
  }
  if (chunk.length > 0) yield chunk
  if (failure !== undefined) throw failure.error
}
