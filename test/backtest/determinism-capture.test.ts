import { createHash } from 'node:crypto'
import { encodeEventText, tradingEvents } from 'tradewire'
import {
  type BacktestOptions,
  type BacktestResult,
  binanceCapture,
  csvBars,
  runBacktest,
} from 'tradewire/backtest'
import { memoryLog } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { sp500 } from '../../examples/support/sp500.ts'
import { chancyDesk, dataFile, maker, trend } from './determinism-support.ts'

type Options = Omit<BacktestOptions, 'log'>

/** Runs it twice, the second time with a log; both have emitted the same, and the log has it. */
async function twice(options: () => Options): Promise<BacktestResult> {
  const first = await runBacktest({ ...options(), digest: true, progress: false })
  await using log = memoryLog()
  const second = await runBacktest({ ...options(), digest: true, progress: false, log })
  expect(second.digest).toBe(first.digest)
  expect(second.eventCounts).toEqual(first.eventCounts)
  const hash = createHash('sha256')
  for await (const { event } of log.read()) {
    hash.update(`${encodeEventText(event, tradingEvents)}\n`)
  }
  expect(hash.digest('hex')).toBe(first.digest)
  return first
}

const fills = ({ eventCounts }: BacktestResult): number =>
  (eventCounts.get('order.filled') ?? 0) + (eventCounts.get('order.partial_fill') ?? 0)

describe('two runs of a backtest', () => {
  it('emit the same over 20 years of the S&P 500', { timeout: 120_000 }, async () => {
    const result = await twice(() => ({ sources: [sp500()], strategy: trend(20, '10') }))
    expect(fills(result)).toBeGreaterThan(100)
  })

  it(
    'emit the same with delays and faults by a seed, and something else with another',
    { timeout: 120_000 },
    async () => {
      const options = (seed: number): Options => ({
        sources: [sp500()],
        strategy: trend(5, '10'),
        desk: chancyDesk(seed)!,
      })
      const one = await twice(() => options(1))
      const other = await runBacktest({ ...options(2), digest: true, progress: false })
      expect(fills(one)).toBeGreaterThan(100)
      expect(other.digest).not.toBe(one.digest)
    },
  )

  it('emit the same over 45,031 bars of a minute', async () => {
    const file = dataFile('btc-perp-20211231-20220201_1m.csv.gz')
    if (file === undefined) return
    const result = await twice(() => ({
      sources: [csvBars(file, { symbol: 'BTC-PERP', timeframe: '1m' })],
      strategy: trend(200, '0.5'),
      desk: chancyDesk(7)!,
    }))
    expect(result.eventCounts.get('market.new_bar')).toBe(45_031)
    expect(fills(result)).toBeGreaterThan(100)
  }, 300_000)

  it('emit the same over quotes and trades of Binance, traded on by both sides', async () => {
    const file = dataFile('btcusdt_20240808.gz')
    if (file === undefined) return
    const until = async (): Promise<number> => {
      for await (const { time, data } of binanceCapture(file)) {
        return (time ?? (data as { timestamp: number }).timestamp) + 60_000
      }
      throw new Error('the capture is empty')
    }
    const end = await until()
    const run = (seed: number) => (): Options => ({
      sources: [binanceCapture(file)],
      until: end,
      strategy: maker(50, '0.01'),
      desk: chancyDesk(seed)!,
    })
    const result = await twice(run(1))
    expect(fills(result)).toBeGreaterThan(20)
    const other = await runBacktest({ ...run(2)(), digest: true, progress: false })
    expect(other.digest).not.toBe(result.digest)
  }, 300_000)
})
