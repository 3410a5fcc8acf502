import type { TradeTick } from 'tradewire'
import { tick } from './payloads.ts'
import { Sink } from './sink.ts'

/** What one call of a worker does: it ends at once, as a promise that has resolved, or in 1 ms. */
export const workKinds = ['sync', 'async', 'timer'] as const
export type WorkKind = (typeof workKinds)[number]

/** What every queue calls with every item. */
export type Work<Result = unknown> = (item: TradeTick) => Result

/** Different objects with ascending timestamps, so that the order of calls can be told. */
const items: readonly TradeTick[] = Array.from({ length: 1_024 }, (_, index) => ({
  ...tick,
  timestamp: tick.timestamp + index,
}))

/** The items come round again and again. */
export function itemAt(index: number): TradeTick {
  return items[index & 1_023]!
}

/** A sink that also knows what came in which order, and how much of it ran at a time. */
export class Recorder extends Sink {
  readonly order: number[] = []
  running = 0
  mostRunning = 0

  begin(): void {
    this.running += 1
    this.mostRunning = Math.max(this.mostRunning, this.running)
  }

  override add(value: number): void {
    super.add(value)
    this.order.push(value)
    this.running -= 1
  }
}

export function syncWork(sink: Sink): Work<void> {
  return (item) => sink.add(item.timestamp)
}

export function asyncWork(sink: Sink): Work<Promise<void>> {
  return async (item) => sink.add(item.timestamp)
}

export function timerWork(sink: Sink): Work<Promise<void>> {
  return (item) =>
    new Promise((resolve) => {
      setTimeout(() => {
        sink.add(item.timestamp)
        resolve()
      }, 1)
    })
}
