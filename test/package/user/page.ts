// A page of somebody who has installed the package: a bundler makes one file of it for a browser.
import { createBus, Decimal, SimulatedClock, tradingEvents, z } from 'tradewire'
import { EventCache, withErrorBoundary } from 'tradewire/handlers'
import { createLegacyAdapter } from 'tradewire/legacy'
import { expectEvents, payloadOf, testBus } from 'tradewire/testing'

const catalog = tradingEvents.extend({
  'signal.entry': {
    description: 'The strategy wants to enter.',
    payload: z.strictObject({ symbol: z.string(), strength: z.number().min(0).max(1) }),
    example: { symbol: 'DEMO', strength: 0.5 },
  },
})
const tick = {
  symbol: 'BTCUSDT',
  timestamp: Date.UTC(2026, 0, 2),
  tradeId: 'T-1',
  price: new Decimal('61659.70000000000000000001'),
  size: new Decimal('0.1'),
  aggressorSide: 'buy',
} as const

/** What a page sees of the events that it emits. */
async function visit(): Promise<object> {
  const bus = createBus({ catalog, source: 'page' })
  const prices: string[] = []
  bus.on('market.*', async (event) => {
    await Promise.resolve()
    if (event.type === 'market.trade_tick') prices.push(event.data.price.toFixed())
  })
  let oldPrice = ''
  createLegacyAdapter(bus).on('trade_tick', ({ price }) => {
    oldPrice = price
  })
  const { sequence, id } = await bus.emit('market.trade_tick', tick)

  const refusals: string[] = []
  const refuse = (error: { readonly code: string; readonly message: string }): void => {
    refusals.push(error.code, error.message)
  }
  await bus.emit('signal.entry', { symbol: 'DEMO', strength: 7 }).catch(refuse)
  const entered = bus.waitFor('signal.entry', { timeoutMs: 10_000 })
  await bus.emit('signal.entry', { symbol: 'DEMO', strength: 0.25 })
  const { strength } = (await entered).data

  const clock = new SimulatedClock({ start: 0 })
  const late = createBus({ clock }).waitFor('order.placed', { timeoutMs: 60_000 })
  await clock.advanceBy(60_000)
  const code: unknown = await late.catch((error: { readonly code: string }) => error.code)

  await using test = testBus()
  const cache = new EventCache<string, number>({ capacity: 10, clock: test.clock })
  const failures: string[] = []
  const failing = async (): Promise<never> => {
    throw new Error(`a tick is ${await cache.get('DEMO', () => 0.5)}`)
  }
  const onError = (error: unknown): void => {
    failures.push(String(error))
  }
  test.bus.on('order.filled', withErrorBoundary(failing, { onError }))
  await test.bus.emit('order.filled', payloadOf('order.filled', { lastPrice: '100' }))
  expectEvents(test.bus).toMatch([['order.filled', { lastPrice: '100' }]])

  await bus.close()
  return {
    prices,
    oldPrice,
    sequence,
    named: id.endsWith('-1'),
    refusals,
    strength,
    late: code,
    emitted: bus.stats.emitted,
    failures,
  }
}

declare global {
  /** What the page has seen, for the test that opens it. */
  var visited: Promise<object> | undefined
}
globalThis.visited = visit()
