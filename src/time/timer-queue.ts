/** A timer that waits for its time on a simulated clock. */
export interface ScheduledTimer {
  /** When it is due, in milliseconds since the Unix epoch. */
  readonly time: number
  /** Counts registrations: of two timers due at the same time, the lower fires first. */
  readonly order: number
  readonly callback: () => void | Promise<void>
  cancelled: boolean
}

/**
 * Timers by (time, order), as a binary heap: adding and taking cost the logarithm of the size.
 * Cancelled timers are skipped when they come up, and swept once they are the larger half.
 */
export class TimerQueue {
  /** Heap: no timer comes before the one at `(index - 1) >> 1`. */
  #heap: ScheduledTimer[] = []
  #cancelled = 0

  /** Timers that will fire. */
  get size(): number {
    return this.#heap.length - this.#cancelled
  }

  add(timer: ScheduledTimer): void {
    const heap = this.#heap
    let index = heap.length
    heap.push(timer)
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = heap[parentIndex]!
      if (!comesBefore(timer, parent)) break
      heap[index] = parent
      index = parentIndex
    }
    heap[index] = timer
  }

  cancel(timer: ScheduledTimer): void {
    if (timer.cancelled) return
    timer.cancelled = true
    this.#cancelled += 1
    if (this.#cancelled * 2 > this.#heap.length) this.#sweep()
  }

  /** When the first timer is due; undefined without timers. */
  get firstTime(): number | undefined {
    const heap = this.#heap
    while (heap.length > 0 && heap[0]!.cancelled) {
      this.#removeFirst()
      this.#cancelled -= 1
    }
    return heap[0]?.time
  }

  /** Removes and returns the first timer that is due at or before `time`. */
  takeDue(time: number): ScheduledTimer | undefined {
    const due = this.firstTime
    if (due === undefined || due > time) return undefined
    const first = this.#heap[0]!
    this.#removeFirst()
    // A timer that has been taken can no longer be cancelled.
    first.cancelled = true
    return first
  }

  #removeFirst(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let index = 0
    for (;;) {
      let childIndex = 2 * index + 1
      if (childIndex >= heap.length) break
      const right = heap[childIndex + 1]
      if (right !== undefined && comesBefore(right, heap[childIndex]!)) childIndex += 1
      const child = heap[childIndex]!
      if (!comesBefore(child, last)) break
      heap[index] = child
      index = childIndex
    }
    heap[index] = last
  }

  #sweep(): void {
    const kept = this.#heap.filter((timer) => !timer.cancelled)
    this.#heap = []
    this.#cancelled = 0
    for (const timer of kept) this.add(timer)
  }
}

function comesBefore(left: ScheduledTimer, right: ScheduledTimer): boolean {
  return left.time < right.time || (left.time === right.time && left.order < right.order)
}
