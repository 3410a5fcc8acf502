// Made from doc comments by docs/build/field-sentences.ts: change those, and run it.
import type { FieldSentences } from './sentences.ts'

export const fields: FieldSentences = {
  'risk.limit_warning': {
    limit: 'Which limit it is: one of the known ones, or a name of your own.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    limitValue: 'Where the limit stands, in `unit`.',
    currentValue: 'The value that was compared with it, in `unit`.',
    unit: 'What both values count, such as `USDT`, `x` (leverage) or `orders/s`.',
    symbol: 'The instrument that the limit is for; absent for a limit over several.',
    accountId: 'The account that the limit is for.',
    strategyId: 'The strategy that the limit is for.',
    action: 'What is done about it; absent where the reporter does not decide that.',
  },
  'risk.limit_exceeded': {
    limit: 'Which limit it is: one of the known ones, or a name of your own.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    limitValue: 'Where the limit stands, in `unit`.',
    currentValue: 'The value that was compared with it, in `unit`.',
    unit: 'What both values count, such as `USDT`, `x` (leverage) or `orders/s`.',
    symbol: 'The instrument that the limit is for; absent for a limit over several.',
    accountId: 'The account that the limit is for.',
    strategyId: 'The strategy that the limit is for.',
    action: 'What is done about it; absent where the reporter does not decide that.',
  },
  'risk.stop_loss_triggered': {
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    triggerPrice: 'The price that had to be reached, in quote currency.',
    lastPrice: 'The price that reached it, in quote currency.',
    positionId: 'The position that is protected.',
    triggeredBy: 'Which price is watched.',
    orderId: 'The order that is sent because of it, once it is known.',
  },
  'risk.take_profit_triggered': {
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    triggerPrice: 'The price that had to be reached, in quote currency.',
    lastPrice: 'The price that reached it, in quote currency.',
    positionId: 'The position that is protected.',
    triggeredBy: 'Which price is watched.',
    orderId: 'The order that is sent because of it, once it is known.',
  },
}
