import { fields as market } from './trading-fields/market.ts'
import { fields as order } from './trading-fields/order.ts'
import { fields as performance } from './trading-fields/performance.ts'
import { fields as position } from './trading-fields/position.ts'
import { fields as risk } from './trading-fields/risk.ts'
import type { FieldSentences } from './trading-fields/sentences.ts'
import { fields as system } from './trading-fields/system.ts'

/** What the fields of the trading events mean, with their units. */
export const tradingFields: FieldSentences = {
  ...market,
  ...order,
  ...position,
  ...risk,
  ...system,
  ...performance,
}
