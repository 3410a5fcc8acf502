import * as z from 'zod'
import type { EventDefinitions } from './catalog.ts'
import { count, duration, type FieldsOf, stamp, text } from './fields.ts'

const memoryFields = {
  /** Memory that JavaScript objects use, in bytes. */
  heapUsedBytes: count(),
  /** Memory that the whole process occupies, in bytes. */
  rssBytes: count(),
  /** From how much on a warning is given, in bytes. */
  thresholdBytes: count(),
}

export const memoryWarning = /* @__PURE__ */ z.strictObject({ ...stamp, ...memoryFields })

/**
 * Payload of `performance.memory_warning`: a process that uses much memory. Sizes are whole numbers
 * of 0 or more.
 */
export interface MemoryWarning extends FieldsOf<typeof stamp>, FieldsOf<typeof memoryFields> {}

const rateLimitFields = {
  /** What is limited: a URL without secrets, or a name such as `binance-rest`. */
  endpoint: text(),
  /** How much of the limit is used up, in the venue's own weight. */
  used: /* @__PURE__ */ z.number().min(0),
  /** The limit for one window, in the venue's own weight. */
  limit: /* @__PURE__ */ z.number().min(0),
  /** The length of the window, in milliseconds. */
  windowMs: duration(),
  /** How long to wait before the next request, in milliseconds. */
  retryAfterMs: duration().optional(),
}

export const rateLimitWarning = /* @__PURE__ */ z.strictObject({ ...stamp, ...rateLimitFields })

/**
 * Payload of `performance.rate_limit_warning`: a limit on requests that is nearly used up. All
 * figures are 0 or more.
 */
export interface RateLimitWarning
  extends FieldsOf<typeof stamp>, FieldsOf<typeof rateLimitFields> {}

const latencyFields = {
  /** What is slow, such as an event type, a handler or an endpoint. */
  origin: text(),
  /** How slow it is, in milliseconds; negative where the local clock runs behind the venue's. */
  latencyMs: /* @__PURE__ */ z.number(),
  /** From how much on a warning is given, in milliseconds. */
  thresholdMs: duration(),
  /** Which percentile `latencyMs` is, from 0 to 100; absent for a single measurement. */
  percentile: /* @__PURE__ */ z.number().min(0).max(100).optional(),
}

export const latencyWarning = /* @__PURE__ */ z.strictObject({ ...stamp, ...latencyFields })

/**
 * Payload of `performance.latency_warning`: something that takes too long. `thresholdMs` is 0 or
 * more, `percentile` from 0 to 100.
 */
export interface LatencyWarning extends FieldsOf<typeof stamp>, FieldsOf<typeof latencyFields> {}

/** The performance events, as payload schemas by name. */
export type PerformanceSchemas = {
  'performance.memory_warning': z.ZodType<MemoryWarning>
  'performance.rate_limit_warning': z.ZodType<RateLimitWarning>
  'performance.latency_warning': z.ZodType<LatencyWarning>
}

/** What slows the system down. */
export const performanceEvents: EventDefinitions<PerformanceSchemas> = {
  'performance.memory_warning': {
    description: 'The process uses more memory than it should.',
    payload: memoryWarning,
    example: {
      timestamp: 1_767_225_600_123,
      heapUsedBytes: 1_610_612_736,
      rssBytes: 1_879_048_192,
      thresholdBytes: 1_536_000_000,
    },
    legacyName: 'memory_warning',
  },
  'performance.rate_limit_warning': {
    description: 'A limit on requests is nearly used up.',
    payload: rateLimitWarning,
    example: {
      timestamp: 1_767_225_600_123,
      venue: 'binance',
      endpoint: 'binance-rest',
      used: 2_150,
      limit: 2_400,
      windowMs: 60_000,
    },
    legacyName: 'rate_limit_warning',
  },
  'performance.latency_warning': {
    description: 'Something takes longer than it should.',
    payload: latencyWarning,
    example: {
      timestamp: 1_767_225_600_123,
      origin: 'order.placed',
      latencyMs: 184.35,
      thresholdMs: 100,
      percentile: 99,
    },
    legacyName: 'latency_warning',
  },
}
