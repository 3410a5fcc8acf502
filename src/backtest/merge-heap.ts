import type { SourceCursor } from './merge-cursor.ts'
import type { TimedPayload } from './source.ts'

/**
 * Sources by what each has next: the one at the top has the earliest event, and of one time it is the
 * one that stands first among the sources. A binary heap: a parent never comes after its children.
 */
export class CursorHeap {
  readonly #cursors: SourceCursor[] = []

  /** The source whose event comes next. */
  get top(): SourceCursor | undefined {
    return this.#cursors[0]
  }

  /** Adds a source, which has an event at hand. */
  add(cursor: SourceCursor): void {
    const cursors = this.#cursors
    let at = cursors.length
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!comesBefore(cursor, cursors[above]!)) break
      cursors[at] = cursors[above]!
      at = above
    }
    cursors[at] = cursor
  }

  /**
   * Takes events of the top source as long as they come before those of all others, until there are
   * `most` of them. Call {@link settle} or {@link remove} afterwards.
   */
  takeRun(items: TimedPayload[], times: Float64Array, sources: Uint32Array, most: number): void {
    const top = this.#cursors[0]!
    const next = this.#second()
    const [limit, first] =
      next === undefined ? [Infinity, true] : [next.times[next.position]!, top.index < next.index]
    const { index, items: from, times: fromTimes } = top
    const end = Math.min(from.length, top.position + most - items.length)
    let { position } = top
    while (position < end) {
      const time = fromTimes[position]!
      if (first ? time > limit : time >= limit) break
      times[items.length] = time
      sources[items.length] = index
      items.push(from[position]!)
      position += 1
    }
    top.position = position
  }

  /** Puts the top source where it belongs, now that it has another event at hand. */
  settle(): void {
    const cursors = this.#cursors
    const cursor = cursors[0]!
    let at = 0
    for (;;) {
      const below = this.#earlierChild(at)
      if (below === undefined || !comesBefore(cursors[below]!, cursor)) break
      cursors[at] = cursors[below]!
      at = below
    }
    cursors[at] = cursor
  }

  /** Removes the top source, which has come to its end. */
  remove(): void {
    const last = this.#cursors.pop()!
    if (this.#cursors.length === 0) return
    this.#cursors[0] = last
    this.settle()
  }

  #second(): SourceCursor | undefined {
    const at = this.#earlierChild(0)
    return at === undefined ? undefined : this.#cursors[at]
  }

  #earlierChild(at: number): number | undefined {
    const cursors = this.#cursors
    const left = 2 * at + 1
    if (left >= cursors.length) return undefined
    const right = left + 1
    return right < cursors.length && comesBefore(cursors[right]!, cursors[left]!) ? right : left
  }
}

function comesBefore(left: SourceCursor, right: SourceCursor): boolean {
  const [leftTime, rightTime] = [left.times[left.position]!, right.times[right.position]!]
  return leftTime < rightTime || (leftTime === rightTime && left.index < right.index)
}
