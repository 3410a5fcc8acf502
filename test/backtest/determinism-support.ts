import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Decimal } from 'tradewire'
import type { BacktestOptions, Strategy } from 'tradewire/backtest'
import { paperBroker } from 'tradewire/desk'

/** A file of real data; undefined, and said aloud, where it is not. */
export function dataFile(name: string): string | undefined {
  const folder = process.env['TRADEWIRE_DATA']
  const file = folder === undefined ? undefined : join(folder, name)
  if (file !== undefined && existsSync(file)) return file
  console.error(`SKIPPED: it needs ${name}, and TRADEWIRE_DATA is ${folder ?? 'not set'}.`)
  return undefined
}

/** Buys where the price is above the mean of the last bars, and sells where it is below. */
export function trend(bars: number, quantity: string): Strategy {
  return ({ bus, orders, positions }) => {
    const closes: number[] = []
    bus.on('market.new_bar', (event) => {
      const { symbol, close } = event.data
      closes.push(close.toNumber())
      if (closes.length > bars) closes.shift()
      if (closes.length < bars) return
      const mean = closes.reduce((sum, each) => sum + each, 0) / bars
      const wanted = close.toNumber() > mean ? 'buy' : 'sell'
      const held = positions.quantity(symbol)
      if (
        held.isPositive() && !held.isZero() ? wanted === 'buy' : wanted === 'sell' && !held.isZero()
      )
        return
      orders.cancelAll(symbol, { cause: event })
      orders.closePosition(symbol, { cause: event })
      const price = close.times(wanted === 'buy' ? '0.999' : '1.001').toDecimalPlaces(1)
      orders.submit({ symbol, side: wanted, quantity, price }, { cause: event })
    })
  }
}

/** Puts an order at each side of the book now and then, moves it, and closes what it holds. */
export function maker(quotesBetween: number, size: string): Strategy {
  return ({ bus, orders, positions }) => {
    let quotes = 0
    bus.on('market.quote_update', (event) => {
      quotes += 1
      if (quotes % quotesBetween !== 0) return
      const { symbol, bidPrice, askPrice } = event.data
      const cause = event
      orders.cancelAll(symbol, { cause })
      const held = positions.quantity(symbol)
      if (held.abs().gt(new Decimal(size).times(3))) orders.closePosition(symbol, { cause })
      orders.buy(symbol, size, { cause, price: bidPrice, postOnly: true })
      orders.sell(symbol, size, { cause, price: askPrice, postOnly: true })
    })
    bus.on('order.partial_fill', (event) => {
      orders.modify(event.data.orderId, { quantity: event.data.filledQuantity.plus(size) })
    })
  }
}

/** A desk on which much is left to chance. */
export function chancyDesk(seed: number): BacktestOptions['desk'] {
  return {
    broker: paperBroker({
      seed,
      latencyMs: { min: 5, max: 400 },
      fees: { maker: '-0.0001', taker: '0.0004' },
      slippage: { bps: '1' },
      tradeParticipation: '0.5',
      faults: {
        seed,
        rejectRate: 0.05,
        duplicateFillRate: 0.1,
        partialFillRate: 0.3,
        fillBeforePlacedRate: 0.1,
        fillAfterCancelRate: 0.1,
      },
    }),
    risk: { maxPosition: '50', maxDrawdown: { percent: 90 } },
  }
}
