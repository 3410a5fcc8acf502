// A bot of somebody who has installed the package, which comes in through every door. It is compiled and run
// from the tarball in a folder with `bars.csv`, and prints what it has seen.
import {
  type Bus,
  createBus,
  Decimal,
  type EventOf,
  type OrderFilled,
  tradingEvents,
  z,
} from 'tradewire'
import { csvBars, runBacktest, type Strategy } from 'tradewire/backtest'
import { paperBroker } from 'tradewire/desk'
import { EventCache, withErrorBoundary } from 'tradewire/handlers'
import { createLegacyAdapter } from 'tradewire/legacy'
import { openLog, record } from 'tradewire/log'
import { expectEvents, payloadOf, testBus } from 'tradewire/testing'

const catalog = tradingEvents.extend({
  'signal.entry': {
    description: 'The strategy wants to enter.',
    payload: z.strictObject({ symbol: z.string(), strength: z.number().min(0).max(1) }),
    example: { symbol: 'DEMO', strength: 0.5 },
  },
})

const fill: OrderFilled = {
  orderId: 'bot-1',
  tradeId: 'T-1',
  symbol: 'DEMO',
  timestamp: Date.UTC(2026, 0, 2),
  side: 'buy',
  lastPrice: new Decimal('61659.70000000000000000001'),
  lastQuantity: new Decimal('0.1'),
  filledQuantity: new Decimal('0.1'),
  remainingQuantity: new Decimal(0),
  averagePrice: new Decimal('61659.70000000000000000001'),
}

/** Emits a signal that is refused, one that is waited for, and a fill that old code hears. */
async function live(bus: Bus<typeof catalog.schemas>): Promise<object> {
  await using log = await openLog('bot.db', { catalog })
  const recording = record(bus, log)
  let oldPrice = ''
  createLegacyAdapter(bus).on('order_filled', ({ lastPrice }) => {
    oldPrice = lastPrice
  })

  const entered = bus.waitFor('signal.entry')
  const refused: unknown = await bus
    .emit('signal.entry', { symbol: 'DEMO', strength: 7 })
    .catch((error: { readonly code: string }) => error.code)
  await bus.emit('signal.entry', { symbol: 'DEMO', strength: 0.25 })
  await bus.emit('order.filled', fill, { cause: await entered })
  await recording.stop()

  const logged: string[] = []
  for await (const { event } of log.read()) logged.push(event.type)
  return { refused, strength: (await entered).data.strength, oldPrice, logged }
}

const buyOnce: Strategy = ({ bus, orders }) => {
  bus.once('market.new_bar', (bar) => {
    orders.buy(bar.data.symbol, '2', { cause: bar })
  })
}

async function backtest(): Promise<object> {
  const result = await runBacktest({
    sources: [csvBars('bars.csv', { symbol: 'DEMO', timeframe: '1d' })],
    desk: {
      broker: paperBroker({ fees: { maker: '0', taker: '0' } }),
      positions: { initialCash: new Decimal(1_000) },
    },
    strategy: buyOnce,
  })
  await result.writeReport('report.html', { title: 'From a tarball' })
  return {
    fills: result.eventCounts.get('order.filled') ?? 0,
    equity: result.equity.last?.equity.toFixed(),
  }
}

/** A handler that looks something up and fails, on simulated time. */
async function tested(): Promise<object> {
  await using test = testBus()
  const ticks = new EventCache<string, number>({ capacity: 10, clock: test.clock })
  const failures: string[] = []
  const handler = withErrorBoundary(
    async ({ data }: EventOf<'order.filled'>) => {
      throw new Error(`a tick is ${await ticks.get(data.symbol, () => 0.5)}`)
    },
    { onError: (error) => failures.push(String(error)) },
  )
  test.bus.on('order.filled', handler)
  await test.bus.emit('order.filled', payloadOf('order.filled', { lastPrice: '100' }))
  expectEvents(test.bus).toMatch([['order.filled', { lastPrice: '100' }]])
  return { failures }
}

const bus = createBus({ catalog, source: 'bot' })
console.log(
  JSON.stringify({
    live: await live(bus),
    backtest: await backtest(),
    tested: await tested(),
  }),
)
await bus.close()
