import { describe, expect, it } from 'vitest'
import { at, reasons } from '../support/payloads.ts'

const priceMissing = 'price: expected a price, as limit and stop_limit orders have one'
const triggerMissing =
  'triggerPrice: expected a triggerPrice, as stop and stop_limit orders have one'
const price = at('100')
const triggerPrice = at('99')

describe.each(['order.submitted', 'order.placed'] as const)('%s', (type) => {
  const bare = { price: undefined, triggerPrice: undefined }

  it.each([
    { orderType: 'market' },
    { orderType: 'trailing_stop' },
    { orderType: 'limit', price },
    { orderType: 'limit', price: at('-37.63') },
    { orderType: 'stop', triggerPrice },
    { orderType: 'stop_limit', price, triggerPrice },
    { orderType: 'market', price, triggerPrice },
    { orderType: 'limit', price, timeInForce: 'gtd', expireTime: 1_767_300_000_000 },
    { orderType: 'limit', price, postOnly: true, reduceOnly: false, tags: ['breakout'] },
  ])('accepts $orderType with the prices that it needs', (change) => {
    expect(reasons(type, { ...bare, ...change })).toEqual([])
  })

  it.each([
    [{ orderType: 'limit' }, [priceMissing]],
    [{ orderType: 'limit', triggerPrice }, [priceMissing]],
    [{ orderType: 'stop', price }, [triggerMissing]],
    [{ orderType: 'stop_limit', price }, [triggerMissing]],
    [{ orderType: 'stop_limit', triggerPrice }, [priceMissing]],
    [{ orderType: 'stop_limit' }, [priceMissing, triggerMissing]],
  ])('refuses %o', (change, expected) => {
    expect(reasons(type, { ...bare, ...change })).toEqual(expected)
  })

  it.each(['0', '-1'])('refuses a quantity of %s', (quantity) => {
    expect(reasons(type, { quantity: at(quantity) })).toEqual([
      `quantity: expected a Decimal above 0, found ${quantity}`,
    ])
  })
})

describe('order.filled', () => {
  it('accepts that nothing remains', () => {
    expect(reasons('order.filled', { remainingQuantity: at('0.000') })).toEqual([])
  })

  it('accepts a rebate, and a fill without fee and liquidity', () => {
    const fee = { amount: at('-0.4'), currency: 'USDT' }
    expect(reasons('order.filled', { fee })).toEqual([])
    expect(reasons('order.filled', { fee: undefined, liquidity: undefined })).toEqual([])
  })

  it('refuses that something remains', () => {
    expect(reasons('order.filled', { remainingQuantity: at('0.001') })).toEqual([
      'remainingQuantity: expected 0, as nothing remains of a filled order; use order.partial_fill',
    ])
  })

  it('refuses a fill of nothing', () => {
    expect(reasons('order.filled', { lastQuantity: at('0') })).toHaveLength(1)
    expect(reasons('order.filled', { filledQuantity: at('0') })).toHaveLength(1)
  })
})

describe('order.partial_fill', () => {
  it('accepts that something remains', () => {
    expect(reasons('order.partial_fill', { remainingQuantity: at('0.00000001') })).toEqual([])
  })

  it('refuses that nothing remains', () => {
    expect(reasons('order.partial_fill', { remainingQuantity: at('0') })).toEqual([
      'remainingQuantity: expected more than 0, as a part remains; use order.filled',
    ])
    expect(reasons('order.partial_fill', { remainingQuantity: at('-1') })).toHaveLength(1)
  })
})

describe.each(['order.cancelled', 'order.expired'] as const)('%s', (type) => {
  it('accepts an order that was filled in part, or not at all', () => {
    expect(reasons(type, { filledQuantity: at('0') })).toEqual([])
    expect(reasons(type, { filledQuantity: at('0.1') })).toEqual([])
  })

  it('refuses a negative filled quantity', () => {
    expect(reasons(type, { filledQuantity: at('-0.1') })).toHaveLength(1)
  })
})

describe.each(['order.rejected', 'order.cancel_rejected', 'order.modify_rejected'] as const)(
  '%s',
  (type) => {
    it('has a reason, and may have a code', () => {
      expect(reasons(type, { code: undefined })).toEqual([])
      expect(reasons(type, { reason: undefined })).toHaveLength(1)
    })
  },
)

describe('order.modified', () => {
  it.each(['quantity', 'price', 'triggerPrice'])('accepts a new %s alone', (field) => {
    expect(reasons('order.modified', { price: undefined, [field]: at('2') })).toEqual([])
  })

  it('refuses a modification of nothing', () => {
    expect(reasons('order.modified', { price: undefined })).toEqual([
      'quantity: expected at least one new value: quantity, price or triggerPrice',
    ])
  })

  it('refuses a new quantity of 0', () => {
    expect(reasons('order.modified', { quantity: at('0') })).toHaveLength(1)
  })
})

describe('order.triggered', () => {
  it('has the price that woke the order', () => {
    expect(reasons('order.triggered', { triggerPrice: at('-1') })).toEqual([])
    expect(reasons('order.triggered', { triggerPrice: undefined })).toHaveLength(1)
  })
})
