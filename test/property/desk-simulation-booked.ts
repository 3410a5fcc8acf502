import type { Decimal, OrderSubmitted } from 'tradewire'
import type { ShownEvent } from './desk-simulation-market.ts'
import { type Micros, micros } from './desk-simulation-money.ts'

export type EndOfOrder = 'filled' | 'cancelled' | 'expired' | 'rejected'

/** Limit and trigger of an order from a time on. */
interface DatedTerms {
  readonly since: number
  readonly limit: Micros | undefined
  readonly trigger: Micros | undefined
}

/** An order, as its events tell of it. */
export interface BookedOrder {
  readonly terms: OrderSubmitted
  readonly submittedAt: number
  quantity: Micros
  limit: Micros | undefined
  trigger: Micros | undefined
  filled: Micros
  paid: bigint
  placed: boolean
  triggered: boolean
  /** The market event in which it came, was changed or was triggered: it meets the book before that. */
  meetsBookIn: ShownEvent | undefined
  modified: boolean
  /** Its terms, oldest first. */
  readonly dated: DatedTerms[]
  end: EndOfOrder | undefined
  /** When it ended; Infinity before. */
  endedAt: number
  /** When it came to the venue; undefined until it is told. */
  arrivedAt: number | undefined
  changedAt: number
  /** How large the position could have become with it, as it was submitted. */
  worst: Micros
  /** The market event at which it was last filled. */
  filledBy: ShownEvent | undefined
  /** How many events its symbol had when it was cancelled. */
  cancelledAt: number
  lateFills: number
  /** How often a bar told after its end that it was filled before that. */
  pastFills: number
  /** Starts of bars that have filled it before it was told to have arrived. */
  readonly unplaced: number[]
}

const toMicros = (value: Decimal): Micros => micros(value.toFixed())

/** What an order asked for at a time. */
export function termsAt({ dated }: Pick<BookedOrder, 'dated'>, timestamp: number): DatedTerms {
  return dated.findLast(({ since }) => since <= timestamp)!
}

export function begun(terms: OrderSubmitted, submittedAt: number): BookedOrder {
  const quantity = toMicros(terms.quantity)
  return {
    terms,
    submittedAt,
    quantity,
    limit: terms.price && toMicros(terms.price),
    trigger: terms.triggerPrice && toMicros(terms.triggerPrice),
    filled: 0n,
    paid: 0n,
    placed: false,
    triggered: false,
    meetsBookIn: undefined,
    modified: false,
    dated: [
      {
        since: -Infinity,
        limit: terms.price && toMicros(terms.price),
        trigger: terms.triggerPrice && toMicros(terms.triggerPrice),
      },
    ],
    end: undefined,
    endedAt: Infinity,
    arrivedAt: undefined,
    changedAt: -Infinity,
    worst: 0n,
    filledBy: undefined,
    cancelledAt: 0,
    lateFills: 0,
    pastFills: 0,
    unplaced: [],
  }
}

/** Whether an order was there, and had not ended, at a time. */
export function stoodAt(order: BookedOrder, timestamp: number): boolean {
  return hasCome(order, timestamp) && timestamp < order.endedAt
}

export function hasCome({ arrivedAt, submittedAt }: BookedOrder, timestamp: number): boolean {
  return (arrivedAt ?? submittedAt) <= timestamp
}
