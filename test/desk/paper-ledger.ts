import { expect } from 'vitest'
import type { OrderFilled, OrderSubmitted } from '../../src/events/order.ts'
import type { TradingEvent } from '../../src/events/trading-events.ts'

const places = 12
const unit = 10n ** BigInt(places)

/** A decimal text as a whole number of 1e-12: independent of decimal.js. */
export function whole(text: string): bigint {
  const negative = text.startsWith('-')
  const [integer, fraction = ''] = text.replace('-', '').split('.')
  if (fraction.length > places) throw new Error(`${text} has too many places`)
  const value = BigInt(integer! + fraction.padEnd(places, '0'))
  return negative ? -value : value
}

interface Account {
  quantity: bigint
  /** Its limits, each from the time on that it was set at. */
  readonly prices: { readonly since: number; readonly price: bigint }[]
  filled: bigint
  /** Sum of price x quantity, in 1e-24. */
  paid: bigint
  placed: boolean
  ended: string | undefined
  endedAt: number
}

/** Books the events of a paper broker by arithmetic of its own, and holds them against each other. */
export class PaperLedger {
  readonly #accounts = new Map<string, Account>()
  readonly #trades = new Map<string, string>()
  readonly #faulty: boolean
  /** Sum of signed quantities. */
  position = 0n
  /** What was paid and taken in, less fees, in 1e-24. */
  cash = 0n
  fills = 0

  constructor(faulty: boolean) {
    this.#faulty = faulty
  }

  /** Whether the order has been accepted and has not ended. */
  stands(orderId: string): boolean {
    const account = this.#accounts.get(orderId)
    return account?.placed === true && account.ended === undefined
  }

  /** Whether anything was said of the order. */
  knows(orderId: string): boolean {
    return this.#accounts.has(orderId)
  }

  get standing(): string[] {
    return [...this.#accounts.keys()].filter((orderId) => this.stands(orderId)).toSorted()
  }

  book(event: TradingEvent, terms: OrderSubmitted | undefined): void {
    const { type, data } = event
    const { orderId } = data as { orderId: string }
    const account = this.#accounts.get(orderId)
    if (type === 'order.cancel_rejected' || type === 'order.modify_rejected') return
    if (type === 'order.rejected') {
      expect(account).toBeUndefined()
      this.#accounts.set(orderId, { ...blank(terms!), ended: type })
      return
    }
    if (type === 'order.partial_fill' || type === 'order.filled') {
      this.#fill(type, data, account ?? this.#early(terms!))
      return
    }
    if (type === 'order.placed') {
      this.#place(orderId, account, terms!)
      return
    }
    if (!account?.placed) throw new Error(`${type} of an order that was not placed`)
    expect(account.ended).toBeUndefined()
    if (type === 'order.modified') {
      if (data.quantity !== undefined) account.quantity = whole(data.quantity.toFixed())
      if (data.price !== undefined) {
        const price = whole(data.price.toFixed())
        account.prices.push({ since: data.timestamp, price })
      }
    } else if (type === 'order.cancelled' || type === 'order.expired') {
      expect(whole(data.filledQuantity.toFixed())).toBe(account.filled)
      account.ended = type
      account.endedAt = data.timestamp
    }
  }

  #place(orderId: string, account: Account | undefined, terms: OrderSubmitted): void {
    if (account === undefined) this.#accounts.set(orderId, { ...blank(terms), placed: true })
    else if (account.placed || !this.#faulty) throw new Error('placed twice, or after a fill')
    else account.placed = true
  }

  #early(terms: OrderSubmitted): Account {
    if (!this.#faulty) throw new Error('filled before it was placed')
    const account = blank(terms)
    this.#accounts.set(terms.orderId, account)
    return account
  }

  #fill(type: string, data: OrderFilled, account: Account): void {
    const text = JSON.stringify(data)
    const known = this.#trades.get(data.tradeId)
    if (known !== undefined) {
      if (!this.#faulty || known !== text) throw new Error(`${data.tradeId} came twice`)
      return
    }
    this.#trades.set(data.tradeId, text)
    this.fills += 1
    if (account.ended !== undefined && data.timestamp >= account.endedAt) {
      // A bar may tell late that the order was filled at its open, before the end.
      if (!this.#faulty || account.ended !== 'order.cancelled')
        throw new Error('filled after its end')
    }
    const [price, quantity] = [whole(data.lastPrice.toFixed()), whole(data.lastQuantity.toFixed())]
    account.filled += quantity
    account.paid += price * quantity
    expect(whole(data.filledQuantity.toFixed())).toBe(account.filled)
    expect(whole(data.remainingQuantity.toFixed())).toBe(account.quantity - account.filled)
    expect(type === 'order.filled').toBe(account.quantity === account.filled)
    this.#requireAverage(data, account)
    const limit = account.prices.findLast(({ since }) => since <= data.timestamp)?.price
    if (limit !== undefined) {
      const within = data.side === 'buy' ? price <= limit : price >= limit
      if (!within) throw new Error(`${data.orderId} was filled beyond its limit`)
    }
    if (type === 'order.filled') {
      account.ended ??= type
      account.endedAt = -Infinity
    }
    this.#pay(data, price * quantity, quantity)
  }

  /** The quotient has 64 significant digits: it is within one of the last of them. */
  #requireAverage({ averagePrice }: OrderFilled, { paid, filled }: Account): void {
    const digits = 60
    const text = averagePrice.toFixed(digits)
    const scaled = BigInt(text.replace('.', ''))
    const difference = scaled * filled - (paid * 10n ** BigInt(digits)) / unit
    expect(difference <= filled && difference >= -filled).toBe(true)
  }

  #pay({ side, fee, liquidity }: OrderFilled, notional: bigint, quantity: bigint): void {
    const sign = side === 'buy' ? 1n : -1n
    this.position += sign * quantity
    // The rates of the programs: -0.0001 for makers, 0.000375 for takers.
    const millionths = liquidity === 'maker' ? -100n : 375n
    const owed = notional * millionths
    expect(whole(fee!.amount.toFixed()) * unit * 1_000_000n).toBe(owed)
    this.cash -= sign * notional + owed / 1_000_000n
  }
}

function blank({ quantity, price }: OrderSubmitted): Account {
  return {
    quantity: whole(quantity.toFixed()),
    prices: price === undefined ? [] : [{ since: -Infinity, price: whole(price.toFixed()) }],
    filled: 0n,
    paid: 0n,
    placed: false,
    ended: undefined,
    endedAt: -Infinity,
  }
}
