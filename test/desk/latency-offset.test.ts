import { describe, expect, it } from 'vitest'
import { LatencyOffset } from '../../src/desk/latency-offset.ts'

describe('LatencyOffset', () => {
  it('is the least of all values at first', () => {
    const offset = new LatencyOffset(60_000, 0)
    expect(offset.least).toBe(Infinity)
    for (const value of [-1_200, -1_250, -1_180]) offset.add(value)
    expect(offset.least).toBe(-1_250)
  })

  it('forgets what is older than the window', () => {
    const offset = new LatencyOffset(60_000, 0)
    offset.add(-5)
    for (let second = 1; second <= 59; second += 1) {
      offset.moveTo(second * 1_000)
      offset.add(10)
      expect(offset.least).toBe(-5)
    }
    offset.moveTo(60_000)
    expect(offset.least).toBe(10)
  })

  it('stays in its part of the window until that is over', () => {
    const offset = new LatencyOffset(60_000, 0)
    offset.add(1)
    for (let look = 0; look < 1_000; look += 1) offset.moveTo(999)
    offset.moveTo(1_000)
    expect(offset.least).toBe(1)
  })

  it('forgets all after a silence as long as the window', () => {
    const offset = new LatencyOffset(60_000, 0)
    offset.add(1)
    offset.moveTo(59_999)
    expect(offset.least).toBe(1)
    offset.moveTo(10_000_000)
    expect(offset.least).toBe(Infinity)
    offset.add(3)
    expect(offset.least).toBe(3)
  })
})
