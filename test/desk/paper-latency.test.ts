import { describe, expect, it } from 'vitest'
import { minute, runVenue, start } from './paper-venue-run.ts'

describe('paperBroker with latency', () => {
  it('lets orders, changes and cancellations arrive later', async () => {
    const { submit, modify, cancel, said, clock } = runVenue({ latencyMs: 20 })
    submit({ orderType: 'limit', price: '90' })
    expect(said()).toEqual([])
    await clock.advanceBy(20)
    modify('o1', { price: '91' })
    await clock.advanceBy(5)
    cancel('o1')
    await clock.advanceBy(minute)
    expect(said()).toEqual([
      'o1 placed @0.02',
      'o1 modified @0.04',
      'o1 cancelled @0.045 0: as asked',
    ])
  })

  it('fills an order before its cancellation arrives', async () => {
    const { submit, cancel, said, trade, clock } = runVenue({ latencyMs: 20 })
    submit()
    await clock.advanceBy(20)
    cancel('o1')
    await clock.advanceBy(19)
    trade('100', '50')
    await clock.advanceBy(1)
    expect(said()).toEqual([
      'o1 placed @0.02',
      'o1 filled @0.039 10 at 100 taker, 10/0',
      'o1 cancel_rejected @0.04 UNKNOWN_ORDER',
    ])
  })

  it('does not fill by a quote that is gone as the order arrives', async () => {
    const { submit, said, quote, clock } = runVenue({ latencyMs: 20 })
    quote('99', '50', '101', '50')
    submit()
    await clock.advanceBy(10)
    quote('100', '50', '102', '50')
    await clock.advanceBy(10)
    expect(said()).toEqual(['o1 placed @0.02', 'o1 filled @0.02 10 at 102 taker, 10/0'])
  })

  it('does not fill in the bar that an order arrives in', async () => {
    const { submit, said, bar } = runVenue({ latencyMs: 20 })
    await bar('100 101 99 100')
    submit()
    await bar('100 101 99 100')
    expect(said()).toEqual(['o1 placed @60.02'])
    await bar('102 103 101 102')
    expect(said()).toEqual(['o1 filled @120 10 at 102 taker, 10/0'])
  })

  it('chooses latencies by its seed, from the least to the most', async () => {
    const arrivals = async (seed: number): Promise<number[]> => {
      const { submit, events, clock, said } = runVenue({ latencyMs: { min: 10, max: 30 }, seed })
      for (let index = 0; index < 100; index += 1) submit({ orderType: 'limit', price: '90' })
      await clock.advanceBy(minute)
      expect(said()).toHaveLength(100)
      return events.map(({ timestamp }) => timestamp - start)
    }
    const first = await arrivals(1)
    expect(Math.min(...first)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...first)).toBeLessThanOrEqual(30)
    expect(Math.max(...first) - Math.min(...first)).toBeGreaterThan(15)
    expect(await arrivals(1)).toEqual(first)
    expect(await arrivals(2)).not.toEqual(first)
  })

  it('keeps the order of the commands of one order', async () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const { submit, cancel, modify, events, clock } = runVenue({
        latencyMs: { min: 0, max: 30 },
        seed,
      })
      submit({ orderType: 'limit', price: '90' })
      modify('o1', { price: '91' })
      cancel('o1')
      await clock.advanceBy(30)
      expect(events.map(({ type }) => type)).toEqual([
        'order.placed',
        'order.modified',
        'order.cancelled',
      ])
    }
  })
})
