// Made from doc comments by docs/build/field-sentences.ts: change those, and run it.
import type { FieldSentences } from './sentences.ts'

export const fields: FieldSentences = {
  'order.submitted': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    orderId: "The order's id, chosen by whoever sends it.",
    venueOrderId: "The venue's own id of the order, once it is known.",
    accountId: 'The account that the order belongs to.',
    strategyId: 'The strategy that the order belongs to.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    side: 'Whether the order buys or sells.',
    orderType: 'How the order is executed.',
    quantity: 'How much to buy or sell, in units of the instrument; above 0.',
    timeInForce:
      'How long it stands: good till cancelled, immediate or cancel, fill or kill, day, good till date.',
    price: 'The limit, in quote currency; required for `limit` and `stop_limit`.',
    triggerPrice:
      'The price that wakes the order, in quote currency; required for `stop` and `stop_limit`.',
    postOnly: 'Whether it is refused rather than take liquidity. Absent means no.',
    reduceOnly: 'Whether it may only make a position smaller. Absent means no.',
    expireTime: 'When a `gtd` order expires, in milliseconds since the Unix epoch.',
    tags: 'Labels of your own.',
  },
  'order.placed': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    orderId: "The order's id, chosen by whoever sends it.",
    venueOrderId: "The venue's own id of the order, once it is known.",
    accountId: 'The account that the order belongs to.',
    strategyId: 'The strategy that the order belongs to.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    side: 'Whether the order buys or sells.',
    orderType: 'How the order is executed.',
    quantity: 'How much to buy or sell, in units of the instrument; above 0.',
    timeInForce:
      'How long it stands: good till cancelled, immediate or cancel, fill or kill, day, good till date.',
    price: 'The limit, in quote currency; required for `limit` and `stop_limit`.',
    triggerPrice:
      'The price that wakes the order, in quote currency; required for `stop` and `stop_limit`.',
    postOnly: 'Whether it is refused rather than take liquidity. Absent means no.',
    reduceOnly: 'Whether it may only make a position smaller. Absent means no.',
    expireTime: 'When a `gtd` order expires, in milliseconds since the Unix epoch.',
    tags: 'Labels of your own.',
  },
  'order.filled': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    orderId: "The order's id, chosen by whoever sends it.",
    venueOrderId: "The venue's own id of the order, once it is known.",
    accountId: 'The account that the order belongs to.',
    strategyId: 'The strategy that the order belongs to.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    tradeId: "The venue's id of the fill. One id is one fill, however often it is sent.",
    side: 'Whether the order buys or sells.',
    lastPrice: 'Price of this fill, in quote currency.',
    lastQuantity: 'Quantity of this fill, in units of the instrument; above 0.',
    filledQuantity:
      'Quantity of all fills so far, this one included, in units of the instrument; above 0.',
    remainingQuantity:
      'Quantity that still stands, in units of the instrument: 0 if the order is filled.',
    averagePrice: 'Average price of all fills so far, weighted by quantity, in quote currency.',
    fee: 'What this fill cost; a negative amount is a rebate.',
    'fee.amount': 'How much, in units of `currency`; negative for a rebate.',
    'fee.currency': 'The currency or asset that the fee is paid in, such as `USDT`.',
    liquidity: 'Whether the order stood in the book (`maker`) or met one that did (`taker`).',
  },
  'order.partial_fill': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    orderId: "The order's id, chosen by whoever sends it.",
    venueOrderId: "The venue's own id of the order, once it is known.",
    accountId: 'The account that the order belongs to.',
    strategyId: 'The strategy that the order belongs to.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    tradeId: "The venue's id of the fill. One id is one fill, however often it is sent.",
    side: 'Whether the order buys or sells.',
    lastPrice: 'Price of this fill, in quote currency.',
    lastQuantity: 'Quantity of this fill, in units of the instrument; above 0.',
    filledQuantity:
      'Quantity of all fills so far, this one included, in units of the instrument; above 0.',
    remainingQuantity:
      'Quantity that still stands, in units of the instrument: 0 if the order is filled.',
    averagePrice: 'Average price of all fills so far, weighted by quantity, in quote currency.',
    fee: 'What this fill cost; a negative amount is a rebate.',
    'fee.amount': 'How much, in units of `currency`; negative for a rebate.',
    'fee.currency': 'The currency or asset that the fee is paid in, such as `USDT`.',
    liquidity: 'Whether the order stood in the book (`maker`) or met one that did (`taker`).',
  },
  'order.cancelled': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    orderId: "The order's id, chosen by whoever sends it.",
    venueOrderId: "The venue's own id of the order, once it is known.",
    accountId: 'The account that the order belongs to.',
    strategyId: 'The strategy that the order belongs to.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    filledQuantity: 'Quantity of all fills before the order ended, in units of the instrument.',
    reason: 'Why it was cancelled, in words.',
  },
  'order.rejected': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    orderId: "The order's id, chosen by whoever sends it.",
    venueOrderId: "The venue's own id of the order, once it is known.",
    accountId: 'The account that the order belongs to.',
    strategyId: 'The strategy that the order belongs to.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    reason: 'Why the venue or the risk guard refused, in words.',
    code: "The venue's code of the reason, such as `-2019`.",
  },
  'order.expired': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    orderId: "The order's id, chosen by whoever sends it.",
    venueOrderId: "The venue's own id of the order, once it is known.",
    accountId: 'The account that the order belongs to.',
    strategyId: 'The strategy that the order belongs to.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    filledQuantity: 'Quantity of all fills before the order ended, in units of the instrument.',
  },
  'order.modified': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    orderId: "The order's id, chosen by whoever sends it.",
    venueOrderId: "The venue's own id of the order, once it is known.",
    accountId: 'The account that the order belongs to.',
    strategyId: 'The strategy that the order belongs to.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    price: 'The new limit, in quote currency.',
    quantity: 'The new quantity of the whole order, in units of the instrument; above 0.',
    triggerPrice: 'The new trigger price, in quote currency.',
  },
  'order.triggered': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    orderId: "The order's id, chosen by whoever sends it.",
    venueOrderId: "The venue's own id of the order, once it is known.",
    accountId: 'The account that the order belongs to.',
    strategyId: 'The strategy that the order belongs to.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    triggerPrice: 'The price that woke the order, in quote currency.',
  },
  'order.cancel_rejected': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    orderId: "The order's id, chosen by whoever sends it.",
    venueOrderId: "The venue's own id of the order, once it is known.",
    accountId: 'The account that the order belongs to.',
    strategyId: 'The strategy that the order belongs to.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    reason: 'Why the venue or the risk guard refused, in words.',
    code: "The venue's code of the reason, such as `-2019`.",
  },
  'order.modify_rejected': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    orderId: "The order's id, chosen by whoever sends it.",
    venueOrderId: "The venue's own id of the order, once it is known.",
    accountId: 'The account that the order belongs to.',
    strategyId: 'The strategy that the order belongs to.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    reason: 'Why the venue or the risk guard refused, in words.',
    code: "The venue's code of the reason, such as `-2019`.",
  },
}
