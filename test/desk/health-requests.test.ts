import { describe, expect, it } from 'vitest'
import { coded } from '../support/buses.ts'
import { setUp, start } from './health-support.ts'

describe('HealthMonitor.requests', () => {
  it('warns when a limit is nearly used up', () => {
    const { monitor, warnings } = setUp()
    monitor.requests('binance-rest', { used: 1_919, limit: 2_400, windowMs: 60_000 })
    expect(warnings).toEqual([])
    // 0.8 of 2,400.
    monitor.requests('binance-rest', { used: 1_920, limit: 2_400, windowMs: 60_000 })
    expect(warnings).toMatchObject([
      {
        type: 'performance.rate_limit_warning',
        timestamp: start,
        data: { endpoint: 'binance-rest', used: 1_920, limit: 2_400, windowMs: 60_000 },
      },
    ])
    expect(monitor.state).toEqual([
      { type: 'performance.rate_limit_warning', of: 'binance-rest', since: start, threshold: 0.8 },
    ])
  })

  it('passes on how long to wait, and shows no secrets', () => {
    const { monitor, warnings } = setUp({ rateLimitAt: 1 })
    const use = { used: 10, limit: 10, windowMs: 1_000, retryAfterMs: 250 }
    monitor.requests('https://api.example/orders?signature=abc', use)
    expect(warnings).toMatchObject([
      { data: { endpoint: 'https://api.example/orders', retryAfterMs: 250 } },
    ])
  })

  it('warns once of a use that swings around the share', () => {
    const { monitor, warnings } = setUp({ repeatMs: 0 })
    for (let round = 0; round < 100; round += 1) {
      monitor.requests('rest', { used: round % 2 === 0 ? 81 : 70, limit: 100, windowMs: 1_000 })
    }
    expect(warnings).toHaveLength(1)
    // Below 0.64.
    monitor.requests('rest', { used: 63, limit: 100, windowMs: 1_000 })
    expect(monitor.state).toEqual([])
  })

  it('is over when the window has passed', async () => {
    const { clock, monitor } = setUp()
    monitor.requests('rest', { used: 90, limit: 100, windowMs: 2_500 })
    await clock.advanceBy(2_000)
    expect(monitor.state).toHaveLength(1)
    await clock.advanceBy(1_000)
    expect(monitor.state).toEqual([])
  })

  it('knows a thousand endpoints at most', () => {
    const { monitor } = setUp()
    for (let index = 0; index < 1_001; index += 1) {
      monitor.requests(`rest-${index}`, { used: 9, limit: 10, windowMs: 1_000 })
    }
    const names = monitor.state.map(({ of }) => of)
    expect(names).toHaveLength(1_000)
    expect(names[0]).toBe('rest-1')
    expect(names.at(-1)).toBe('rest-1000')
  })

  it.each<[object, string]>([
    [{ weight: 1 }, 'requests has no option "weight".'],
    [{ used: -1 }, 'used must be a finite number of at least 0, but is -1.'],
    [{ limit: 0 }, 'limit must be more than 0.'],
    [{ windowMs: 0 }, 'windowMs must be more than 0.'],
    [{ retryAfterMs: Infinity }, 'retryAfterMs must be a finite number of at least 0'],
  ])('refuses %j', (change, message) => {
    const { monitor } = setUp()
    const use = { used: 1, limit: 10, windowMs: 1_000, ...change }
    expect(() => monitor.requests('rest', use)).toThrow(message)
    expect(() => monitor.requests('rest', use)).toThrow(coded('CONFIGURATION'))
  })
})
