import type { CurvePoint } from './equity-point.ts'

/** How many stretches the samples are cut into at most; four points of each are kept. */
const capacity = 1024

/** First, lowest, highest and last sample of a stretch, each a time and a value. */
const width = 8
const lowest = 2
const highest = 4
const last = 6

/**
 * Keeps a curve of any length in 64 KB. Samples are gathered in stretches of equal count; when there
 * are 1,024 of them, each two become one. The extremes of a stretch outlive that, so a picture shows
 * every peak and trough.
 */
export class EquityBuckets {
  readonly #cells = new Float64Array(capacity * width)
  /** Where the stretch that is being filled begins. */
  #base = 0
  /** How many samples a full stretch has. */
  #stride = 1
  /** How many samples the stretch at `#base` has. */
  #filled = 0

  add(time: number, value: number): void {
    if (this.#filled === this.#stride) this.#begin()
    const cells = this.#cells
    const base = this.#base
    if (this.#filled === 0) {
      for (let at = base; at < base + width; at += 2) {
        cells[at] = time
        cells[at + 1] = value
      }
    } else {
      if (value < cells[base + lowest + 1]!) put(cells, base + lowest, time, value)
      if (value > cells[base + highest + 1]!) put(cells, base + highest, time, value)
      put(cells, base + last, time, value)
    }
    this.#filled += 1
  }

  /** What is kept, oldest first; times are strictly rising, the last sample of a time stands for it. */
  points(): CurvePoint[] {
    const points: CurvePoint[] = []
    if (this.#filled === 0) return points
    for (let base = 0; base <= this.#base; base += width) {
      for (const at of this.#inOrder(base)) {
        const point = { time: this.#cells[at]!, value: this.#cells[at + 1]! }
        if (points.at(-1)?.time === point.time) points.pop()
        points.push(point)
      }
    }
    return points
  }

  #inOrder(base: number): number[] {
    const cells = this.#cells
    const lowestFirst = cells[base + lowest]! <= cells[base + highest]!
    const [earlier, later] = lowestFirst ? [lowest, highest] : [highest, lowest]
    return [base, base + earlier, base + later, base + last]
  }

  #begin(): void {
    this.#base += width
    this.#filled = 0
    if (this.#base === this.#cells.length) this.#halve()
  }

  #halve(): void {
    const cells = this.#cells
    for (let to = 0; to < cells.length / 2; to += width) {
      const left = 2 * to
      const right = left + width
      const low = cells[right + lowest + 1]! < cells[left + lowest + 1]! ? right : left
      const high = cells[right + highest + 1]! > cells[left + highest + 1]! ? right : left
      const kept = [left, low + lowest, high + highest, right + last]
      // Read before they are written: the first stretch is folded into itself.
      const values = kept.flatMap((at) => [cells[at]!, cells[at + 1]!])
      cells.set(values, to)
    }
    this.#base = cells.length / 2
    this.#stride *= 2
  }
}

function put(cells: Float64Array, at: number, time: number, value: number): void {
  cells[at] = time
  cells[at + 1] = value
}
