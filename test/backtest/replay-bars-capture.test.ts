import { csvBars, replaySession, runBacktest } from 'tradewire/backtest'
import { memoryLog } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { chancyDesk, dataFile, trend } from './determinism-support.ts'

describe('replaySession of a recorded backtest', () => {
  it('emits identical orders over 45,031 bars of a minute', { timeout: 300_000 }, async () => {
    const file = dataFile('btc-perp-20211231-20220201_1m.csv.gz')
    if (file === undefined) return
    const desk = chancyDesk(7)!
    await using log = memoryLog()
    const recorded = await runBacktest({
      sources: [csvBars(file, { symbol: 'BTC-PERP', timeframe: '1m' })],
      strategy: trend(200, '0.5'),
      desk,
      log,
      progress: false,
    })
    const orders = recorded.eventCounts.get('order.submitted') ?? 0
    expect(recorded.eventCounts.get('market.new_bar')).toBe(45_031)
    expect(orders).toBeGreaterThan(100)

    const { broker: _, ...replayed } = desk
    const report = await replaySession(log, { strategy: trend(200, '0.5'), desk: replayed })
    expect(report).toMatchObject({ same: true })
    expect(report.compared).toBeGreaterThan(orders)
    expect(report.inputs).toBeGreaterThan(45_031)

    // Another strategy is found out at its first order that differs.
    const other = await replaySession(log, { strategy: trend(201, '0.5'), desk: replayed })
    expect(other.same).toBe(false)
    const { expected, actual } = other.divergence!
    expect([expected?.type, actual?.type]).toContain('order.submitted')
  })
})
