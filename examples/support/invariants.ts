import assert from 'node:assert/strict'
import { Decimal, type TradewireEvent } from 'tradewire'
import type { BacktestResult } from 'tradewire/backtest'
import type { EventLog } from 'tradewire/log'

/** The books must agree to the last digit: no tolerance, as nothing was ever rounded. */
export async function checkMoney(
  capital: Decimal,
  log: EventLog,
  { statistics, trades, desk }: BacktestResult,
): Promise<void> {
  let cash = capital
  let held = new Decimal(0)
  let price = new Decimal(0)
  // One side knows fills and closes alone, the other what the position keeper says.
  for await (const { event } of log.read({ pattern: ['order.filled', 'market.new_bar'] })) {
    if (event.type === 'market.new_bar') {
      price = event.data.close
      continue
    }
    const { side, lastPrice, lastQuantity, fee } = event.data
    const signed = side === 'buy' ? lastQuantity : lastQuantity.negated()
    held = held.plus(signed)
    cash = cash.minus(signed.times(lastPrice)).minus(fee!.amount)
  }
  assert.equal(desk.positions.cash.toFixed(), cash.toFixed())
  assert.equal(statistics.finalEquity.toFixed(), cash.plus(held.times(price)).toFixed())
  const gained = trades.reduce((sum, { pnl }) => sum.plus(pnl), new Decimal(0))
  assert.equal(capital.plus(gained).toFixed(), statistics.finalEquity.toFixed())
  assert.ok(!cash.isNegative(), 'nothing was bought on credit')
}

/** Every order came to exactly one end, and every position was opened by one fill. */
export function checkOrders({ eventCounts, openOrders }: BacktestResult): void {
  const count = (type: string): number => eventCounts.get(type) ?? 0
  const ended = count('order.filled') + count('order.cancelled') + count('order.rejected')
  assert.equal(ended + openOrders.length, count('order.submitted'))
  assert.equal(count('position.opened') + count('position.closed'), count('order.filled'))
}

/**
 * Effects come after their causes, no number is missing, and nobody knew the future. Returns what began the
 * chain that led to each position, by when the position was opened.
 */
export async function checkCausality(log: EventLog): Promise<Map<number, string>> {
  const byId = new Map<string, TradewireEvent>()
  const chains = new Map<number, string>()
  let sequence = 0
  for await (const { event } of log.read()) {
    sequence += 1
    assert.equal(event.sequence, sequence)
    byId.set(event.id, event)
    if (event.type === 'position.opened') chains.set(event.data.openedAt, event.correlationId)
    if (event.causationId === undefined) {
      assert.ok(event.type.startsWith('market.'), `${event.type} has a cause`)
      continue
    }
    const cause = byId.get(event.causationId)
    assert.ok(cause !== undefined, `the cause of ${event.id} came before it`)
    assert.equal(event.correlationId, cause.correlationId)
    if (event.type === 'order.filled') {
      const decision = byId.get(event.correlationId)!
      assert.ok(event.data.timestamp > decision.timestamp, 'a fill is later than its decision')
    }
  }
  return chains
}
