import { type Bus, Decimal } from 'tradewire'
import type { Choice } from './choice.ts'
import { type Micros, micros } from './desk-simulation-money.ts'

/** Monday, 5 January 2026, 23:45 UTC: the session ends in the middle of a world. */
export const start = Date.UTC(2026, 0, 5, 23, 45)
export const symbols = ['AAA', 'FUT'] as const
export type SymbolName = (typeof symbols)[number]

/** What a level of the book still has for the orders of the desk; undefined is no bound. */
export interface Level {
  readonly price: Micros
  left: Micros | undefined
}

/** The newest quote or depth update. */
export interface ShownBook {
  readonly time: number
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

/** A market event, as the market showed it. */
export interface ShownEvent {
  readonly kind: 'bar' | 'book' | 'trade' | 'last'
  readonly symbol: SymbolName
  /** The how manieth of its symbol. */
  readonly index: number
  /** When what it tells of began, in milliseconds since the Unix epoch: the open of a bar. */
  readonly from: number
  readonly time: number
  /** Whether other data have told of its time before: it may fill nothing. */
  readonly repeats: boolean
  readonly open: Micros
  readonly low: Micros
  readonly high: Micros
  readonly close: Micros
  /** What the orders of the desk may still take of it; undefined is no bound. */
  left: Micros | undefined
  /** Whether everybody hears of it now: what could be matched against it has been. */
  told: boolean
}

/** Which market data a world has. */
export type Feed = 'bars' | 'ticks' | 'mixed'

interface MarketOptions {
  readonly feed: Feed
  /** How long a book counts that is not told again. */
  readonly staleAfterMs: number
  /** Which tenths of trades and of the volume of bars are for the desk; undefined is no bound. */
  readonly tradeTenths: bigint
  readonly barTenths: bigint | undefined
}

const text = (ticks: number): string => (ticks / 20).toFixed(2)

/** A random market of two symbols, which remembers what it has shown. */
export class RandomMarket {
  readonly #bus: Bus
  readonly #choice: Choice
  readonly #options: MarketOptions
  /** Prices in ticks of 0.05. */
  readonly #ticks: Record<SymbolName, number> = { AAA: 2_000, FUT: 800 }
  readonly #counts: Record<SymbolName, number> = { AAA: 0, FUT: 0 }
  /** When the newest event was that is no bar, and until when bars have told of all. */
  readonly #tickAt: Record<SymbolName, number> = { AAA: 0, FUT: 0 }
  readonly #barsUntil: Record<SymbolName, number> = { AAA: 0, FUT: 0 }
  readonly #books = new Map<string, ShownBook>()
  /** The newest event; undefined between two. */
  current: ShownEvent | undefined = undefined

  constructor(bus: Bus, choice: Choice, options: MarketOptions) {
    this.#bus = bus
    this.#choice = choice
    this.#options = options
  }

  /** A price near that of now, in ticks. */
  near(symbol: SymbolName, spread: number): number {
    return this.#ticks[symbol] + this.#choice.below(2 * spread + 1) - spread
  }

  priceText(symbol: SymbolName, spread: number): string {
    return text(this.near(symbol, spread))
  }

  /** What is known of a book: none that is old, or that the market has moved away from. */
  bookOf(symbol: string): ShownBook | undefined {
    const book = this.#books.get(symbol)
    if (book === undefined) return undefined
    const age = this.#bus.clock.now() - book.time
    return age > this.#options.staleAfterMs ? undefined : book
  }

  /** Trades between two prices from a time on tell of the book that it is gone, if it is not between them. */
  #pass(symbol: SymbolName, low: Micros, high: Micros, from: number): void {
    const book = this.#books.get(symbol)
    if (book === undefined || book.time > from || book.time === this.#bus.clock.now()) return
    const [bid] = book.bids
    const [ask] = book.asks
    if ((ask !== undefined && low > ask.price) || (bid !== undefined && high < bid.price)) {
      this.#books.delete(symbol)
    }
  }

  /** How many events of a symbol there were. */
  count(symbol: string): number {
    return this.#counts[symbol as SymbolName]
  }

  /** Emits one event of a random kind at the time of the clock. */
  emit(): void {
    const choice = this.#choice
    const symbol = choice.of(symbols)
    this.#ticks[symbol] = Math.max(200, this.near(symbol, 6))
    const { feed } = this.#options
    const kind = feed === 'bars' ? 0 : feed === 'ticks' ? 1 + choice.below(5) : choice.below(6)
    this.#counts[symbol] += 1
    if (kind === 0) this.#bar(symbol)
    else if (kind <= 2) this.#quote(symbol)
    else if (kind === 3) this.#depth(symbol)
    else if (kind === 4) this.#trade(symbol)
    else this.#last(symbol)
    this.current = undefined
  }

  #show(
    event: Pick<ShownEvent, 'kind' | 'symbol' | 'left'> &
      Partial<Pick<ShownEvent, 'from' | 'repeats' | 'open' | 'low' | 'high' | 'close'>>,
  ): void {
    const time = this.#bus.clock.now()
    if (event.kind !== 'bar') this.#tickAt[event.symbol] = time
    this.current = {
      index: this.#counts[event.symbol],
      from: time,
      time,
      repeats: false,
      open: 0n,
      low: 0n,
      high: 0n,
      close: 0n,
      ...event,
      told: false,
    }
  }

  #bar(symbol: SymbolName): void {
    const choice = this.#choice
    const time = this.#bus.clock.now()
    const [open, close] = [this.near(symbol, 5), this.near(symbol, 5)]
    const low = Math.min(open, close) - choice.below(6)
    const high = Math.max(open, close) + choice.below(6)
    const volume = String(choice.below(40))
    const openTime = this.#openTimeOf(symbol)
    const repeats = openTime <= this.#tickAt[symbol] || openTime < this.#barsUntil[symbol]
    if (!repeats) this.#barsUntil[symbol] = time
    const { barTenths } = this.#options
    this.#pass(symbol, micros(text(low)), micros(text(high)), openTime)
    this.#show({
      kind: 'bar',
      symbol,
      from: openTime,
      repeats,
      open: micros(text(open)),
      low: micros(text(low)),
      high: micros(text(high)),
      close: micros(text(close)),
      left: barTenths === undefined ? undefined : (micros(volume) * barTenths) / 10n,
    })
    this.#bus.emitSync('market.new_bar', {
      symbol,
      timeframe: '1m',
      openTime,
      timestamp: time,
      open: new Decimal(text(open)),
      high: new Decimal(text(high)),
      low: new Decimal(text(low)),
      close: new Decimal(text(close)),
      volume: new Decimal(volume),
    })
  }

  /** Mostly where the bar before has ended, else anywhere. */
  #openTimeOf(symbol: SymbolName): number {
    const choice = this.#choice
    const time = this.#bus.clock.now()
    const next = Math.max(this.#barsUntil[symbol], this.#tickAt[symbol] + 1, time - 60_000)
    if (next < time && !choice.chance(4)) return next
    return time - choice.of([1_000, 15_000, 60_000])
  }

  #book(symbol: SymbolName, bids: [string, string][], asks: [string, string][]): void {
    // Both sizes 0 are sizes that are not told.
    const isUnsized = [...bids, ...asks].every(([, size]) => size === '0')
    const levels = (side: [string, string][]): Level[] =>
      side
        .map(([price, size]) => ({
          price: micros(price),
          left: isUnsized ? undefined : micros(size),
        }))
        .filter(({ left }) => left === undefined || left > 0n)
    const time = this.#bus.clock.now()
    this.#books.set(symbol, { time, bids: levels(bids), asks: levels(asks) })
    this.#show({ kind: 'book', symbol, left: undefined })
  }

  #quote(symbol: SymbolName): void {
    const choice = this.#choice
    const bid = this.near(symbol, 2)
    const ask = bid + 1 + choice.below(3)
    const size = (): string => (choice.chance(4) ? '0' : String(choice.below(12)))
    const [bidSize, askSize] = [size(), size()]
    this.#book(symbol, [[text(bid), bidSize]], [[text(ask), askSize]])
    this.#bus.emitSync('market.quote_update', {
      symbol,
      timestamp: this.#bus.clock.now(),
      bidPrice: new Decimal(text(bid)),
      bidSize: new Decimal(bidSize),
      askPrice: new Decimal(text(ask)),
      askSize: new Decimal(askSize),
    })
  }

  #depth(symbol: SymbolName): void {
    const choice = this.#choice
    const bid = this.near(symbol, 2)
    const ask = bid + 1 + choice.below(3)
    const size = (): string => String(1 + choice.below(6))
    const bids = [0, 1, 2].map((step): [string, string] => [text(bid - step), size()])
    const asks = [0, 1, 2].map((step): [string, string] => [text(ask + step), size()])
    this.#book(symbol, bids, asks)
    const exact = (side: [string, string][]): [Decimal, Decimal][] =>
      side.map(([price, amount]) => [new Decimal(price), new Decimal(amount)])
    this.#bus.emitSync('market.depth_update', {
      symbol,
      timestamp: this.#bus.clock.now(),
      bids: exact(bids),
      asks: exact(asks),
    })
  }

  #trade(symbol: SymbolName): void {
    const price = this.priceText(symbol, 3)
    const size = String(1 + this.#choice.below(15))
    const at = micros(price)
    const left = (micros(size) * this.#options.tradeTenths) / 10n
    this.#pass(symbol, at, at, this.#bus.clock.now())
    this.#show({ kind: 'trade', symbol, low: at, high: at, close: at, left })
    this.#bus.emitSync('market.trade_tick', {
      symbol,
      timestamp: this.#bus.clock.now(),
      price: new Decimal(price),
      size: new Decimal(size),
      aggressorSide: 'none',
    })
  }

  #last(symbol: SymbolName): void {
    const price = this.priceText(symbol, 3)
    const at = micros(price)
    this.#show({ kind: 'last', symbol, low: at, high: at, close: at, left: undefined })
    this.#bus.emitSync('market.data_update', {
      symbol,
      timestamp: this.#bus.clock.now(),
      last: new Decimal(price),
    })
  }
}
