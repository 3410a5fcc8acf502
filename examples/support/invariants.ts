import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type Decimal, encodeEvent, type TradingEvent } from 'tradewire'
import type { BacktestResult } from './backtest.ts'
import type { Ledger } from './ledger.ts'

/** The books must agree to the last digit: no tolerance, as nothing was ever rounded. */
export function checkMoney(capital: Decimal, ledger: Ledger, { events }: BacktestResult): void {
  let expected = capital
  for (const { realizedPnl } of ledger.closedPositions) expected = expected.plus(realizedPnl)
  if (!ledger.held.isZero()) {
    const mark = events.findLast((event) => event.type === 'position.pnl_update')!
    expected = expected.plus(mark.data.realizedPnl).plus(mark.data.unrealizedPnl)
  }
  // One side knows fills and closes alone, the other what the position keeper said of positions.
  assert.equal(ledger.equity.at(-1)!.toFixed(), expected.toFixed())
  const value = ledger.held.times(ledger.closes.at(-1)!)
  assert.equal(ledger.cash.plus(value).toFixed(), expected.toFixed())
  assert.ok(!ledger.cash.isNegative(), 'nothing was bought on credit')
}

/** Every order came to exactly one end, and every position was opened by one fill. */
export function checkCounts(bars: number, ledger: Ledger, result: BacktestResult): void {
  const emitted = (type: TradingEvent['type']): number => result.eventCounts.get(type) ?? 0
  assert.equal(emitted('market.new_bar') + result.refusedBars, bars)
  assert.equal(emitted('order.placed'), emitted('order.submitted'))
  assert.equal(emitted('order.filled') + emitted('order.cancelled'), emitted('order.submitted'))
  assert.equal(emitted('position.opened') + emitted('position.closed'), emitted('order.filled'))
  const stillOpen = ledger.held.isZero() ? 0 : 1
  assert.equal(emitted('position.opened') - emitted('position.closed'), stillOpen)
}

/** Effects come after their causes, no number is missing, and nobody knew the future. */
export function checkCausality({ events }: BacktestResult): void {
  const byId = new Map<string, TradingEvent>()
  for (const [index, event] of events.entries()) {
    assert.equal(event.sequence, index + 1)
    byId.set(event.id, event)
    const { causationId } = event
    const isMarketData = event.type.startsWith('market.')
    assert.equal(causationId === undefined, isMarketData, `${event.type} has a cause`)
    if (causationId === undefined) continue
    const cause = byId.get(causationId)
    assert.ok(cause !== undefined, `the cause of ${event.id} came before it`)
    assert.equal(event.correlationId, cause.correlationId)
    if (event.type === 'order.filled') {
      assert.ok(event.timestamp > cause.timestamp, 'a fill is later than the close it decided on')
    }
  }
}

/** A digest of every event as it would stand in a log: two runs must have the same. */
export function digestOf({ events }: BacktestResult): string {
  const hash = createHash('sha256')
  for (const event of events) hash.update(JSON.stringify(encodeEvent(event)))
  return hash.digest('hex')
}
