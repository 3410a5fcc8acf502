/**
 * The types of the trading events, by constant name.
 *
 * @example
 * ```ts
 * bus.on(EventType.ORDER_FILLED, (event) => console.log(event.data.tradeId))
 * ```
 */
export const EventType = {
  /** A bar has closed. */
  NEW_BAR: 'market.new_bar',
  /** Some figures of an instrument have changed. */
  DATA_UPDATE: 'market.data_update',
  /** The best bid or ask has changed. */
  QUOTE_UPDATE: 'market.quote_update',
  /** A trade has happened at the venue. */
  TRADE_TICK: 'market.trade_tick',
  /** The venue has sent a snapshot of its order book, or a change of it. */
  ORDERBOOK_UPDATE: 'market.orderbook_update',
  /** The top of a rebuilt order book has changed. */
  DEPTH_UPDATE: 'market.depth_update',
  /** An order was sent to the venue. */
  ORDER_SUBMITTED: 'order.submitted',
  /** The venue has accepted an order. */
  ORDER_PLACED: 'order.placed',
  /** A fill has completed an order. */
  ORDER_FILLED: 'order.filled',
  /** A fill has executed a part of an order. */
  ORDER_PARTIAL_FILL: 'order.partial_fill',
  /** An order was cancelled; a fill may still follow. */
  ORDER_CANCELLED: 'order.cancelled',
  /** The venue has refused an order. */
  ORDER_REJECTED: 'order.rejected',
  /** An order has reached the end of its time in force. */
  ORDER_EXPIRED: 'order.expired',
  /** The venue has changed an order as asked. */
  ORDER_MODIFIED: 'order.modified',
  /** A stop order was armed. */
  ORDER_TRIGGERED: 'order.triggered',
  /** The venue has refused to cancel an order. */
  ORDER_CANCEL_REJECTED: 'order.cancel_rejected',
  /** The venue has refused to change an order. */
  ORDER_MODIFY_REJECTED: 'order.modify_rejected',
  /** A fill has opened a position. */
  POSITION_OPENED: 'position.opened',
  /** A fill has changed an open position. */
  POSITION_UPDATED: 'position.updated',
  /** A fill has closed a position. */
  POSITION_CLOSED: 'position.closed',
  /** A position was valued at a new price. */
  POSITION_PNL_UPDATE: 'position.pnl_update',
  /** A figure has come close to its limit. */
  RISK_LIMIT_WARNING: 'risk.limit_warning',
  /** A figure has passed its limit, or an order would make it do so. */
  RISK_LIMIT_EXCEEDED: 'risk.limit_exceeded',
  /** A price has reached the stop loss of a position. */
  STOP_LOSS_TRIGGERED: 'risk.stop_loss_triggered',
  /** A price has reached the profit target of a position. */
  TAKE_PROFIT_TRIGGERED: 'risk.take_profit_triggered',
  /** A connection stands. */
  CONNECTED: 'system.connected',
  /** A connection has ended. */
  DISCONNECTED: 'system.disconnected',
  /** A lost connection will be tried again. */
  RECONNECTING: 'system.reconnecting',
  /** The venue has accepted the credentials. */
  AUTHENTICATED: 'system.authenticated',
  /** A feed has been silent for too long. */
  FEED_STALE: 'system.feed_stale',
  /** Something has failed, such as a handler. */
  ERROR: 'system.error',
  /** Something needs attention. */
  WARNING: 'system.warning',
  /** The heap has passed its threshold. */
  MEMORY_WARNING: 'performance.memory_warning',
  /** A rate limit is nearly used up. */
  RATE_LIMIT_WARNING: 'performance.rate_limit_warning',
  /** Something has taken longer than it may. */
  LATENCY_WARNING: 'performance.latency_warning',
} as const

/** The type of a trading event, such as `order.filled`. */
export type EventType = (typeof EventType)[keyof typeof EventType]

/** The categories of the trading events: the first token of their types. */
export const EventCategory = {
  /** What venues say of prices, trades and order books. */
  MARKET: 'market',
  /** The life of orders. */
  ORDER: 'order',
  /** What is held, and what it is worth. */
  POSITION: 'position',
  /** Limits, and exits that protect a position. */
  RISK: 'risk',
  /** Connections, errors and warnings. */
  SYSTEM: 'system',
  /** Memory, rate limits and latency. */
  PERFORMANCE: 'performance',
} as const

/** The category of a trading event, such as `order`. */
export type EventCategory = (typeof EventCategory)[keyof typeof EventCategory]
