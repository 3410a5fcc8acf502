// The crash of 2008, with and without a net: a stop loss that really closes the position, and a limit on the
// drawdown that really halts trading and sells what is held. The strategy knows of neither.
import assert from 'node:assert/strict'
import { styleText } from 'node:util'
import { Decimal } from 'tradewire'
import { type BacktestResult, runBacktest, type Strategy } from 'tradewire/backtest'
import { type DeskOptions, paperBroker } from 'tradewire/desk'
import { sp500 } from './support/sp500.ts'

/** Wants to be invested: while it holds nothing, it buys on each close above that of 20 bars before. */
const optimist: Strategy = ({ bus, orders, positions }) => {
  const closes: Decimal[] = []
  bus.on('market.new_bar', (bar) => {
    const { symbol, close } = bar.data
    closes.push(close)
    if (closes.length <= 20 || closes.shift()!.gt(close)) return
    if (positions.openCount > 0 || orders.open().length > 0) return
    const quantity = positions.equity.times('0.95').div(close).floor()
    orders.buy(symbol, quantity.toFixed(), { cause: bar })
  })
}

/** Writes down what the net does. */
function storyteller(story: string[]): Strategy {
  const tell = (at: number, what: string): void => {
    story.push(`${new Date(at).toISOString().slice(0, 10)}  ${what}`)
  }
  return ({ bus }) => {
    bus.on('risk.stop_loss_triggered', ({ data: { timestamp, triggerPrice } }) =>
      tell(timestamp, `the price falls to the stop at ${triggerPrice.toFixed(2)}`),
    )
    bus.on('position.closed', ({ data: { closedAt, averageExitPrice: price, realizedPnl: pnl } }) =>
      tell(closedAt, `sold at ${price.toFixed(2)}, profit ${pnl.toFixed(2)}`),
    )
    bus.on('risk.limit_exceeded', ({ data: { timestamp, limit, currentValue, limitValue } }) =>
      tell(
        timestamp,
        `${limit} of ${currentValue.toFixed(2)}, ${limitValue.toFixed(2)} is the limit`,
      ),
    )
    bus.once('order.rejected', ({ data: { timestamp, reason } }) => tell(timestamp, reason))
  }
}

function run(net: DeskOptions, story: string[]): Promise<BacktestResult> {
  return runBacktest({
    sources: [sp500()],
    strategy: [optimist, storyteller(story)],
    desk: { broker: paperBroker({ fees: { maker: '0.0001', taker: '0.0005' } }), ...net },
    from: Date.UTC(2007, 0, 1),
    until: Date.UTC(2009, 6, 1),
  })
}

const story: string[] = []
const bare = await run({}, [])
const guarded = await run(
  {
    protection: { stopLoss: { trailingPercent: 8 } },
    risk: { maxDrawdown: { percent: 20 }, flatten: true },
  },
  story,
)

console.log(styleText('bold', 'What the net does'))
console.log(story.join('\n'))
const fell = ({ statistics }: BacktestResult): number => statistics.maxDrawdown?.ratio ?? 0
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const count = (type: string): number => guarded.eventCounts.get(type) ?? 0
console.log(`
lost from the peak: ${percent(fell(bare))} without it, ${percent(fell(guarded))} with it
orders refused after the halt: ${count('order.rejected')}`)

assert.ok(fell(bare) > 0.5, 'without a net half of the money is gone')
assert.ok(
  fell(guarded) > 0.2 && fell(guarded) < 0.25,
  'the halt comes at the first close past 20 %',
)
assert.equal(count('risk.stop_loss_triggered'), 4)
assert.equal(count('risk.limit_exceeded'), 1)
assert.equal(count('position.opened'), count('position.closed'), 'all was sold')
assert.equal(guarded.openOrders.length, 0)
const { risk, positions } = guarded.desk
assert.equal(risk?.halted, true)
assert.ok(positions.equity.eq(positions.cash), 'what is left is cash')
const gained = guarded.trades.reduce((sum, { pnl }) => sum.plus(pnl), new Decimal(100_000))
assert.equal(gained.toFixed(), positions.cash.toFixed())
