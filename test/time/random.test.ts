import { describe, expect, it } from 'vitest'
import { randomRun } from '../../src/time/random.ts'

describe('randomRun', () => {
  it('is 16 characters of 0-9 and a-z, another one each time', () => {
    const runs = new Set(Array.from({ length: 1_000 }, randomRun))
    expect(runs.size).toBe(1_000)
    for (const run of runs) expect(run).toMatch(/^[0-9a-z]{16}$/)
  })
})
