import { describe, expect, it } from 'vitest'
import { type ScheduledTimer, TimerQueue } from '../../src/time/timer-queue.ts'

function timerAt(time: number, order: number): ScheduledTimer {
  return { time, order, callback: () => {}, cancelled: false }
}

describe('TimerQueue', () => {
  it('hands out by time, then by order', () => {
    const queue = new TimerQueue()
    const times = [5, 1, 4, 1, 3, 5, 2, 1]
    for (const [order, time] of times.entries()) queue.add(timerAt(time, order))
    const taken: [number, number][] = []
    for (let timer = queue.takeDue(9); timer !== undefined; timer = queue.takeDue(9)) {
      taken.push([timer.time, timer.order])
    }
    expect(taken).toEqual([
      [1, 1],
      [1, 3],
      [1, 7],
      [2, 6],
      [3, 4],
      [4, 2],
      [5, 0],
      [5, 5],
    ])
    expect(queue.size).toBe(0)
  })

  it('hands out nothing that is not due', () => {
    const queue = new TimerQueue()
    queue.add(timerAt(5, 1))
    expect(queue.takeDue(4.999)).toBeUndefined()
    expect(queue.takeDue(5)?.order).toBe(1)
    expect(queue.takeDue(5)).toBeUndefined()
  })

  it('skips a cancelled timer that it has not swept yet', () => {
    const queue = new TimerQueue()
    const timers = [1, 2, 3, 4, 5].map((time) => timerAt(time, time))
    for (const timer of timers) queue.add(timer)
    queue.cancel(timers[0]!)
    queue.cancel(timers[1]!)
    expect(queue.size).toBe(3)
    expect(queue.takeDue(9)).toBe(timers[2])
    expect(queue.size).toBe(2)
  })

  it('sweeps cancelled timers out once they are the larger half', () => {
    const queue = new TimerQueue()
    const timers = Array.from({ length: 100 }, (_, index) => timerAt(100 - index, index))
    for (const timer of timers) queue.add(timer)
    for (const timer of timers.slice(0, 90)) queue.cancel(timer)
    expect(queue.size).toBe(10)
    expect(queue.takeDue(100)).toBe(timers[99])
    expect(queue.size).toBe(9)
  })

  it('counts a timer that is cancelled twice, or after it was taken, once', () => {
    const queue = new TimerQueue()
    const timers = [1, 2, 3, 4].map((time) => timerAt(time, time))
    for (const timer of timers) queue.add(timer)
    queue.cancel(timers[3]!)
    queue.cancel(timers[3]!)
    expect(queue.size).toBe(3)
    queue.cancel(queue.takeDue(9)!)
    expect(queue.size).toBe(2)
  })
})
