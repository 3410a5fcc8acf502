import type { AnySource } from './source-chunks.ts'
import { isChunked } from './source-chunks.ts'

/**
 * How much of all sources was given out, from 0 to 1: the mean of those that can tell. Undefined where none
 * can.
 *
 * @param events how many events were given out in all.
 */
export function fractionOf(sources: readonly AnySource[], events: number): number | undefined {
  const only = sources.length === 1 ? sources[0]! : undefined
  if (Array.isArray(only)) return only.length === 0 ? 1 : events / only.length
  const known = sources.flatMap((source) => {
    const fraction = isChunked(source) ? source.fraction : undefined
    return fraction === undefined ? [] : [fraction]
  })
  if (known.length === 0) return undefined
  return known.reduce((sum, fraction) => sum + fraction, 0) / known.length
}
