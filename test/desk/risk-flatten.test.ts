import { describe, expect, it } from 'vitest'
import { d, guardedDesk, noon } from './risk-desk.ts'

function flatteningDesk() {
  const cancelled: string[] = []
  const desk = guardedDesk(
    { maxDrawdown: '1000', flatten: true },
    {
      commands: {
        cancel: (orderId, { cause }) => {
          cancelled.push(orderId)
          const order = { orderId, symbol: 'SPX', timestamp: noon, filledQuantity: d(0) }
          desk.bus.emitSync('order.cancelled', order, { cause })
        },
      },
    },
  )
  const closing = () =>
    desk
      .ofType('order.submitted')
      .filter(({ source }) => source === 'risk-guard')
      .map(({ data }) => `${data.orderId} ${data.side} ${data.quantity.toString()}`)
  const reject = (orderId: string) =>
    desk.bus.emitSync('order.rejected', {
      orderId,
      symbol: 'SPX',
      timestamp: noon,
      reason: 'busy',
    })
  return { ...desk, cancelled, closing, reject }
}

describe('riskGuard: flatten', () => {
  it('cancels what works and closes all positions, once', () => {
    const desk = flatteningDesk()
    desk.hold('buy', 100, 1_000)
    desk.send('buy', 5, { orderId: 'entry', price: d(900) })
    desk.trade({ orderId: 'x', side: 'sell', symbol: 'ES' }, 3, 100, { strategyId: 's' })
    desk.mark(980)
    expect(desk.cancelled).toEqual(['entry'])
    expect(desk.closing()).toEqual(['-/-/SPX#1:flatten:1 sell 100', '-/s/ES#2:flatten:1 buy 3'])
    const sent = desk.ofType('order.submitted').at(-1)!
    expect(sent.data).toMatchObject({ reduceOnly: true, orderType: 'market', strategyId: 's' })
    expect(sent.causationId).toBe(desk.ofType('market.trade_tick').at(-1)!.id)
    desk.mark(970)
    expect(desk.closing()).toHaveLength(2)
    desk.trade({ orderId: '-/-/SPX#1:flatten:1', side: 'sell' }, 100, 970)
    desk.trade({ orderId: '-/s/ES#2:flatten:1', side: 'buy', symbol: 'ES' }, 3, 100, {
      strategyId: 's',
    })
    expect(desk.positions.openCount).toBe(0)
    expect(desk.refusals).toEqual([])
  })

  it('closes what is filled after the halt, too', () => {
    const desk = flatteningDesk()
    desk.guard.halt('stop')
    expect(desk.closing()).toEqual([])
    desk.trade({ orderId: 'late', side: 'buy' }, 2, 1_000)
    expect(desk.closing()).toEqual(['-/-/SPX#1:flatten:1 sell 2'])
    // What is left after the first order is closed by a second one.
    desk.trade({ orderId: 'late', side: 'buy' }, 1, 1_000)
    desk.trade({ orderId: '-/-/SPX#1:flatten:1', side: 'sell' }, 2, 1_000)
    expect(desk.closing().at(-1)).toBe('-/-/SPX#1:flatten:2 sell 1')
  })

  it('tries again on the next price, five times in a row', () => {
    const desk = flatteningDesk()
    desk.hold('buy', 1, 1_000)
    desk.guard.halt('stop')
    for (let count = 1; count <= 7; count += 1) {
      desk.reject(`-/-/SPX#1:flatten:${count}`)
      desk.mark(1_000)
    }
    expect(desk.closing()).toHaveLength(5)
    const warning = desk.ofType('system.warning').at(-1)!
    expect(warning.data.code).toBe('closing_failed')
    expect(warning.data.message).toContain('5 orders in a row')
  })

  it('ends with the halt, and with the guard', () => {
    const desk = flatteningDesk()
    desk.guard.halt('stop')
    desk.guard.resume()
    desk.hold('buy', 1, 1_000)
    expect(desk.closing()).toEqual([])
    desk.guard.close()
    desk.guard.halt('stop')
  })

  it('closes each position once, though orders are filled before they are all sent', () => {
    const desk = flatteningDesk()
    desk.bus.on('order.placed', ({ data }) => {
      if (data.reduceOnly !== true) return
      desk.trade(data, data.quantity.toString(), 100)
    })
    desk.trade({ orderId: 'a', side: 'buy' }, 1, 100)
    desk.trade({ orderId: 'b', side: 'buy', symbol: 'ES' }, 2, 100)
    desk.guard.halt('stop')
    expect(desk.closing()).toEqual(['-/-/SPX#1:flatten:1 sell 1', '-/-/ES#2:flatten:1 sell 2'])
    expect(desk.positions.openCount).toBe(0)
  })

  it('sends nothing on a closed bus', async () => {
    const desk = flatteningDesk()
    desk.hold('buy', 1, 1_000)
    await desk.bus.close()
    desk.guard.halt('stop')
    expect(desk.closing()).toEqual([])
  })
})
