import type { Catalog } from '../events/catalog.ts'
import { type Block, prose, type StateGroup, type Step } from './page.ts'
import { isTradingEvent } from './trading-event.ts'

/** A picture of the states that events lead through. */
interface LifeCycle {
  readonly title: string
  readonly words: string
  readonly steps: readonly Step[]
  readonly group?: StateGroup
}

const orders: LifeCycle = {
  title: 'The life of an order',
  words:
    'Real venues do send a fill before the acceptance, and a fill after a cancellation: both are legal. A repeated `tradeId` is one fill. A change, `order.modified`, leaves a standing order in its state, and a refused wish, `order.cancel_rejected` or `order.modify_rejected`, changes nothing.',
  steps: [
    ['[*]', 'submitted', 'order.submitted'],
    ['submitted', 'placed', 'order.placed'],
    ['submitted', 'rejected', 'order.rejected'],
    ['placed', 'triggered', 'order.triggered'],
    ['placed', 'partly_filled', 'order.partial_fill'],
    ['triggered', 'partly_filled', 'order.partial_fill'],
    // One arrow each: pictures draw two of a state to itself over each other.
    ['placed', 'placed', 'order.modified'],
    ['triggered', 'triggered', 'order.modified'],
    ['partly_filled', 'partly_filled', 'order.partial_fill, order.modified'],
    ['standing', 'filled', 'order.filled'],
    ['standing', 'cancelled', 'order.cancelled'],
    ['standing', 'expired', 'order.expired'],
  ],
  group: { name: 'standing', states: ['placed', 'triggered', 'partly_filled'] },
}

const positions: LifeCycle = {
  title: 'The life of a position',
  words:
    'A fill that goes beyond 0 closes the position and opens another one: two events. `position.pnl_update` comes with prices, not with fills.',
  steps: [
    ['[*]', 'open', 'position.opened'],
    ['open', 'open', 'position.updated, position.pnl_update'],
    ['open', 'closed', 'position.closed'],
  ],
}

/** The life cycles whose events are all in a catalog, as ours. */
export function lifeCycles({ entries }: Catalog): readonly Block[] {
  const has = (type: string): boolean => {
    const entry = entries.get(type)
    return entry !== undefined && isTradingEvent(entry)
  }
  return [orders, positions]
    .filter(({ steps }) => steps.every(([, , events]) => events.split(', ').every(has)))
    .flatMap(({ title, words, steps, group }): readonly Block[] => [
      { kind: 'heading', text: [title] },
      { kind: 'states', steps, ...(group && { group }) },
      { kind: 'paragraph', text: prose(words) },
    ])
}
