/**
 * The trading desk: the components that turn market data and commands into order, position, risk, system
 * and performance events.
 *
 * @module tradewire/desk
 */
export { type Desk, type DeskOptions, startDesk } from './desk/desk.ts'
export type {
  Broker,
  BrokerAccount,
  CommandOptions,
  OrderChanges,
  RunningBroker,
} from './desk/broker.ts'
export type { OrderCheck, Refusal } from './desk/order-check.ts'
export { type MoreTerms, type Orders, type OrderTerms } from './desk/orders.ts'
export type { WorkingOrder, WorkingStatus } from './desk/working-orders.ts'
export { paperBroker, type PaperBroker } from './desk/paper-broker.ts'
export type { LatencyRange, PaperBrokerOptions, PaperInstrument } from './desk/paper-options.ts'
export type { RunningPaperBroker } from './desk/paper-venue.ts'
export type { FeePerShare, FeeQuestion, FeeRates, Fees, FillFee } from './desk/fees.ts'
export type { Slippage, SlippageQuestion } from './desk/slippage.ts'
export { positionKeeper, type PositionKeeper } from './desk/position-keeper.ts'
export type { Position, PositionBus, PositionListener, PositionQuery } from './desk/position.ts'
export type {
  ConvertCurrency,
  CostMethod,
  InstrumentTerms,
  MarkSource,
  PositionKeeperOptions,
} from './desk/position-options.ts'
export type {
  AmountTexts,
  HoldingSnapshot,
  MarketSnapshot,
  MarkSnapshot,
  PositionSnapshot,
} from './desk/position-snapshot.ts'
export { riskGuard, type RiskGuard } from './desk/risk-guard.ts'
export type { LimitState } from './desk/risk-gauge.ts'
export type { RiskCommands } from './desk/risk-halt.ts'
export type { GuardedLimit, LossLimit, RiskAction, RiskGuardOptions } from './desk/risk-options.ts'
export { protect, type Protection } from './desk/protection.ts'
export type {
  ProtectionOptions,
  ProtectionRules,
  StopRule,
  TargetRule,
  TriggerPrice,
} from './desk/protection-options.ts'
export type { SubmitClosing } from './desk/protection-submit.ts'
export { orderBook, type OrderBook } from './desk/order-book.ts'
export type { OrderBookOptions, SnapshotReason } from './desk/order-book-options.ts'
export {
  type BookChange,
  type BookMismatch,
  type BookStanding,
  type BookStats,
  type LevelCounts,
  OrderBookState,
  type OrderBookStateOptions,
} from './desk/order-book-state.ts'
export { BookSide } from './desk/order-book-side.ts'
export type { BookChecksum, BookView } from './desk/order-book-checksum.ts'
export { okxChecksum, type OkxChecksumOptions } from './desk/okx-checksum.ts'
export {
  healthMonitor,
  type HealthMonitor,
  type LatencyMeter,
  type Watch,
} from './desk/health-monitor.ts'
export type {
  HealthMemoryOptions,
  HealthMonitorOptions,
  LoopDelayOptions,
} from './desk/health-options.ts'
export type { Raised, WarningType } from './desk/health-report.ts'
export type { RequestUse } from './desk/health-requests.ts'
export type { FeedWatchOptions } from './desk/feed-watch.ts'
export type { LatencyWatchOptions, VenueLatency } from './desk/latency-watch.ts'
export { eventLoopDelay, type EventLoopDelay } from './time/event-loop-delay.ts'
export { reconnecting } from './desk/reconnecting.ts'
export type {
  Connect,
  ConnectContext,
  ConnectionEnd,
  Identity,
  MessageContext,
  ReconnectingOptions,
} from './desk/reconnecting-options.ts'
export {
  type Connection,
  ConnectionError,
  type ConnectionState,
  type ConnectionStats,
  type Outgoing,
} from './desk/connection.ts'
export type {
  EmitterSocket,
  SocketData,
  SocketLike,
  SocketMessage,
  TargetSocket,
} from './desk/connection-socket.ts'
export type { BackoffOptions } from './desk/backoff.ts'
export type { PaperFaultOptions } from './desk/paper-faults.ts'
export type { PaperOrder } from './desk/order-state.ts'
export type { ProtectedPositions, ProtectionState } from './desk/protection.ts'
export type { AmountBySymbol } from './desk/risk-amounts.ts'
export type { RiskPositions } from './desk/risk-watch.ts'
export type { Amount } from './desk/amount.ts'
export type { ProtectionLabel } from './desk/protection-armed.ts'
