// Made from doc comments by docs/build/field-sentences.ts: change those, and run it.
import type { FieldSentences } from './sentences.ts'

export const fields: FieldSentences = {
  'performance.memory_warning': {
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    heapUsedBytes: 'Memory that JavaScript objects use, in bytes.',
    rssBytes: 'Memory that the whole process occupies, in bytes.',
    thresholdBytes: 'From how much on a warning is given, in bytes.',
  },
  'performance.rate_limit_warning': {
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    limit: "The limit for one window, in the venue's own weight.",
    endpoint: 'What is limited: a URL without secrets, or a name such as `binance-rest`.',
    used: "How much of the limit is used up, in the venue's own weight.",
    windowMs: 'The length of the window, in milliseconds.',
    retryAfterMs: 'How long to wait before the next request, in milliseconds.',
  },
  'performance.latency_warning': {
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    thresholdMs: 'From how much on a warning is given, in milliseconds.',
    origin: 'What is slow, such as an event type, a handler or an endpoint.',
    latencyMs:
      "How slow it is, in milliseconds; negative where the local clock runs behind the venue's.",
    percentile: 'Which percentile `latencyMs` is, from 0 to 100; absent for a single measurement.',
  },
}
