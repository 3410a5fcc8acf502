import { fields as marketFields } from './trading-fields/market.ts'
import { fields as orderFields } from './trading-fields/order.ts'
import { fields as performanceFields } from './trading-fields/performance.ts'
import { fields as positionFields } from './trading-fields/position.ts'
import { fields as riskFields } from './trading-fields/risk.ts'
import type { FieldSentences } from './trading-fields/sentences.ts'
import { fields as systemFields } from './trading-fields/system.ts'

/** What the fields of the trading events mean, with their units. */
export const tradingFields: FieldSentences = {
  ...marketFields,
  ...orderFields,
  ...positionFields,
  ...riskFields,
  ...systemFields,
  ...performanceFields,
}
