import { describe, expect, it } from 'vitest'
import { OrderRate } from '../../src/desk/order-rate.ts'

describe('OrderRate', () => {
  it('forgets what is as old as the window, and keeps what is a little younger', () => {
    const rate = new OrderRate(3, 1_000)
    rate.add(0)
    rate.add(500)
    expect(rate.count(999.999)).toBe(2)
    expect(rate.count(1_000)).toBe(1)
    expect(rate.count(1_499)).toBe(1)
    expect(rate.count(1_500)).toBe(0)
  })

  it('counts on around the end of its ring', () => {
    const rate = new OrderRate(2, 100)
    for (let time = 0; time < 1_000; time += 60) {
      rate.add(time)
      // Two within 100 ms, 60 ms apart.
      expect(rate.count(time)).toBe(time === 0 ? 1 : 2)
    }
    expect(rate.capacity).toBe(2)
  })

  it('remembers the newest if more happen than are allowed', () => {
    const rate = new OrderRate(2, 100)
    for (const time of [0, 10, 20]) rate.add(time)
    expect(rate.count(20)).toBe(2)
    expect(rate.count(109)).toBe(2)
    expect(rate.count(110)).toBe(1)
    expect(rate.count(120)).toBe(0)
  })
})
