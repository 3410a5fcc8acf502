// Handlers are typed by their pattern: an exact type gives one payload, `order.*` a union that
// `event.type` narrows. A handler that fails becomes an event and disturbs nobody.
import assert from 'node:assert/strict'
import { createBus, Decimal } from 'tradewire'

const bus = createBus({ source: 'desk' })
const log: string[] = []

// The higher priority is called first, wherever it was registered.
bus.on('order.filled', ({ data }) => {
  const cost = data.lastPrice.times(data.lastQuantity)
  log.push(`bought ${data.lastQuantity.toFixed()} ${data.symbol} for ${cost.toFixed()}`)
})
bus.on('order.filled', ({ data }) => log.push(`risk saw ${data.tradeId}`), { priority: 10 })

bus.on('order.*', (event) => {
  // Here `event.data` has what all order events have; in the branch it has a reason, too.
  if (event.type === 'order.rejected') log.push(`${event.data.orderId}: ${event.data.reason}`)
})

bus.on('order.filled', () => {
  throw new Error('the audit file is full')
})
bus.on('system.error', ({ data }) =>
  log.push(`${data.originalEvent?.type} failed: ${data.message}`),
)

const order = { symbol: 'BTCUSDT', timestamp: bus.clock.now() }
const fill = {
  ...order,
  orderId: 'momentum-1',
  tradeId: 'T-1',
  side: 'buy',
  lastPrice: new Decimal('61659.7'),
  lastQuantity: new Decimal('0.1'),
  filledQuantity: new Decimal('0.1'),
  remainingQuantity: new Decimal('0'),
  averagePrice: new Decimal('61659.7'),
} as const

{
  // `using` ends the subscription with the block.
  using _once = bus.on('order.filled', ({ sequence }) => log.push(`event number ${sequence}`))
  await bus.emit('order.filled', fill)
}
await bus.emit('order.rejected', { ...order, orderId: 'momentum-2', reason: 'no margin left' })

console.log(log.join('\n'))
assert.deepEqual(log, [
  'risk saw T-1',
  'bought 0.1 BTCUSDT for 6165.97',
  'event number 1',
  'order.filled failed: the audit file is full',
  'momentum-2: no margin left',
])
