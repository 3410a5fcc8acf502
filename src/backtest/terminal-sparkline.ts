import type { CurvePoint } from './equity-point.ts'

const blocks = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/**
 * `width` values of a curve at even distances in time: each is the one that held at that time. None of
 * an empty curve.
 */
export function resample(points: readonly CurvePoint[], width: number): number[] {
  if (points.length === 0) return []
  const first = points[0]!.time
  const span = points.at(-1)!.time - first
  const values: number[] = []
  let at = 0
  for (let column = 0; column < width; column += 1) {
    const time = first + (span * column) / Math.max(1, width - 1)
    while (at + 1 < points.length && points[at + 1]!.time <= time) at += 1
    values.push(points[at]!.value)
  }
  return values
}

/**
 * An area of block characters, `height` lines from top to bottom, an eighth of a line fine. The lowest
 * value still has its eighth, so that the area has no holes.
 */
export function areaLines(values: readonly number[], height: number): string[] {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity)
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity)
  const eighths = values.map((value) =>
    high === low ? 4 * height : 1 + Math.round(((8 * height - 1) * (value - low)) / (high - low)),
  )
  return Array.from({ length: height }, (_, line) => {
    const below = 8 * (height - 1 - line)
    return eighths.map((level) => blocks[Math.max(0, Math.min(8, level - below))]!).join('')
  })
}
