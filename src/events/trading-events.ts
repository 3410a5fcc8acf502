import { type Catalog, provenEvents } from './catalog.ts'
import { marketEvents, type MarketSchemas } from './market.ts'
import { orderEvents, type OrderSchemas } from './order.ts'
import { performanceEvents, type PerformanceSchemas } from './performance.ts'
import { positionEvents, type PositionSchemas } from './position.ts'
import { riskEvents, type RiskSchemas } from './risk.ts'
import { systemEvents, type SystemSchemas } from './system.ts'
import type { AnyEventIn, EventIn, PayloadIn, TypeIn } from './types.ts'

/** The trading events, as payload schemas by name. */
export type TradingSchemas = MarketSchemas &
  OrderSchemas &
  PositionSchemas &
  RiskSchemas &
  SystemSchemas &
  PerformanceSchemas

/**
 * The events of a trading system: market, order, position, risk, system and performance. The
 * catalog that a bus has unless it is given another one.
 */
export const tradingEvents: Catalog<TradingSchemas> = /* @__PURE__ */ provenEvents<TradingSchemas>({
  ...marketEvents,
  ...orderEvents,
  ...positionEvents,
  ...riskEvents,
  ...systemEvents,
  ...performanceEvents,
})

/** Any trading event, discriminated by `type`. */
export type TradingEvent = AnyEventIn<TradingSchemas>

/** The payload schemas of a catalog type, such as `typeof tradingEvents`. */
export type SchemasOf<OneCatalog extends Catalog> = OneCatalog['schemas']

/**
 * The event of a type.
 *
 * @typeParam Type the type, such as `'order.filled'`.
 * @typeParam OneCatalog the catalog it belongs to. Default `typeof tradingEvents`.
 * @example
 * ```ts
 * function book(fill: EventOf<'order.filled'>): void {}
 * function enter(signal: EventOf<'signal.entry', typeof catalog>): void {}
 * ```
 */
export type EventOf<
  Type extends TypeIn<SchemasOf<OneCatalog>>,
  OneCatalog extends Catalog = typeof tradingEvents,
> = EventIn<SchemasOf<OneCatalog>, Type>

/**
 * The payload of a type.
 *
 * @typeParam Type the type, such as `'order.filled'`.
 * @typeParam OneCatalog the catalog it belongs to. Default `typeof tradingEvents`.
 */
export type PayloadOf<
  Type extends TypeIn<SchemasOf<OneCatalog>>,
  OneCatalog extends Catalog = typeof tradingEvents,
> = PayloadIn<SchemasOf<OneCatalog>, Type>
