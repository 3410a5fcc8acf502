import { CodedError } from './reference-names.ts'
import type { DrivenEvent, DrivenStream, Overflow } from './driven-bus.ts'

interface Read {
  readonly resolve: (result: IteratorResult<DrivenEvent, undefined>) => void
  readonly reject: (error: unknown) => void
}

/** A stream in the plainest form: an array of events, and an array of reads that wait. */
export class ReferenceStream implements DrivenStream {
  dropped = 0
  onEnd = (): void => {}
  readonly #capacity: number
  readonly #overflow: Overflow
  #held: DrivenEvent[] = []
  #reads: Read[] = []
  #ended = false
  /** Errors that the reader has still to be thrown: one at most. */
  #errors: unknown[] = []

  constructor({
    capacity = 1_000,
    overflow = 'drop-oldest',
  }: {
    readonly capacity?: number
    readonly overflow?: Overflow
  }) {
    this.#capacity = capacity
    this.#overflow = overflow
  }

  get size(): number {
    return this.#held.length
  }

  next(): Promise<IteratorResult<DrivenEvent, undefined>> {
    return new Promise((resolve, reject) => {
      this.#reads.push({ resolve, reject })
      this.#serve()
    })
  }

  async return(): Promise<void> {
    this.#held = []
    this.end()
    this.#errors = []
  }

  /** Takes an event; returns what it had to drop for it, if anything. */
  take(event: DrivenEvent): DrivenEvent | undefined {
    this.#held.push(event)
    this.#serve()
    if (this.#held.length <= this.#capacity) return undefined
    this.dropped += 1
    return this.#overflow === 'drop-oldest' ? this.#held.shift() : this.#held.pop()
  }

  /** Ends it because it is full, if that is what it does then. */
  endIfFull(): void {
    if (this.#overflow === 'error') this.end(new CodedError('STREAM_OVERFLOW'))
  }

  abort(reason: unknown): void {
    if (this.#ended) return
    this.#held = []
    this.end(reason)
  }

  /** Ends it: the reader gets what it holds, then the error if there is one, then nothing more. */
  end(...errors: [error?: unknown]): void {
    if (this.#ended) return
    this.#ended = true
    this.#errors = errors
    this.onEnd()
    this.#serve()
  }

  #serve(): void {
    while (this.#reads.length > 0) {
      if (this.#held.length > 0) {
        this.#reads.shift()!.resolve({ done: false, value: this.#held.shift()! })
      } else if (this.#errors.length > 0) {
        this.#reads.shift()!.reject(this.#errors.shift())
      } else if (this.#ended) {
        this.#reads.shift()!.resolve({ done: true, value: undefined })
      } else return
    }
  }
}
