// Made from doc comments by docs/build/field-sentences.ts: change those, and run it.
import type { FieldSentences } from './sentences.ts'

export const fields: FieldSentences = {
  'system.connected': {
    endpoint: 'What is connected to: a URL without secrets, or a name such as `binance-user-data`.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    attempt: 'Which attempt to connect it is, from 1.',
  },
  'system.disconnected': {
    endpoint: 'What is connected to: a URL without secrets, or a name such as `binance-user-data`.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    willReconnect: 'Whether another attempt follows.',
    reason: 'Why it ended, in words.',
    code: 'The code of the reason, such as `1006` or `ECONNRESET`.',
  },
  'system.reconnecting': {
    endpoint: 'What is connected to: a URL without secrets, or a name such as `binance-user-data`.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    attempt: 'Which attempt to connect it is, from 1.',
    delayMs: 'How long until the attempt, in milliseconds.',
  },
  'system.authenticated': {
    endpoint: 'What is connected to: a URL without secrets, or a name such as `binance-user-data`.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    accountId: 'The account that was signed in.',
  },
  'system.feed_stale': {
    endpoint: 'What is connected to: a URL without secrets, or a name such as `binance-user-data`.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    lastReceivedAt: 'When data last came in, in milliseconds since the Unix epoch.',
    ageMs: 'How long ago that was, in milliseconds.',
    thresholdMs: 'From which age on a feed is stale, in milliseconds.',
    symbol: 'The instrument that is silent; absent if the whole feed is.',
  },
  'system.error': {
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    message: 'What the error says.',
    name: 'The name of the error, such as `TypeError`.',
    code: "The error's code, such as `ECONNRESET` or a code of tradewire.",
    originalEvent: 'The event whose handling failed.',
    'originalEvent.id': "The event's id.",
    'originalEvent.type': "The event's type, such as `order.filled`.",
    subscriptionId: 'The subscription whose handler failed.',
    handler: 'The name of the handler that failed, where it has one.',
    attempts: 'How often the handler was tried.',
  },
  'system.warning': {
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    message: 'What it is about, for people.',
    code: 'What it is about, for programs, such as `clock_skew`.',
    details: 'Facts that help to understand it, flat.',
  },
}
