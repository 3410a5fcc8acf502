import { describe, expect, it } from 'vitest'
import { tradingEvents } from '../../src/events/trading-events.ts'
import { tradingNotes } from '../../src/reference/trading-notes.ts'

type Fields = Readonly<Record<string, unknown>>

/** Encoded fields that break what a sentence says: each alone is refused. */
const breaking: Readonly<Record<string, readonly Fields[]>> = {
  '`low` is at or below `open` and `close`, and `high` at or above them.': [
    { low: '6893.48' },
    { high: '6893.46' },
  ],
  '`openTime` is before `timestamp`.': [{ openTime: 1_767_214_800_000 }],
  '`volume` is 0 or more.': [{ volume: '-1' }],
  'At least one value is present.': [
    { last: undefined, markPrice: undefined, changePercent: undefined },
  ],
  'Both sizes are 0 or more.': [{ bidSize: '-1' }, { askSize: '-1' }],
  '`size` is above 0.': [{ size: '0' }],
  'Every size is 0 or more; 0 removes the level.': [
    { bids: [['1', '-1']] },
    { asks: [['1', '-1']] },
  ],
  'Prices of bids strictly fall.': [
    {
      bids: [
        ['1', '1'],
        ['1', '1'],
      ],
    },
  ],
  'Prices of asks strictly rise.': [
    {
      asks: [
        ['1', '1'],
        ['1', '1'],
      ],
    },
  ],
  'Every size is 0 or more.': [{ bids: [['1', '-1']] }, { asks: [['1', '-1']] }],
  '`quantity` is above 0.': [{ quantity: '0' }],
  'An order of type `limit` or `stop_limit` has a `price`.': [
    { price: undefined },
    { orderType: 'stop_limit', triggerPrice: '1', price: undefined },
  ],
  'An order of type `stop` or `stop_limit` has a `triggerPrice`.': [
    { orderType: 'stop' },
    { orderType: 'stop_limit' },
  ],
  '`lastQuantity` and `filledQuantity` are above 0.': [
    { lastQuantity: '0' },
    { filledQuantity: '0' },
  ],
  '`remainingQuantity` is 0.': [{ remainingQuantity: '0.1' }],
  '`remainingQuantity` is above 0.': [{ remainingQuantity: '0' }],
  '`filledQuantity` is 0 or more.': [{ filledQuantity: '-0.1' }],
  'At least one of `quantity`, `price` and `triggerPrice` is present.': [{ price: undefined }],
  '`quantity`, if present, is above 0.': [{ quantity: '0' }],
  '`side` is `flat` exactly when `quantity` is 0.': [
    { side: 'flat', quantity: '1' },
    { side: 'long', quantity: '0' },
  ],
  '`lastQuantity` is above 0.': [{ lastQuantity: '0' }],
  '`quantity` is 0.': [{ side: 'long', quantity: '1' }],
  '`attempt` is a whole number from 1.': [{ attempt: 0 }, { attempt: 1.5 }],
  '`delayMs` is 0 or more.': [{ delayMs: -1 }],
  '`ageMs` and `thresholdMs` are 0 or more.': [{ ageMs: -1 }, { thresholdMs: -1 }],
  '`attempts`, if present, is a whole number from 1.': [{ attempts: 0 }, { attempts: 1.5 }],
  '`details` are flat: text, finite numbers and booleans.': [
    { details: { a: {} } },
    { details: { a: Number.POSITIVE_INFINITY } },
    { details: { a: null } },
  ],
  'All sizes are whole numbers of 0 or more.': [
    { heapUsedBytes: -1 },
    { rssBytes: 1.5 },
    { thresholdBytes: -1 },
  ],
  'All figures are 0 or more.': [
    { used: -1 },
    { limit: -1 },
    { windowMs: -1 },
    { retryAfterMs: -1 },
  ],
  '`thresholdMs` is 0 or more.': [{ thresholdMs: -1 }],
  '`percentile` is from 0 to 100.': [{ percentile: -1 }, { percentile: 101 }],
}

const unchecked = /not checked/
const stated = Object.entries(tradingNotes).flatMap(([type, { invariants = [] }]) =>
  invariants.map((sentence) => ({ type, sentence })),
)

describe('tradingNotes', () => {
  it('says of every trading event when and by whom it is emitted', () => {
    expect(Object.keys(tradingNotes).toSorted()).toEqual(
      [...tradingEvents.entries.keys()].toSorted(),
    )
    for (const { emittedWhen, emittedBy } of Object.values(tradingNotes)) {
      expect(emittedWhen).toMatch(/^[A-Z].*\.$/s)
      expect(emittedBy).toMatch(/^[A-Z`]/)
    }
  })

  it('names events of the catalog before and after', () => {
    for (const { before = [], after = [] } of Object.values(tradingNotes)) {
      expect([...tradingEvents.entries.keys()]).toEqual(
        expect.arrayContaining([...before, ...after]),
      )
    }
  })

  it.each(stated.filter(({ sentence }) => !unchecked.test(sentence)))(
    'is right that of every $type $sentence',
    ({ type, sentence }) => {
      const entry = tradingEvents.get(type)
      const example = entry.encode(type, entry.example) as Fields
      expect(breaking[sentence]).toBeDefined()
      for (const fields of breaking[sentence]!) {
        const json = JSON.parse(JSON.stringify({ ...example, ...fields })) as Fields
        const infinite = { ...json, ...fields }
        expect(() => entry.decode(type, infinite)).toThrow(
          expect.objectContaining({ code: 'EVENT_INVALID' }),
        )
      }
    },
  )

  it('has no payload that breaks what nobody says', () => {
    const sentences = new Set(stated.map(({ sentence }) => sentence))
    for (const sentence of Object.keys(breaking)) expect(sentences).toContain(sentence)
  })

  it('says so of what is not checked, and is right', () => {
    const crossed = tradingEvents.get('market.quote_update')
    const quote = crossed.encode(crossed.name, crossed.example) as Fields
    expect(() => crossed.decode(crossed.name, { ...quote, askPrice: '1' })).not.toThrow()
    const book = tradingEvents.get('market.orderbook_update')
    const delta = book.encode(book.name, book.example) as Fields
    expect(() => book.decode(book.name, { ...delta, previousSequence: 5 })).not.toThrow()
    const fill = tradingEvents.get('order.filled')
    const filled = fill.encode(fill.name, fill.example) as Fields
    expect(() => fill.decode(fill.name, { ...filled, filledQuantity: '9' })).not.toThrow()
    const stale = tradingEvents.get('system.feed_stale')
    const silent = stale.encode(stale.name, stale.example) as Fields
    expect(() => stale.decode(stale.name, { ...silent, ageMs: 1 })).not.toThrow()
    const closed = tradingEvents.get('position.closed')
    const flat = closed.encode(closed.name, closed.example) as Fields
    expect(() => closed.decode(closed.name, { ...flat, closedAt: 1 })).not.toThrow()
    expect(stated.filter(({ sentence }) => unchecked.test(sentence)).length).toBe(8)
  })
})
