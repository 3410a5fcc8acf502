import { Decimal, type TradeTick } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded } from '../support/buses.ts'
import { setUp, start } from './health-support.ts'

/** A trade with a time of the venue that says nothing about when it came. */
const trade = (symbol = 'BTCUSDT'): TradeTick => ({
  timestamp: 5,
  symbol,
  price: new Decimal('61800.2'),
  size: new Decimal('0.006'),
  tradeId: '1',
  aggressorSide: 'buy',
})

describe('HealthMonitor.watchFeed', () => {
  it('warns once of a silence, with its age by the clock of arrival', async () => {
    const { clock, bus, monitor, warnings } = setUp()
    monitor.watchFeed({
      endpoint: 'wss://user:pass@stream.example/ws?token=secret',
      venue: 'binance',
      pattern: 'market.*',
      thresholdMs: 4_500,
    })
    await clock.advanceBy(300)
    bus.emitSync('market.trade_tick', trade())
    await clock.advanceBy(60_000)
    expect(warnings).toMatchObject([
      {
        type: 'system.feed_stale',
        timestamp: start + 5_000,
        data: {
          timestamp: start + 5_000,
          endpoint: 'wss://stream.example/ws',
          venue: 'binance',
          lastReceivedAt: start + 300,
          ageMs: 4_700,
          thresholdMs: 4_500,
        },
      },
    ])
    expect(warnings[0]?.data).not.toHaveProperty('symbol')
    expect(monitor.state).toMatchObject([
      { type: 'system.feed_stale', of: 'wss://stream.example/ws', since: start + 5_000 },
    ])
  })

  it('counts the silence from the beginning of the watch where nothing has come', async () => {
    const { clock, monitor, warnings } = setUp()
    await clock.advanceBy(500)
    monitor.watchFeed({ endpoint: 'a', pattern: 'market.*', thresholdMs: 2_000 })
    await clock.advanceBy(2_500)
    expect(warnings).toMatchObject([{ data: { lastReceivedAt: start + 500, ageMs: 2_500 } }])
  })

  it('is over as soon as something comes, and warns of the next silence', async () => {
    const { clock, bus, monitor, warnings } = setUp({ repeatMs: 0 })
    monitor.watchFeed({ endpoint: 'a', pattern: 'market.*', thresholdMs: 2_000 })
    await clock.advanceBy(2_000)
    expect(monitor.state).toHaveLength(1)
    bus.emitSync('market.trade_tick', trade())
    expect(monitor.state).toEqual([])
    await clock.advanceBy(2_000)
    expect(warnings.map(({ timestamp }) => timestamp)).toEqual([start + 2_000, start + 4_000])
  })

  it('does not flap when data come just too late again and again', async () => {
    const { clock, bus, monitor, warnings } = setUp({ repeatMs: 60_000 })
    monitor.watchFeed({ endpoint: 'a', pattern: 'market.*', thresholdMs: 2_000 })
    for (let round = 0; round < 50; round += 1) {
      await clock.advanceBy(2_100)
      bus.emitSync('market.trade_tick', trade())
    }
    // 105 s: the first at 2 s, the next not before 62 s.
    expect(warnings).toHaveLength(2)
  })

  it('knows each symbol for itself', async () => {
    const { clock, bus, monitor, warnings } = setUp()
    monitor.watchFeed({
      endpoint: 'a',
      pattern: 'market.trade_tick',
      symbol: ['BTCUSDT', 'ETHUSDT', 'ETHUSDT'],
      thresholdMs: 1_500,
    })
    monitor.watchFeed({
      endpoint: 'a',
      pattern: 'market.trade_tick',
      symbol: 'SOLUSDT',
      thresholdMs: 3_500,
    })
    for (let second = 0; second < 5; second += 1) {
      bus.emitSync('market.trade_tick', trade('ETHUSDT'))
      bus.emitSync('market.trade_tick', trade('OTHER'))
      await clock.advanceBy(1_000)
    }
    expect(warnings).toMatchObject([
      { timestamp: start + 2_000, data: { symbol: 'BTCUSDT', ageMs: 2_000 } },
      { timestamp: start + 4_000, data: { symbol: 'SOLUSDT', ageMs: 4_000 } },
    ])
    expect(monitor.state.map(({ of }) => of)).toEqual(['a BTCUSDT', 'a SOLUSDT'])
  })

  it('ends with its watch, and with it what is raised', async () => {
    const { clock, bus, monitor, warnings } = setUp()
    const before = bus.handlerCount()
    const watch = monitor.watchFeed({ endpoint: 'a', pattern: 'market.*', thresholdMs: 1_000 })
    await clock.advanceBy(1_000)
    expect(monitor.state).toHaveLength(1)
    watch.close()
    watch[Symbol.dispose]()
    expect(monitor.state).toEqual([])
    expect(bus.handlerCount()).toBe(before)
    await clock.advanceBy(100_000)
    expect(warnings).toHaveLength(1)
  })

  it.each<[object, string]>([
    [{ every: 5 }, 'watchFeed has no option "every".'],
    [{ endpoint: '' }, 'endpoint must be a string that is not empty, but is "".'],
    [{ thresholdMs: 0 }, 'thresholdMs must be more than 0.'],
    [{ thresholdMs: undefined }, 'thresholdMs must be a finite number'],
    [{ venue: '' }, 'venue must be a string of 1 to 256 characters'],
    [{ symbol: [] }, 'symbol must be a string, or a list of at least one, but is an array of 0.'],
    [{ symbol: 5 }, 'symbol must be a string, or a list of at least one, but is 5.'],
    [{ symbol: [''] }, 'symbol must be a string of 1 to 256 characters, but is "".'],
  ])('refuses %j', (change, message) => {
    const { bus, monitor } = setUp()
    const before = bus.handlerCount()
    const options = { endpoint: 'a', pattern: 'market.*' as const, thresholdMs: 1, ...change }
    expect(() => monitor.watchFeed(options)).toThrow(message)
    expect(() => monitor.watchFeed(options)).toThrow(coded('CONFIGURATION'))
    expect(bus.handlerCount()).toBe(before)
  })

  it('refuses a pattern that nothing can match', () => {
    const { monitor } = setUp()
    const pattern = 'market.nothing' as 'market.*'
    expect(() => monitor.watchFeed({ endpoint: 'a', pattern, thresholdMs: 1 })).toThrow(
      coded('EVENT_UNKNOWN'),
    )
  })
})
