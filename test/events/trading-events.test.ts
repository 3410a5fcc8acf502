import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Decimal } from '../../src/events/decimal.ts'
import { EventValidationError } from '../../src/events/errors.ts'
import type { CatalogEntry } from '../../src/events/catalog-entry.ts'
import { type TradingEvent, tradingEvents } from '../../src/events/trading-events.ts'

type Payload = Record<string, unknown>

const entries = [...tradingEvents.entries.values()].map((entry) => ({ name: entry.name, entry }))

/** The names of all fields of a payload, from its JSON Schema. */
function namesIn(entry: CatalogEntry): string[] {
  return Object.keys(z.toJSONSchema(entry.payload, { io: 'input' }).properties ?? {})
}

/** Values that no field of any payload may hold. */
const never: readonly unknown[] = [
  Number.NaN,
  Infinity,
  -Infinity,
  null,
  {},
  [Number.NaN],
  10n,
  Symbol('field'),
  () => 1,
  new Decimal(Number.NaN),
  new Decimal(Infinity),
  new Date(0),
]

/** A value of another kind than the one that stands there. */
function ofAnotherKind(value: unknown): unknown {
  if (value instanceof Decimal) return value.toNumber()
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return 5
  return 'text'
}

/** The fields of every payload, as the project's list of events has them. */
const fieldsOf: Record<TradingEvent['type'], { required: string; optional: string }> = {
  'market.new_bar': {
    required: 'close high low open openTime symbol timeframe timestamp volume',
    optional: 'tradeCount venue vwap',
  },
  'market.data_update': {
    required: 'symbol timestamp',
    optional: 'change changePercent high indexPrice last low markPrice open venue volume',
  },
  'market.quote_update': {
    required: 'askPrice askSize bidPrice bidSize symbol timestamp',
    optional: 'sequence venue',
  },
  'market.trade_tick': {
    required: 'aggressorSide price size symbol timestamp',
    optional: 'tradeId venue',
  },
  'market.orderbook_update': {
    required: 'asks bids kind symbol timestamp',
    optional: 'previousSequence sequence venue',
  },
  'market.depth_update': {
    required: 'asks bids symbol timestamp',
    optional: 'sequence venue',
  },
  'order.submitted': {
    required: 'orderId orderType quantity side symbol timeInForce timestamp',
    optional:
      'accountId expireTime postOnly price reduceOnly strategyId tags triggerPrice venue venueOrderId',
  },
  'order.placed': {
    required: 'orderId orderType quantity side symbol timeInForce timestamp',
    optional:
      'accountId expireTime postOnly price reduceOnly strategyId tags triggerPrice venue venueOrderId',
  },
  'order.filled': {
    required:
      'averagePrice filledQuantity lastPrice lastQuantity orderId remainingQuantity side symbol timestamp tradeId',
    optional: 'accountId fee liquidity strategyId venue venueOrderId',
  },
  'order.partial_fill': {
    required:
      'averagePrice filledQuantity lastPrice lastQuantity orderId remainingQuantity side symbol timestamp tradeId',
    optional: 'accountId fee liquidity strategyId venue venueOrderId',
  },
  'order.cancelled': {
    required: 'filledQuantity orderId symbol timestamp',
    optional: 'accountId reason strategyId venue venueOrderId',
  },
  'order.rejected': {
    required: 'orderId reason symbol timestamp',
    optional: 'accountId code strategyId venue venueOrderId',
  },
  'order.expired': {
    required: 'filledQuantity orderId symbol timestamp',
    optional: 'accountId strategyId venue venueOrderId',
  },
  'order.modified': {
    required: 'orderId symbol timestamp',
    optional: 'accountId price quantity strategyId triggerPrice venue venueOrderId',
  },
  'order.triggered': {
    required: 'orderId symbol timestamp triggerPrice',
    optional: 'accountId strategyId venue venueOrderId',
  },
  'order.cancel_rejected': {
    required: 'orderId reason symbol timestamp',
    optional: 'accountId code strategyId venue venueOrderId',
  },
  'order.modify_rejected': {
    required: 'orderId reason symbol timestamp',
    optional: 'accountId code strategyId venue venueOrderId',
  },
  'position.opened': {
    required:
      'averageEntryPrice currency openedAt openingOrderId positionId quantity realizedPnl side symbol timestamp',
    optional: 'accountId strategyId venue',
  },
  'position.updated': {
    required:
      'averageEntryPrice currency lastPrice lastQuantity orderId positionId quantity realizedPnl side symbol timestamp',
    optional: 'accountId strategyId venue',
  },
  'position.closed': {
    required:
      'averageEntryPrice averageExitPrice closedAt closingOrderId currency openedAt positionId quantity realizedPnl side symbol timestamp',
    optional: 'accountId strategyId venue',
  },
  'position.pnl_update': {
    required:
      'averageEntryPrice currency markPrice positionId quantity realizedPnl side symbol timestamp unrealizedPnl',
    optional: 'accountId strategyId venue',
  },
  'risk.limit_warning': {
    required: 'currentValue limit limitValue timestamp unit',
    optional: 'accountId action strategyId symbol venue',
  },
  'risk.limit_exceeded': {
    required: 'currentValue limit limitValue timestamp unit',
    optional: 'accountId action strategyId symbol venue',
  },
  'risk.stop_loss_triggered': {
    required: 'lastPrice positionId symbol timestamp triggerPrice triggeredBy',
    optional: 'orderId venue',
  },
  'risk.take_profit_triggered': {
    required: 'lastPrice positionId symbol timestamp triggerPrice triggeredBy',
    optional: 'orderId venue',
  },
  'system.connected': {
    required: 'attempt endpoint timestamp',
    optional: 'venue',
  },
  'system.disconnected': {
    required: 'endpoint timestamp willReconnect',
    optional: 'code reason venue',
  },
  'system.reconnecting': {
    required: 'attempt delayMs endpoint timestamp',
    optional: 'venue',
  },
  'system.authenticated': {
    required: 'endpoint timestamp',
    optional: 'accountId venue',
  },
  'system.feed_stale': {
    required: 'ageMs endpoint lastReceivedAt thresholdMs timestamp',
    optional: 'symbol venue',
  },
  'system.error': {
    required: 'message name timestamp',
    optional: 'attempts code handler originalEvent subscriptionId venue',
  },
  'system.warning': {
    required: 'code message timestamp',
    optional: 'details venue',
  },
  'performance.memory_warning': {
    required: 'heapUsedBytes rssBytes thresholdBytes timestamp',
    optional: 'venue',
  },
  'performance.rate_limit_warning': {
    required: 'endpoint limit timestamp used windowMs',
    optional: 'retryAfterMs venue',
  },
  'performance.latency_warning': {
    required: 'latencyMs origin thresholdMs timestamp',
    optional: 'percentile venue',
  },
}

describe('tradingEvents', () => {
  it('defines every type once, with a distinct legacy name', () => {
    expect(entries).toHaveLength(35)
    const legacyNames = entries.flatMap(({ entry }) => entry.legacyName ?? [])
    expect(new Set(legacyNames).size).toBe(legacyNames.length)
    expect(legacyNames).toHaveLength(31)
  })

  it('has a sentence about every event', () => {
    for (const { entry } of entries) expect(entry.description).toMatch(/^[A-Z].+\.$/)
  })

  describe.each(entries)('$name', ({ name, entry }) => {
    const example = entry.example as Payload
    const fields = Object.keys(example)

    it('accepts its example, and a venue', () => {
      expect(entry.accepts(example)).toBe(true)
      expect(entry.accepts({ ...example, venue: 'cme' })).toBe(true)
    })

    it('refuses a field too many', () => {
      for (const extra of ['extra', 'constructor', 'toString']) {
        expect(entry.accepts({ ...example, [extra]: 1 })).toBe(false)
        expect(entry.refusal(name, { ...example, [extra]: 1 }).message).toContain(extra)
      }
      const withProto: unknown = Object.defineProperty({ ...example }, '__proto__', {
        value: {},
        enumerable: true,
      })
      expect(entry.accepts(withProto)).toBe(false)
    })

    it.each(fields)('refuses %s of another kind, with its path', (field) => {
      const isRecord = field === 'details'
      for (const value of [...never, ofAnotherKind(example[field])]) {
        if (isRecord && value === never[4]) continue
        const payload = { ...example, [field]: value }
        expect(entry.accepts(payload)).toBe(false)
        const { issues } = entry.refusal(name, payload)
        expect(issues.some(({ path }) => path.split('.')[0] === field)).toBe(true)
      }
    })

    it('has the fields of the list, and refuses to miss one that is required', () => {
      // The list has a line for every name in the catalog, as its type says.
      const { required, optional } = fieldsOf[name as TradingEvent['type']]
      expect(namesIn(entry).toSorted()).toEqual(`${required} ${optional}`.split(' ').toSorted())
      for (const field of required.split(' ')) {
        const { [field]: _, ...rest } = example
        expect(entry.accepts(rest)).toBe(false)
        expect(entry.refusal(name, rest).issues.map(({ path }) => path)).toContain(field)
      }
    })

    it('accepts each optional field to be absent', () => {
      const atLeastOne = new Set(['market.data_update', 'order.modified'])
      const needsPrice = new Set(['order.submitted', 'order.placed'])
      for (const field of fieldsOf[name as TradingEvent['type']].optional.split(' ')) {
        if (atLeastOne.has(name) || (needsPrice.has(name) && field === 'price')) continue
        const { [field]: _, ...rest } = example
        expect(entry.accepts(rest)).toBe(true)
      }
    })

    it.each([undefined, null, 5, 'text', [], new Map()])('refuses %o as a payload', (payload) => {
      expect(entry.accepts(payload)).toBe(false)
      expect(entry.refusal(name, payload)).toBeInstanceOf(EventValidationError)
    })
  })
})
