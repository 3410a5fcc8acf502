/**
 * The way over from an EventEmitter and string events: both sides hear each other while code moves, and a
 * report says what still uses the old names.
 *
 * @module tradewire/legacy
 */
export { createLegacyAdapter } from './legacy/create-legacy-adapter.ts'
export { LegacyAdapter } from './legacy/legacy-adapter.ts'
export type { LegacyAdapterOptions, LegacyErrorContext } from './legacy/options.ts'
export type { LegacyNameUse, LegacyReport, LegacyShare, UnknownNameUse } from './legacy/report.ts'
export type { LegacySubscription } from './legacy/subscription.ts'
export type {
  ArgumentsOf,
  DecimalForm,
  DecimalForms,
  LegacyListener,
  LegacyMapping,
  LegacyName,
  ListenerOf,
  LoosePayload,
  NoMapping,
  PayloadListener,
  PlainPayload,
  TradingLegacyNames,
  TypeOfLegacyName,
} from './legacy/types.ts'
