import type { Clock, Timer } from '../time/clock.ts'
import { seededRandom } from '../time/random.ts'
import type { LatencyRange } from './paper-options.ts'

/** Commands on their way of one order. */
interface Way {
  count: number
  /** When the last of them arrives. */
  until: number
}

/** Lets commands arrive after a while, those of one order in the order that they were sent. */
export class PaperLatency {
  readonly #clock: Clock
  readonly #range: LatencyRange
  readonly #random: () => number
  readonly #timers = new Set<Timer>()
  /** Orders with commands on their way: none if there is no latency. */
  readonly #ways = new Map<string, Way>()

  constructor(clock: Clock, range: LatencyRange, seed: number) {
    this.#clock = clock
    this.#range = range
    this.#random = seededRandom(seed)
  }

  /** Calls `arrive` once the command is there: at once if nothing delays it. */
  send(orderId: string, arrive: () => void): void {
    const { min, max } = this.#range
    if (max === 0) {
      arrive()
      return
    }
    const latency = min === max ? min : min + this.#random() * (max - min)
    const now = this.#clock.now()
    const way = this.#ways.get(orderId) ?? { count: 0, until: now }
    way.count += 1
    way.until = Math.max(way.until, now + latency)
    this.#ways.set(orderId, way)
    const timer = this.#clock.setTimer(way.until - now, () => {
      this.#timers.delete(timer)
      way.count -= 1
      if (way.count === 0) this.#ways.delete(orderId)
      arrive()
    })
    this.#timers.add(timer)
  }

  /** Nothing that is on its way arrives. */
  close(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    this.#ways.clear()
  }
}
