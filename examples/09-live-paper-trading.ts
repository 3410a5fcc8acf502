// Paper trading on a live bus, in real time: a venue on this machine sends its order book by WebSocket, loses an
// update, and drops the connection. The connection comes back, the book is made anew, and the money is right.
import assert from 'node:assert/strict'
import { createBus, Decimal, type OrderFilled } from 'tradewire'
import type { Strategy } from 'tradewire/backtest'
import { orderBook, paperBroker, reconnecting, startDesk } from 'tradewire/desk'
import { type Level, startVenue, type VenueMessage } from './support/fake-venue.ts'
import { MovingAverage } from './support/moving-average.ts'
import { sp500Bars } from './support/sp500.ts'

const symbol = 'SPX'
const capital = new Decimal(100_000)

/** Holds while the middle of the book is above its average. It would run in a backtest as it is. */
const follower: Strategy = ({ bus, orders, positions }) => {
  const average = new MovingAverage(20)
  bus.on('market.quote_update', (quote) => {
    const middle = quote.data.bidPrice.plus(quote.data.askPrice).div(2)
    const usual = average.add(middle)
    if (usual === undefined || orders.open(symbol).length > 0) return
    const isHeld = positions.quantity(symbol).gt(0)
    if (!isHeld && middle.gt(usual)) orders.buy(symbol, '5', { cause: quote })
    if (isHeld && middle.lt(usual)) orders.closePosition(symbol, { cause: quote })
  })
}

const prices = (await sp500Bars()).slice(-600).map(({ close }) => Math.round(Number(close) * 2) / 2)
const venue = await startVenue(prices, { loses: 150, drops: 400 })

const bus = createBus({ source: 'paper-session', history: 0 })
const desk = startDesk(bus, {
  broker: paperBroker({ fees: { maker: '0.0001', taker: '0.0005' } }),
  positions: { initialCash: capital, pnlIntervalMs: 100 },
})
const fills: OrderFilled[] = []
const told: string[] = []
bus.on('order.filled', ({ data }) => fills.push(data))
bus.on('system.*', ({ type, data }) => told.push('code' in data ? `${type} ${data.code}` : type))
void follower(desk)

const exact = (levels: readonly Level[]): [Decimal, Decimal][] =>
  levels.map(([price, size]) => [new Decimal(price), new Decimal(size)])
const subscription = JSON.stringify({ subscribe: symbol })
const ended = Promise.withResolvers<void>()
const connection = reconnecting(bus, () => new WebSocket(venue.url), {
  endpoint: 'fake-venue',
  backoff: { initialMs: 20, jitter: 0 },
  onMessage: (text) => {
    const message = JSON.parse(String(text)) as VenueMessage
    if (message.kind === 'end') {
      ended.resolve()
      return
    }
    const { bids, asks, ...update } = message
    bus.emitSync(
      'market.orderbook_update',
      { symbol, timestamp: bus.clock.now(), ...update, bids: exact(bids), asks: exact(asks) },
      { source: 'fake-venue' },
    )
  },
})
const book = orderBook(bus, {
  symbol,
  depthIntervalMs: 50,
  requestSnapshot: () => connection.state === 'connected' && connection.send(subscription),
})
connection.subscribe('book', subscription) // again after each time that it has connected
bus.on('system.disconnected', () => book.resync()) // what stood there may be gone: do not trade on it

await ended.promise
const [ours, theirs] = [book.bids(5), venue.bids]
const { stats, state } = book
const { positions, broker } = desk
await connection.close()
await desk.close()
await bus.close()
await venue.close()

console.log(told.join('\n'))
console.log(`
${stats.deltas} updates and ${stats.snapshots} snapshots of the book; ${fills.length} fills
position ${positions.quantity(symbol).toFixed()}, cash ${positions.cash.toFixed(2)}, equity ${positions.equity.toFixed(2)}`)

const connects = told.filter((line) => line === 'system.connected').length
assert.equal(connects, 2, 'it came back')
assert.ok(told.includes('system.warning order_book_gap'), 'the lost update was noticed')
assert.equal(state, 'live')
const texts = ours.map(([price, size]) => [price.toFixed(2), size.toFixed()])
assert.deepEqual(texts, theirs, 'and the book is that of the venue')

const signed = fills.map((fill) => fill.lastQuantity.times(fill.side === 'buy' ? 1 : -1))
const held = signed.reduce((sum, quantity) => sum.plus(quantity), new Decimal(0))
const cash = fills.reduce(
  (sum, fill, index) => sum.minus(signed[index]!.times(fill.lastPrice)).minus(fill.fee!.amount),
  capital,
)
assert.ok(fills.length > 10)
assert.equal(positions.quantity(symbol).toFixed(), held.toFixed())
assert.equal(positions.cash.toFixed(), cash.toFixed())
assert.equal(broker?.positionOf?.(symbol).toFixed(), held.toFixed())
