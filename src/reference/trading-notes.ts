import type { EventNotes } from '../events/notes.ts'
import { orderNotes } from './order-notes.ts'

const aSource = 'The adapter of a venue; in a backtest or a replay, the source of the data'
const aConnection = '`reconnecting`, as `connection`; the adapter of a venue that connects itself'
const aKeeper = 'The position keeper, also that of a desk, as `position-keeper`'
const aGuard = 'The risk guard, also that of a desk, as `risk-guard`'
const aMonitor = 'The health monitor, as `health-monitor`'
const heldAbove0 = '`quantity` is above 0.'
const notFlat = '`side` is `flat` exactly when `quantity` is 0.'
const fills = ['order.partial_fill', 'order.filled']
const commonUnit = 'Both values count the same `unit`. That is not checked.'

const marketNotes: Readonly<Record<string, EventNotes>> = {
  'market.new_bar': {
    emittedWhen: 'A bar closes. `timestamp` is the time of its close.',
    emittedBy: aSource,
    invariants: [
      '`low` is at or below `open` and `close`, and `high` at or above them.',
      '`openTime` is before `timestamp`.',
      '`volume` is 0 or more.',
    ],
    before: ['market.trade_tick'],
    after: ['order.submitted', 'position.pnl_update'],
  },
  'market.data_update': {
    emittedWhen: 'A venue sends new figures of an instrument, such as its mark price.',
    emittedBy: aSource,
    invariants: ['At least one value is present.', '`volume` is 0 or more.'],
    after: ['position.pnl_update'],
  },
  'market.quote_update': {
    emittedWhen: 'The best bid or the best ask has changed, in price or in size.',
    emittedBy: `${aSource}; the order book, as \`order-book\`, while it is live`,
    invariants: [
      'Both sizes are 0 or more.',
      'A quote may be locked or crossed: that the bid is below the ask is not checked.',
    ],
    before: ['market.orderbook_update'],
    after: ['order.submitted', 'position.pnl_update'],
  },
  'market.trade_tick': {
    emittedWhen: 'A trade between others has taken place at the venue.',
    emittedBy: aSource,
    invariants: ['`size` is above 0.'],
    after: ['market.new_bar', 'order.submitted', 'position.pnl_update'],
  },
  'market.orderbook_update': {
    emittedWhen: 'The venue sends a snapshot of its book, or levels that have changed.',
    emittedBy: aSource,
    invariants: [
      'Every size is 0 or more; 0 removes the level.',
      'A delta whose `previousSequence` is not the `sequence` before has lost updates. That is not checked here: the order book does.',
    ],
    after: ['market.quote_update', 'market.depth_update'],
  },
  'market.depth_update': {
    emittedWhen:
      'The top levels of a live order book have changed, at most once in its `depthIntervalMs`.',
    emittedBy: 'The order book, as `order-book`; an adapter whose venue sends whole levels',
    invariants: [
      'Prices of bids strictly fall.',
      'Prices of asks strictly rise.',
      'Every size is 0 or more.',
    ],
    before: ['market.orderbook_update'],
    after: ['order.submitted'],
  },
}

const positionNotes: Readonly<Record<string, EventNotes>> = {
  'position.opened': {
    emittedWhen: 'A fill has opened a position, or has turned one over to the other side.',
    emittedBy: aKeeper,
    invariants: [heldAbove0, notFlat],
    before: [...fills, 'position.closed'],
    after: ['position.updated', 'position.closed', 'position.pnl_update'],
  },
  'position.updated': {
    emittedWhen: 'A fill has made an open position larger or smaller.',
    emittedBy: aKeeper,
    invariants: [heldAbove0, '`lastQuantity` is above 0.', notFlat],
    before: [...fills, 'position.opened'],
    after: ['position.updated', 'position.closed', 'position.pnl_update'],
  },
  'position.closed': {
    emittedWhen:
      'A fill has brought a position to 0. One that goes beyond 0 closes it and opens another. Which side it had, and how much was closed last, is in the last `position.updated`, or else in the `position.opened`, of the same `positionId`.',
    emittedBy: aKeeper,
    invariants: [
      '`quantity` is 0.',
      notFlat,
      'That `closedAt` is not before `openedAt` is not checked.',
    ],
    before: [...fills, 'position.opened', 'position.updated'],
    after: ['position.opened'],
  },
  'position.pnl_update': {
    emittedWhen: 'A new price has changed what an open position is worth.',
    emittedBy: aKeeper,
    invariants: [notFlat],
    before: ['market.quote_update', 'market.trade_tick', 'market.new_bar', 'market.data_update'],
    after: ['risk.limit_warning', 'risk.limit_exceeded'],
  },
}

const riskNotes: Readonly<Record<string, EventNotes>> = {
  'risk.limit_warning': {
    emittedWhen: 'A value has come close to its limit; once, until it has fallen far enough again.',
    emittedBy: aGuard,
    invariants: [commonUnit],
    before: ['position.pnl_update', 'order.submitted'],
    after: ['risk.limit_exceeded'],
  },
  'risk.limit_exceeded': {
    emittedWhen:
      'A value has passed its limit, or an order or a change would make it do so; `action` says what is done.',
    emittedBy: aGuard,
    invariants: [commonUnit],
    before: ['risk.limit_warning', 'position.pnl_update', 'order.submitted'],
    after: ['order.rejected', 'order.modify_rejected', 'system.warning'],
  },
  'risk.stop_loss_triggered': {
    emittedWhen:
      'A price has reached the stop loss of a position. An order that closes it follows.',
    emittedBy: 'The protection of a desk, as `protection`',
    before: ['position.opened'],
    after: ['order.submitted'],
  },
  'risk.take_profit_triggered': {
    emittedWhen: 'A price has reached the target of a position. An order that closes it follows.',
    emittedBy: 'The protection of a desk, as `protection`',
    before: ['position.opened'],
    after: ['order.submitted'],
  },
}

const systemNotes: Readonly<Record<string, EventNotes>> = {
  'system.connected': {
    emittedWhen: 'A connection stands.',
    emittedBy: aConnection,
    invariants: ['`attempt` is a whole number from 1.'],
    before: ['system.reconnecting'],
    after: ['system.authenticated', 'system.disconnected', 'system.feed_stale'],
  },
  'system.disconnected': {
    emittedWhen: 'A connection has ended, or is given up.',
    emittedBy: aConnection,
    before: ['system.connected', 'system.feed_stale'],
    after: ['system.reconnecting'],
  },
  'system.reconnecting': {
    emittedWhen: 'Another attempt to connect is going to be made, in `delayMs`.',
    emittedBy: aConnection,
    invariants: ['`attempt` is a whole number from 1.', '`delayMs` is 0 or more.'],
    before: ['system.disconnected'],
    after: ['system.connected', 'system.reconnecting'],
  },
  'system.authenticated': {
    emittedWhen: 'The venue has accepted the credentials of a connection.',
    emittedBy: aConnection,
    before: ['system.connected'],
    after: ['system.disconnected'],
  },
  'system.feed_stale': {
    emittedWhen: 'Nothing has come in for longer than the feed may be silent.',
    emittedBy: '`reconnecting`, as `connection`; the health monitor, as `health-monitor`',
    invariants: [
      '`ageMs` and `thresholdMs` are 0 or more.',
      'That `ageMs` is the time since `lastReceivedAt`, and not below `thresholdMs`, is not checked.',
    ],
    before: ['system.connected'],
    after: ['system.disconnected', 'system.reconnecting'],
  },
  'system.error': {
    emittedWhen:
      'A handler has failed for good: after its last retry, if it has any. `originalEvent` is the event that it failed on, which may be any. A component that fails may emit it too.',
    emittedBy: 'The bus, by its own `source`: `tradewire` unless it has another one',
    invariants: ['`attempts`, if present, is a whole number from 1.'],
    before: ['market.new_bar', 'market.trade_tick', 'order.filled'],
    after: ['system.warning'],
  },
  'system.warning': {
    emittedWhen:
      'Something works still and needs a look: `code` says what, such as `clock_skew`, `order_book_gap` or `breaker_open`.',
    emittedBy:
      'The bus, the order book, the risk guard, the position keeper, the protection, the connection, the health monitor and the recording of a log, each as its own `source`',
    invariants: ['`details` are flat: text, finite numbers and booleans.'],
    before: ['risk.limit_exceeded', 'market.orderbook_update', 'system.error'],
  },
}

const performanceNotes: Readonly<Record<string, EventNotes>> = {
  'performance.memory_warning': {
    emittedWhen: 'The heap has grown beyond its threshold.',
    emittedBy: `${aMonitor}; the bus, by its own \`source\`, if it guards its mailboxes by memory`,
    invariants: ['All sizes are whole numbers of 0 or more.'],
  },
  'performance.rate_limit_warning': {
    emittedWhen: 'So much of a rate limit is used up that a warning was asked for.',
    emittedBy: `${aMonitor}; the bus, by its own \`source\`, for limits on sources and subscriptions`,
    invariants: ['All figures are 0 or more.'],
  },
  'performance.latency_warning': {
    emittedWhen: 'Events, handlers or the event loop are slower than their threshold.',
    emittedBy: aMonitor,
    invariants: ['`thresholdMs` is 0 or more.', '`percentile` is from 0 to 100.'],
  },
}

/** What is noted of the trading events, by type. */
export const tradingNotes: Readonly<Record<string, EventNotes>> = {
  ...marketNotes,
  ...orderNotes,
  ...positionNotes,
  ...riskNotes,
  ...systemNotes,
  ...performanceNotes,
}
