import { requireInteger, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { seededRandom } from '../time/random.ts'

/**
 * Faults that real venues have, to drill what listens to them. Each rate is the share of cases that it
 * befalls, from 0 to 1; default 0.
 */
export interface PaperFaultOptions {
  /** Chooses the cases: the same seed gives the same faults. A whole number from 0. Default 1. */
  readonly seed?: number
  /** Orders that are rejected with the code `FAULT` as they arrive. */
  readonly rejectRate?: number
  /** Fills that are sent twice, with the same `tradeId`. */
  readonly duplicateFillRate?: number
  /** Fills that come as two smaller ones, unless the order is `fok`. */
  readonly partialFillRate?: number
  /** Orders whose `order.placed` comes after the next market event, and after their first fill by it. */
  readonly fillBeforePlacedRate?: number
  /** Cancelled orders that the next market event may still fill, after their `order.cancelled`. */
  readonly fillAfterCancelRate?: number
}

const rates = [
  'rejectRate',
  'duplicateFillRate',
  'partialFillRate',
  'fillBeforePlacedRate',
  'fillAfterCancelRate',
] as const

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
export function requireFaults(options: PaperFaultOptions): PaperFaultOptions {
  requireOptions('faults', options, ['seed', ...rates])
  if (options.seed !== undefined) requireInteger('faults.seed', options.seed)
  for (const name of rates) {
    const rate = options[name]
    if (rate === undefined || requireNumber(`faults.${name}`, rate, 0) <= 1) continue
    throw new ConfigurationError(`faults.${name} must be from 0 to 1, but is ${rate}.`)
  }
  return options
}

/** Decides which cases a fault befalls. */
export class PaperFaults {
  readonly #options: PaperFaultOptions
  readonly #random: () => number

  constructor(options: PaperFaultOptions) {
    this.#options = options
    this.#random = seededRandom(options.seed ?? 1)
  }

  rejects(): boolean {
    return this.#befalls(this.#options.rejectRate)
  }

  repeatsFill(): boolean {
    return this.#befalls(this.#options.duplicateFillRate)
  }

  splitsFill(): boolean {
    return this.#befalls(this.#options.partialFillRate)
  }

  fillsBeforePlaced(): boolean {
    return this.#befalls(this.#options.fillBeforePlacedRate)
  }

  fillsAfterCancel(): boolean {
    return this.#befalls(this.#options.fillAfterCancelRate)
  }

  /** Which share of a fill comes first: 0.1, 0.2 … 0.9. */
  firstShare(): string {
    return `0.${1 + Math.floor(this.#random() * 9)}`
  }

  #befalls(rate: number | undefined): boolean {
    return rate !== undefined && rate > 0 && this.#random() < rate
  }
}
