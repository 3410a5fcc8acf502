import { z } from 'zod'
import { Decimal, decimal } from '../../src/events/decimal.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'

/** The trading events, and one more. */
export const catalog = tradingEvents.extend({
  'signal.entry': {
    description: 'A strategy wants to open a position.',
    payload: z.strictObject({ price: decimal() }),
    example: { price: new Decimal('1.5') },
  },
})
