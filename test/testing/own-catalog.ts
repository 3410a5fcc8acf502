import { decimal, Decimal, tradingEvents, z } from 'tradewire'

/** The trading events, and some of a bot's own. */
export const catalog = tradingEvents.extend({
  'signal.entry': {
    description: 'A strategy wants to open a position.',
    payload: z.strictObject({
      symbol: z.string(),
      price: decimal(),
      until: z
        .codec(z.string(), z.date(), {
          decode: (text) => new Date(text),
          encode: (date) => date.toISOString(),
        })
        .optional(),
    }),
    example: { symbol: 'ABC', price: new Decimal('10') },
  },
  'signal.exit': {
    description: 'A strategy wants to close a position. Fields that are unknown are dropped.',
    payload: z.object({ symbol: z.string(), reason: z.string().optional() }),
    example: { symbol: 'ABC' },
  },
  'action.{name}.start': {
    description: 'An action has started.',
    payload: z.strictObject({ startedBy: z.string() }),
    example: { startedBy: 'scheduler' },
  },
})
