/** The heap in use after a collection, once so many events had passed. */
export interface HeapSample {
  readonly events: number
  readonly bytes: number
}

/**
 * Bytes that the heap grows by with each event: the slope of the line of least squares through the
 * samples. The first fifth is left out: while a program warms up, its heap grows.
 */
export function heapSlope(samples: readonly HeapSample[]): number {
  const settled = samples.slice(Math.ceil(samples.length / 5))
  if (settled.length < 10) throw new Error(`${settled.length} samples are too few.`)
  const meanEvents = mean(settled.map(({ events }) => events))
  const meanBytes = mean(settled.map(({ bytes }) => bytes))
  let covariance = 0
  let variance = 0
  for (const { events, bytes } of settled) {
    covariance += (events - meanEvents) * (bytes - meanBytes)
    variance += (events - meanEvents) ** 2
  }
  return covariance / variance
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
