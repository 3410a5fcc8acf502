import type { Decimal } from 'tradewire'

/** What a fill says of a position. */
export interface Fill {
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly lastQuantity: Decimal
}

/** The signed quantity of each symbol after one more fill; the map that was given, changed. */
export function afterFill(held: Map<string, Decimal>, fill: Fill): Map<string, Decimal> {
  const change = fill.side === 'buy' ? fill.lastQuantity : fill.lastQuantity.neg()
  return held.set(fill.symbol, change.plus(held.get(fill.symbol) ?? 0))
}
