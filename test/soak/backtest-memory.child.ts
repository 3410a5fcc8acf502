import { runBacktest, type SourceEvent, type Strategy } from '../../src/backtest.ts'
import { paperBroker } from '../../src/desk.ts'
import { Decimal } from '../../src/index.ts'

/**
 * Plays as many bars as the first argument says through a desk with broker, positions and risk, from a
 * generator, and prints the heap in use after a full collection at each twentieth of them. With `leak` as
 * the second argument the strategy keeps every bar.
 */
const bars = Number(process.argv[2])
const leaks = process.argv[3] === 'leak'
const collect = globalThis.gc
if (collect === undefined) throw new Error('Run it with --expose-gc.')

const barMs = 1_000
/** As many trades however many bars: a result has each of them. */
const period = Math.floor(bars / 100)
const kept: object[] = []

function* wander(): Generator<SourceEvent> {
  let price = 50_000
  for (let index = 0; index < bars; index += 1) {
    const open = price
    // A price that comes back, so that no digit is ever added.
    price += ((index * 7_919) % 13) - 6
    const [high, low] = open > price ? [open, price] : [price, open]
    yield {
      type: 'market.new_bar',
      data: {
        symbol: 'BTCUSDT',
        timeframe: '1s',
        openTime: index * barMs,
        timestamp: (index + 1) * barMs,
        open: new Decimal(open),
        high: new Decimal(high + 1),
        low: new Decimal(low - 1),
        close: new Decimal(price),
        volume: new Decimal(3),
      },
    }
  }
}

const strategy: Strategy = ({ bus, orders }) => {
  let seen = 0
  bus.on('market.new_bar', (bar) => {
    seen += 1
    if (leaks) kept.push(bar)
    if (seen % period === 1) orders.buy(bar.data.symbol, '1', { cause: bar })
    if (seen % period === Math.floor(period / 2)) orders.closePosition('BTCUSDT', { cause: bar })
    if (seen % Math.floor(bars / 20) === 0) sample(seen)
  })
}

const samples: { readonly events: number; readonly bytes: number }[] = []

function sample(events: number): void {
  collect!()
  samples.push({ events, bytes: process.memoryUsage().heapUsed })
}

const { trades, sourceEvents } = await runBacktest({
  sources: [wander()],
  desk: {
    broker: paperBroker({ fees: { maker: '0.0001', taker: '0.0002' } }),
    risk: { maxPosition: '5', maxDrawdown: { percent: 90 } },
  },
  strategy,
  progress: false,
})
console.log(JSON.stringify({ sourceEvents, trades: trades.length, kept: kept.length, samples }))
