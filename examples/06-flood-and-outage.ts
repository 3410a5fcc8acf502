// Delivery under control: a flood of quotes for a slow screen, and fills for a booking service that is
// down for eight seconds. What is conflated, tried again or kept as a dead letter is counted to the last
// event. The prices are real, time is simulated: a trading day passes in 5 ms.
import assert from 'node:assert/strict'
import { styleText } from 'node:util'
import {
  createBus,
  Decimal,
  type OrderFilled,
  SimulatedClock,
  type Subscription,
  TemporaryError,
} from 'tradewire'
import { sp500Bars } from './support/sp500.ts'
import { sparkline } from './support/sparkline.ts'

const dayMs = 5
const downAt = 8_000
const upAt = 16_000
const symbol = 'SPX'
const bars = await sp500Bars()
const clock = new SimulatedClock()
const bus = createBus({ clock })

// A screen that takes 400 ms for a quote. Only the newest quote of each symbol waits for it.
const drawn: Decimal[] = []
const screen = bus.on(
  'market.quote_update',
  async ({ data }) => {
    await clock.sleep(400)
    drawn.push(data.bidPrice)
  },
  { id: 'screen', mailbox: { overflow: 'conflate', key: ({ data }) => data.symbol } },
)

// A service that must book every fill once, and the fills of one order in their order.
const booked: OrderFilled[] = []
const booking = bus.on(
  ['order.partial_fill', 'order.filled'],
  async ({ data }) => {
    await clock.sleep(1)
    const isDown = clock.now() >= downAt && clock.now() < upAt
    if (isDown) throw new TemporaryError('503, booking is down')
    booked.push(data)
  },
  {
    id: 'booking',
    retry: { attempts: 3, initialMs: 100, jitter: 'none' },
    breaker: { failures: 3, openMs: 1_000 },
    deadLetter: { holdKey: true, key: ({ data }) => data.orderId },
    dedup: { key: ({ data }) => data.tradeId },
  },
)

const log: string[] = []
let redelivered = 0
bus.on('system.error', ({ data }) => note(`gave up ${data.originalEvent?.type}: ${data.name}`))
bus.on('system.warning', ({ data }) => {
  note(data.code)
  if (data.code !== 'breaker_closed') return
  // Booking is back. What it has failed on goes ahead of all that came later.
  for (const { id, event, attempts } of bus.deadLetters.list()) {
    note(`  ${id} is ${event.type} ${event.id} after ${attempts} attempts`)
  }
  redelivered += bus.deadLetters.redeliver({ subscriptionId: 'booking' })
  note(`  redelivered ${redelivered}`)
})

const fills: OrderFilled[] = []
for (const [day, { open, high, low, close, timestamp }] of bars.entries()) {
  for (const price of [open, low, high, close]) quote(price, timestamp)
  // Each order is filled in two parts.
  if (day % 50 === 0) for (const part of [1, 2]) fill(`order-${day / 50}`, part, close, timestamp)
  // The venue reconnects, and sends its last 40 fills again.
  if (day * dayMs === 18_000) for (const data of fills.slice(-40)) send(data)
  await clock.advanceBy(dayMs)
}
const idle = bus.idle()
await clock.advanceBy(10_000)
await idle

const closes = bars.map(({ close }) => close)
const range = [60, Number(Decimal.min(...closes)), Number(Decimal.max(...closes))] as const
print(`${4 * closes.length} quotes`, styleText('blue', sparkline(closes.map(Number), ...range)))
print(`${drawn.length} of them drawn`, styleText('green', sparkline(drawn.map(Number), ...range)))
console.log(`\n${log.join('\n')}\n`)
const columns = [
  'accepted',
  'delivered',
  'conflated',
  'deadLettered',
  'retried',
  'duplicates',
] as const
print('', ...columns)
for (const { id, stats } of [screen, booking]) print(id, ...columns.map((name) => `${stats[name]}`))

// Every event is accounted for: delivered, replaced by a newer one, or a dead letter.
assert.deepEqual(ledgerOf(screen), {
  accepted: 4 * bars.length,
  delivered: drawn.length,
  conflated: 4 * bars.length - drawn.length,
  deadLettered: 0,
  lost: 0,
})
assert.deepEqual(ledgerOf(booking), {
  accepted: fills.length + redelivered,
  delivered: fills.length,
  conflated: 0,
  deadLettered: redelivered,
  lost: 0,
})
assert.equal(redelivered, 6)
assert.equal(bus.deadLetters.size, 0)
assert.equal(booking.stats.duplicates, 40)
// The screen ends on the newest quote. Every fill is booked once, and first parts before second ones.
assert.equal(drawn.at(-1)?.toFixed(), closes.at(-1)?.minus('0.01').toFixed())
assert.equal(booked.length, fills.length)
assert.deepEqual(new Set(booked), new Set(fills))
for (const [first, second] of Map.groupBy(booked, ({ orderId }) => orderId).values()) {
  assert.ok(first!.filledQuantity.lt(second!.filledQuantity))
}

function quote(price: Decimal, timestamp: number): void {
  // The spread of two cents is made up.
  const sides = { bidPrice: price.minus('0.01'), askPrice: price.plus('0.01') }
  const sizes = { bidSize: new Decimal(1), askSize: new Decimal(1) }
  bus.emitSync('market.quote_update', { symbol, timestamp, ...sides, ...sizes })
}

function fill(orderId: string, part: number, price: Decimal, timestamp: number): void {
  const data: OrderFilled = {
    orderId,
    symbol,
    timestamp,
    tradeId: `${orderId}/${part}`,
    side: 'buy',
    lastPrice: price,
    lastQuantity: new Decimal(5),
    filledQuantity: new Decimal(5 * part),
    remainingQuantity: new Decimal(10 - 5 * part),
    averagePrice: price,
  }
  fills.push(data)
  send(data)
}

function send(data: OrderFilled): void {
  bus.emitSync(data.remainingQuantity.isZero() ? 'order.filled' : 'order.partial_fill', data)
}

function note(text: string): void {
  log.push(`${(clock.now() / 1000).toFixed(3).padStart(7)} s  ${text}`)
}

function ledgerOf({ stats }: Subscription): Record<string, number> {
  const { accepted, delivered, conflated, deadLettered, dropped, expired, pending } = stats
  return { accepted, delivered, conflated, deadLettered, lost: dropped + expired + pending }
}

function print(label: string, ...columns: readonly string[]): void {
  console.log(label.padEnd(18) + columns.map((text) => text.padStart(13)).join(''))
}
