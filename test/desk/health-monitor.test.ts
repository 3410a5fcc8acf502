import { createBus, Decimal, SimulatedClock, SystemClock, type TradeTick } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { healthMonitor } from '../../src/desk/health-monitor.ts'
import type { HealthMonitorOptions } from '../../src/desk/health-options.ts'
import { coded } from '../support/buses.ts'
import { setUp, start } from './health-support.ts'

const megabyte = 1e6

const trade: TradeTick = {
  timestamp: start,
  symbol: 'BTCUSDT',
  price: new Decimal('61800.2'),
  size: new Decimal('0.006'),
  tradeId: '1',
  aggressorSide: 'buy',
}

/** A use of memory that a test may change. */
function memoryOf(heapUsed: number, rss?: number) {
  const memory = { heapUsed, rss }
  return { memory, usage: () => ({ ...memory }) }
}

describe('healthMonitor', () => {
  it('warns of a heap that has grown too large, at the next look', async () => {
    const { memory, usage } = memoryOf(50 * megabyte, 80 * megabyte)
    const { clock, warnings } = setUp({ memory: { heapUsedBytes: 100 * megabyte, usage } })
    await clock.advanceBy(1_000)
    expect(warnings).toEqual([])
    memory.heapUsed = 100 * megabyte + 0.4
    await clock.advanceBy(1_000)
    expect(warnings).toMatchObject([
      {
        type: 'performance.memory_warning',
        timestamp: start + 2_000,
        source: 'health-monitor',
        metadata: { of: 'heap' },
        data: {
          timestamp: start + 2_000,
          heapUsedBytes: 100 * megabyte,
          rssBytes: 80 * megabyte,
          thresholdBytes: 100 * megabyte,
        },
      },
    ])
  })

  it('warns of a process that has grown too large, and takes the heap for it where it is not known', async () => {
    const { memory, usage } = memoryOf(50 * megabyte, 80 * megabyte)
    const { clock, warnings, monitor } = setUp({ memory: { rssBytes: 100 * megabyte, usage } })
    await clock.advanceBy(1_000)
    memory.rss = undefined
    memory.heapUsed = 120 * megabyte
    await clock.advanceBy(1_000)
    expect(warnings).toMatchObject([
      { metadata: { of: 'rss' }, data: { rssBytes: 120 * megabyte } },
    ])
    expect(monitor.state).toEqual([
      {
        type: 'performance.memory_warning',
        of: 'rss',
        since: start + 2_000,
        threshold: 100 * megabyte,
      },
    ])
  })

  it('warns once of memory that swings around the threshold', async () => {
    const { memory, usage } = memoryOf(0)
    const { clock, warnings, monitor } = setUp({
      memory: { heapUsedBytes: 100, rssBytes: 1_000, usage },
      repeatMs: 0,
    })
    for (let second = 0; second < 200; second += 1) {
      memory.heapUsed = second % 2 === 0 ? 101 : 85
      await clock.advanceBy(1_000)
    }
    expect(warnings).toHaveLength(1)
    expect(monitor.state).toMatchObject([{ of: 'heap', since: start + 1_000 }])
    memory.heapUsed = 79
    await clock.advanceBy(1_000)
    expect(monitor.state).toEqual([])
    memory.heapUsed = 101
    await clock.advanceBy(1_000)
    expect(warnings).toHaveLength(2)
  })

  it('does not repeat what the bus has warned of as it gave up events', async () => {
    const usage = () => ({ heapUsed: 200 })
    const { clock, bus, monitor, warnings } = setUp(
      { memory: { heapUsedBytes: 100, usage } },
      { memory: { thresholdBytes: 100, usage, checkEvery: 1 } },
    )
    bus.on('market.trade_tick', () => {}, { mailbox: { capacity: 10 } })
    let told = 0
    bus.on('performance.memory_warning', () => {
      told += 1
    })
    bus.emitSync('market.trade_tick', trade)
    await clock.advanceBy(30_000)
    expect(told).toBe(1)
    expect(warnings).toEqual([])
    expect(monitor.state).toMatchObject([{ of: 'heap' }])
  })

  it('says once that memory cannot be read, and goes on', async () => {
    const { clock, warnings } = setUp({
      memory: {
        rssBytes: 1,
        usage: () => {
          throw new TypeError('no memory at wss://me:secret@host/?key=1')
        },
      },
      repeatMs: 10_000,
    })
    await clock.advanceBy(10_000)
    expect(warnings).toMatchObject([
      {
        type: 'system.warning',
        data: {
          code: 'health_unknown',
          message: 'Health cannot be measured: TypeError: no memory at wss://host',
        },
      },
    ])
    await clock.advanceBy(1_000)
    expect(warnings).toHaveLength(2)
  })

  it('takes a promise for no use of memory', async () => {
    const usage = (() => Promise.reject(new Error('later'))) as never
    const { clock, warnings } = setUp({ memory: { rssBytes: 1, usage } })
    await clock.advanceBy(1_000)
    expect(warnings).toMatchObject([{ data: { code: 'health_unknown' } }])
  })

  it('warns of a busy event loop', async () => {
    const delays = { ms: 20, closed: 0 }
    const delay = { p99: () => delays.ms, close: () => (delays.closed += 1) }
    const { clock, warnings, monitor } = setUp({ loopDelay: { delay, thresholdMs: 50 } })
    await clock.advanceBy(1_000)
    delays.ms = 75
    await clock.advanceBy(5_000)
    expect(warnings.map(({ type, data }) => [type, data])).toEqual([
      [
        'performance.latency_warning',
        {
          timestamp: start + 2_000,
          origin: 'event-loop',
          latencyMs: 75,
          thresholdMs: 50,
          percentile: 99,
        },
      ],
    ])
    expect(monitor.state).toMatchObject([{ of: 'event-loop', threshold: 50 }])
    monitor.close()
    monitor.close()
    expect(delays.closed).toBe(1)
  })

  it('warns of a slow handler as long as it is subscribed', async () => {
    const { clock, bus, warnings, monitor } = setUp({ handlerMs: 40, repeatMs: 0 })
    using slow = bus.on('market.trade_tick', () => clock.sleep(50), { id: 'slow', mailbox: {} })
    using quick = bus.on('market.trade_tick', () => clock.sleep(30), { id: 'quick', mailbox: {} })
    bus.emitSync('market.trade_tick', trade)
    await clock.advanceBy(5_000)
    expect([slow.stats.delivered, quick.stats.delivered]).toEqual([1, 1])
    expect(warnings).toMatchObject([
      {
        data: { origin: 'slow', latencyMs: 50, thresholdMs: 40, percentile: 99 },
        metadata: { of: 'handler', pattern: 'market.trade_tick' },
      },
    ])
    expect(monitor.state).toMatchObject([{ of: 'slow' }])
    slow.unsubscribe()
    expect(monitor.state).toEqual([])
    await clock.advanceBy(1_000)
    expect(monitor.state).toEqual([])
  })

  it('watches what it is told to, and no more', async () => {
    const { clock, bus, warnings } = setUp({ handlerMs: false, loopDelay: false })
    bus.on('market.trade_tick', () => clock.sleep(5_000), { mailbox: {} })
    bus.emitSync('market.trade_tick', trade)
    await clock.advanceBy(60_000)
    expect(warnings).toEqual([])
  })

  it('measures the memory and the event loop of this process on a real clock', () => {
    const bus = createBus({ clock: new SystemClock() })
    const warned: string[] = []
    bus.on('performance.memory_warning', ({ data }) => {
      if (data.heapUsedBytes > 1e6 && data.rssBytes > data.heapUsedBytes)
        warned.push(data.venue ?? '')
    })
    using monitor = healthMonitor(bus, { memory: { rssBytes: 1 } })
    monitor.sample()
    monitor.sample()
    expect(warned).toEqual([''])
    expect(monitor.state).toMatchObject([{ of: 'rss' }])
  })

  it('closes with the bus', async () => {
    const { clock, bus, monitor } = setUp()
    await bus.close()
    await clock.advanceBy(2_000)
    expect(clock.pendingTimers).toBe(0)
    expect(() => monitor.watchFeed({ endpoint: 'a', pattern: '*', thresholdMs: 1 })).toThrow(
      coded('CONFIGURATION'),
    )
  })

  it('leaves nothing behind when it is closed', () => {
    const { clock, bus, monitor, warnings } = setUp({
      memory: { heapUsedBytes: 1, usage: () => ({ heapUsed: 0 }) },
    })
    const before = bus.handlerCount()
    monitor.watchFeed({ endpoint: 'a', pattern: 'market.*', thresholdMs: 1 })
    monitor.watchLatency({ origin: 'a', pattern: 'market.*', thresholdMs: 1 })
    monitor[Symbol.dispose]()
    expect(bus.handlerCount()).toBe(before - 1)
    expect(clock.pendingTimers).toBe(0)
    monitor.requests('rest', { used: 10, limit: 10, windowMs: 1 })
    monitor.sample()
    expect(warnings).toEqual([])
    expect(() =>
      monitor.watchLatency({ origin: 'a', pattern: 'market.*', thresholdMs: 1 }),
    ).toThrow('The health monitor is closed')
  })

  it('may be closed by a handler of its own warning', async () => {
    const { clock, bus, monitor } = setUp({
      memory: { heapUsedBytes: 1, usage: () => ({ heapUsed: 2 }) },
    })
    bus.on('performance.memory_warning', () => monitor.close())
    await clock.advanceBy(1_000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('is not stopped by a bus that refuses its warnings', async () => {
    const { clock, bus, monitor } = setUp(
      { memory: { heapUsedBytes: 1, usage: () => ({ heapUsed: 2 }) } },
      { allow: { 'performance.*': ['nobody'] } },
    )
    await clock.advanceBy(3_000)
    expect(bus.stats.denied).toBe(1)
    expect(monitor.state).toHaveLength(1)
  })

  it('names its events as it is told, and looks as often', async () => {
    const { clock, warnings } = setUp({
      source: 'watchdog',
      intervalMs: 250,
      memory: { heapUsedBytes: 1, usage: () => ({ heapUsed: 2 }) },
    })
    await clock.advanceBy(250)
    expect(warnings).toMatchObject([{ source: 'watchdog', timestamp: start + 250 }])
  })

  it.each<[HealthMonitorOptions | object, string]>([
    [{ interval: 5 }, 'healthMonitor has no option "interval".'],
    [{ intervalMs: 0 }, 'intervalMs must be more than 0.'],
    [{ clearAt: 1.5 }, 'clearAt must be at most 1, but is 1.5.'],
    [{ repeatMs: -1 }, 'repeatMs must be a finite number of at least 0, but is -1.'],
    [{ source: '' }, 'source must be a string of 1 to 256 characters, but is "".'],
    [{ handlerMs: Number.NaN }, 'handlerMs must be a finite number of at least 0, but is NaN.'],
    [{ rateLimitAt: 0 }, 'rateLimitAt must be more than 0.'],
    [{ memory: {} }, 'memory needs heapUsedBytes, rssBytes, or both.'],
    [{ memory: { heapUsedBytes: 0 } }, 'memory.heapUsedBytes must be more than 0.'],
    [{ memory: { rssBytes: '1' } }, 'memory.rssBytes must be a finite number of at least 0'],
    [{ memory: { rssBytes: 1, usage: 5 } }, 'memory.usage must be a function, but is 5.'],
    [{ memory: { rssBytes: 1 } }, 'memory.usage must be given on a deterministic clock'],
    [{ loopDelay: { thresholdMs: 0 } }, 'loopDelay.thresholdMs must be more than 0.'],
    [{ loopDelay: { delay: null } }, 'loopDelay.delay.p99 must be a function'],
    [{ loopDelay: { delay: { p99: () => 0 } } }, 'loopDelay.delay.close must be a function'],
  ])('refuses %j', (options, message) => {
    const bus = createBus({ clock: new SimulatedClock() })
    expect(() => healthMonitor(bus, options)).toThrow(message)
    expect(() => healthMonitor(bus, options)).toThrow(coded('CONFIGURATION'))
    expect(bus.handlerCount()).toBe(0)
  })
})
