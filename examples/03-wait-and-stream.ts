// `waitFor` turns the next event into a promise, with a timeout on the clock of the bus. `stream`
// turns all that follow into an async iterator with a bounded buffer. Time is simulated here.
import assert from 'node:assert/strict'
import { createBus, Decimal, SimulatedClock, WaitTimeoutError } from 'tradewire'

const clock = new SimulatedClock({ start: Date.UTC(2026, 0, 2) })
const bus = createBus({ clock })
const symbol = 'BTCUSDT'

// A venue that takes 40 ms to accept an order.
bus.on('order.submitted', async (submitted) => {
  await clock.sleep(40)
  await bus.emit('order.placed', { ...submitted.data, venueOrderId: 'V-1' }, { cause: submitted })
})

/** Sends an order, and resolves once it was accepted. */
async function buy(orderId: string, timeoutMs: number): Promise<string> {
  // First wait, then act: an event that was emitted before `waitFor` does not count.
  const placed = bus.waitFor('order.placed', {
    where: ({ data }) => data.orderId === orderId,
    timeoutMs,
  })
  const quantity = new Decimal('0.1')
  const terms = { side: 'buy', orderType: 'market', quantity, timeInForce: 'ioc' } as const
  bus.emitSync('order.submitted', { orderId, symbol, timestamp: clock.now(), ...terms })
  return `${(await placed).data.venueOrderId} after ${clock.now() - Date.UTC(2026, 0, 2)} ms`
}

const patient = buy('patient', 1_000)
const hasty = assert.rejects(buy('hasty', 10), WaitTimeoutError)
await clock.advanceBy(1_000)
await hasty
console.log('patient:', await patient)

/** The first price at or below `limit`. Leaving the loop ends the subscription. */
async function firstPriceBelow(limit: string): Promise<Decimal> {
  for await (const { data } of bus.stream('market.trade_tick', { capacity: 100 })) {
    if (data.price.lte(limit)) return data.price
  }
  throw new Error('the bus was closed first')
}

const dip = firstPriceBelow('61500')
for (const price of ['61659.7', '61512.3', '61498.9', '61502.0']) {
  const tick = { symbol, price: new Decimal(price), size: new Decimal(1), timestamp: clock.now() }
  bus.emitSync('market.trade_tick', { ...tick, aggressorSide: 'sell' })
}
console.log('dip:', String(await dip))
assert.equal((await dip).toFixed(), '61498.9')
assert.equal(bus.handlerCount('market.trade_tick'), 0)
