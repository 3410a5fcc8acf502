import { Fifo } from '../delivery/fifo.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { QueuedEmission, QueuedTask } from './emission.ts'
import { EmitDepthError, EmitQueueFullError } from './errors.ts'
import type { Flight } from './flight.ts'

/** How many emissions of handlers may wait behind a running dispatch. */
const queueCapacity = 100_000

/** What waits for its dispatch, in order, and whether one runs. */
export class DispatchLine {
  /** Whether emissions join the line: a dispatch is on the stack, or the bus is paused. */
  busy = false
  /** How deep the emission chain is whose event is being dispatched; -1 while none is. */
  depth = -1
  readonly #queue = new Fifo<QueuedEmission | QueuedTask>()
  readonly #maxDepth: number
  readonly #dispatch: (emission: QueuedEmission) => void
  /** Is told what a task throws. */
  readonly #failed: (error: unknown) => void
  #paused = false
  /** Whether it is busy only because it is paused, with no dispatch on the stack. */
  #halted = false

  constructor(
    maxDepth: number,
    dispatch: (emission: QueuedEmission) => void,
    failed: (error: unknown) => void,
  ) {
    this.#maxDepth = maxDepth
    this.#dispatch = dispatch
    this.#failed = failed
  }

  /** What is in line; none while not busy, unless a full stack has kept some from their turn. */
  get size(): number {
    return this.#queue.size
  }

  get paused(): boolean {
    return this.#paused
  }

  /** Whether a dispatch is on the stack. */
  get running(): boolean {
    return this.busy && !this.#halted
  }

  /**
   * Throws if there is no room for so many more.
   *
   * @throws EmitDepthError `EMIT_DEPTH` if the chain of emissions would be too deep.
   * @throws EmitQueueFullError `EMIT_QUEUE_FULL` if too many are in line.
   */
  requireRoom(type: string, events: number): void {
    if (!this.busy) return
    if (this.depth >= this.#maxDepth) throw new EmitDepthError(type, this.#maxDepth)
    if (this.#queue.size + events > queueCapacity) {
      throw new EmitQueueFullError(type, queueCapacity, this.#halted)
    }
  }

  push(event: TradewireEvent, flight: Flight | undefined): void {
    this.#queue.push({ event, depth: this.depth + 1, flight })
  }

  /** See `defer` of the dispatcher. */
  defer(task: () => void): void {
    this.requireRoom('A deferred task', 1)
    this.#queue.push({ task, depth: this.depth + 1 })
    if (!this.busy) this.run()
  }

  /** Dispatches all that is in line. */
  run(): void {
    this.busy = true
    this.#halted = false
    try {
      this.drain()
    } finally {
      this.rest()
    }
  }

  /**
   * Does `work` as part of a dispatch, at `depth` of the chain of emissions, and then dispatches what
   * it has emitted. Returns whether there was any.
   */
  during(depth: number, work: () => void): boolean {
    if (this.busy) {
      work()
      return false
    }
    this.busy = true
    this.depth = depth
    let emitted = true
    try {
      work()
      emitted = this.#queue.size > 0
    } finally {
      // Even a stack too full for one more call must not leave the bus busy.
      try {
        if (emitted) this.drain()
      } finally {
        this.rest()
      }
    }
    return emitted
  }

  drain(): void {
    while (!this.#paused) {
      const next = this.#queue.shift()
      if (next === undefined) return
      this.depth = next.depth
      if (next.task === undefined) this.#dispatch(next)
      else this.#do(next.task)
    }
  }

  /** The dispatch has ended; on a paused bus, what is emitted from now on stays in line. */
  rest(): void {
    this.busy = this.#paused
    this.#halted = this.#paused
    this.depth = -1
  }

  pause(): void {
    this.#paused = true
    if (!this.busy) this.rest()
  }

  resume(): void {
    this.#paused = false
    if (this.#halted) this.run()
  }

  /**
   * Forgets what is in line on a paused bus, and ends the emissions that are awaited. Tells how many
   * events there were, and which of them nobody awaits.
   */
  abandon(error: Error): { readonly count: number; readonly unawaited: readonly TradewireEvent[] } {
    const unawaited: TradewireEvent[] = []
    let count = 0
    while (this.#paused) {
      const next = this.#queue.shift()
      if (next === undefined) break
      count += 1
      if (next.task !== undefined) continue
      if (next.flight?.cancel(error) !== true) unawaited.push(next.event)
    }
    return { count, unawaited }
  }

  #do(task: () => void): void {
    try {
      task()
    } catch (error) {
      this.#failed(error)
    }
  }
}
