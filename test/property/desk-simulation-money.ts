/** Whole numbers of 1e-6: what prices and quantities of the simulation are told in. */
export type Micros = bigint
/** Whole numbers of 1e-42: money, as exact as a share that is cut off after 40 places, times 12.5. */
export type Fine = bigint

const microPlaces = 6
const finePlaces = 42
/** A product of two amounts in 1e-6, in 1e-42. */
const ofProduct = 10n ** BigInt(finePlaces - 2 * microPlaces)
/** Of a quantity in 1e-6 and a multiplier in tenths. */
const valueUnit = 10n ** BigInt(microPlaces) * 10n
/** The share of an average cost has 40 places. */
const shareUnit = 10n ** BigInt(finePlaces - 40)

const powers = Array.from({ length: finePlaces + 1 }, (_, power) => 10n ** BigInt(power))

function scaled(text: string, places: number): bigint {
  const point = text.indexOf('.')
  if (point < 0) return BigInt(text) * powers[places]!
  const missing = places - (text.length - point - 1)
  if (missing < 0) throw new Error(`${text} has more than ${places} places`)
  return BigInt(text.slice(0, point) + text.slice(point + 1)) * powers[missing]!
}

/** A decimal text as a whole number of 1e-6: nothing of decimal.js. */
export function micros(text: string): Micros {
  return scaled(text, microPlaces)
}

/** A decimal text as a whole number of 1e-42. */
export function fine(text: string): Fine {
  return scaled(text, finePlaces)
}

export type Method = 'average' | 'fifo' | 'lifo'

/** A fill as the books take it. */
export interface BookedFill {
  /** Strategy and symbol: what positions are kept by. */
  readonly key: string
  readonly isBuy: boolean
  readonly quantity: Micros
  readonly price: Micros
  /** Tenths of units of the underlying in one unit. */
  readonly multiplier: bigint
  readonly fee: Fine
}

interface Lot {
  quantity: Micros
  readonly price: Micros
}

/** One position, by whole numbers. */
export class BookedPosition {
  readonly #method: Method
  /** Above 0 long, below 0 short. */
  quantity: Micros = 0n
  /** The sum of all that was bought, less what was sold. */
  traded: Micros = 0n
  realized: Fine = 0n
  multiplier = 10n
  closed = 0
  #cost: Fine = 0n
  #lots: Lot[] = []

  constructor(method: Method) {
    this.#method = method
  }

  /** What is held has cost this, without the multiplier. */
  get #held(): Fine {
    if (this.#method === 'average') return this.#cost
    return this.#lots.reduce((sum, { quantity, price }) => sum + quantity * price * ofProduct, 0n)
  }

  /** Value at a mark, given in 1e-42. */
  value(mark: Fine): Fine {
    return (this.quantity * mark * this.multiplier) / valueUnit
  }

  unrealized(mark: Fine): Fine {
    const cost = (this.#held * this.multiplier) / 10n
    return this.quantity < 0n ? this.value(mark) + cost : this.value(mark) - cost
  }

  take({ isBuy, quantity, price, multiplier, fee }: BookedFill): void {
    this.multiplier = multiplier
    this.traded += isBuy ? quantity : -quantity
    this.realized -= fee
    const isLong = this.quantity > 0n
    const held = isLong ? this.quantity : -this.quantity
    if (held === 0n || isLong === isBuy) {
      this.#add(isBuy, quantity, price)
      return
    }
    const closing = quantity < held ? quantity : held
    const gain = closing * price * ofProduct - this.#giveUp(closing, held)
    this.realized += ((isLong ? gain : -gain) * multiplier) / 10n
    this.quantity += isLong ? -closing : closing
    if (this.quantity === 0n) this.closed += 1
    if (quantity > closing) this.#add(isBuy, quantity - closing, price)
  }

  #add(isBuy: boolean, quantity: Micros, price: Micros): void {
    this.quantity += isBuy ? quantity : -quantity
    this.#cost += quantity * price * ofProduct
    this.#lots.push({ quantity, price })
  }

  #giveUp(quantity: Micros, held: Micros): Fine {
    if (this.#method === 'average') {
      const all = this.#cost
      const part = quantity === held ? all : ((all * quantity) / held / shareUnit) * shareUnit
      this.#cost -= part
      return part
    }
    let cost = 0n
    for (let left = quantity; left > 0n;) {
      const lot = this.#method === 'fifo' ? this.#lots[0]! : this.#lots.at(-1)!
      const part = left < lot.quantity ? left : lot.quantity
      cost += part * lot.price * ofProduct
      left -= part
      lot.quantity -= part
      if (lot.quantity > 0n) continue
      if (this.#method === 'fifo') this.#lots.shift()
      else this.#lots.pop()
    }
    return cost
  }
}

/** The money of an account, by whole numbers. */
export class MoneyBooks {
  readonly positions = new Map<string, BookedPosition>()
  readonly #method: Method
  readonly initial: Fine
  cash: Fine
  fees: Fine = 0n
  fills = 0

  constructor(method: Method, initial: string) {
    this.#method = method
    this.initial = fine(initial)
    this.cash = this.initial
  }

  take(fill: BookedFill): void {
    let position = this.positions.get(fill.key)
    if (position === undefined) {
      position = new BookedPosition(this.#method)
      this.positions.set(fill.key, position)
    }
    const value = (fill.quantity * fill.price * ofProduct * fill.multiplier) / 10n
    this.cash += (fill.isBuy ? -value : value) - fill.fee
    this.fees += fill.fee
    this.fills += 1
    position.take(fill)
  }

  get realized(): Fine {
    let sum = 0n
    for (const { realized } of this.positions.values()) sum += realized
    return sum
  }

  /** What is held of a symbol by all strategies. */
  quantityOf(symbol: string): Micros {
    let sum = 0n
    for (const [key, { quantity }] of this.positions) {
      if (key.endsWith(`/${symbol}`)) sum += quantity
    }
    return sum
  }
}

/** What a fill costs: a rate in millionths of its value. */
export function feeOf(
  fill: Pick<BookedFill, 'price' | 'quantity' | 'multiplier'>,
  rate: bigint,
): Fine {
  return (((fill.price * fill.quantity * ofProduct * fill.multiplier) / 10n) * rate) / 1_000_000n
}
