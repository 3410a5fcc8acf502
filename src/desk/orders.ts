import type { Bus } from '../bus/bus.ts'
import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { OrderSubmitted } from '../events/order.ts'
import type { EventOf } from '../events/trading-events.ts'
import { type Amount, toDecimal } from './amount.ts'
import type { CommandOptions, OrderChanges, RunningBroker } from './broker.ts'
import { closingTerms, quantityLeft, selectPositions } from './closing-order.ts'
import type { OrderCheck } from './order-check.ts'
import type { PositionKeeper } from './position-keeper.ts'
import type { Position } from './position.ts'
import type { WorkingOrder, WorkingOrders } from './working-orders.ts'

/** The terms of an order, as far as they are not the same for most orders. */
export interface OrderTerms {
  /** The instrument, in the venue's own spelling, such as `BTCUSDT`. */
  readonly symbol: string
  /** Whether it buys or sells. */
  readonly side: 'buy' | 'sell'
  /** How much, in units of the instrument; above 0. */
  readonly quantity: Amount
  /**
   * How it is executed. Default: `limit` with a price, `stop` with a triggerPrice, `stop_limit` with both,
   * else `market`.
   */
  readonly orderType?: OrderSubmitted['orderType']
  /** The limit, in quote currency. */
  readonly price?: Amount
  /** The price that wakes a stop order, in quote currency. */
  readonly triggerPrice?: Amount
  /** How long it stands. Default `gtc`. */
  readonly timeInForce?: OrderSubmitted['timeInForce']
  /** Its id, unique among all orders of the account. Default: `<run>-o<n>`. */
  readonly orderId?: string
  /** The strategy that it belongs to. */
  readonly strategyId?: string
  /** The account that it belongs to. */
  readonly accountId?: string
  /** Where it is to trade. */
  readonly venue?: string
  /** Whether it is refused rather than take liquidity. Default false. */
  readonly postOnly?: boolean
  /** Whether it may only make a position smaller. Default false. */
  readonly reduceOnly?: boolean
  /** When a `gtd` order expires, in milliseconds since the Unix epoch. */
  readonly expireTime?: number
  /** Labels of your own. */
  readonly tags?: readonly string[]
}

/** The terms of an order whose symbol, side and quantity are given beside them. */
export interface MoreTerms
  extends Omit<OrderTerms, 'symbol' | 'side' | 'quantity'>, CommandOptions {}

const termNames = [
  'symbol',
  'side',
  'quantity',
  'orderType',
  'price',
  'triggerPrice',
  'timeInForce',
  'orderId',
  'strategyId',
  'accountId',
  'venue',
  'postOnly',
  'reduceOnly',
  'expireTime',
  'tags',
] as const
const commandNames = ['cause'] as const
const changeNames = ['quantity', 'price', 'triggerPrice'] as const
const source = 'desk'

/** An order whose submission is in line. */
interface InLine {
  readonly terms: OrderSubmitted
  readonly commands: (() => void)[]
}

/** What {@link Orders} needs of its desk. */
export interface OrdersHost {
  readonly bus: Bus
  readonly working: WorkingOrders
  readonly broker: RunningBroker | undefined
  readonly check: OrderCheck | undefined
  readonly positions: PositionKeeper
}

/**
 * Gives orders, and knows which of them work. What becomes of an order is told by events alone: nothing
 * here waits for an answer.
 *
 * @example
 * ```ts
 * const { orders } = startDesk(bus, { broker: paperBroker() })
 * const { orderId } = orders.buy('BTCUSDT', '0.25', { price: '61659.7' }).data
 * console.log(orders.open('BTCUSDT').length) // 1
 * orders.modify(orderId, { price: '61650' })
 * orders.cancel(orderId)
 * ```
 */
export class Orders {
  readonly #host: OrdersHost
  /** Counts the orders that were given an id here. */
  #count = 0
  /**
   * Orders whose submission is in line behind what is being dispatched, and the commands for them that were
   * given meanwhile: a command must not come to the broker before its order.
   */
  readonly #inLine = new Map<string, InLine>()

  /** @internal A desk makes it: `desk.orders`. */
  constructor(host: OrdersHost) {
    this.#host = host
  }

  /**
   * Submits an order: emits `order.submitted`, which goes through the risk guard to the broker.
   *
   * @throws ConfigurationError `CONFIGURATION` if a term is unknown, or an amount no Decimal or decimal string.
   * @throws EventValidationError `EVENT_INVALID` if the terms make no order.
   * @example
   * ```ts
   * bus.on('market.new_bar', (event) => {
   *   desk.orders.submit({ symbol: 'BTCUSDT', side: 'buy', quantity: '0.25', price: '61659.7' }, { cause: event })
   * })
   * ```
   */
  submit(terms: OrderTerms, options: CommandOptions = {}): EventOf<'order.submitted'> {
    requireOptions('submit', terms, termNames)
    const { bus } = this.#host
    const { cause } = checked('submit', options)
    const order = this.#toOrder(terms)
    const { orderId } = order
    const isInLine = this.#inLine.has(orderId)
    if (!isInLine) this.#inLine.set(orderId, { terms: order, commands: [] })
    try {
      return bus.emitSync('order.submitted', order, {
        source: terms.strategyId ?? source,
        ...(cause !== undefined && { cause }),
      })
    } catch (error) {
      if (!isInLine) this.#inLine.delete(orderId)
      throw error
    }
  }

  /**
   * Gives the commands that have waited for a submission.
   *
   * @internal The desk calls it once the broker or the guard has the order.
   */
  routed(orderId: string): void {
    const waiting = this.#inLine.get(orderId)
    if (waiting === undefined) return
    this.#inLine.delete(orderId)
    for (const command of waiting.commands) command()
  }

  /** Submits an order that buys: at the market, unless the terms have a price. Throws what `submit` throws. */
  buy(
    symbol: string,
    quantity: Amount,
    { cause, ...terms }: MoreTerms = {},
  ): EventOf<'order.submitted'> {
    return this.submit({ ...terms, symbol, quantity, side: 'buy' }, { cause })
  }

  /** Submits an order that sells: at the market, unless the terms have a price. Throws what `submit` throws. */
  sell(
    symbol: string,
    quantity: Amount,
    { cause, ...terms }: MoreTerms = {},
  ): EventOf<'order.submitted'> {
    return this.submit({ ...terms, symbol, quantity, side: 'sell' }, { cause })
  }

  /**
   * Closes what is held of a symbol: submits one order for each open position that `strategyId`, `accountId` and
   * `venue` of the terms allow, or all, for as much as is held, at the market unless the terms have a price.
   * Each has the strategy, account and venue of its position, and is `reduceOnly`, unless a position of
   * the other side is open as well: a venue would see the sum of both alone. Returns what it has submitted,
   * in the order the positions were opened: nothing where nothing is held.
   *
   * Beside other positions of the symbol, what orders at the market of the same strategy, account and venue
   * are about to close is left out. Other orders go on, such as a take-profit: cancel them.
   *
   * @throws ConfigurationError `CONFIGURATION` if there is an orderId, and more than one position; and where
   * `submit` throws it.
   * @throws EventValidationError `EVENT_INVALID` if the terms make no order.
   * @example
   * ```ts
   * desk.orders.cancelAll('BTCUSDT')
   * const sent = desk.orders.closePosition('BTCUSDT', { strategyId: 'trend' })
   * console.log(sent.map(({ data }) => data.orderId))
   * ```
   */
  closePosition(
    symbol: string,
    { cause, ...terms }: MoreTerms = {},
  ): readonly EventOf<'order.submitted'>[] {
    const { positions } = this.#host
    const selected = selectPositions(positions.all(), symbol, terms)
    if (terms.orderId !== undefined && selected.length > 1) {
      throw new ConfigurationError(
        `closePosition expects one position for the orderId ${describeValue(terms.orderId)}, but ${selected.length} of ${symbol} are open. Leave orderId out, or name a strategyId, accountId or venue.`,
      )
    }
    const sent: EventOf<'order.submitted'>[] = []
    for (const { positionId } of selected) {
      // The order before it may be filled by now, and somebody may have answered to that.
      const open = selectPositions(positions.all(), symbol, {})
      const position = open.find((each) => each.positionId === positionId)
      const quantity = position && this.#quantityToClose(position, open.length === 1)
      if (quantity === undefined) continue
      sent.push(this.submit({ ...closingTerms(position!, open), ...terms, quantity }, { cause }))
    }
    return sent
  }

  /**
   * Asks for an order to be cancelled. The answer is an event: `order.cancelled`, or
   * `order.cancel_rejected` where it has ended or is not known. What a handler submits and cancels at once
   * comes to the broker in this order.
   *
   * @throws ConfigurationError `CONFIGURATION` if the desk has no broker.
   */
  cancel(orderId: string, options: CommandOptions = {}): void {
    const broker = this.#broker('cancel')
    const { cause } = checked('cancel', options)
    this.#command(orderId, () => broker.cancel(orderId, { cause }))
  }

  /**
   * Asks for every working order of a symbol, or of all, to be cancelled, those that were submitted just now
   * included. Returns how many there are. Throws what `cancel` throws.
   */
  cancelAll(symbol?: string, options: CommandOptions = {}): number {
    const ids = new Set(this.open(symbol).map(({ terms }) => terms.orderId))
    for (const [orderId, order] of this.#inLine) {
      if (symbol === undefined || order.terms.symbol === symbol) ids.add(orderId)
    }
    for (const orderId of ids) this.cancel(orderId, options)
    return ids.size
  }

  /**
   * Asks for an order to be changed. The answer is an event: `order.modified`, or
   * `order.modify_rejected` where the risk guard or the broker refuses.
   *
   * @param changes the new values; `quantity` is that of the whole order, what was filled included.
   * @throws ConfigurationError `CONFIGURATION` if no change is given, one is unknown, or no decimal.
   */
  modify(
    orderId: string,
    changes: { readonly [Name in keyof OrderChanges]: Amount },
    options: CommandOptions = {},
  ): void {
    const broker = this.#broker('modify')
    requireOptions('modify', changes, changeNames)
    const { cause } = checked('modify', options)
    const exact = this.#toChanges(changes)
    this.#command(orderId, () => this.#modify(broker, orderId, exact, cause))
  }

  #modify(
    broker: RunningBroker,
    orderId: string,
    exact: OrderChanges,
    cause: TradewireEvent | undefined,
  ): void {
    const { bus, check, working } = this.#host
    const order = working.get(orderId)
    const refusal = order === undefined ? undefined : check?.checkChanges(order.terms, exact, cause)
    if (order === undefined || refusal === undefined) {
      broker.modify(orderId, exact, { cause })
      return
    }
    bus.emitSync(
      'order.modify_rejected',
      { ...identityOf(order.terms), timestamp: bus.clock.now(), ...refusal },
      { source, cause: cause ?? order.submitted },
    )
  }

  /**
   * An order that works; undefined once it has ended. What a handler submits is known once the event that it
   * handles, and those in line before the submission, are dispatched.
   */
  get(orderId: string): WorkingOrder | undefined {
    return this.#host.working.get(orderId)
  }

  /** The orders of a symbol, or all, that work, in the order they were submitted. */
  open(symbol?: string): readonly WorkingOrder[] {
    return this.#host.working.list(symbol)
  }

  /** How much an order that closes a position is for; undefined if others do. */
  #quantityToClose(position: Position, isOnly: boolean): Decimal | undefined {
    // A venue takes no more from the only one than there is.
    if (isOnly) return position.quantity
    return quantityLeft(position, [...this.open(position.symbol), ...this.#inLine.values()])
  }

  /** At once, or right after the submission of its order. */
  #command(orderId: string, command: () => void): void {
    const waiting = this.#inLine.get(orderId)
    if (waiting === undefined) command()
    else waiting.commands.push(command)
  }

  #broker(method: string): RunningBroker {
    const { broker } = this.#host
    if (broker !== undefined) return broker
    throw new ConfigurationError(
      `${method} needs a broker: give the desk one, such as startDesk(bus, { broker: paperBroker() }).`,
    )
  }

  #toOrder({
    quantity,
    price,
    triggerPrice,
    orderType,
    timeInForce = 'gtc',
    ...terms
  }: OrderTerms): OrderSubmitted {
    const { bus } = this.#host
    let { orderId } = terms
    if (orderId === undefined) {
      this.#count += 1
      orderId = `${bus.run}-o${this.#count}`
    }
    return {
      ...given(terms),
      orderId,
      timestamp: bus.clock.now(),
      orderType: orderType ?? typeOf(price, triggerPrice),
      timeInForce,
      quantity: toDecimal('quantity', quantity),
      ...(price !== undefined && { price: toDecimal('price', price) }),
      ...(triggerPrice !== undefined && { triggerPrice: toDecimal('triggerPrice', triggerPrice) }),
    }
  }

  #toChanges(changes: { readonly [Name in keyof OrderChanges]: Amount }): OrderChanges {
    const exact: Record<string, Decimal> = {}
    for (const name of changeNames) {
      const value = changes[name]
      if (value !== undefined) exact[name] = toDecimal(name, value)
    }
    if (Object.keys(exact).length === 0) {
      throw new ConfigurationError('modify expects a new quantity, price or triggerPrice.')
    }
    return exact
  }
}

/** What every event of an order says of it. */
export function identityOf(
  order: OrderSubmitted,
): Pick<
  OrderSubmitted,
  'orderId' | 'symbol' | 'venueOrderId' | 'accountId' | 'strategyId' | 'venue'
> {
  const { orderId, symbol, venueOrderId, accountId, strategyId, venue } = order
  return {
    orderId,
    symbol,
    ...(venueOrderId !== undefined && { venueOrderId }),
    ...(accountId !== undefined && { accountId }),
    ...(strategyId !== undefined && { strategyId }),
    ...(venue !== undefined && { venue }),
  }
}

function checked(method: string, options: CommandOptions): CommandOptions {
  requireOptions(method, options, commandNames)
  return options
}

function typeOf(price: unknown, triggerPrice: unknown): OrderSubmitted['orderType'] {
  if (triggerPrice === undefined) return price === undefined ? 'market' : 'limit'
  return price === undefined ? 'stop' : 'stop_limit'
}

/** Without what is undefined: an absent value is absent in a payload. */
function given<Terms extends object>(terms: Terms): Terms {
  return Object.fromEntries(
    Object.entries(terms).filter(([, value]) => value !== undefined),
  ) as Terms
}
