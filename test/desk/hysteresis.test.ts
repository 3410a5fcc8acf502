import { describe, expect, it } from 'vitest'
import { Hysteresis } from '../../src/desk/hysteresis.ts'

/** Which of the values, one a second, are warned of. */
function warnedOf(values: readonly number[], settings = { clearAt: 0.8, repeatMs: 0 }): number[] {
  const alarm = new Hysteresis(100, settings)
  return values.filter((value, second) => alarm.judge(value, second * 1_000))
}

describe('Hysteresis', () => {
  it('is raised by a value that reaches the threshold', () => {
    expect(warnedOf([99.9, 100, 101])).toEqual([100])
  })

  it('warns once of a value that swings around the threshold', () => {
    const swinging = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 101 : 81))
    expect(warnedOf(swinging)).toEqual([101])
  })

  it('is over below the lower threshold, and then raised anew', () => {
    expect(warnedOf([100, 80, 120, 79.9, 99, 130])).toEqual([100, 130])
  })

  it('with one threshold for both is over below it', () => {
    expect(warnedOf([100, 99, 100], { clearAt: 1, repeatMs: 0 })).toEqual([100, 100])
  })

  it('warns of one thing only so often', () => {
    const settings = { clearAt: 0.8, repeatMs: 3_000 }
    // Raised at 0, 2 and 4 s; the second comes too early, the third at 4 s does not.
    expect(warnedOf([100, 0, 101, 0, 102], settings)).toEqual([100, 102])
  })

  it('warns later of what was raised too early, if it still stands', () => {
    const settings = { clearAt: 0.8, repeatMs: 3_000 }
    // Raised for the second time at 2 s, told at 3 s.
    expect(warnedOf([100, 0, 101, 102, 103, 104], settings)).toEqual([100, 102])
  })

  it('knows since when it is raised', () => {
    const alarm = new Hysteresis(100, { clearAt: 0.8, repeatMs: 0 })
    expect(alarm.since).toBeUndefined()
    alarm.judge(150, 7)
    alarm.judge(150, 8)
    expect(alarm.since).toBe(7)
    alarm.clear()
    expect(alarm.since).toBeUndefined()
  })

  it('takes what somebody else has warned of as told', () => {
    const alarm = new Hysteresis(100, { clearAt: 0.8, repeatMs: 1_000 })
    alarm.told(0)
    expect(alarm.judge(100, 999)).toBe(false)
    alarm.told(1_500)
    expect(alarm.judge(100, 9_000)).toBe(false)
  })

  it('is not raised by what is no number', () => {
    expect(warnedOf([Number.NaN])).toEqual([])
  })
})
