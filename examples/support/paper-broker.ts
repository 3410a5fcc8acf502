import { type Bus, Decimal, type EventOf } from 'tradewire'

const venue = 'paper'
const feeRate = new Decimal('0.0001')

/**
 * Accepts every order, and fills it completely at the open of the next session: what a strategy
 * decides on a close can only be traded at a price that comes later.
 */
export class PaperBroker {
  readonly #bus: Bus
  #waiting: EventOf<'order.placed'>[] = []
  #trades = 0

  constructor(bus: Bus) {
    this.#bus = bus
    bus.on('order.submitted', (submitted) => {
      const data = { ...submitted.data, venue, timestamp: bus.clock.now() }
      this.#waiting.push(bus.emitSync('order.placed', data, { cause: submitted, source: venue }))
    })
    bus.on('market.data_update', ({ data }) => {
      if (data.open === undefined) return
      const orders = this.#waiting
      this.#waiting = []
      for (const placed of orders) this.#fill(placed, data.open)
    })
  }

  /** Cancels what still waits for an open, as there will be none. */
  cancelAll(reason: string): void {
    for (const placed of this.#waiting) {
      const { orderId, symbol, strategyId } = placed.data
      const timestamp = this.#bus.clock.now()
      const filledQuantity = new Decimal(0)
      this.#bus.emitSync(
        'order.cancelled',
        { orderId, symbol, strategyId, venue, timestamp, filledQuantity, reason },
        { cause: placed, source: venue },
      )
    }
    this.#waiting = []
  }

  #fill(placed: EventOf<'order.placed'>, price: Decimal): void {
    const { orderId, symbol, strategyId, side, quantity } = placed.data
    this.#trades += 1
    this.#bus.emitSync(
      'order.filled',
      {
        orderId,
        symbol,
        strategyId,
        venue,
        side,
        timestamp: this.#bus.clock.now(),
        tradeId: `${venue}-${this.#trades}`,
        lastPrice: price,
        lastQuantity: quantity,
        filledQuantity: quantity,
        remainingQuantity: new Decimal(0),
        averagePrice: price,
        fee: { amount: price.times(quantity).times(feeRate), currency: 'USD' },
        liquidity: 'taker',
      },
      // The order is why there is a fill; the open only says at which price.
      { cause: placed, source: venue },
    )
  }
}
