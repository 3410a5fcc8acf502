/**
 * A bot that was written for string events moves to typed ones, one listener at a time. It is handed
 * the adapter unchanged, and the report says what is left to do.
 */
import assert from 'node:assert/strict'
import type { EventEmitter } from 'eventemitter3'
import { createBus, Decimal, SimulatedClock } from 'tradewire'
import { createLegacyAdapter } from 'tradewire/legacy'

// The old bot: strings for names, and whatever was emitted for payloads.
interface OldFill {
  readonly symbol: string
  readonly lastPrice: string
  readonly lastQuantity: string
}

const journal: string[] = []
const oldJournal = ({ symbol, lastPrice }: OldFill): void => {
  journal.push(`${symbol} at ${lastPrice}`)
}
let oldTotal = 0
const oldBooks = ({ lastPrice, lastQuantity }: OldFill): void => {
  oldTotal += Number(lastPrice) * Number(lastQuantity)
}

function startOldBot(emitter: EventEmitter): void {
  emitter.on('order_filled', oldJournal)
  emitter.on('ORDER_FILLED', oldBooks)
  emitter.once('bot_ready', (name: string) => console.log(`${name} is ready.`))
  emitter.emit('bot_ready', 'The old bot')
}

/** The old gateway emits floats, and counts its fills from 1. */
function oldGateway(emitter: EventEmitter, trade: number, price: number): void {
  emitter.emit('order_filled', {
    orderId: 'breakout-17',
    tradeId: String(trade),
    symbol: 'BTCUSDT',
    timestamp: 1_767_225_600_000 + trade,
    side: 'buy',
    lastPrice: price,
    lastQuantity: 0.1,
    filledQuantity: 0.1,
    remainingQuantity: 0,
    averagePrice: price,
  })
}

const bus = createBus({ clock: new SimulatedClock() })
bus.on('system.warning', ({ data }) => console.log(`${data.code}: ${data.message}`))
const adapter = createLegacyAdapter(bus)

startOldBot(adapter)
oldGateway(adapter, 1, 57.638)
oldGateway(adapter, 2, 0.1)

console.table(adapter.report().names)
const before = adapter.report()

// The first listener to move: the books, which were a float and are exact from now on.
let total = new Decimal(0)
bus.on('order.filled', ({ data }) => {
  total = total.plus(data.lastPrice.times(data.lastQuantity))
})
adapter.off('ORDER_FILLED', oldBooks)
oldTotal = 0
for (const [index, price] of [0.1, 0.2, 57.638].entries()) oldGateway(adapter, 3 + index, price)

const after = adapter.report()
console.table(after.names)
console.log(`Legacy share of all who listen: ${after.subscriptions.legacyShare.toFixed(2)}`)
console.log(`Typed total: ${total.toString()}`)

assert.deepEqual(journal, [
  'BTCUSDT at 57.638',
  'BTCUSDT at 0.1',
  'BTCUSDT at 0.1',
  'BTCUSDT at 0.2',
  'BTCUSDT at 57.638',
])
assert.equal(total.toString(), '5.7938')
assert.equal(oldTotal, 0)
assert.deepEqual(
  before.names.map(({ name, emitted, listeners }) => [name, emitted, listeners]),
  [
    ['order_filled', 2, 1],
    ['ORDER_FILLED', 0, 1],
  ],
)
assert.deepEqual(before.unknown, [{ name: 'bot_ready', emitted: 1, listeners: 0 }])
assert.ok(after.subscriptions.legacyShare < before.subscriptions.legacyShare)
