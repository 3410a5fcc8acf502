import type { Decimal } from '../events/decimal.ts'
import { zero } from './position-exact.ts'
import type { Holding } from './position-holding.ts'
import { Amounts } from './position-money.ts'

/**
 * What all open positions are worth, added up exactly, by currency. Only what has changed since it was last
 * asked for is computed anew: whoever asks at every event pays for one position, however many are open.
 */
export class PositionValues {
  readonly #values = new Amounts()
  readonly #sizes = new Amounts()
  /** Those whose value is not the one that is in the sums. */
  readonly #stale = new Set<Holding>()

  /** The value of a position has changed, or it is new. */
  touch(holding: Holding): void {
    if (holding.isStale) return
    holding.isStale = true
    this.#stale.add(holding)
  }

  /** A position is closed: nothing of it is in the sums. */
  drop(holding: Holding): void {
    this.#stale.delete(holding)
    this.#count(holding, zero)
  }

  /** The sums of values; those of short positions are below 0. */
  get values(): Amounts {
    this.#refresh()
    return this.#values
  }

  /** The sums of values without their signs. */
  get sizes(): Amounts {
    this.#refresh()
    return this.#sizes
  }

  #refresh(): void {
    if (this.#stale.size === 0) return
    for (const holding of this.#stale) this.#count(holding, holding.value)
    this.#stale.clear()
  }

  #count(holding: Holding, value: Decimal): void {
    const { counted, state } = holding
    const { currency } = state.identity
    holding.isStale = false
    holding.counted = value
    this.#values.add(currency, value.minus(counted))
    this.#sizes.add(currency, value.abs().minus(counted.abs()))
  }
}
