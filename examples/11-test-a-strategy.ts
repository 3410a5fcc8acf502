// A strategy is tested without a market: bars that are made up, simulated time, and what is expected of its orders.
// It runs by itself, and as well with `node --test`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Strategy } from 'tradewire/backtest'
import { paperBroker } from 'tradewire/desk'
import { bars, expectEvents, given, payloadOf, testBus } from 'tradewire/testing'

/** Buys after three rising closes, and closes the position after a falling one. */
const threeUp: Strategy = ({ bus, orders, positions }) => {
  let rising = 0
  bus.on('market.new_bar', (bar) => {
    const { symbol, open, close } = bar.data
    rising = close.gt(open) ? rising + 1 : 0
    const isHeld = positions.quantity(symbol).gt(0)
    if (!isHeld && rising === 3) orders.buy(symbol, '10', { cause: bar })
    if (isHeld && close.lt(open)) orders.closePosition(symbol, { cause: bar })
  })
}

const up = bars({ symbol: 'ABC', closes: ['10', '11', '12', '13', '14', '12'] })

await test('buys on the third rising bar, because of it', async () => {
  const reaction = await given(up.slice(0, 3)).strategy(threeUp).when(up.slice(3, 4))
  expectEvents(reaction, 'order.*').toMatch([
    { type: 'order.submitted', data: { side: 'buy', quantity: '10' }, causationId: 'test-4' },
  ])
})

await test('does nothing on the second', async () => {
  const reaction = await given(up.slice(0, 2)).strategy(threeUp).when(up.slice(2, 3))
  expectEvents(reaction, 'order.*').toBeEmpty()
})

await test('is filled at the next open, and sells after a falling bar', async () => {
  const broker = paperBroker({ fees: { maker: '0', taker: '0.001' } })
  const { desk, ...reaction } = await given([]).strategy(threeUp, { broker }).when(up)
  assert.equal(desk.positions.quantity('ABC').toFixed(), '10')
  expectEvents(reaction.emitted, 'order.*').toContain([
    ['order.filled', { side: 'buy', lastPrice: '13', fee: { amount: '0.13' } }],
    ['order.submitted', { side: 'sell', reduceOnly: true }],
  ])
})

await test('what a handler throws fails the test, unless the test expects it', async () => {
  await using desk = testBus()
  desk.bus.on('order.rejected', async ({ data }) => {
    await desk.clock.sleep(60_000) // no minute passes
    throw new Error(`cannot go on: ${data.reason}`)
  })
  desk.bus.emitSync('order.rejected', payloadOf('order.rejected', { reason: 'no margin' }))
  await desk.advance(60_000)
  assert.throws(() => expectEvents(desk, 'order.*').toMatch(['order.rejected']), /no margin/)
})

await test('a difference is shown event by event', async () => {
  const reaction = await given(up.slice(0, 3)).strategy(threeUp).when(up.slice(3, 4))
  const expectTooMuch = (): void =>
    expectEvents(reaction, 'order.*').toMatch([['order.submitted', { quantity: '20' }]])
  assert.throws(expectTooMuch, (error: Error) => {
    console.log(error.message)
    return error.message.includes('data.quantity is 10, expected 20')
  })
})
