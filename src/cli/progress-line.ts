import type { Progress } from '../log/progress.ts'
import { counted } from '../log/counted.ts'
import type { Clock } from '../time/clock.ts'

/** A terminal, or what is no terminal. */
export interface ErrorStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** How often the line is drawn at most, in milliseconds. */
const everyMs = 100

/** One line of a terminal that says how far long work has come; nothing where there is no terminal. */
export class ProgressLine {
  readonly #stream: ErrorStream
  readonly #clock: Clock
  #drawnAt = -Infinity
  #drawn = false

  constructor(stream: ErrorStream, clock: Clock) {
    this.#stream = stream
    this.#clock = clock
  }

  readonly show = ({ done, total }: Progress): void => {
    if (this.#stream.isTTY !== true) return
    const now = this.#clock.monotonic()
    if (now - this.#drawnAt < everyMs) return
    this.#drawnAt = now
    this.#drawn = true
    const text =
      total === undefined || total === 0
        ? counted(done, 'event')
        : `${done} of ${counted(total, 'event')} (${Math.floor((done / total) * 100)} %)`
    this.#stream.write(`\r\u001b[K${text}`)
  }

  /** Removes the line. */
  clear(): void {
    if (this.#drawn) this.#stream.write('\r\u001b[K')
    this.#drawn = false
    this.#drawnAt = -Infinity
  }
}
