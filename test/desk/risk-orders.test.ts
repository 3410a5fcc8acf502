import { describe, expect, it } from 'vitest'
import type { OrderSubmitted } from '../../src/events/order.ts'
import { d, guardedDesk, noon } from './risk-desk.ts'

function orderDesk(maxPosition = '10') {
  const desk = guardedDesk({ maxPosition })
  const end = (type: 'order.cancelled' | 'order.expired', orderId: string, filled: number) =>
    desk.bus.emitSync(type, { orderId, symbol: 'SPX', timestamp: noon, filledQuantity: d(filled) })
  /** What may still be bought. */
  const room = (): number => {
    for (let quantity = 1; quantity <= 20; quantity += 1) {
      const code = desk.send('buy', quantity, { orderId: `probe ${quantity}` })
      if (code !== undefined) return quantity - 1
      end('order.cancelled', `probe ${quantity}`, 0)
      desk.bus.emitSync('order.rejected', {
        orderId: `probe ${quantity}`,
        symbol: 'SPX',
        timestamp: noon,
        reason: 'over',
      })
    }
    return 20
  }
  const change = (changes: { quantity?: number; price?: number }, orderId = desk.lastId) => {
    const order = desk.ofType('order.submitted').find(({ data }) => data.orderId === orderId)!.data
    const refusal = desk.guard.checkChanges(
      order,
      {
        ...(changes.quantity !== undefined && { quantity: d(changes.quantity) }),
        ...(changes.price !== undefined && { price: d(changes.price) }),
      },
      undefined,
    )
    if (refusal !== undefined) answer('order.modify_rejected', orderId)
    return refusal?.code
  }
  const answer = (
    type: 'order.modified' | 'order.modify_rejected',
    orderId: string,
    data: Partial<OrderSubmitted> = {},
  ) => {
    const order = { orderId, symbol: 'SPX', timestamp: noon }
    if (type === 'order.modified') desk.bus.emitSync(type, { ...order, ...data })
    else desk.bus.emitSync(type, { ...order, reason: 'no' })
  }
  return { ...desk, end, room, change, answer, id: () => desk.lastId }
}

describe('riskGuard: orders that work', () => {
  it('honours a fill before the acceptance, and does not revive an order that is filled', () => {
    const desk = orderDesk()
    desk.guard.checkOrder({ ...terms('early'), quantity: d(6) }, desk.mark(100))
    desk.trade({ orderId: 'early', side: 'buy' }, 6, 100)
    desk.bus.emitSync('order.placed', { ...terms('early'), quantity: d(6) })
    expect(desk.room()).toBe(4)
  })

  it('counts orders that others have placed', () => {
    const desk = orderDesk()
    desk.bus.emitSync('order.placed', { ...terms('elsewhere'), quantity: d(7) })
    desk.bus.emitSync('order.placed', { ...terms('elsewhere'), quantity: d(7) })
    expect(desk.room()).toBe(3)
    desk.end('order.expired', 'elsewhere', 0)
    expect(desk.room()).toBe(10)
  })

  it('waits for the fills that the end of an order tells of', () => {
    const desk = orderDesk()
    desk.send('buy', 8)
    const orderId = desk.id()
    // Cancelled with 5 filled, of which none has come.
    desk.end('order.cancelled', orderId, 5)
    expect(desk.room()).toBe(5)
    desk.answer('order.modified', orderId, { quantity: d(9) })
    expect(desk.room()).toBe(5)
    desk.trade({ orderId, side: 'buy' }, 2, 100, { remainingQuantity: d(6) })
    expect(desk.room()).toBe(5)
    desk.trade({ orderId, side: 'buy' }, 3, 100, { filledQuantity: d(5), remainingQuantity: d(3) })
    expect(desk.positions.quantity('SPX').toString()).toBe('5')
    expect(desk.room()).toBe(5)
  })

  it('forgets the oldest of more than 1,000 orders whose fills never come', () => {
    const desk = orderDesk('1000')
    for (let count = 0; count < 1_000; count += 1) {
      desk.send('buy', 1)
      desk.end('order.cancelled', desk.id(), 1)
    }
    expect(desk.send('buy', 1)).toBe('RISK_POSITION_SIZE')
    // One that is ended without an order of its own to wait for: the limit is on all that are late.
    desk.send('sell', 1)
    desk.end('order.cancelled', desk.id(), 1)
    expect(desk.send('buy', 1)).toBeUndefined()
  })

  it('refuses a second order with the id of one that works, whose rejection leaves that alone', () => {
    const desk = orderDesk()
    desk.send('buy', 4, { orderId: 'same' })
    expect(desk.send('buy', 4, { orderId: 'same' })).toBe('RISK_DUPLICATE_ORDER')
    expect(desk.room()).toBe(6)
    const refused = { orderId: 'same', symbol: 'SPX', timestamp: noon, reason: 'no' }
    desk.bus.emitSync('order.rejected', refused)
    expect(desk.room()).toBe(10)
    desk.bus.emitSync('order.rejected', refused)
    expect(desk.room()).toBe(10)
  })
})

describe('riskGuard: changes of orders', () => {
  it('counts a wish for more at once, until it is answered', () => {
    const desk = orderDesk()
    desk.send('buy', 4, { orderId: 'a', price: d(100) })
    expect(desk.change({ quantity: 11 }, 'a')).toBe('RISK_POSITION_SIZE')
    expect(desk.change({ quantity: 7 }, 'a')).toBeUndefined()
    expect(desk.room()).toBe(3)
    // The refused one is rejected by the desk: the wish for 7 stands.
    expect(desk.change({ quantity: 11 }, 'a')).toBe('RISK_POSITION_SIZE')
    expect(desk.room()).toBe(3)
    desk.answer('order.modify_rejected', 'a')
    expect(desk.room()).toBe(6)
    expect(desk.change({ quantity: 8 }, 'a')).toBeUndefined()
    expect(desk.change({ price: 99 }, 'a')).toBeUndefined()
    desk.answer('order.modified', 'a', { price: d(99) })
    expect(desk.room()).toBe(2)
    desk.answer('order.modified', 'a', { quantity: d(8) })
    expect(desk.room()).toBe(2)
    // Less counts once the venue says so.
    expect(desk.change({ quantity: 2 }, 'a')).toBeUndefined()
    expect(desk.room()).toBe(2)
    desk.answer('order.modified', 'a', { quantity: d(2) })
    expect(desk.room()).toBe(8)
    desk.answer('order.modified', 'a', { quantity: d(3) })
    expect(desk.room()).toBe(7)
  })

  it('lets an order become smaller, and nothing else, while it is halted', () => {
    const desk = orderDesk()
    desk.hold('buy', 5, 100)
    desk.send('buy', 4, { orderId: 'a', price: d(90) })
    desk.send('sell', 2, { orderId: 'b', price: d(110) })
    desk.guard.halt('enough')
    expect(desk.change({ price: 100 }, 'a')).toBe('RISK_HALTED')
    expect(desk.change({ quantity: 5 }, 'a')).toBe('RISK_HALTED')
    expect(desk.change({ quantity: 3 }, 'a')).toBeUndefined()
    expect(desk.change({ quantity: 5 }, 'b')).toBeUndefined()
    expect(desk.change({ price: 100 }, 'b')).toBeUndefined()
    expect(desk.change({ quantity: 6 }, 'b')).toBe('RISK_HALTED')
  })

  it('values an order with all changes that are not answered yet', () => {
    const desk = guardedDesk({ maxOrderValue: '20000' })
    let order = { ...terms('a'), quantity: d(10), price: d(1) }
    desk.guard.checkOrder(order, desk.mark(5_000))
    const check = (changes: object) => desk.guard.checkChanges(order, changes, undefined)?.code
    const answer = (changes: object) =>
      desk.bus.emitSync('order.modified', { ...named('a'), ...changes })
    // 100 at 1 is 100, and 10 at 1,000 is 10,000: both together are 100,000.
    expect(check({ quantity: d(100) })).toBeUndefined()
    expect(check({ price: d(1_000) })).toBe('RISK_ORDER_VALUE')
    desk.bus.emitSync('order.modify_rejected', { ...named('a'), reason: 'too much' })
    expect(check({ price: d(200) })).toBeUndefined()
    expect(check({ quantity: d(101) })).toBe('RISK_ORDER_VALUE')
    desk.bus.emitSync('order.modify_rejected', { ...named('a'), reason: 'too much' })
    // The venue rounds the price.
    answer({ price: d(199) })
    order = { ...order, price: d(199) }
    expect(check({ quantity: d(101) })).toBe('RISK_ORDER_VALUE')
    desk.bus.emitSync('order.modify_rejected', { ...named('a'), reason: 'too much' })
    // It tells of more than was changed.
    answer({ quantity: d(100), price: d(199) })
    order = { ...order, price: d(1) } // so that nothing but a wish left over would refuse it
    expect(check({ quantity: d(20_000) })).toBeUndefined()
  })

  it('values a stop at its farthest trigger', () => {
    const desk = guardedDesk({ maxOrderValue: '1000' })
    const stop = { ...terms('s'), orderType: 'stop', quantity: d(1), triggerPrice: d(50) } as const
    desk.guard.checkOrder(stop, desk.mark(10))
    const check = (changes: object) => desk.guard.checkChanges(stop, changes, undefined)?.code
    expect(check({ triggerPrice: d(500) })).toBeUndefined()
    expect(check({ triggerPrice: d(100) })).toBeUndefined()
    expect(check({ quantity: d(3) })).toBe('RISK_ORDER_VALUE')
    expect(check({ quantity: d(2) })).toBeUndefined()
  })

  it('looks at the new price and size, and at orders that it does not know', () => {
    const desk = guardedDesk({ maxOrderValue: '1000' })
    const unknown = { ...terms('unknown'), quantity: d(5), price: d(100) }
    const check = (changes: object) => desk.guard.checkChanges(unknown, changes, undefined)?.code
    expect(check({ price: d(200) })).toBeUndefined()
    expect(check({ price: d('200.01') })).toBe('RISK_ORDER_VALUE')
    expect(check({ quantity: d(11) })).toBe('RISK_ORDER_VALUE')
    expect(check({ triggerPrice: d(500) })).toBeUndefined()
    desk.send('buy', 9, { price: d(100) })
    desk.bus.emitSync('order.modify_rejected', {
      orderId: desk.lastId,
      symbol: 'SPX',
      timestamp: noon,
      reason: 'of nobody',
    })
  })
})

function named(orderId: string) {
  return { orderId, symbol: 'SPX', timestamp: noon }
}

function terms(orderId: string): OrderSubmitted {
  return {
    orderId,
    symbol: 'SPX',
    side: 'buy',
    orderType: 'market',
    quantity: d(1),
    timeInForce: 'gtc',
    timestamp: noon,
  }
}
