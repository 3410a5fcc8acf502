import type { Registration } from '../bus/observers.ts'
import type { Subscription } from '../delivery/subscription.ts'
import { Decimal } from '../events/decimal.ts'
import { Booking } from './position-booking.ts'
import { toFloat, zero } from './position-exact.ts'
import type { Holding } from './position-holding.ts'
import { Ledger } from './position-ledger.ts'
import { Marking } from './position-marking.ts'
import { isAllowed } from './position-market.ts'
import type { PositionSettings } from './position-options.ts'
import { restoreLedger, takeSnapshot } from './position-restore.ts'
import type { PositionSnapshot } from './position-snapshot.ts'
import type { Position, PositionBus, PositionListener, PositionQuery } from './position.ts'

/** What `positionKeeper` returns: a ledger, and its subscriptions. */
export class LedgerKeeper {
  readonly currency: string
  readonly #ledger: Ledger
  readonly #marking: Marking
  readonly #subscriptions: readonly Subscription[]

  constructor(bus: PositionBus, settings: PositionSettings) {
    this.currency = settings.currency
    this.#ledger = new Ledger(bus, settings)
    if (settings.restore !== undefined) restoreLedger(this.#ledger, settings.restore)
    this.#marking = new Marking(this.#ledger)
    this.#subscriptions = subscribe(this.#ledger, new Booking(this.#ledger), this.#marking)
  }

  get cash(): Decimal {
    return new Decimal(this.#ledger.cash)
  }

  get balances(): ReadonlyMap<string, Decimal> {
    return this.#ledger.balances.toMap()
  }

  get equity(): Decimal {
    return new Decimal(this.#ledger.equity)
  }

  get realizedPnl(): Decimal {
    return new Decimal(this.#ledger.realizedPnl)
  }

  get unrealizedPnl(): Decimal {
    return new Decimal(this.#ledger.unrealizedPnl)
  }

  get exposure(): Decimal {
    return new Decimal(this.#ledger.exposure)
  }

  get fees(): ReadonlyMap<string, Decimal> {
    return this.#ledger.fees.toMap()
  }

  get feesApart(): ReadonlyMap<string, Decimal> {
    return this.#ledger.feesApart.toMap()
  }

  get closedCount(): number {
    return this.#ledger.closedCount
  }

  get openCount(): number {
    return this.#ledger.open.length
  }

  get fillCount(): number {
    return this.#ledger.fillCount
  }

  get repeatedCount(): number {
    return this.#ledger.repeatedCount
  }

  get equityFloat(): number {
    return this.#ledger.equityFloat
  }

  get exposureFloat(): number {
    return this.#ledger.exposureFloat
  }

  get(symbol: string, query: PositionQuery = {}): Position | undefined {
    return this.#of(symbol)
      .find((holding) => isAllowed(holding, query))
      ?.toPosition()
  }

  quantity(symbol: string, query?: PositionQuery): Decimal {
    let sum = zero
    for (const holding of this.#of(symbol)) {
      if (query !== undefined && !isAllowed(holding, query)) continue
      const { basis, direction } = holding.state
      sum = direction === 1 ? sum.plus(basis.quantity) : sum.minus(basis.quantity)
    }
    return new Decimal(sum)
  }

  quantityFloat(symbol: string, query?: PositionQuery): number {
    let sum = 0
    for (const holding of this.#of(symbol)) {
      if (query === undefined || isAllowed(holding, query)) sum += holding.quantityFloat
    }
    return sum
  }

  all(): readonly Position[] {
    return this.#ledger.open.map((holding) => holding.toPosition())
  }

  mark(symbol: string): Decimal | undefined {
    return this.#ledger.markets.get(symbol)?.mark
  }

  markFloat(symbol: string): number {
    const mark = this.mark(symbol)
    return mark === undefined ? NaN : toFloat(mark)
  }

  multiplier(symbol: string): Decimal {
    return this.#ledger.settings.instruments.get(symbol)?.multiplier ?? new Decimal(1)
  }

  currencyOf(symbol: string): string {
    const { instruments, pricesIn } = this.#ledger.settings
    return instruments.get(symbol)?.currency ?? pricesIn
  }

  onChange(listener: PositionListener): Registration {
    const ledger = this.#ledger
    // Two registrations of one function are two: each removes its own.
    const own: PositionListener = (reason, event) => listener(reason, event)
    ledger.listeners = [...ledger.listeners, own]
    const remove = (): void => {
      ledger.listeners = ledger.listeners.filter((other) => other !== own)
    }
    return { remove, [Symbol.dispose]: remove }
  }

  snapshot(): PositionSnapshot {
    return takeSnapshot(this.#ledger)
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
    this.#marking.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #of(symbol: string): readonly Holding[] {
    return this.#ledger.markets.get(symbol)?.holdings ?? []
  }
}

function subscribe({ bus, settings }: Ledger, booking: Booking, marking: Marking): Subscription[] {
  const options = { priority: settings.priority }
  const has = new Set(settings.marks)
  return [
    bus.on(['order.partial_fill', 'order.filled'], (event) => booking.book(event), options),
    has.has('bar') && bus.on('market.new_bar', (event) => marking.bar(event), options),
    has.has('quote') && bus.on('market.quote_update', (event) => marking.quote(event), options),
    has.has('trade') && bus.on('market.trade_tick', (event) => marking.trade(event), options),
    has.has('data') && bus.on('market.data_update', (event) => marking.data(event), options),
  ].filter((subscription) => subscription !== false)
}
