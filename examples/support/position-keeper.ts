import { type Bus, Decimal, type EventOf, type PositionOpened } from 'tradewire'

/** Turns fills into positions, and values what is held at every close. Long or flat, never short. */
export function startPositionKeeper(bus: Bus): void {
  const source = 'position-keeper'
  let open: PositionOpened | undefined
  let count = 0

  bus.on('order.filled', (fill) => {
    if (fill.data.side === 'buy') openWith(fill)
    else if (open !== undefined) closeWith(fill, open)
  })

  bus.on('market.new_bar', (bar) => {
    if (open === undefined) return
    const { openedAt: _openedAt, openingOrderId: _openingOrderId, ...position } = open
    const { close, timestamp } = bar.data
    const unrealizedPnl = close.minus(open.averageEntryPrice).times(open.quantity)
    bus.emitSync(
      'position.pnl_update',
      { ...position, timestamp, markPrice: close, unrealizedPnl },
      { cause: bar, source },
    )
  })

  function openWith(fill: EventOf<'order.filled'>): void {
    const { symbol, strategyId, timestamp, orderId, lastPrice, lastQuantity, fee } = fill.data
    count += 1
    open = {
      positionId: `${symbol}-${count}`,
      symbol,
      strategyId,
      timestamp,
      side: 'long',
      quantity: lastQuantity,
      averageEntryPrice: lastPrice,
      realizedPnl: fee!.amount.neg(),
      currency: 'USD',
      openedAt: timestamp,
      openingOrderId: orderId,
    }
    bus.emitSync('position.opened', open, { cause: fill, source })
  }

  function closeWith(fill: EventOf<'order.filled'>, position: PositionOpened): void {
    const { openingOrderId: _openingOrderId, ...rest } = position
    const { timestamp, orderId, lastPrice, lastQuantity, fee } = fill.data
    const gain = lastPrice.minus(position.averageEntryPrice).times(lastQuantity)
    open = undefined
    bus.emitSync(
      'position.closed',
      {
        ...rest,
        timestamp,
        side: 'flat',
        quantity: new Decimal(0),
        realizedPnl: position.realizedPnl.plus(gain).minus(fee!.amount),
        closedAt: timestamp,
        averageExitPrice: lastPrice,
        closingOrderId: orderId,
      },
      { cause: fill, source },
    )
  }
}
