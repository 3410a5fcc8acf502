import type { Decimal } from '../events/decimal.ts'
import type { PositionKeeper } from '../desk/position-keeper.ts'

type Account = Pick<PositionKeeper, 'currency' | 'equity' | 'equityFloat'>

/** Sees whether an account that had something came to owe more than it had. */
export class RuinWatch {
  /** A value below this one is to be seen: never, for an account that had nothing to begin with. */
  below: number
  readonly #account: Account
  #first: number | undefined
  #lowest: { readonly equity: Decimal; readonly time: number } | undefined

  constructor(account: Account) {
    this.#account = account
    this.below = account.equityFloat > 0 ? 0 : -Infinity
  }

  /** Takes a value below `below`; what stands in the sentence is read exactly. */
  see(time: number, equity: number): void {
    const exact = this.#account.equity
    // A double next to 0 may be on the other side of it.
    if (!exact.isNegative() || exact.isZero()) return
    this.below = equity
    this.#first ??= time
    this.#lowest = { equity: exact, time }
  }

  /** One if the account was gone, else none. */
  sentences(): string[] {
    if (this.#first === undefined || this.#lowest === undefined) return []
    const { equity, time } = this.#lowest
    const lowest = `${equity.toFixed()} ${this.#account.currency}`
    return [
      `Equity was below 0, the first time on ${timeOf(this.#first)}, and at the lowest ${lowest} on ${timeOf(time)}: such an account could not have gone on, and the figures are not what it would have come to.`,
    ]
  }
}

function timeOf(time: number): string {
  return new Date(time).toISOString()
}
