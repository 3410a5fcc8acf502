// A catalog of your own: `extend` adds events with their schemas, and every type follows. A name may
// hold a parameter, as in `action.{name}.start`.
import assert from 'node:assert/strict'
import {
  createBus,
  decimal,
  Decimal,
  decodeEvent,
  encodeEvent,
  EventValidationError,
  tradingEvents,
  z,
} from 'tradewire'

const catalog = tradingEvents.extend({
  'signal.entry': {
    description: 'A strategy wants to open a position.',
    payload: z.strictObject({
      symbol: z.string(),
      limit: decimal(),
      confidence: z.number().max(1),
    }),
    example: { symbol: 'BTCUSDT', limit: new Decimal('61659.7'), confidence: 0.8 },
  },
  'action.{name}.start': {
    description: 'Somebody has started an action.',
    payload: z.strictObject({ startedBy: z.string() }),
    example: { startedBy: 'scheduler' },
  },
})

const bus = createBus({ catalog, source: 'breakout' })
const heard: string[] = []

bus.on('signal.entry', ({ data }) => heard.push(`buy ${data.symbol} up to ${data.limit.toFixed()}`))
bus.on('action.*.start', (event) => heard.push(`${event.type} by ${event.data.startedBy}`))

const signal = { symbol: 'BTCUSDT', limit: new Decimal('61659.70000001'), confidence: 0.8 }
const event = await bus.emit('signal.entry', signal)
await bus.emit('action.rebalance.start', { startedBy: 'scheduler' }, { cause: event })

// What does not fit the schema reaches nobody, and the error says where it is wrong.
await assert.rejects(bus.emit('signal.entry', { ...signal, confidence: 80 }), (error) => {
  assert.ok(error instanceof EventValidationError)
  heard.push(`refused: ${error.issues[0]?.path}`)
  return true
})

// Through JSON and back, to the last digit. The other side needs the same catalog.
const received = decodeEvent(JSON.parse(JSON.stringify(encodeEvent(event, catalog))), catalog)
assert.ok(received.type === 'signal.entry' && received.data.limit.eq(signal.limit))

console.log(heard.join('\n'))
assert.deepEqual(heard, [
  'buy BTCUSDT up to 61659.70000001',
  'action.rebalance.start by scheduler',
  'refused: confidence',
])
