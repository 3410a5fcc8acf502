import type { Timer } from '../time/clock.ts'
import type { PositionBus } from './position.ts'
import { dayMs } from './risk-options.ts'

/**
 * Tells when a day ends. What happens exactly then still belongs to it, as the last bar of a day does: on a
 * simulated clock a timer fires after all data of its time.
 */
export class RiskDay {
  readonly #bus: PositionBus
  readonly #startMs: number
  readonly #begun: () => void
  #timer: Timer
  /** When the day ends, in milliseconds since the Unix epoch. */
  end: number

  constructor(bus: PositionBus, startMs: number, begun: () => void) {
    this.#bus = bus
    this.#startMs = startMs
    this.#begun = begun
    this.end = this.#endAfter(bus.clock.now())
    this.#timer = this.#setTimer()
  }

  /**
   * Begins a new day for an event that lies behind the end of this one: the timer of a machine that
   * slept, or was set forward, comes late.
   */
  pass(time: number): void {
    this.#timer.cancel()
    this.#begin(time)
  }

  close(): void {
    this.#timer.cancel()
  }

  #begin(time: number): void {
    this.end = this.#endAfter(time)
    this.#timer = this.#setTimer()
    this.#begun()
  }

  #endAfter(time: number): number {
    return (Math.floor((time - this.#startMs) / dayMs) + 1) * dayMs + this.#startMs
  }

  #setTimer(): Timer {
    const { clock } = this.#bus
    const timer = clock.setTimer(Math.max(0, this.end - clock.now()), () => {
      if (this.#bus.closed) return
      const now = clock.now()
      // A real timer may come a little early.
      if (now < this.end) this.#timer = this.#setTimer()
      else this.#begin(now)
    })
    // A process that waits for nothing else need not wait for the next day.
    timer.unref?.()
    return timer
  }
}
