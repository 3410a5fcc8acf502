import * as z from 'zod'
import type { EventDefinitions } from './catalog.ts'
import {
  duration,
  type FieldsOf,
  message,
  optionalText,
  ordinal,
  stamp,
  text,
  time,
} from './fields.ts'

const connection = {
  /** What is connected to: a URL without secrets, or a name such as `binance-user-data`. */
  endpoint: text(),
}

interface ConnectionPayload extends FieldsOf<typeof connection>, FieldsOf<typeof stamp> {}

const attempt = {
  /** Which attempt to connect it is, from 1. */
  attempt: ordinal(),
}

export const connected = /* @__PURE__ */ z.strictObject({ ...connection, ...stamp, ...attempt })

/** Payload of `system.connected`: a connection that stands. `attempt` counts from 1. */
export interface Connected extends ConnectionPayload, FieldsOf<typeof attempt> {}

const disconnectionFields = {
  /** The code of the reason, such as `1006` or `ECONNRESET`. */
  code: optionalText(),
  /** Why it ended, in words. */
  reason: message().optional(),
  /** Whether another attempt follows. */
  willReconnect: /* @__PURE__ */ z.boolean(),
}

export const disconnected = /* @__PURE__ */ z.strictObject({
  ...connection,
  ...stamp,
  ...disconnectionFields,
})

/** Payload of `system.disconnected`: a connection that has ended. */
export interface Disconnected extends ConnectionPayload, FieldsOf<typeof disconnectionFields> {}

const reconnectionFields = {
  /** How long until the attempt, in milliseconds. */
  delayMs: duration(),
}

export const reconnecting = /* @__PURE__ */ z.strictObject({
  ...connection,
  ...stamp,
  ...attempt,
  ...reconnectionFields,
})

/**
 * Payload of `system.reconnecting`: an attempt to connect that is about to be made. `attempt` counts
 * from 1; `delayMs` is 0 or more.
 */
export interface Reconnecting
  extends ConnectionPayload, FieldsOf<typeof attempt>, FieldsOf<typeof reconnectionFields> {}

const authenticationFields = {
  /** The account that was signed in. */
  accountId: optionalText(),
}

export const authenticated = /* @__PURE__ */ z.strictObject({
  ...connection,
  ...stamp,
  ...authenticationFields,
})

/** Payload of `system.authenticated`: a connection that may act for an account. */
export interface Authenticated extends ConnectionPayload, FieldsOf<typeof authenticationFields> {}

const staleFields = {
  /** The instrument that is silent; absent if the whole feed is. */
  symbol: optionalText(),
  /** When data last came in, in milliseconds since the Unix epoch. */
  lastReceivedAt: time(),
  /** How long ago that was, in milliseconds. */
  ageMs: duration(),
  /** From which age on a feed is stale, in milliseconds. */
  thresholdMs: duration(),
}

export const feedStale = /* @__PURE__ */ z.strictObject({ ...connection, ...stamp, ...staleFields })

/**
 * Payload of `system.feed_stale`: a feed that has been silent for too long. `ageMs` and `thresholdMs`
 * are 0 or more.
 */
export interface FeedStale extends ConnectionPayload, FieldsOf<typeof staleFields> {}

const originalEventFields = {
  /** The event's id. */
  id: text(),
  /** The event's type, such as `order.filled`. */
  type: text(),
}

/** Names an event without holding it. */
export interface OriginalEvent extends FieldsOf<typeof originalEventFields> {}

// Named, so that the compiler writes the interface into the type of the fields below.
const originalEvent: z.ZodType<OriginalEvent> = /* @__PURE__ */ z
  .strictObject(originalEventFields)
  .readonly()

const errorFields = {
  /** The name of the error, such as `TypeError`. */
  name: text(),
  /** What the error says. */
  message: message(),
  /** The error's code, such as `ECONNRESET` or a code of tradewire. */
  code: optionalText(),
  /** The event whose handling failed. */
  originalEvent: /* @__PURE__ */ originalEvent.optional(),
  /** The subscription whose handler failed. */
  subscriptionId: optionalText(),
  /** The name of the handler that failed, where it has one. */
  handler: optionalText(),
  /** How often the handler was tried. */
  attempts: ordinal().optional(),
}

export const error = /* @__PURE__ */ z.strictObject({ ...stamp, ...errorFields })

/** Payload of `system.error`: a handler or a component that failed. `attempts` counts from 1. */
export interface SystemError extends FieldsOf<typeof stamp>, FieldsOf<typeof errorFields> {}

const warningFields = {
  /** What it is about, for programs, such as `clock_skew`. */
  code: text(),
  /** What it is about, for people. */
  message: message(),
  /** Facts that help to understand it, flat. */
  details: /* @__PURE__ */ z
    .record(text(), z.union([message(), z.number(), z.boolean()]))
    .readonly()
    .optional(),
}

export const warning = /* @__PURE__ */ z.strictObject({ ...stamp, ...warningFields })

/**
 * Payload of `system.warning`: something that works still, and needs a look. `details` are flat: text,
 * finite numbers and booleans.
 */
export interface SystemWarning extends FieldsOf<typeof stamp>, FieldsOf<typeof warningFields> {}

/** The system events, as payload schemas by name. */
export type SystemSchemas = {
  'system.connected': z.ZodType<Connected>
  'system.disconnected': z.ZodType<Disconnected>
  'system.reconnecting': z.ZodType<Reconnecting>
  'system.authenticated': z.ZodType<Authenticated>
  'system.feed_stale': z.ZodType<FeedStale>
  'system.error': z.ZodType<SystemError>
  'system.warning': z.ZodType<SystemWarning>
}

const stream = {
  timestamp: 1_767_225_600_123,
  venue: 'binance',
  endpoint: 'wss://fstream.binance.com/ws',
}

/** What happens to connections and components. */
export const systemEvents: EventDefinitions<SystemSchemas> = {
  'system.connected': {
    description: 'A connection was established.',
    payload: connected,
    example: { ...stream, attempt: 1 },
    legacyName: 'connected',
  },
  'system.disconnected': {
    description: 'A connection has ended.',
    payload: disconnected,
    example: { ...stream, code: '1006', reason: 'abnormal closure', willReconnect: true },
    legacyName: 'disconnected',
  },
  'system.reconnecting': {
    description: 'Another attempt to connect is about to be made.',
    payload: reconnecting,
    example: { ...stream, attempt: 2, delayMs: 500 },
    legacyName: 'reconnecting',
  },
  'system.authenticated': {
    description: 'A connection was authenticated.',
    payload: authenticated,
    example: { ...stream, accountId: 'main' },
    legacyName: 'authenticated',
  },
  'system.feed_stale': {
    description: 'A feed has been silent for too long.',
    payload: feedStale,
    example: {
      ...stream,
      symbol: 'BTCUSDT',
      lastReceivedAt: 1_767_225_595_100,
      ageMs: 5_023,
      thresholdMs: 5_000,
    },
    legacyName: 'feed_stale',
  },
  'system.error': {
    description: 'A handler or a component has failed.',
    payload: error,
    example: {
      timestamp: 1_767_225_600_123,
      name: 'TypeError',
      message: 'price is undefined',
      originalEvent: { id: 'k3v9q2-1042', type: 'order.filled' },
      subscriptionId: '7',
      handler: 'book',
      attempts: 1,
    },
    legacyName: 'error',
  },
  'system.warning': {
    description: 'Something works still, and needs a look.',
    payload: warning,
    example: {
      timestamp: 1_767_225_600_123,
      code: 'clock_skew',
      message: "The local clock is behind the venue's.",
      details: { skewMs: 84.2 },
    },
    legacyName: 'warning',
  },
}
