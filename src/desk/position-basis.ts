import type { Decimal } from '../events/decimal.ts'
import { Exact, shareOf, zero } from './position-exact.ts'
import type { CostMethod } from './position-options.ts'

/** Units that were got at one price. All amounts are `Exact`. */
export interface Lot {
  readonly quantity: Decimal
  readonly price: Decimal
}

/** What is held, and what it has cost: price x quantity, without the multiplier. */
export interface CostBasis {
  /** How much is held: 0 or more. */
  readonly quantity: Decimal
  /** What it has cost. */
  readonly cost: Decimal
  /** The lots that are left, oldest first; none with the average. */
  readonly lots: readonly Lot[]
  /** Adds units. */
  add(quantity: Decimal, price: Decimal): void
  /** Gives up units, at most what is held, and returns what they have cost. */
  take(quantity: Decimal): Decimal
}

export function createBasis(method: CostMethod): CostBasis {
  return method === 'average' ? new AverageBasis(zero, zero) : new LotBasis(method, [])
}

/**
 * All units cost the same. The cost of a part is cut off after 40 places, and the rest keeps what was
 * cut off, so that the costs of all parts add up to the whole.
 */
export class AverageBasis implements CostBasis {
  readonly lots: readonly Lot[] = []
  quantity: Decimal
  cost: Decimal

  constructor(quantity: Decimal, cost: Decimal) {
    this.quantity = quantity
    this.cost = cost
  }

  add(quantity: Decimal, price: Decimal): void {
    this.quantity = this.quantity.plus(quantity)
    this.cost = this.cost.plus(price.times(quantity))
  }

  take(quantity: Decimal): Decimal {
    const taken = quantity.eq(this.quantity)
      ? this.cost
      : shareOf(this.cost, quantity, this.quantity)
    this.quantity = this.quantity.minus(quantity)
    this.cost = this.cost.minus(taken)
    return taken
  }
}

/** Units keep the price that they were got at: the oldest go first (fifo), or the newest (lifo). */
export class LotBasis implements CostBasis {
  readonly #method: 'fifo' | 'lifo'
  readonly #lots: Lot[] = []
  quantity: Decimal = zero
  cost: Decimal = zero

  constructor(method: 'fifo' | 'lifo', lots: readonly Lot[]) {
    this.#method = method
    for (const { quantity, price } of lots) this.add(quantity, price)
  }

  get lots(): readonly Lot[] {
    return this.#lots
  }

  add(quantity: Decimal, price: Decimal): void {
    const last = this.#lots.at(-1)
    // Neighbours of one price are one lot: the order among them cannot be told from outside.
    if (last?.price.eq(price) === true) {
      this.#lots[this.#lots.length - 1] = { quantity: last.quantity.plus(quantity), price }
    } else this.#lots.push({ quantity: new Exact(quantity), price })
    this.quantity = this.quantity.plus(quantity)
    this.cost = this.cost.plus(price.times(quantity))
  }

  take(quantity: Decimal): Decimal {
    const lots = this.#lots
    let wanted = quantity
    let taken = zero
    while (!wanted.isZero()) {
      const place = this.#method === 'fifo' ? 0 : lots.length - 1
      const lot = lots[place]!
      const isWhole = wanted.gte(lot.quantity)
      const part = isWhole ? lot.quantity : wanted
      taken = taken.plus(lot.price.times(part))
      wanted = wanted.minus(part)
      if (!isWhole) lots[place] = { quantity: lot.quantity.minus(part), price: lot.price }
      else if (this.#method === 'fifo') lots.shift()
      else lots.pop()
    }
    this.quantity = this.quantity.minus(quantity)
    this.cost = this.cost.minus(taken)
    return taken
  }
}
