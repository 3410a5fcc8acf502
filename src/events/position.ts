import * as z from 'zod'
import type { EventDefinitions } from './catalog.ts'
import {
  Decimal,
  decimal,
  decimalPatterns,
  nonNegativeDecimal,
  positiveDecimal,
} from './decimal.ts'
import { type FieldsOf, optionalText, stamp, text, time } from './fields.ts'

const position = {
  /** The position's id. */
  positionId: text(),
  /** The instrument, in the venue's own spelling, such as `BTCUSDT`. */
  symbol: text(),
  /** The account that holds the position. */
  accountId: optionalText(),
  /** The strategy that holds the position. */
  strategyId: optionalText(),
  /** Which way the position gains: `long` when prices rise, `short` when they fall, `flat` is none. */
  side: /* @__PURE__ */ z.enum(['long', 'short', 'flat']),
  /** How much is held, without a sign, in units of the instrument. */
  quantity: nonNegativeDecimal(),
  /** Average price of the fills that built the position, in quote currency. */
  averageEntryPrice: decimal(),
  /** Profit and loss of what was closed so far, fees included, in `currency`. */
  realizedPnl: decimal(),
  /** The currency of the profit and loss, such as `USDT`. */
  currency: text(),
}

interface PositionPayload extends FieldsOf<typeof position>, FieldsOf<typeof stamp> {}

/** Shared by every position event: a position of 0 is flat, and no other one is. */
const flatIsZero = {
  path: ['side'],
  message: 'expected flat exactly when the quantity is 0',
}

const agrees = ({ side, quantity }: { side: string; quantity: Decimal }): boolean =>
  (side === 'flat') === quantity.isZero()

// What is listed for JSON Schemas follows from the rules of the side and the quantity.
const held = {
  quantity: positiveDecimal(),
  side: /* @__PURE__ */ position.side.meta({ enum: ['long', 'short'] }),
}

const nothingHeld = {
  quantity: /* @__PURE__ */ position.quantity.meta({ pattern: decimalPatterns.zero }),
  side: /* @__PURE__ */ position.side.meta({ enum: ['flat'] }),
}

const opening = {
  /** When the position was opened, in milliseconds since the Unix epoch. */
  openedAt: time(),
}

const openingOrder = {
  /** The order whose fill opened the position. */
  openingOrderId: text(),
}

export const opened = /* @__PURE__ */ z
  .strictObject({ ...position, ...stamp, ...held, ...opening, ...openingOrder })
  .refine(agrees, flatIsZero)

/**
 * Payload of `position.opened`: a position as its first fill left it. `quantity` is above 0, and
 * `side` is not `flat`.
 */
export interface PositionOpened
  extends PositionPayload, FieldsOf<typeof opening>, FieldsOf<typeof openingOrder> {}

const updateFields = {
  /** Price of the fill that changed the position, in quote currency. */
  lastPrice: decimal(),
  /** Quantity of the fill that changed the position, in units of the instrument; above 0. */
  lastQuantity: positiveDecimal(),
  /** The order whose fill changed the position. */
  orderId: text(),
}

export const updated = /* @__PURE__ */ z
  .strictObject({ ...position, ...stamp, ...held, ...updateFields })
  .refine(agrees, flatIsZero)

/**
 * Payload of `position.updated`: a position as a fill left it, larger or smaller. `quantity` and
 * `lastQuantity` are above 0, and `side` is not `flat`.
 */
export interface PositionUpdated extends PositionPayload, FieldsOf<typeof updateFields> {}

const closingFields = {
  /** When the position was closed, in milliseconds since the Unix epoch. */
  closedAt: time(),
  /** Average price of the fills that closed the position, in quote currency. */
  averageExitPrice: decimal(),
  /** The order whose fill closed the position. */
  closingOrderId: text(),
}

export const closed = /* @__PURE__ */ z
  .strictObject({ ...position, ...stamp, ...nothingHeld, ...opening, ...closingFields })
  .refine(({ quantity }) => quantity.isZero(), {
    path: ['quantity'],
    message: 'expected 0, as nothing is held of a closed position',
  })
  .refine(agrees, flatIsZero)

/**
 * Payload of `position.closed`: a position of which nothing is held any more. `quantity` is 0, and
 * `side` is `flat`.
 */
export interface PositionClosed
  extends PositionPayload, FieldsOf<typeof opening>, FieldsOf<typeof closingFields> {}

const valuation = {
  /** The price that the position is valued at, in quote currency. */
  markPrice: decimal(),
  /** Profit and loss if it were closed at `markPrice`, in `currency`. */
  unrealizedPnl: decimal(),
}

export const pnlUpdate = /* @__PURE__ */ z
  .strictObject({ ...position, ...stamp, ...valuation })
  .refine(agrees, flatIsZero)

/**
 * Payload of `position.pnl_update`: what a position is worth at a new price. `side` is `flat` exactly
 * when `quantity` is 0.
 */
export interface PositionPnlUpdate extends PositionPayload, FieldsOf<typeof valuation> {}

/** The position events, as payload schemas by name. */
export type PositionSchemas = {
  'position.opened': z.ZodType<PositionOpened>
  'position.updated': z.ZodType<PositionUpdated>
  'position.closed': z.ZodType<PositionClosed>
  'position.pnl_update': z.ZodType<PositionPnlUpdate>
}

const at = (value: string): Decimal => new Decimal(value)
const bitcoin = {
  positionId: 'main-BTCUSDT',
  symbol: 'BTCUSDT',
  accountId: 'main',
  strategyId: 'breakout',
  venue: 'binance',
  timestamp: 1_767_225_600_123,
  currency: 'USDT',
} as const
const long = {
  ...bitcoin,
  side: 'long',
  quantity: at('0.25'),
  averageEntryPrice: at('61659.7'),
  realizedPnl: at('-3.082985'),
} as const

/** What happens to a position. */
export const positionEvents: EventDefinitions<PositionSchemas> = {
  'position.opened': {
    description: 'A position was opened.',
    payload: opened,
    example: { ...long, openedAt: 1_767_225_600_123, openingOrderId: 'breakout-17' },
    legacyName: 'position_opened',
  },
  'position.updated': {
    description: 'A fill has made a position larger or smaller.',
    payload: updated,
    example: { ...long, lastPrice: at('61659.7'), lastQuantity: at('0.1'), orderId: 'breakout-17' },
    legacyName: 'position_updated',
  },
  'position.closed': {
    description: 'A position was closed.',
    payload: closed,
    example: {
      ...bitcoin,
      side: 'flat',
      quantity: at('0'),
      averageEntryPrice: at('61659.7'),
      realizedPnl: at('103.88'),
      openedAt: 1_767_222_000_000,
      closedAt: 1_767_225_600_123,
      averageExitPrice: at('62087.6'),
      closingOrderId: 'breakout-18',
    },
    legacyName: 'position_closed',
  },
  'position.pnl_update': {
    description: 'A position was valued at a new price.',
    payload: pnlUpdate,
    example: { ...long, markPrice: at('61858.9'), unrealizedPnl: at('49.8') },
    legacyName: 'position_pnl_update',
  },
}
