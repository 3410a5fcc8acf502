/**
 * The trading desk: the components that turn market data and commands into order, position, risk, system
 * and performance events.
 *
 * @module tradewire/desk
 */
export { type Desk, type DeskOptions, startDesk } from './desk/desk.ts'
export type { Broker, CommandOptions, OrderChanges, RunningBroker } from './desk/broker.ts'
export type { OrderCheck, Refusal } from './desk/order-check.ts'
export {
  type Amount,
  type MoreTerms,
  Orders,
  type OrdersHost,
  type OrderTerms,
} from './desk/orders.ts'
export { WorkingOrders, type WorkingOrder, type WorkingStatus } from './desk/working-orders.ts'
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
export type { PositionSnapshot } from './desk/position-snapshot.ts'
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
  OrderBookState,
  type OrderBookStateOptions,
} from './desk/order-book-state.ts'
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
export { reconnecting } from './desk/reconnecting.ts'
export {
  type Connection,
  ConnectionError,
  type ConnectionState,
  type ConnectionStats,
  type Outgoing,
} from './desk/connection.ts'
