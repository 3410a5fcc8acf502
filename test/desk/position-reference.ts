/**
 * Positions and money by fractions of whole numbers: slow, plain, and without a line in common with the
 * keeper. It knows one rule of the keeper: a share is cut off after 40 places.
 */

/** A fraction: `top` / `bottom`, the latter above 0; not always in its lowest terms. */
export interface Fraction {
  readonly top: bigint
  readonly bottom: bigint
}

export function fraction(text: string): Fraction {
  const [whole, places = ''] = text.split('.')
  return { top: BigInt(whole! + places), bottom: 10n ** BigInt(places.length) }
}

const none = fraction('0')
const plus = (a: Fraction, b: Fraction): Fraction =>
  reduced(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom)
const negative = (a: Fraction): Fraction => ({ top: -a.top, bottom: a.bottom })
const minus = (a: Fraction, b: Fraction): Fraction => plus(a, negative(b))
const times = (a: Fraction, b: Fraction): Fraction => reduced(a.top * b.top, a.bottom * b.bottom)
const over = (a: Fraction, b: Fraction): Fraction =>
  b.top < 0n
    ? reduced(-a.top * b.bottom, a.bottom * -b.top)
    : reduced(a.top * b.bottom, a.bottom * b.top)
const isLess = (a: Fraction, b: Fraction): boolean => minus(a, b).top < 0n

function reduced(top: bigint, bottom: bigint): Fraction {
  let [a, b] = [top < 0n ? -top : top, bottom]
  while (b !== 0n) [a, b] = [b, a % b]
  return a === 0n ? { top: 0n, bottom: 1n } : { top: top / a, bottom: bottom / a }
}

/** Cut off after 40 places, towards 0, as the division of whole numbers does it. */
function cutOff({ top, bottom }: Fraction): Fraction {
  return reduced((top * 10n ** 40n) / bottom, 10n ** 40n)
}

/** Whether decimal text says exactly this. */
export function isExactly(text: string, expected: Fraction): boolean {
  return minus(fraction(text), expected).top === 0n
}

/** A fill as the reference takes it. `fee` is in the currency of the instrument. */
export interface ReferenceFill {
  readonly isBuy: boolean
  readonly quantity: Fraction
  readonly price: Fraction
  readonly fee: Fraction
}

interface Unit {
  quantity: Fraction
  price: Fraction
}

/** One position, always of one owner and symbol. */
export class ReferencePosition {
  readonly #method: 'average' | 'fifo' | 'lifo'
  readonly #multiplier: Fraction
  /** Above 0 long, below 0 short. */
  quantity: Fraction = none
  cash: Fraction = none
  realized: Fraction = none
  closed = 0
  opened = 0
  #cost: Fraction = none
  #lots: Unit[] = []

  constructor(method: 'average' | 'fifo' | 'lifo', multiplier: Fraction) {
    this.#method = method
    this.#multiplier = multiplier
  }

  /** What is held has cost this, with the multiplier. */
  get cost(): Fraction {
    const sum =
      this.#method === 'average'
        ? this.#cost
        : this.#lots.reduce((all, lot) => plus(all, times(lot.quantity, lot.price)), none)
    return times(sum, this.#multiplier)
  }

  unrealized(mark: Fraction): Fraction {
    const value = times(times(this.quantity, mark), this.#multiplier)
    return this.quantity.top < 0n ? plus(value, this.cost) : minus(value, this.cost)
  }

  take({ isBuy, quantity, price, fee }: ReferenceFill): void {
    const value = times(times(price, quantity), this.#multiplier)
    this.cash = minus(isBuy ? minus(this.cash, value) : plus(this.cash, value), fee)
    this.realized = minus(this.realized, fee)
    const isLong = this.quantity.top > 0n
    const held = isLong ? this.quantity : negative(this.quantity)
    if (held.top === 0n || isLong === isBuy) {
      this.#add(isBuy, quantity, price)
      return
    }
    const closing = isLess(quantity, held) ? quantity : held
    const cost = this.#give(closing, held)
    const gain = minus(times(price, closing), cost)
    this.realized = plus(this.realized, times(isLong ? gain : negative(gain), this.#multiplier))
    this.quantity = isLong ? minus(this.quantity, closing) : plus(this.quantity, closing)
    if (this.quantity.top === 0n) this.closed += 1
    const rest = minus(quantity, closing)
    if (rest.top !== 0n) this.#add(isBuy, rest, price)
  }

  #add(isBuy: boolean, quantity: Fraction, price: Fraction): void {
    if (this.quantity.top === 0n) this.opened += 1
    this.quantity = isBuy ? plus(this.quantity, quantity) : minus(this.quantity, quantity)
    this.#cost = plus(this.#cost, times(quantity, price))
    this.#lots.push({ quantity, price })
  }

  #give(quantity: Fraction, held: Fraction): Fraction {
    if (this.#method === 'average') {
      const isAll = minus(held, quantity).top === 0n
      const part = isAll ? this.#cost : cutOff(over(times(this.#cost, quantity), held))
      this.#cost = minus(this.#cost, part)
      return part
    }
    let cost = none
    let left = quantity
    while (left.top > 0n) {
      const lot = this.#method === 'fifo' ? this.#lots[0]! : this.#lots.at(-1)!
      const part = isLess(left, lot.quantity) ? left : lot.quantity
      cost = plus(cost, times(part, lot.price))
      left = minus(left, part)
      lot.quantity = minus(lot.quantity, part)
      this.#lots = this.#lots.filter((other) => other.quantity.top > 0n)
    }
    return cost
  }
}

/** What the sum of the cash and the value of what is held must be, whatever was traded. */
export function balanceOf(initial: Fraction, all: readonly Fraction[]): Fraction {
  return all.reduce(plus, initial)
}
