import { describeValue } from '../errors/checks.ts'
import type { Decimal } from '../events/decimal.ts'
import type { BookLevel, OrderbookUpdate, QuoteUpdate, TradeTick } from '../events/market.ts'
import { decimalAt } from './csv-decimal.ts'
import type { TimedPayload } from './source.ts'

/** An event of a capture. */
export type BinanceEvent =
  | TimedPayload<'market.quote_update', QuoteUpdate>
  | TimedPayload<'market.trade_tick', TradeTick>
  | TimedPayload<'market.orderbook_update', OrderbookUpdate>

/** Why no event can be made of a message. */
export interface MessageFault {
  /** The key of the message that is bad; undefined for the line as a whole. */
  readonly field: string | undefined
  /** What was expected, and what was found. */
  readonly reason: string
}

/** A message as it may be; nothing of it has been checked. */
type Message = Readonly<Record<string, unknown>>

const venue = 'binance'
const prefix = /^\d{16,19}$/

/** Makes events of the messages of Binance USD-M futures. */
export class BinanceMessages {
  /** The only instrument that counts. */
  readonly #only: string | undefined
  /** The instrument that was seen last, and whether there were others. */
  #seen: string | undefined
  #several = false
  /** The first thing that was wrong with the message at hand. */
  #fault: MessageFault | undefined
  #receivedAt = ''
  #stream: string | undefined

  constructor(symbol: string | undefined) {
    this.#only = symbol
  }

  /** The event of a line, `ignored` if it is of no interest, or why there is none. */
  eventOf(line: string): BinanceEvent | 'ignored' | MessageFault {
    const blank = line.indexOf(' ')
    this.#receivedAt = line.slice(0, Math.max(0, blank))
    if (!prefix.test(this.#receivedAt)) {
      return fault(undefined, 'expected nanoseconds, a blank and JSON.')
    }
    let json: unknown
    try {
      json = JSON.parse(line.slice(blank + 1))
    } catch {
      return fault(undefined, 'expected JSON behind the nanoseconds.')
    }
    if (typeof json !== 'object' || json === null) {
      return fault(undefined, `expected an object, found ${describeValue(json)}.`)
    }
    this.#fault = undefined
    const event = this.#event(json as Message)
    return this.#fault ?? event
  }

  #event(json: Message): BinanceEvent | 'ignored' {
    const { stream, data } = json
    this.#stream = typeof stream === 'string' ? stream : undefined
    const message = typeof data === 'object' && data !== null ? (data as Message) : json
    if ('lastUpdateId' in message) return this.#snapshot(message)
    const { e: kind, s: symbol } = message
    if (kind !== 'bookTicker' && kind !== 'trade' && kind !== 'depthUpdate') return 'ignored'
    // Binance sends trades that are none, without price and size, as the insurance fund settles.
    if (kind === 'trade' && message['X'] === 'NA') return 'ignored'
    if (typeof symbol !== 'string') {
      this.#expected('s', 'an instrument', symbol)
      return 'ignored'
    }
    if (this.#only !== undefined && symbol !== this.#only) return 'ignored'
    this.#several ||= this.#seen !== undefined && this.#seen !== symbol
    this.#seen = symbol
    if (kind === 'bookTicker') return this.#quote(message, symbol)
    return kind === 'trade' ? this.#trade(message, symbol) : this.#delta(message, symbol)
  }

  #quote(message: Message, symbol: string): BinanceEvent {
    const data = {
      symbol,
      venue,
      timestamp: this.#number(message, 'E'),
      bidPrice: this.#decimal(message, 'b'),
      bidSize: this.#decimal(message, 'B'),
      askPrice: this.#decimal(message, 'a'),
      askSize: this.#decimal(message, 'A'),
      sequence: this.#number(message, 'u'),
    }
    return { type: 'market.quote_update', data, time: this.#time(), metadata: this.#facts(message) }
  }

  #trade(message: Message, symbol: string): BinanceEvent {
    const { m: buyerIsMaker } = message
    if (typeof buyerIsMaker !== 'boolean') this.#expected('m', 'true or false', buyerIsMaker)
    const data = {
      symbol,
      venue,
      timestamp: this.#number(message, 'E'),
      price: this.#decimal(message, 'p'),
      size: this.#decimal(message, 'q'),
      // If the buyer has waited in the book, the seller took liquidity.
      aggressorSide: buyerIsMaker === true ? ('sell' as const) : ('buy' as const),
      tradeId: String(this.#number(message, 't')),
    }
    const { X: kind } = message
    const metadata = { ...this.#facts(message), ...(typeof kind === 'string' && { kind }) }
    return { type: 'market.trade_tick', data, time: this.#time(), metadata }
  }

  #delta(message: Message, symbol: string): BinanceEvent {
    const data = {
      symbol,
      venue,
      timestamp: this.#number(message, 'E'),
      kind: 'delta' as const,
      bids: this.#levels(message, 'b'),
      asks: this.#levels(message, 'a'),
      sequence: this.#number(message, 'u'),
      ...('pu' in message && { previousSequence: this.#number(message, 'pu') }),
    }
    const metadata = { ...this.#facts(message), firstSequence: this.#number(message, 'U') }
    return { type: 'market.orderbook_update', data, time: this.#time(), metadata }
  }

  #snapshot(message: Message): BinanceEvent {
    const symbol = this.#only ?? (this.#several ? undefined : this.#seen)
    if (symbol === undefined) {
      const reason =
        'a snapshot does not say what it is of, and no message before it does. Give { symbol }.'
      this.#fault = fault(undefined, reason)
    }
    const data = {
      symbol: symbol!,
      venue,
      timestamp: 'E' in message ? this.#number(message, 'E') : this.#time(),
      kind: 'snapshot' as const,
      bids: this.#levels(message, 'bids'),
      asks: this.#levels(message, 'asks'),
      sequence: this.#number(message, 'lastUpdateId'),
    }
    const metadata = this.#facts(message)
    return { type: 'market.orderbook_update', data, time: this.#time(), metadata }
  }

  /** When the message was received, in milliseconds since the Unix epoch. */
  #time(): number {
    return Number(this.#receivedAt) / 1e6
  }

  /** What no payload has a field for. */
  #facts({ T: transactionTime }: Message): Record<string, string | number> {
    const facts: Record<string, string | number> = { receivedAt: this.#receivedAt }
    if (this.#stream !== undefined) facts['stream'] = this.#stream
    if (typeof transactionTime === 'number') facts['transactionTime'] = transactionTime
    return facts
  }

  #number(message: Message, key: string): number {
    const value = message[key]
    if (typeof value !== 'number') this.#expected(key, 'a number', value)
    return value as number
  }

  #decimal(message: Message, key: string): Decimal {
    const value = message[key]
    const decimal = decimalOf(value)
    if (decimal === undefined) this.#expected(key, 'decimal text', value)
    // Nobody looks at the values of a message that has a fault.
    return decimal as Decimal
  }

  #levels(message: Message, key: string): readonly BookLevel[] {
    const levels = message[key]
    if (!Array.isArray(levels)) {
      this.#expected(key, 'a list of levels', levels)
      return []
    }
    const made: BookLevel[] = []
    for (const level of levels as readonly unknown[]) {
      const [price, size] = Array.isArray(level) ? (level as readonly unknown[]) : []
      const [first, second] = [decimalOf(price), decimalOf(size)]
      if (first === undefined || second === undefined) {
        this.#expected(key, 'levels of price and size as decimal text', price)
        return []
      }
      made.push([first, second])
    }
    return made
  }

  #expected(field: string, what: string, found: unknown): void {
    this.#fault ??= fault(field, `expected ${what}, found ${describeValue(found)}.`)
  }
}

function fault(field: string | undefined, reason: string): MessageFault {
  return { field, reason }
}

function decimalOf(value: unknown): Decimal | undefined {
  return typeof value === 'string' ? decimalAt(value, 0, value.length) : undefined
}
