import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { Exact, toFloat } from './position-exact.ts'
import type { Holding } from './position-holding.ts'
import { Market, toInstrument } from './position-market.ts'
import { Amounts, Exchange } from './position-money.ts'
import type { PositionSettings } from './position-options.ts'
import { TradeMemory } from './position-trades.ts'
import { PositionValues } from './position-values.ts'
import type { PositionBus, PositionListener } from './position.ts'

/** How many marks are added up as differences before all is added up anew. */
const marksPerSum = 256

/** All that a keeper knows: markets, open positions and money. It emits nothing but warnings. */
export class Ledger {
  readonly bus: PositionBus
  readonly settings: PositionSettings
  readonly exchange: Exchange
  readonly trades: TradeMemory
  readonly markets = new Map<string, Market>()
  /** All open positions, in the order they were opened; replaced when one comes or goes. */
  open: readonly Holding[] = []
  /** Replaced when one comes or goes. */
  listeners: readonly PositionListener[] = []
  readonly balances = new Amounts()
  readonly realized = new Amounts()
  readonly fees = new Amounts()
  readonly feesApart = new Amounts()
  readonly #positions = new PositionValues()
  /** How many positions were ever opened: the number of the newest. */
  openings = 0
  closedCount = 0
  fillCount = 0
  repeatedCount = 0
  /** Near the sums of the values of all open positions, with and without their signs. */
  #valueFloat = 0
  #exposureFloat = 0
  #marksInSum = 0
  #cashFloat: number

  constructor(bus: PositionBus, settings: PositionSettings) {
    this.bus = bus
    this.settings = settings
    this.exchange = new Exchange(bus, settings)
    this.trades = new TradeMemory(settings.dedupCapacity)
    this.balances.add(settings.currency, new Exact(settings.initialCash))
    this.#cashFloat = toFloat(settings.initialCash)
  }

  /** The market of a symbol, from the first time that it is heard of. */
  marketOf(symbol: string): Market {
    let market = this.markets.get(symbol)
    if (market === undefined) {
      const { instruments, pricesIn } = this.settings
      market = new Market(toInstrument(symbol, instruments.get(symbol) ?? {}, pricesIn))
      this.markets.set(symbol, market)
    }
    return market
  }

  /** Takes in a position that was opened. */
  enter(market: Market, holding: Holding): void {
    market.holdings = [...market.holdings, holding]
    this.open = [...this.open, holding]
    this.#positions.touch(holding)
  }

  /** Lets go of a position that was closed. */
  leave(market: Market, holding: Holding): void {
    holding.timer?.cancel()
    market.holdings = market.holdings.filter((other) => other !== holding)
    this.open = this.open.filter((other) => other !== holding)
    this.closedCount += 1
    this.#positions.drop(holding)
  }

  /** Takes account of what a fill has made of a position. */
  touch(holding: Holding): void {
    this.#positions.touch(holding)
  }

  /** Takes account of one holding's new mark; `before` is near its value until then. */
  revalue(holding: Holding, before: number): void {
    this.#positions.touch(holding)
    const after = holding.valueFloat
    this.#marksInSum += 1
    if (this.#marksInSum >= marksPerSum) {
      this.#sumUp()
      return
    }
    this.#valueFloat += after - before
    this.#exposureFloat += Math.abs(after) - Math.abs(before)
  }

  /** Computes the floats anew, after a fill. */
  refreshFloats(): void {
    this.#cashFloat = toFloat(this.balances.of(this.settings.currency))
    this.#sumUp()
  }

  /** Differences of floats lose a little each time: now and then they begin anew. */
  #sumUp(): void {
    this.#marksInSum = 0
    this.#valueFloat = 0
    this.#exposureFloat = 0
    for (const { valueFloat } of this.open) {
      this.#valueFloat += valueFloat
      this.#exposureFloat += Math.abs(valueFloat)
    }
  }

  get cash(): Decimal {
    return this.exchange.total(this.balances.entries())
  }

  get equity(): Decimal {
    const amounts = new Amounts()
    for (const [currency, amount] of this.#positions.values.entries()) amounts.add(currency, amount)
    for (const [currency, amount] of this.balances.entries()) amounts.add(currency, amount)
    return this.exchange.total(amounts.entries())
  }

  get realizedPnl(): Decimal {
    return this.exchange.total(this.realized.entries())
  }

  get unrealizedPnl(): Decimal {
    const amounts = new Amounts()
    for (const holding of this.open) {
      amounts.add(holding.state.identity.currency, holding.unrealized)
    }
    return this.exchange.total(amounts.entries())
  }

  get exposure(): Decimal {
    return this.exchange.total(this.#positions.sizes.entries())
  }

  /** Rates may have changed since the last mark: with a second currency it is computed anew. */
  get equityFloat(): number {
    return this.balances.size > 1 ? toFloat(this.equity) : this.#cashFloat + this.#valueFloat
  }

  get exposureFloat(): number {
    return this.balances.size > 1 ? toFloat(this.exposure) : this.#exposureFloat
  }

  /** Tells the listeners, in order of their registration. */
  tell(reason: 'fill' | 'mark', event: TradewireEvent): void {
    for (const listener of this.listeners) listener(reason, event)
  }
}
