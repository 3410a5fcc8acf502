import { ahead } from '../bus/backstage.ts'
import type { Bus } from '../bus/bus.ts'
import { requireOptions } from '../errors/checks.ts'
import { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { NewBar } from '../events/market.ts'
import type { OrderSubmitted } from '../events/order.ts'
import type { Broker, RunningBroker } from './broker.ts'

/** Options of {@link paperBroker}. */
export interface PaperBrokerOptions {
  /** The venue that its events name, 1 to 256 characters. Default `paper`. */
  readonly venue?: string
}

/** A broker that plays a venue: it fills orders by the market data of the bus. */
export function paperBroker(options: PaperBrokerOptions = {}): Broker {
  requireOptions('paperBroker', options, ['venue'])
  const { venue = 'paper' } = options
  return { name: venue, start: (bus) => start(bus, venue) }
}

interface Waiting {
  readonly order: OrderSubmitted
  readonly placed: TradewireEvent
  readonly venueOrderId: string
  readonly arrivedAt: number
}

function start(bus: Bus, venue: string): RunningBroker {
  const waiting = new Map<string, Waiting[]>()
  let orders = 0
  let trades = 0
  const emitOptions = (cause: TradewireEvent): { source: string; cause: TradewireEvent } => ({
    source: 'paper-broker',
    cause,
  })
  const fill = ({ order, placed, venueOrderId }: Waiting, bar: NewBar): void => {
    trades += 1
    const { side, quantity } = order
    bus.emitSync(
      'order.filled',
      {
        ...namesOf(order),
        venue,
        venueOrderId,
        timestamp: bar.openTime,
        tradeId: `${venue}-t${trades}`,
        side,
        lastPrice: bar.open,
        lastQuantity: quantity,
        filledQuantity: quantity,
        remainingQuantity: new Decimal(0),
        averagePrice: bar.open,
        liquidity: 'taker',
      },
      emitOptions(placed),
    )
  }
  const hook = ahead<NewBar>(bus, 'market.new_bar', (bar) => {
    const list = waiting.get(bar.symbol)
    if (list === undefined) return
    const due = list.filter(({ arrivedAt }) => arrivedAt <= bar.openTime)
    const left = list.filter(({ arrivedAt }) => arrivedAt > bar.openTime)
    if (left.length === 0) waiting.delete(bar.symbol)
    else waiting.set(bar.symbol, left)
    for (const each of due) fill(each, bar)
  })
  return {
    submit(order, event) {
      orders += 1
      const arrivedAt = bus.clock.now()
      const venueOrderId = `${venue}-${orders}`
      const stamped = { ...order, venue, venueOrderId, timestamp: arrivedAt }
      const placed = bus.emitSync('order.placed', stamped, emitOptions(event))
      const list = waiting.get(order.symbol) ?? []
      list.push({ order, placed, venueOrderId, arrivedAt })
      waiting.set(order.symbol, list)
    },
    cancel() {},
    modify() {},
    close() {
      hook.remove()
      waiting.clear()
    },
  }
}

function namesOf({ orderId, symbol, accountId, strategyId }: OrderSubmitted) {
  return {
    orderId,
    symbol,
    ...(accountId === undefined ? {} : { accountId }),
    ...(strategyId === undefined ? {} : { strategyId }),
  }
}
