import { ConfigurationError } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { commonTimeframe, Timeframe } from '../../src/backtest/time-frame.ts'
import { requireSession, type Session } from '../../src/backtest/time-session.ts'

const day = 86_400_000

describe('Timeframe', () => {
  it.each([
    ['30s', 30_000],
    ['1m', 60_000],
    ['4h', 4 * 3_600_000],
    ['1d', day],
    ['2w', 14 * day],
  ])('knows how long %s is', (text, length) => {
    const timeframe = new Timeframe(text)
    expect(timeframe.closeOf(1000)).toBe(1000 + length)
    expect(timeframe.openOf(1000 + length)).toBe(1000)
  })

  it('follows the calendar with months', () => {
    const quarter = new Timeframe('3M')
    expect(quarter.closeOf(Date.UTC(2023, 11, 1))).toBe(Date.UTC(2024, 2, 1))
    expect(quarter.openOf(Date.UTC(2024, 2, 1))).toBe(Date.UTC(2023, 11, 1))
  })

  it.each(['', '0m', '1', 'm', '1y', '1.5h', '123456m', ' 1m'])('refuses %j', (text) => {
    expect(() => new Timeframe(text)).toThrow(ConfigurationError)
  })
})

describe('commonTimeframe', () => {
  it.each([
    [[60_000, 60_000, 120_000], '1m'],
    [[day, 3 * day, day, day, 3 * day], '1d'],
    [[7 * day], '1w'],
    [[31 * day, 28 * day, 31 * day], '1M'],
    [[14_400_000], '4h'],
    [[5_000], '5s'],
    [[90_000], '90s'],
    // Of two that are equally common it is the shorter one; time that stands still or goes back says nothing.
    [[120_000, 60_000, 0, -5, Number.NaN], '1m'],
    [[60_000, 120_000], '1m'],
    [[], undefined],
    [[0], undefined],
    [[500], undefined],
    [[10 * day], undefined],
  ])('tells from steps of %j', (steps, timeframe) => {
    expect(commonTimeframe(steps)).toBe(timeframe)
  })
})

describe('requireSession', () => {
  it('is a time of the day each', () => {
    const hour = 3_600_000
    expect(requireSession({ open: '09:30', close: '16:00' })).toEqual({
      open: 9.5 * hour,
      close: 16 * hour,
    })
    expect(requireSession({ open: '00:00', close: '24:00' })).toEqual({ open: 0, close: day })
    expect(requireSession({ open: '18:00:30', close: '17:00' })).toEqual({
      open: 18 * hour + 30_000 - day,
      close: 17 * hour,
    })
  })

  it.each([
    undefined,
    { open: '9:30', close: '16:00' },
    { open: '09:30', close: '24:01' },
    { open: '09:30' },
    { open: '09:30', close: 16 },
    { open: '09:30', close: '16:00', zone: 'UTC' },
  ])('refuses %j', (session) => {
    expect(() => requireSession(session as Session)).toThrow(ConfigurationError)
  })
})
