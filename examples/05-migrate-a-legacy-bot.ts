// A bot that was written for string events moves to typed ones, one listener at a time. It is handed
// the adapter unchanged, and the report tells what is left to do.
import assert from 'node:assert/strict'
import type { EventEmitter } from 'eventemitter3'
import { createBus, Decimal } from 'tradewire'
import { createLegacyAdapter } from 'tradewire/legacy'

// The old world: names are strings, and prices are floats.
interface OldFill {
  readonly symbol: string
  readonly lastPrice: number
  readonly lastQuantity: number
}

const journal: string[] = []
let spent = 0

const writeJournal = ({ symbol, lastPrice }: OldFill): void => {
  journal.push(`${symbol} at ${lastPrice}`)
}
const bookFill = ({ lastPrice, lastQuantity }: OldFill): void => {
  spent += lastPrice * lastQuantity
}

function startOldBot(emitter: EventEmitter): void {
  emitter.on('order_filled', writeJournal)
  emitter.on('ORDER_FILLED', bookFill)
  emitter.once('bot_ready', (name: string) => console.log(`${name} is ready\n`))
  emitter.emit('bot_ready', 'the old bot')
  emitter.emit('connected')
  emitter.emit('error', 'the old bot has no stop loss')
}

function oldGatewayFills(emitter: EventEmitter, prices: readonly number[]): void {
  for (const [index, price] of prices.entries()) {
    emitter.emit('order_filled', {
      orderId: `breakout-${index}`,
      tradeId: `T-${index}`,
      symbol: 'BTCUSDT',
      timestamp: 1_767_225_600_000 + index,
      side: 'buy',
      lastPrice: price,
      lastQuantity: 1,
      filledQuantity: 1,
      remainingQuantity: 0,
      averagePrice: price,
    })
  }
}

// The new world. Floats for the old bot, whose own events are reported as warnings.
const bus = createBus()
bus.on('system.warning', ({ data }) => console.log(`${data.code}: ${data.message}\n`))
const problems: string[] = []
bus.on('system.error', ({ data }) => problems.push(data.message))
const adapter = createLegacyAdapter(bus, {
  decimals: 'number',
  // The old bot says that it is connected, and not to what: here it becomes a typed payload.
  payloads: {
    connected: () => ({
      timestamp: bus.clock.now(),
      endpoint: 'wss://fstream.binance.com/ws',
      attempt: 1,
    }),
  },
})

startOldBot(adapter)
oldGatewayFills(adapter, [0.1, 0.2])
const before = adapter.report()

// The first listener to move: from now on the books are exact.
let exactlySpent = new Decimal(0)
bus.on('order.filled', ({ data }) => {
  exactlySpent = exactlySpent.plus(data.lastPrice.times(data.lastQuantity))
})
adapter.off('ORDER_FILLED', bookFill)
oldGatewayFills(adapter, [0.1, 0.2])
const after = adapter.report()

console.table(after.names)
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`
console.log(
  `legacy listeners: ${percent(before.subscriptions.legacyShare)} of all, now ${percent(after.subscriptions.legacyShare)}`,
)
console.log(`the old books: ${spent}, the new ones: ${exactlySpent.toString()}`)

assert.deepEqual(journal, ['BTCUSDT at 0.1', 'BTCUSDT at 0.2', 'BTCUSDT at 0.1', 'BTCUSDT at 0.2'])
assert.equal(spent, 0.30000000000000004)
assert.equal(exactlySpent.toString(), '0.3')
assert.deepEqual(problems, ['the old bot has no stop loss'])
assert.deepEqual(after.names, [
  { name: 'order_filled', type: 'order.filled', emitted: 4, refused: 0, listeners: 1 },
  { name: 'ORDER_FILLED', type: 'order.filled', emitted: 0, refused: 0, listeners: 0 },
  { name: 'connected', type: 'system.connected', emitted: 1, refused: 0, listeners: 0 },
  { name: 'error', type: 'system.error', emitted: 1, refused: 0, listeners: 0 },
])
assert.deepEqual(after.unknown, [{ name: 'bot_ready', emitted: 1, listeners: 0 }])
assert.ok(after.subscriptions.legacyShare < before.subscriptions.legacyShare)
