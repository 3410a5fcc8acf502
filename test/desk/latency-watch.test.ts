import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Decimal, type TradeTick } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { captureFile } from '../support/capture.ts'
import { coded } from '../support/buses.ts'
import { setUp, start } from './health-support.ts'

/** A trade that the venue says it made at a time. */
const tradeAt = (timestamp: number): TradeTick => ({
  timestamp,
  symbol: 'BTCUSDT',
  price: new Decimal('61800.2'),
  size: new Decimal('0.006'),
  tradeId: '1',
  aggressorSide: 'buy',
})

/** A monitored bus that hears trades whose latency, by our clock, is given. */
function watched(options = {}, monitorOptions = {}) {
  const made = setUp(monitorOptions)
  const meter = made.monitor.watchLatency({
    origin: 'binance',
    pattern: 'market.trade_tick',
    thresholdMs: 100,
    ...options,
  })
  /** One trade a 100 ms for each latency. */
  const hear = async (...latencies: number[]): Promise<void> => {
    for (const latency of latencies) {
      made.bus.emitSync('market.trade_tick', tradeAt(made.clock.now() - latency))
      await made.clock.advanceBy(100)
    }
  }
  return { ...made, meter, hear }
}

describe('HealthMonitor.watchLatency', () => {
  it('knows nothing before the first event', async () => {
    const { clock, meter } = watched()
    await clock.advanceBy(2_000)
    expect(meter.latency).toEqual({ offsetMs: undefined, p99Ms: undefined })
  })

  it('warns of what is later than the quickest', async () => {
    const { hear, warnings, meter, monitor } = watched({ venue: 'binance' })
    await hear(40, 42, 41, 40, 45, 40, 41, 190, 43, 40)
    expect(meter.latency).toEqual({ offsetMs: 40, p99Ms: 150 })
    expect(warnings).toMatchObject([
      {
        type: 'performance.latency_warning',
        timestamp: start + 1_000,
        data: {
          origin: 'binance',
          venue: 'binance',
          latencyMs: 150,
          thresholdMs: 100,
          percentile: 99,
        },
      },
    ])
    expect(monitor.state).toMatchObject([{ of: 'binance', threshold: 100 }])
  })

  it('survives a local clock that runs behind', async () => {
    const { hear, warnings, meter } = watched({ skewMs: 2_000 })
    await hear(-1_260, -1_255, -1_230, -1_262, -1_258, -1_240, -1_250, -1_251, -1_252, -1_253)
    expect(meter.latency.offsetMs).toBe(-1_262)
    // -1,262 is the quickest only from the fourth on, and the third is 30 ms later than the first.
    expect(meter.latency.p99Ms).toBe(30)
    expect(warnings).toEqual([])
    await hear(...Array.from({ length: 10 }, () => -1_100))
    expect(warnings).toMatchObject([{ data: { latencyMs: 162 } }])
  })

  it('warns of a clock that is proved to be far behind', async () => {
    const { hear, warnings, monitor } = watched({ venue: 'binance' })
    await hear(...Array.from({ length: 30 }, () => -1_260))
    expect(warnings).toMatchObject([
      {
        type: 'system.warning',
        data: {
          code: 'clock_skew',
          venue: 'binance',
          message: 'The local clock is behind that of binance by at least 1260 ms.',
          details: { origin: 'binance', skewMs: 1_260 },
        },
      },
    ])
    expect(monitor.state).toMatchObject([{ type: 'system.warning', of: 'binance' }])
  })

  it('takes a lasting delay for a difference of the clocks once the window has passed', async () => {
    const { hear, meter, monitor } = watched({ windowMs: 6_000 })
    await hear(...Array.from({ length: 10 }, () => 10))
    await hear(...Array.from({ length: 40 }, () => 500))
    expect(meter.latency).toEqual({ offsetMs: 10, p99Ms: 490 })
    expect(monitor.state).toHaveLength(1)
    await hear(...Array.from({ length: 40 }, () => 500))
    expect(meter.latency).toEqual({ offsetMs: 500, p99Ms: 0 })
    expect(monitor.state).toEqual([])
  })

  it('warns once of a latency that swings around the threshold', async () => {
    const { hear, warnings } = watched({}, { repeatMs: 0 })
    await hear(0)
    for (let second = 0; second < 30; second += 1) {
      await hear(...Array.from({ length: 10 }, () => (second % 2 === 0 ? 120 : 85)))
    }
    expect(warnings).toHaveLength(1)
  })

  it('ends with its watch', async () => {
    const { hear, warnings, meter, monitor } = watched()
    meter.close()
    await hear(0, 500, 0, 500, 0, 500, 0, 500, 0, 500)
    expect(warnings).toEqual([])
    expect(monitor.state).toEqual([])
  })

  it.each<[object, string]>([
    [{ every: 5 }, 'watchLatency has no option "every".'],
    [{ origin: '' }, 'origin must be a string of 1 to 256 characters, but is "".'],
    [{ thresholdMs: 0 }, 'thresholdMs must be more than 0.'],
    [{ windowMs: 0 }, 'windowMs must be more than 0.'],
    [{ skewMs: 0 }, 'skewMs must be more than 0.'],
    [{ venue: '' }, 'venue must be a string of 1 to 256 characters'],
  ])('refuses %j', (change, message) => {
    const { monitor } = setUp()
    const options = { origin: 'a', pattern: 'market.*' as const, thresholdMs: 1, ...change }
    expect(() => monitor.watchLatency(options)).toThrow(message)
    expect(() => monitor.watchLatency(options)).toThrow(coded('CONFIGURATION'))
  })

  const file = captureFile()
  it.skipIf(file === undefined)(
    'is never negative on the capture, whose clock is 1.2 s behind',
    async () => {
      const { bus, clock, monitor, warnings } = setUp()
      const meter = monitor.watchLatency({
        origin: 'binance',
        pattern: 'market.*',
        thresholdMs: 2_000,
      })
      let last = 0
      let worst = 0
      for (const line of gunzipSync(readFileSync(file!)).toString().split('\n')) {
        const venueTime = /"E":(\d+)/.exec(line)?.[1]
        if (venueTime === undefined) continue
        // Nanoseconds: the last six digits are the fraction of a millisecond.
        const receivedAt = Number(line.slice(0, 13)) + Number(line.slice(13, 19)) / 1e6
        bus.emitSync('market.trade_tick', tradeAt(Number(venueTime)), { timestamp: receivedAt })
        if (last > 0 && receivedAt - last < 1_000) continue
        if (last > 0) await clock.advanceBy(receivedAt - last)
        last = receivedAt
        const { p99Ms = 0 } = meter.latency
        expect(p99Ms).toBeGreaterThanOrEqual(0)
        worst = Math.max(worst, p99Ms)
      }
      const { offsetMs } = meter.latency
      expect(offsetMs).toBeLessThan(-1_210)
      expect(offsetMs).toBeGreaterThan(-1_300)
      // Every line is from 1.21 to 1.27 s behind, so no latency is more than the difference of these.
      expect(worst).toBeGreaterThan(0)
      expect(worst).toBeLessThan(70)
      expect(warnings).toMatchObject([{ data: { code: 'clock_skew' } }])
    },
    60_000,
  )
})
