import { Decimal, type PositionClosed, type TradingEvent } from 'tradewire'

/** What an account looks like after a run, worked out from fills and bars alone. */
export interface Ledger {
  readonly cash: Decimal
  /** Units held at the end. */
  readonly held: Decimal
  /** Cash and the value of what is held, at each close. */
  readonly equity: readonly Decimal[]
  /** The price of the index at each close. */
  readonly closes: readonly Decimal[]
  readonly closedPositions: readonly PositionClosed[]
  /** How many closes saw something held. */
  readonly barsHeld: number
}

/** Reads the books from a list of events: any history, log or test will do. */
export function keepLedger(capital: Decimal, events: readonly TradingEvent[]): Ledger {
  let cash = capital
  let held = new Decimal(0)
  let barsHeld = 0
  const equity: Decimal[] = []
  const closes: Decimal[] = []
  const closedPositions: PositionClosed[] = []
  for (const event of events) {
    if (event.type === 'order.filled') {
      const { side, lastPrice, lastQuantity, fee } = event.data
      const signed = side === 'buy' ? lastQuantity : lastQuantity.neg()
      held = held.plus(signed)
      cash = cash.minus(signed.times(lastPrice)).minus(fee!.amount)
    } else if (event.type === 'market.new_bar') {
      const { close } = event.data
      if (!held.isZero()) barsHeld += 1
      closes.push(close)
      equity.push(cash.plus(held.times(close)))
    } else if (event.type === 'position.closed') {
      closedPositions.push(event.data)
    }
  }
  return { cash, held, equity, closes, closedPositions, barsHeld }
}

/** The largest fall from a highest point to a later value, in percent of that point. */
export function maxDrawdownPercent(values: readonly Decimal[]): Decimal {
  let peak = new Decimal(0)
  let worst = new Decimal(0)
  for (const value of values) {
    peak = Decimal.max(peak, value)
    worst = Decimal.max(worst, peak.minus(value).div(peak).times(100))
  }
  return worst
}
