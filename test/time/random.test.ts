import { describe, expect, it } from 'vitest'
import { randomBytes, randomRun, randomSeed, seededRandom } from '../../src/time/random.ts'

describe('randomRun', () => {
  it('is 16 characters of 0-9 and a-z, another one each time', () => {
    const runs = new Set(Array.from({ length: 1_000 }, randomRun))
    expect(runs.size).toBe(1_000)
    for (const run of runs) expect(run).toMatch(/^[0-9a-z]{16}$/)
  })
})

describe('randomSeed', () => {
  it('is a whole number of 32 bits, another one each time', () => {
    const seeds = Array.from({ length: 100 }, randomSeed)
    expect(new Set(seeds).size).toBeGreaterThan(95)
    for (const seed of seeds) expect(seed >>> 0).toBe(seed)
  })
})

describe('randomBytes', () => {
  it('is as many bytes as were asked for, others each time', () => {
    expect(randomBytes(12)).toHaveLength(12)
    expect(randomBytes(0)).toHaveLength(0)
    const seen = new Set(Array.from({ length: 1_000 }, () => randomBytes(12).join()))
    expect(seen.size).toBe(1_000)
  })
})

describe('seededRandom', () => {
  const take = (seed: number, count = 1_000): readonly number[] =>
    Array.from({ length: count }, seededRandom(seed))

  it('gives the same numbers for the same seed, and others for another', () => {
    expect(take(7)).toEqual(take(7))
    expect(take(7)).not.toEqual(take(8))
    expect(new Set(take(7)).size).toBe(1_000)
  })

  it('heeds the lowest 32 bits of the seed', () => {
    expect(take(2 ** 32 + 7)).toEqual(take(7))
    expect(take(-1)).toEqual(take(2 ** 32 - 1))
  })

  it.each([0, 1, 2 ** 31, Number.MAX_SAFE_INTEGER])(
    'spreads evenly from 0 to below 1 with the seed %d',
    (seed) => {
      const tenths = Array.from({ length: 10 }, () => 0)
      for (const number of take(seed, 100_000)) {
        // What lies outside makes it no number.
        tenths[Math.floor(number * 10)]! += 1
      }
      expect(tenths).toHaveLength(10)
      for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500)
    },
  )

  it('hangs together in no pair of neighbours', () => {
    const numbers = take(3, 100_000)
    const sum = numbers
      .slice(1)
      .reduce((total, number, index) => total + (number - 0.5) * (numbers[index]! - 0.5), 0)
    // The correlation: 0 but for chance, which leaves about 0.003.
    expect(Math.abs((sum / numbers.length) * 12)).toBeLessThan(0.02)
  })
})
