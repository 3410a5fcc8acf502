import { z } from 'zod'
import type { EventDefinitions } from './catalog.ts'
import { duration, message, optionalText, ordinal, stamp, text, time } from './fields.ts'

const connection = {
  ...stamp,
  /** What is connected to: a URL without secrets, or a name such as `binance-user-data`. */
  endpoint: text(),
}

const attempt = {
  /** Which attempt to connect it is, from 1. */
  attempt: ordinal(),
}

const connected = /* @__PURE__ */ z.strictObject({ ...connection, ...attempt })

/** Payload of `system.connected`: a connection that stands. */
export interface Connected extends Readonly<z.output<typeof connected>> {}

const disconnected = /* @__PURE__ */ z.strictObject({
  ...connection,
  /** The code of the reason, such as `1006` or `ECONNRESET`. */
  code: optionalText(),
  /** Why it ended, in words. */
  reason: message().optional(),
  /** Whether another attempt follows. */
  willReconnect: z.boolean(),
})

/** Payload of `system.disconnected`: a connection that has ended. */
export interface Disconnected extends Readonly<z.output<typeof disconnected>> {}

const reconnecting = /* @__PURE__ */ z.strictObject({
  ...connection,
  ...attempt,
  /** How long until the attempt, in milliseconds. */
  delayMs: duration(),
})

/** Payload of `system.reconnecting`: an attempt to connect that is about to be made. */
export interface Reconnecting extends Readonly<z.output<typeof reconnecting>> {}

const authenticated = /* @__PURE__ */ z.strictObject({
  ...connection,
  /** The account that was signed in. */
  accountId: optionalText(),
})

/** Payload of `system.authenticated`: a connection that may act for an account. */
export interface Authenticated extends Readonly<z.output<typeof authenticated>> {}

const feedStale = /* @__PURE__ */ z.strictObject({
  ...connection,
  /** The instrument that is silent; absent if the whole feed is. */
  symbol: optionalText(),
  /** When data last came in, in milliseconds since the Unix epoch. */
  lastReceivedAt: time(),
  /** How long ago that was, in milliseconds. */
  ageMs: duration(),
  /** From which age on a feed is stale, in milliseconds. */
  thresholdMs: duration(),
})

/** Payload of `system.feed_stale`: a feed that has been silent for too long. */
export interface FeedStale extends Readonly<z.output<typeof feedStale>> {}

const error = /* @__PURE__ */ z.strictObject({
  ...stamp,
  /** The name of the error, such as `TypeError`. */
  name: text(),
  /** What the error says. */
  message: message(),
  /** The error's code, such as `ECONNRESET` or a code of tradewire. */
  code: optionalText(),
  /** The event whose handling failed. */
  originalEvent: z
    .strictObject({
      /** The event's id. */
      id: text(),
      /** The event's type, such as `order.filled`. */
      type: text(),
    })
    .readonly()
    .optional(),
  /** The subscription whose handler failed. */
  subscriptionId: optionalText(),
  /** The name of the handler that failed, where it has one. */
  handler: optionalText(),
  /** How often the handler was tried. */
  attempts: ordinal().optional(),
})

/** Payload of `system.error`: a handler or a component that failed. */
export interface SystemError extends Readonly<z.output<typeof error>> {}

const warning = /* @__PURE__ */ z.strictObject({
  ...stamp,
  /** What it is about, for programs, such as `clock_skew`. */
  code: text(),
  /** What it is about, for people. */
  message: message(),
  /** Facts that help to understand it, flat. */
  details: z
    .record(text(), z.union([message(), z.number(), z.boolean()]))
    .readonly()
    .optional(),
})

/** Payload of `system.warning`: something that works still, and needs a look. */
export interface SystemWarning extends Readonly<z.output<typeof warning>> {}

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
