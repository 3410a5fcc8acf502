import { Decimal } from 'tradewire'

/** The average of the last `length` values. Its sum is exact, so it never drifts from them. */
export class MovingAverage {
  readonly #length: number
  readonly #values: Decimal[] = []
  #sum = new Decimal(0)

  constructor(length: number) {
    this.#length = length
  }

  /** Takes one more value. Returns the average, or undefined until there are enough values. */
  add(value: Decimal): Decimal | undefined {
    this.#values.push(value)
    this.#sum = this.#sum.plus(value)
    if (this.#values.length > this.#length) this.#sum = this.#sum.minus(this.#values.shift()!)
    return this.#values.length < this.#length ? undefined : this.#sum.div(this.#length)
  }
}
