import { type Bus, Decimal, type PayloadOf, type TradewireEvent } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { WorkingOrders } from '../../src/desk/working-orders.ts'
import { noon, quietBus } from './desk-support.ts'

const d = (value: string): Decimal => new Decimal(value)
const names = { orderId: 'a', symbol: 'SPX', timestamp: noon }
const order = {
  ...names,
  side: 'buy',
  orderType: 'limit',
  timeInForce: 'gtc',
  quantity: d('5'),
  price: d('10'),
} as const

function setup() {
  const { bus } = quietBus()
  const working = new WorkingOrders(bus, 10)
  const submit = (more: Partial<PayloadOf<'order.submitted'>> = {}): TradewireEvent =>
    bus.emitSync('order.submitted', { ...order, ...more })
  return { bus, working, submit, status: () => working.get('a')?.status }
}

function fill(bus: Bus, filled: string, remaining: string, last = '1'): void {
  bus.emitSync(remaining === '0' ? 'order.filled' : 'order.partial_fill', {
    ...names,
    tradeId: `t${filled}`,
    side: 'buy',
    lastPrice: d('10'),
    lastQuantity: d(last),
    filledQuantity: d(filled),
    remainingQuantity: d(remaining),
    averagePrice: d('10'),
  })
}

describe('WorkingOrders', () => {
  it('follows an order from its submission to its fill', () => {
    const { bus, working, submit, status } = setup()
    const submitted = submit()
    expect(working.get('a')).toEqual({
      terms: order,
      status: 'submitted',
      filledQuantity: d('0'),
      remainingQuantity: d('5'),
      submitted,
    })
    bus.emitSync('order.placed', order)
    expect(status()).toBe('placed')
    bus.emitSync('order.triggered', { ...names, triggerPrice: d('9') })
    expect(status()).toBe('placed')
    fill(bus, '2', '3')
    expect(working.get('a')).toMatchObject({
      status: 'partially_filled',
      filledQuantity: d('2'),
      remainingQuantity: d('3'),
    })
    fill(bus, '5', '0')
    expect(working.get('a')).toBeUndefined()
    expect(working.list()).toEqual([])
  })

  it('knows a fill before its acceptance, and a repeated one that is older than another', () => {
    const { bus, working, submit, status } = setup()
    submit()
    fill(bus, '1', '4')
    bus.emitSync('order.placed', order)
    expect(status()).toBe('partially_filled')
    fill(bus, '3', '2')
    fill(bus, '1', '4')
    fill(bus, '3', '2')
    expect(working.get('a')?.filledQuantity.toFixed()).toBe('3')
  })

  it('takes new terms, to the last digit', () => {
    const { bus, working, submit } = setup()
    submit()
    fill(bus, '1', '4')
    const quantity = d(`7.${'0'.repeat(90)}1`)
    bus.emitSync('order.modified', { ...names, quantity })
    expect(working.get('a')?.remainingQuantity.toFixed()).toBe(`6.${'0'.repeat(90)}1`)
    bus.emitSync('order.modified', { ...names, price: d('11') })
    bus.emitSync('order.modified', { ...names, triggerPrice: d('12') })
    const { terms } = working.get('a')!
    expect([terms.quantity, terms.price, terms.triggerPrice]).toEqual([quantity, d('11'), d('12')])
  })

  it.each([
    ['order.cancelled', { filledQuantity: d('0') }],
    ['order.expired', { filledQuantity: d('0') }],
    ['order.rejected', { reason: 'no money' }],
  ] as const)('ends with %s', (type, more) => {
    const { bus, working, submit } = setup()
    submit()
    bus.emitSync(type, { ...names, ...more })
    expect(working.get('a')).toBeUndefined()
    // What comes after the end, or of an order that nobody knows, changes nothing.
    bus.emitSync('order.placed', order)
    fill(bus, '1', '4')
    bus.emitSync('order.modified', { ...names, quantity: d('9') })
    bus.emitSync(type, { ...names, ...more })
    expect(working.list()).toEqual([])
  })

  it('takes up an order that was submitted elsewhere, and none that has ended', () => {
    const { bus, working, submit, status } = setup()
    const placed = bus.emitSync('order.placed', order)
    expect(working.get('a')).toMatchObject({ terms: order, status: 'placed', submitted: placed })
    bus.emitSync('order.cancelled', { ...names, filledQuantity: d('0') })
    bus.emitSync('order.placed', order)
    expect(status()).toBeUndefined()
    submit({ orderId: 'b' })
    fill(bus, '5', '0')
    bus.emitSync('order.placed', order)
    expect(working.list().map(({ terms }) => terms.orderId)).toEqual(['b'])
  })

  it('goes on with an order of which a command was refused', () => {
    const { bus, submit, status } = setup()
    submit()
    bus.emitSync('order.cancel_rejected', { ...names, reason: 'too late' })
    bus.emitSync('order.modify_rejected', { ...names, reason: 'too late' })
    expect(status()).toBe('submitted')
  })

  it('ends a placed order by a rejection of its own submission alone', () => {
    const { bus, submit, status } = setup()
    const cause = submit()
    bus.emitSync('order.placed', order)
    bus.emitSync('order.rejected', { ...names, reason: 'of another' })
    expect(status()).toBe('placed')
    bus.emitSync('order.rejected', { ...names, reason: 'after all' }, { cause })
    expect(status()).toBeUndefined()
  })

  it('keeps an order whose id was used again, also while it is on its way', () => {
    const { bus, working, submit, status } = setup()
    submit()
    const second = submit({ quantity: d('9') })
    const third = submit({ quantity: d('8') })
    for (const cause of [second, third]) {
      bus.emitSync('order.rejected', { ...names, reason: 'known' }, { cause })
    }
    expect(status()).toBe('submitted')
    expect(working.get('a')?.terms.quantity.toFixed()).toBe('5')
    // Whoever rejects it once more means the order itself.
    bus.emitSync('order.rejected', { ...names, reason: 'known' }, { cause: second })
    expect(status()).toBeUndefined()
  })

  it('lists orders as they were submitted, and hears nothing after its end', () => {
    const { bus, working, submit } = setup()
    submit({ orderId: 'b', symbol: 'ABC' })
    submit()
    const ids = (symbol?: string): string[] => working.list(symbol).map((one) => one.terms.orderId)
    expect(ids()).toEqual(['b', 'a'])
    expect(ids('SPX')).toEqual(['a'])
    working.close()
    fill(bus, '5', '0')
    expect(ids()).toEqual(['b', 'a'])
  })
})
