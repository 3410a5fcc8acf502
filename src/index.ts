/**
 * The core: the trading events and how to define others, the bus that carries them, and clocks that run live
 * or simulated.
 *
 * @module tradewire
 */
export { ConfigurationError, type ErrorCode, TradewireError } from './errors/tradewire-error.ts'
export type { Clock, Timer } from './time/clock.ts'
export {
  ClockBusyError,
  SimulatedClock,
  type SimulatedClockOptions,
} from './time/simulated-clock.ts'
export { SystemClock } from './time/system-clock.ts'
export { Catalog, defineEvents, type EventDefinitions } from './events/catalog.ts'
export type { CatalogEntry } from './events/catalog-entry.ts'
export {
  Decimal,
  decimal,
  type DecimalSchema,
  nonNegativeDecimal,
  positiveDecimal,
} from './events/decimal.ts'
export type {
  EventDefinition,
  EventSchemas,
  PayloadSchema,
  PayloadTyping,
} from './events/definition.ts'
export {
  type CloudEvent,
  cloudEventOf,
  encodedOf,
  fromCloudEvent,
  toCloudEvent,
} from './events/cloud-event.ts'
export { decodeEvent, encodeEvent, encodeEventText, type EncodedEvent } from './events/encoding.ts'
export type { EventMetadata, TradewireEvent } from './events/envelope.ts'
export {
  EventTooLargeError,
  EventValidationError,
  EventVersionError,
  UnknownEventError,
  type ValidationIssue,
} from './events/errors.ts'
export { EventCategory, EventType } from './events/event-type.ts'
export type { EventNotes } from './events/notes.ts'
export type { JSONSchemaDocument } from './events/json-schema.ts'
export type {
  BookLevel,
  DataUpdate,
  DepthUpdate,
  NewBar,
  OrderbookUpdate,
  QuoteUpdate,
  TradeTick,
} from './events/market.ts'
export type {
  OrderCancelled,
  OrderCancelRejected,
  OrderExpired,
  OrderFilled,
  OrderModified,
  OrderModifyRejected,
  OrderPartialFill,
  OrderPlaced,
  OrderRejected,
  OrderSubmitted,
  OrderTriggered,
} from './events/order.ts'
export type { Fee } from './events/order-shapes.ts'
export { matchesPattern } from './events/pattern.ts'
export type { LatencyWarning, MemoryWarning, RateLimitWarning } from './events/performance.ts'
export type {
  PositionClosed,
  PositionOpened,
  PositionPnlUpdate,
  PositionUpdated,
} from './events/position.ts'
export type {
  RiskLimitExceeded,
  RiskLimitName,
  RiskLimitWarning,
  StopLossTriggered,
  TakeProfitTriggered,
} from './events/risk.ts'
export type { Priority } from './events/priority.ts'
export { z } from './events/schema.ts'
export type {
  Authenticated,
  Connected,
  Disconnected,
  FeedStale,
  OriginalEvent,
  Reconnecting,
  SystemError,
  SystemWarning,
} from './events/system.ts'
export {
  type EventOf,
  type PayloadOf,
  type SchemasOf,
  type TradingEvent,
  tradingEvents,
  type TradingSchemas,
} from './events/trading-events.ts'
export type {
  AnyEventIn,
  ConcreteType,
  EventIn,
  EventMatching,
  EventNamed,
  NameIn,
  NameOf,
  PatternIn,
  PatternsOf,
  PayloadIn,
  TypeIn,
} from './events/types.ts'
export type { BreakerOptions, BreakerState } from './delivery/breaker.ts'
export type { DeadLetter, DeadLetterFilter } from './delivery/dead-letters.ts'
export type { EventKey } from './delivery/event-key.ts'
export type { DedupOptions } from './delivery/dedup-window.ts'
export type { Durations } from './delivery/duration-histogram.ts'
export {
  PermanentError,
  TemporaryError,
  type TemporaryErrorOptions,
} from './delivery/errors-of-handlers.ts'
export {
  BreakerOpenError,
  EventHeldError,
  HandlerTimeoutError,
  MailboxFullError,
  RateLimitError,
} from './delivery/errors.ts'
export type { LossReason } from './delivery/host.ts'
export type { MemoryOptions, MemoryUse } from './delivery/memory-guard.ts'
export type {
  BatchOptions,
  DeadLetterOptions,
  DeliveryOptions,
  MailboxOptions,
  MailboxOverflow,
} from './delivery/options.ts'
export type { RetryOptions } from './delivery/retry.ts'
export type { BusStats, CloseReport, Ledger, SubscriptionStats } from './delivery/stats.ts'
export type {
  BatchHandler,
  Handler,
  HandlerContext,
  SubscribeOptions,
  Subscription,
  SubscriptionOptions,
} from './delivery/subscription.ts'
export type { RateLimitOptions } from './delivery/token-bucket.ts'
export type { AccessRules } from './bus/access.ts'
export { type Bus, createBus } from './bus/bus.ts'
export type { CloseOptions } from './bus/closing.ts'
export {
  AccessDeniedError,
  BusClosedError,
  DeadlockError,
  EmitDepthError,
  EmitQueueFullError,
  EventVetoedError,
  HandlerError,
  StreamOverflowError,
  SubscriptionEndedError,
  WaitEndedError,
  WaitTimeoutError,
} from './bus/errors.ts'
export type { HistoryQuery } from './bus/history.ts'
export type { Draft, Middleware, Replacement } from './bus/middleware.ts'
export type { Drop, DropReason, Observer, Registration } from './bus/observers.ts'
export type {
  BusOptions,
  DeadLetterBoxOptions,
  EmitOptions,
  ErrorContext,
  Logger,
} from './bus/options.ts'
export type { EventRoute } from './bus/routing.ts'
export type { RateLimits } from './bus/source-limit.ts'
export type { EventStream, StreamOptions, StreamOverflow } from './bus/stream.ts'
export type {
  BatchItemIn,
  DeadLetterBox,
  DraftIn,
  EventsMatching,
  History,
  NarrowingOptions,
  NarrowingSubscribeOptions,
  PatternsIn,
} from './bus/typing.ts'
export type { WaitOptions } from './bus/waiting.ts'
