import type { Clock } from '../time/clock.ts'
import type { LogStore, Note } from './store.ts'

/** How long to wait after a write has failed for the first time; doubled each time. */
const firstRetryMs = 100
const longestRetryMs = 5_000
/** About 20 seconds in all. */
const mostAttempts = 10

/** What a cursor needs. */
export interface CursorHost {
  readonly store: Pick<LogStore, 'writeNotes'>
  readonly clock: Clock
  /** It could not be written often enough: nothing of it is tried again. */
  readonly onGiveUp: (error: unknown) => void
}

/**
 * How far a consumer has come, written down as soon as the write before is done: one write takes all
 * the moves that were made during the one before it. While writes fail it is tried again, and the
 * consumer waits; so at most what it was doing comes again after a crash.
 */
export class Cursor {
  readonly #host: CursorHost
  readonly #name: string
  readonly #pattern: string | readonly string[]
  #position: number
  /** Dead letters that are to be written with the next position, in one. */
  #letters: Note[] = []
  #writing: Promise<void> | undefined = undefined
  #failures = 0
  #closing = false
  /** Ends the wait for the next attempt. */
  #wake: (() => void) | undefined = undefined
  #lost: { readonly error: unknown } | undefined = undefined

  constructor(
    host: CursorHost,
    name: string,
    pattern: string | readonly string[],
    position: number,
  ) {
    this.#host = host
    this.#name = name
    this.#pattern = pattern
    this.#position = position
  }

  get position(): number {
    return this.#position
  }

  /** Whether the newest write has failed. */
  get failing(): boolean {
    return this.#failures > 0
  }

  /** Moves it, back or ahead, and has it written together with a dead letter, if one is given. */
  moveTo(position: number, letter?: Note): void {
    this.#position = position
    if (letter !== undefined) this.#letters.push(letter)
    if (this.#writing !== undefined || this.#lost !== undefined) return
    this.#writing = this.#write()
  }

  /** Resolves once all moves so far are durable. Throws what they cannot be written for. */
  async flush(): Promise<void> {
    await this.#writing
    if (this.#lost !== undefined) throw this.#lost.error
  }

  /** From now on a write that fails is tried only once more, at once. */
  hasten(): void {
    this.#closing = true
    this.#wake?.()
  }

  async #write(): Promise<void> {
    for (;;) {
      const position = this.#position
      const letters = this.#letters
      this.#letters = []
      try {
        await this.#host.store.writeNotes([...letters, this.#note(position)], [])
        this.#failures = 0
      } catch (error) {
        this.#letters = [...letters, ...this.#letters]
        if (await this.#givesUp(error)) break
        continue
      }
      if (this.#position === position && this.#letters.length === 0) break
    }
    this.#writing = undefined
  }

  async #givesUp(error: unknown): Promise<boolean> {
    const last = this.#closing && this.#failures > 0
    this.#failures += 1
    if (last || this.#failures >= mostAttempts) {
      this.#lost = { error }
      this.#host.onGiveUp(error)
      return true
    }
    if (!this.#closing) await this.#wait()
    return false
  }

  async #wait(): Promise<void> {
    const delayMs = Math.min(longestRetryMs, firstRetryMs * 2 ** (this.#failures - 1))
    await new Promise<void>((resolve) => {
      const timer = this.#host.clock.setTimer(delayMs, resolve)
      this.#wake = () => {
        timer.cancel()
        resolve()
      }
    })
    this.#wake = undefined
  }

  #note(position: number): Note {
    const text = JSON.stringify({ position, pattern: this.#pattern })
    return { kind: 'consumer', name: this.#name, number: 0, text }
  }
}
