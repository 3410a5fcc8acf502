import type { EventNotes } from '../events/notes.ts'

const aVenue = 'The paper broker, as `paper-broker`; live, the adapter of a venue'
const termInvariants = [
  '`quantity` is above 0.',
  'An order of type `limit` or `stop_limit` has a `price`.',
  'An order of type `stop` or `stop_limit` has a `triggerPrice`.',
]
const fillInvariants = [
  '`lastQuantity` and `filledQuantity` are above 0.',
  'Filled and remaining quantity add up to that of the order. That is not checked, as it takes the order.',
]
const filledSoFar = '`filledQuantity` is 0 or more.'
const standing = ['order.placed', 'order.partial_fill', 'order.modified']

/** What is noted of the order events, by type. */
export const orderNotes: Readonly<Record<string, EventNotes>> = {
  'order.submitted': {
    emittedWhen:
      'An order is sent. Whoever emits it sends an order: the desk hands it to its broker.',
    emittedBy:
      'The desk, as `desk`, for its orders; the protection, as `protection`, and the risk guard, as `risk-guard`, for orders that close a position',
    invariants: termInvariants,
    before: [
      'market.new_bar',
      'market.quote_update',
      'market.trade_tick',
      'risk.stop_loss_triggered',
      'risk.take_profit_triggered',
    ],
    after: ['order.placed', 'order.rejected'],
  },
  'order.placed': {
    emittedWhen: 'The venue has accepted an order. A venue may report a fill before it.',
    emittedBy: aVenue,
    invariants: termInvariants,
    before: ['order.submitted'],
    after: [
      'order.triggered',
      'order.partial_fill',
      'order.filled',
      'order.cancelled',
      'order.expired',
      'order.modified',
    ],
  },
  'order.filled': {
    emittedWhen: 'A fill has completed an order. A venue may send the same fill again.',
    emittedBy: aVenue,
    invariants: ['`remainingQuantity` is 0.', ...fillInvariants],
    before: [...standing, 'order.triggered'],
    after: ['position.opened', 'position.updated', 'position.closed'],
  },
  'order.partial_fill': {
    emittedWhen: 'A fill has executed a part of an order, and a part of it still stands.',
    emittedBy: aVenue,
    invariants: ['`remainingQuantity` is above 0.', ...fillInvariants],
    before: [...standing, 'order.triggered'],
    after: [
      'order.partial_fill',
      'order.filled',
      'order.cancelled',
      'order.expired',
      'position.opened',
      'position.updated',
      'position.closed',
    ],
  },
  'order.cancelled': {
    emittedWhen: 'An order was cancelled, as asked or by the venue. A late fill may still follow.',
    emittedBy: aVenue,
    invariants: [filledSoFar],
    before: standing,
    after: ['order.filled'],
  },
  'order.rejected': {
    emittedWhen: 'An order was not accepted.',
    emittedBy: `The desk, as \`risk-guard\`, for what the risk guard refuses. ${aVenue}`,
    before: ['order.submitted', 'risk.limit_exceeded'],
  },
  'order.expired': {
    emittedWhen: 'The time in force of an order has ended.',
    emittedBy: aVenue,
    invariants: [filledSoFar],
    before: standing,
  },
  'order.modified': {
    emittedWhen: 'The venue has changed an order as asked.',
    emittedBy: aVenue,
    invariants: [
      'At least one of `quantity`, `price` and `triggerPrice` is present.',
      '`quantity`, if present, is above 0.',
    ],
    before: ['order.placed', 'order.partial_fill'],
    after: ['order.triggered', 'order.partial_fill', 'order.filled', 'order.cancelled'],
  },
  'order.triggered': {
    emittedWhen: 'A price has woken a stop order.',
    emittedBy: aVenue,
    before: ['order.placed', 'order.modified'],
    after: ['order.partial_fill', 'order.filled', 'order.cancelled'],
  },
  'order.cancel_rejected': {
    emittedWhen: 'A wish to cancel was refused; the order stands as it was, if there is one.',
    emittedBy: aVenue,
    before: ['order.placed', 'order.filled'],
  },
  'order.modify_rejected': {
    emittedWhen: 'A wish to change an order was refused; the order stands as it was.',
    emittedBy: `The desk, as \`desk\`, for what the risk guard refuses. ${aVenue}`,
    before: ['order.placed', 'risk.limit_exceeded'],
  },
}
