import { describe, expect, it } from 'vitest'
import { Fifo } from '../../src/delivery/fifo.ts'

describe('Fifo', () => {
  it('gives back what it was given, in order, and then undefined', () => {
    const fifo = new Fifo<string>()
    fifo.push('a')
    fifo.push('b')
    expect([fifo.size, fifo.shift(), fifo.size, fifo.shift(), fifo.shift(), fifo.size]).toEqual([
      2,
      'a',
      1,
      'b',
      undefined,
      0,
    ])
  })

  it('keeps its order while it grows and shrinks without ever running empty', () => {
    const fifo = new Fifo<number>()
    let pushed = 0
    let shifted = 0
    const push = (count: number): void => {
      for (let left = count; left > 0; left -= 1) fifo.push(pushed++)
    }
    const shift = (count: number): void => {
      for (let left = count; left > 0; left -= 1) expect(fifo.shift()).toBe(shifted++)
    }
    push(3_000)
    for (let round = 0; round < 20; round += 1) {
      shift(1_100)
      push(1_000)
      expect(fifo.size).toBe(pushed - shifted)
    }
    shift(fifo.size)
    expect(fifo.shift()).toBeUndefined()
  })

  it('forgets everything when it is cleared', () => {
    const fifo = new Fifo<number>()
    for (let item = 0; item < 5; item += 1) fifo.push(item)
    fifo.shift()
    fifo.clear()
    expect([fifo.size, fifo.shift()]).toEqual([0, undefined])
    fifo.push(7)
    expect(fifo.shift()).toBe(7)
  })
})
