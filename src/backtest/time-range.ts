import type { MergedChunk } from './merge.ts'

/** The part of merged events from `from` on, and before `until`, in milliseconds since the Unix epoch. */
export async function* within(
  chunks: AsyncIterable<MergedChunk>,
  from = -Infinity,
  until = Infinity,
): AsyncGenerator<MergedChunk, void, undefined> {
  for await (const chunk of chunks) {
    const { items, times, sources } = chunk
    const { length } = items
    if (times[0]! >= from && times[length - 1]! < until) {
      yield chunk
      continue
    }
    // Times never fall, so what is wanted is one stretch.
    const first = times.subarray(0, length).findIndex((time) => time >= from)
    const end = times.subarray(0, length).findIndex((time) => time >= until)
    const stop = end === -1 ? length : end
    if (first !== -1 && first < stop) {
      yield {
        items: items.slice(first, stop),
        times: times.subarray(first, stop),
        sources: sources.subarray(first, stop),
      }
    }
    if (end !== -1) return
  }
}
