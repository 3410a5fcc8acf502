import { describeValue } from '../errors/checks.ts'
import { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { converted } from './conversion.ts'
import { Exact, zero } from './position-exact.ts'
import type { PositionBus } from './position.ts'
import type { ConvertCurrency } from './position-options.ts'

/** Amounts by currency. All are `Exact`. */
export class Amounts {
  readonly #amounts = new Map<string, Decimal>()

  of(currency: string): Decimal {
    return this.#amounts.get(currency) ?? zero
  }

  add(currency: string, amount: Decimal): void {
    this.#amounts.set(currency, this.of(currency).plus(amount))
  }

  clear(): void {
    this.#amounts.clear()
  }

  has(currency: string): boolean {
    return this.#amounts.has(currency)
  }

  /** How many currencies there are. */
  get size(): number {
    return this.#amounts.size
  }

  entries(): Iterable<[string, Decimal]> {
    return this.#amounts
  }

  /** A copy for whoever asks from outside. */
  toMap(): ReadonlyMap<string, Decimal> {
    return new Map(
      Array.from(this.#amounts, ([currency, amount]) => [currency, new Decimal(amount)]),
    )
  }
}

/** What `Exchange` needs of its keeper. */
export interface ExchangeSettings {
  readonly currency: string
  readonly source: string
  readonly convert: ConvertCurrency | undefined
}

/** Converts between currencies, and warns, once for each, of those that it cannot convert. */
export class Exchange {
  readonly #bus: PositionBus
  readonly #settings: ExchangeSettings
  readonly #warned = new Set<string>()

  constructor(bus: PositionBus, settings: ExchangeSettings) {
    this.#bus = bus
    this.#settings = settings
  }

  /** `amount` in another currency, at a time in milliseconds since the Unix epoch, if it is known. */
  convert(
    amount: Decimal,
    from: string,
    to: string,
    at: number,
    cause: TradewireEvent | undefined,
  ): Decimal | undefined {
    if (from === to) return amount
    const result = converted(this.#settings.convert, amount, from, to, at)
    if (typeof result !== 'string') return new Exact(result)
    this.#warn(from, to, result, cause)
    return undefined
  }

  /** The sum of amounts in the currency of the keeper; those that cannot be converted are left out. */
  total(amounts: Iterable<[string, Decimal]>): Decimal {
    const { currency } = this.#settings
    let sum = zero
    for (const [from, amount] of amounts) {
      if (amount.isZero()) continue
      const converted = this.convert(amount, from, currency, this.#bus.clock.now(), undefined)
      if (converted !== undefined) sum = sum.plus(converted)
    }
    return sum
  }

  #warn(from: string, to: string, reason: string, cause: TradewireEvent | undefined): void {
    if (this.#warned.has(from) || this.#bus.closed) return
    this.#warned.add(from)
    const data = {
      timestamp: this.#bus.clock.now(),
      code: 'currency_unknown',
      message: `Amounts in ${describeValue(from)} are kept apart, as they could not be converted to ${describeValue(to)}: ${reason}. Give positionKeeper a convert that knows this currency.`,
      details: { from, to },
    }
    this.#bus.emitSync('system.warning', data, { source: this.#settings.source, cause })
  }
}
