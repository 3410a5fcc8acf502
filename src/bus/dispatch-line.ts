import { Fifo } from '../delivery/fifo.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { QueuedEmission, QueuedTask } from './emission.ts'
import { EmitDepthError, EmitQueueFullError } from './errors.ts'
import type { Flight } from './flight.ts'
import { answerOf, type EventGate, Hold } from './hold.ts'

/** How many emissions may wait for their dispatch. */
const queueCapacity = 100_000

/** What the line needs of its dispatcher. */
export interface LineHost {
  /** Calls the handlers of an event whose turn has come. */
  dispatch(emission: QueuedEmission): void
  /** Is told what a task throws. */
  failed(error: unknown): void
  /** Is told of an event that the gate has refused. */
  refused(emission: QueuedEmission, error: unknown): void
  /** Whether observers would be told now of an event that is refused. */
  tellsOfRefusals(): boolean
  /** An event begins to wait for the gate; `holdEnded` follows. */
  holdBegan(): void
  /** An event that waited for the gate was dispatched, refused or forgotten. */
  holdEnded(): void
}

/** What waits for its dispatch, in order, and whether one runs. */
export class DispatchLine {
  /**
   * Whether emissions join the line: a dispatch is on the stack, the bus is paused, or there is a gate
   * or what it still holds.
   */
  busy = false
  /** How deep the emission chain is whose event is being dispatched; -1 while none is. */
  depth = -1
  readonly #queue = new Fifo<QueuedEmission | QueuedTask>()
  readonly #maxDepth: number
  readonly #host: LineHost
  #paused = false
  #gate: EventGate | undefined = undefined
  /** Whether the gate is on the stack. */
  #asking = false
  /** Events in line whose answer has not come, and the one whose answer is just being followed. */
  #held = 0
  /** Whether it is busy even with no dispatch on the stack. */
  #joins = false
  /** Whether it is busy with no dispatch on the stack, nor the gate. */
  #halted = false

  constructor(maxDepth: number, host: LineHost) {
    this.#maxDepth = maxDepth
    this.#host = host
  }

  /** What is in line; none while not busy, unless a full stack has kept some from their turn. */
  get size(): number {
    return this.#queue.size
  }

  get paused(): boolean {
    return this.#paused
  }

  get gated(): boolean {
    return this.#gate !== undefined
  }

  /** Whether the gate is on the stack, so that waiting for the line would be waiting for ourselves. */
  get asking(): boolean {
    return this.#asking
  }

  /** Whether a dispatch is on the stack, or the gate. */
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
      const paused = this.#paused && this.#halted
      const reason = paused ? 'paused' : this.#held > 0 ? 'held' : 'handlers'
      throw new EmitQueueFullError(type, queueCapacity, reason)
    }
  }

  /** Puts an event in line, and asks the gate for it; `start` is to follow. */
  push(event: TradewireEvent, flight: Flight | undefined): void {
    const depth = this.depth + 1
    const gate = this.#gate
    if (gate === undefined) this.#queue.push({ event, depth, flight, hold: undefined })
    else this.#ask(gate, event, flight, depth)
  }

  #ask(gate: EventGate, event: TradewireEvent, flight: Flight | undefined, depth: number): void {
    // Until the gate has answered the event is as good as none: a full stack may end this anywhere.
    const hold = new Hold(this.#host.tellsOfRefusals())
    const emission = { event, depth, flight, hold }
    this.#queue.push(emission)
    const { busy, depth: outerDepth } = this
    const halted = this.#halted
    const asking = this.#asking
    // What the gate itself emits comes behind the event, as the next in its chain.
    this.busy = true
    this.depth = depth
    this.#halted = false
    this.#asking = true
    let answer: Promise<unknown> | undefined
    try {
      answer = answerOf(gate, event)
    } finally {
      this.busy = busy
      this.depth = outerDepth
      this.#halted = halted
      this.#asking = asking
    }
    if (answer === undefined) hold.state = 'passed'
    else this.#wait(emission, hold, answer)
  }

  /** Lets an event wait for its answer. */
  #wait(emission: QueuedEmission, hold: Hold, answer: Promise<unknown>): void {
    void answer.then(
      () => this.#answered(hold, undefined),
      (error: unknown) => this.#answered(hold, () => this.#host.refused(emission, error)),
    )
    this.#host.holdBegan()
    hold.state = 'waiting'
    this.#held += 1
    this.#joins = true
  }

  /** Nothing is on the stack: answers come as reactions of promises. */
  #answered(hold: Hold, refuse: (() => void) | undefined): void {
    // The event was forgotten meanwhile.
    if (hold.state === 'over') return
    hold.state = refuse === undefined ? 'passed' : 'over'
    refuse?.()
    try {
      this.run()
    } catch (error) {
      // As after any dispatch that is interrupted, the next emission goes on with what is left.
      this.#host.failed(error)
    }
    this.#release()
  }

  #release(): void {
    this.#held -= 1
    this.#review()
    this.#host.holdEnded()
  }

  /** See `defer` of the dispatcher. */
  defer(task: () => void): void {
    this.requireRoom('A deferred task', 1)
    this.#queue.push({ task, depth: this.depth + 1 })
    this.start()
  }

  /** Dispatches what is in line, unless a dispatch does so already, or the bus is paused. */
  start(): void {
    if (!this.running && !this.#paused) this.run()
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
    if (this.running) {
      work()
      return false
    }
    this.busy = true
    this.#halted = false
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
      if (this.#held > 0 && this.#queue.first?.hold?.state === 'waiting') return
      const next = this.#queue.shift()
      if (next === undefined) return
      this.depth = next.depth
      if (next.task !== undefined) this.#do(next.task)
      else if (next.hold === undefined || next.hold.state === 'passed') this.#host.dispatch(next)
    }
  }

  /** The dispatch has ended. */
  rest(): void {
    this.busy = this.#joins
    this.#halted = this.#joins
    this.depth = -1
  }

  pause(): void {
    this.#paused = true
    this.#review()
  }

  resume(): void {
    const halted = this.#halted
    this.#paused = false
    this.#review()
    if (halted) this.run()
  }

  /** Asks `gate` for every event from now on. Returns what ends that. */
  hold(gate: EventGate): () => void {
    this.#gate = gate
    this.#review()
    return () => {
      this.#gate = undefined
      this.#review()
    }
  }

  /** Something has changed that emissions join the line for. */
  #review(): void {
    this.#joins = this.#paused || this.#gate !== undefined || this.#held > 0
    if (!this.running) this.rest()
  }

  /**
   * Forgets what is in line, and ends the emissions that are awaited. Tells how many events there were,
   * and which of them nobody awaits.
   */
  abandon(error: Error): { readonly count: number; readonly unawaited: readonly TradewireEvent[] } {
    const unawaited: TradewireEvent[] = []
    let count = 0
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (next.hold?.state === 'over') continue
      count += 1
      if (next.task !== undefined) continue
      if (next.flight?.cancel(error) !== true) unawaited.push(next.event)
      if (next.hold?.state !== 'waiting') continue
      next.hold.state = 'over'
      this.#release()
    }
    return { count, unawaited }
  }

  #do(task: () => void): void {
    try {
      task()
    } catch (error) {
      this.#host.failed(error)
    }
  }
}
