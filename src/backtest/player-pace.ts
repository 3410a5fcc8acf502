import type { Clock } from '../time/clock.ts'

/**
 * Says when a moment of recorded time is due in real time. All moments are measured from where it was last
 * held, so what it comes late for one of them does not make the next one late.
 */
export class PlayerPace {
  readonly #clock: Clock
  #speed: number
  /** The moment that it stood at when it was last held; undefined before it has begun. */
  #moment: number | undefined = undefined
  /** When it was released, by the real clock; undefined while it is held. */
  #since: number | undefined = undefined
  #wake: (() => void) | undefined = undefined

  constructor(clock: Clock, speed: number) {
    this.#clock = clock
    this.#speed = speed
  }

  /** Recorded milliseconds in one of real time. */
  get speed(): number {
    return this.#speed
  }

  /** Changes the speed from this moment on. */
  change(speed: number): void {
    // As fast as possible, real time tells nothing of the moment.
    if (this.#speed === Infinity) this.reset()
    else this.hold()
    this.#speed = speed
    this.wake()
  }

  /** Lets time go on: from where it was held, else from `moment`. */
  release(moment: number): void {
    this.#moment ??= moment
    this.#since ??= this.#clock.monotonic()
  }

  /** Stops time. */
  hold(): void {
    if (this.#since === undefined) return
    this.#moment! += (this.#clock.monotonic() - this.#since) * this.#speed
    this.#since = undefined
  }

  /** Forgets the moment: the next one begins where it is told. */
  reset(): void {
    this.#moment = undefined
    this.#since = undefined
  }

  /** Real milliseconds until `moment` is due, once it was released; 0 or less if it is. */
  delayUntil(moment: number): number {
    return (moment - this.#moment!) / this.#speed - (this.#clock.monotonic() - this.#since!)
  }

  /** Resolves after so many real milliseconds, or once it is woken. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(delayMs, resolve)
      this.#wake = () => {
        timer.cancel()
        resolve()
      }
    })
  }

  /** Ends a wait. */
  wake(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}
