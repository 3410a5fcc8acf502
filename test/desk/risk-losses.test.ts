import { describe, expect, it } from 'vitest'
import { d, guardedDesk, noon } from './risk-desk.ts'

const midnight = Date.UTC(2026, 0, 2)

describe('riskGuard: the drawdown', () => {
  it('halts above the limit, and not exactly at it', () => {
    const desk = guardedDesk({ maxDrawdown: { percent: 10 } })
    desk.hold('buy', 100, 1_000)
    // 100,000 + 100 x (1,100 - 1,000) = 110,000; ten percent of that is 11,000.
    desk.mark(1_100)
    expect(desk.guard.equityPeak!.toString()).toBe('110000')
    // 110,000 - 11,000 = 99,000 at 990
    desk.mark(990)
    expect(desk.warnings()).toEqual(['drawdown 11000/11000 USD none'])
    expect(desk.guard.halted).toBe(false)
    desk.mark('989.9999')
    expect(desk.exceeded()).toEqual(['drawdown 11000.01/11000 USD halt'])
    expect(desk.guard.halted).toBe(true)
    expect(desk.guard.haltReason).toBe('The limit drawdown is passed.')
    expect(desk.ofType('system.warning').map(({ data }) => data.code)).toEqual(['trading_halted'])
    const [exceeded] = desk.ofType('risk.limit_exceeded')
    expect(exceeded!.causationId).toBe(desk.ofType('market.trade_tick').at(-1)!.id)
  })

  it('knows a peak to the last digit', () => {
    const desk = guardedDesk({ maxDrawdown: '1' })
    desk.hold('buy', 1, 1_000)
    desk.mark('1000.0000000000000000001')
    expect(desk.guard.equityPeak!.toString()).toBe('100000.0000000000000000001')
    desk.mark('999.0000000000000000001')
    expect(desk.guard.halted).toBe(false)
    desk.mark(999)
    expect(desk.exceeded()).toEqual(['drawdown 1.0000000000000000001/1 USD halt'])
  })

  it('lets a halted account reduce its position, up to its size, and nothing else', () => {
    const desk = guardedDesk({ maxDrawdown: '1000' })
    desk.hold('buy', 100, 1_000)
    desk.mark(980)
    expect(desk.send('buy', 1)).toBe('RISK_HALTED')
    expect(desk.refusals[0]!.reason).toBe(
      'Trading is halted, and only orders that reduce a position are let through. The limit drawdown is passed.',
    )
    expect(desk.send('sell', '100.01')).toBe('RISK_HALTED')
    expect(desk.send('sell', 60)).toBeUndefined()
    expect(desk.send('sell', '40.01')).toBe('RISK_HALTED')
    expect(desk.send('sell', 40)).toBeUndefined()
    expect(desk.send('sell', 1)).toBe('RISK_HALTED')
    expect(desk.send('sell', 500, { reduceOnly: true })).toBeUndefined()
    expect(desk.send('sell', 1, { symbol: 'ES' })).toBe('RISK_HALTED')
    // The same for a short position.
    const short = guardedDesk({ maxDrawdown: '1000' })
    short.hold('sell', 100, 1_000)
    short.mark(1_020)
    expect(short.send('buy', '100.01')).toBe('RISK_HALTED')
    expect(short.send('sell', 1)).toBe('RISK_HALTED')
    expect(short.send('buy', 100)).toBeUndefined()
  })

  it('lets nothing of a halted account pass that opens a position once others have reduced it', () => {
    const desk = guardedDesk({ maxDrawdown: '1000' })
    desk.hold('buy', 100, 1_000)
    desk.mark(980)
    expect(desk.send('sell', 70, { reduceOnly: true })).toBeUndefined()
    expect(desk.send('sell', 31)).toBe('RISK_HALTED')
    expect(desk.send('sell', 30)).toBeUndefined()
    const short = guardedDesk({ maxDrawdown: '1000' })
    short.hold('sell', 100, 1_000)
    short.mark(1_020)
    expect(short.send('buy', 100, { reduceOnly: true })).toBeUndefined()
    expect(short.send('buy', 1)).toBe('RISK_HALTED')
  })

  it('counts from a new peak after a resume', () => {
    const desk = guardedDesk({ maxDrawdown: '1000' })
    desk.hold('buy', 100, 1_000)
    desk.mark(980)
    desk.guard.resume()
    desk.guard.resume()
    expect(desk.guard.halted).toBe(false)
    expect(desk.guard.haltReason).toBeUndefined()
    expect(desk.guard.equityPeak!.toString()).toBe('98000')
    expect(desk.ofType('system.warning').map(({ data }) => data.code)).toEqual([
      'trading_halted',
      'trading_resumed',
    ])
    desk.mark(970)
    expect(desk.guard.halted).toBe(false)
    desk.mark('969.99')
    expect(desk.exceeded()).toEqual(['drawdown 2000/1000 USD halt', 'drawdown 1001/1000 USD halt'])
    expect(desk.guard.halted).toBe(true)
  })

  it('refuses orders while it is passed, with the action reject_order', () => {
    const desk = guardedDesk({ maxDrawdown: '1000', actions: { drawdown: 'reject_order' } })
    desk.hold('buy', 100, 1_000)
    desk.mark(989)
    expect(desk.guard.halted).toBe(false)
    expect(desk.send('buy', 1)).toBe('RISK_DRAWDOWN')
    // Back at the limit, though not far enough to be told of it again.
    desk.mark(990)
    expect(desk.send('buy', 1)).toBeUndefined()
    desk.mark('989.9')
    expect(desk.send('buy', 1)).toBe('RISK_DRAWDOWN')
    expect(desk.exceeded()).toEqual([
      'drawdown 1100/1000 USD reject_order',
      'drawdown 1100/1000 USD reject_order',
      'drawdown 1010/1000 USD reject_order',
    ])
  })

  it('tells alone with the action none', () => {
    const desk = guardedDesk({ maxDrawdown: '1000', actions: { drawdown: 'none' } })
    desk.hold('buy', 100, 1_000)
    desk.mark(980)
    expect(desk.send('buy', 1)).toBeUndefined()
    expect(desk.exceeded()).toEqual(['drawdown 2000/1000 USD none'])
  })

  it('warns once of a value that swings, and never of what others have warned of', () => {
    const desk = guardedDesk({ maxDrawdown: '1000', warnAt: 0.5, rearmAt: 0.8 })
    desk.hold('buy', 1, 50_000)
    // Warned at a loss of 500, over below 400.
    for (const price of [49_501, 49_500, 49_600, 49_400, 49_600]) desk.mark(price)
    expect(desk.warnings()).toEqual(['drawdown 500/1000 USD none'])
    for (const price of [49_601, 49_490]) desk.mark(price)
    expect(desk.warnings()).toHaveLength(2)
    expect(desk.guard.state).toMatchObject([
      { limit: 'drawdown', value: d(510), share: 0.51, warned: true, exceeded: false },
    ])
  })
})

describe('riskGuard: the loss of a day', () => {
  it('counts from the equity at the end of the day before, data of that moment included', async () => {
    const desk = guardedDesk({ maxDailyLoss: { percent: 1 } })
    desk.hold('buy', 100, 1_000)
    await desk.clock.advanceBefore(midnight)
    // 100,000 - 100 x 9 = 99,100: within 1,000, and what the next day begins with.
    desk.mark(991)
    await desk.clock.advanceTo(midnight + 1)
    // One percent of 99,100 is 991: allowed down to 98,109, at 981.09.
    desk.mark('981.09')
    expect(desk.guard.halted).toBe(false)
    desk.mark('981.08')
    expect(desk.exceeded()).toEqual(['daily_loss 992/991 USD halt'])
    expect(desk.send('buy', 1)).toBe('RISK_HALTED')
  })

  it('ends its halt with the day, and no other halt', async () => {
    const desk = guardedDesk({ maxDailyLoss: '100' })
    desk.hold('buy', 1, 1_000)
    desk.mark(899)
    expect(desk.guard.halted).toBe(true)
    await desk.clock.advanceTo(midnight)
    expect(desk.guard.halted).toBe(false)
    expect(desk.ofType('system.warning').at(-1)!.data.message).toContain('a new day begins')
    desk.mark(799)
    expect(desk.guard.halted).toBe(false)
    desk.mark(798)
    desk.guard.halt('a pause')
    expect(desk.guard.haltReason).toBe('The limit daily_loss is passed. a pause')
    await desk.clock.advanceTo(midnight + 86_400_000)
    expect(desk.guard.haltReason).toBe('a pause')
    expect(desk.ofType('system.warning')).toHaveLength(3)
  })

  it('halts the next day where a loss shows as its day ends, as that of a daily bar does', async () => {
    const desk = guardedDesk({ maxDailyLoss: '100' })
    desk.hold('buy', 1, 1_000)
    await desk.clock.advanceBefore(midnight)
    desk.mark(899)
    expect(desk.send('buy', 1)).toBe('RISK_HALTED')
    const nextMidnight = midnight + 86_400_000
    await desk.clock.advanceTo(nextMidnight - 2)
    expect(desk.guard.haltReason).toBe('The limit daily_loss is passed.')
    // What is decided with the data of that midnight is for the day after.
    await desk.clock.advanceBefore(nextMidnight)
    expect(desk.guard.halted).toBe(false)
    expect(desk.send('buy', 1)).toBeUndefined()
    expect(desk.ofType('system.warning').map(({ data }) => data.code)).toEqual([
      'trading_halted',
      'trading_resumed',
    ])
  })

  it('halts each day after one that ends in such a loss, and counts each by itself', async () => {
    const desk = guardedDesk({ maxDailyLoss: '100' })
    desk.hold('buy', 1, 1_000)
    for (const [index, price] of [899, 798].entries()) {
      await desk.clock.advanceBefore(midnight + index * 86_400_000)
      expect(desk.guard.halted).toBe(false)
      desk.mark(price)
      expect(desk.guard.halted).toBe(true)
    }
    expect(desk.exceeded()).toEqual(['daily_loss 101/100 USD halt', 'daily_loss 101/100 USD halt'])
    await desk.clock.advanceTo(midnight + 2 * 86_400_000)
    expect(desk.guard.halted).toBe(false)
    expect(desk.ofType('system.warning')).toHaveLength(4)
  })

  it('goes on to the end of the day where the day that is halted has such a loss itself', async () => {
    const desk = guardedDesk({ maxDailyLoss: '100' })
    desk.hold('buy', 1, 1_000)
    await desk.clock.advanceBefore(midnight)
    desk.mark(899)
    await desk.clock.advanceTo(midnight + (noon % 86_400_000))
    desk.mark(798)
    expect(desk.exceeded()).toHaveLength(2)
    await desk.clock.advanceBefore(midnight + 86_400_000)
    expect(desk.guard.halted).toBe(true)
    await desk.clock.advanceTo(midnight + 86_400_000)
    expect(desk.guard.halted).toBe(false)
  })

  it('halts the next day by a loss that is found as somebody asks at the end of the day', async () => {
    let rate = d(1)
    const desk = guardedDesk(
      { maxDailyLoss: '100' },
      {
        positions: {
          instruments: { SPX: { currency: 'EUR' } },
          convert: (amount) => amount.times(rate),
        },
      },
    )
    desk.hold('buy', 1, 1_000)
    desk.mark(901)
    await desk.clock.advanceBefore(midnight)
    // 99 EUR are lost, which become more.
    rate = d(2)
    expect(desk.guard.halted).toBe(false)
    expect(desk.guard.state[0]!.share).toBeGreaterThan(1)
    expect(desk.guard.halted).toBe(true)
    await desk.clock.advanceTo(midnight + 1)
    expect(desk.guard.halted).toBe(true)
  })

  it('ends such a halt by hand, or with the guard, and then not again', async () => {
    for (const end of ['resume', 'close'] as const) {
      const desk = guardedDesk({ maxDailyLoss: '100' })
      desk.hold('buy', 1, 1_000)
      await desk.clock.advanceBefore(midnight)
      desk.mark(899)
      await desk.clock.advanceTo(midnight + 1)
      desk.guard[end]()
      desk.guard.halt('a pause')
      const told = desk.ofType('system.warning').length
      await desk.clock.advanceTo(midnight + 86_400_000)
      expect(desk.guard.haltReason).toContain('a pause')
      expect(desk.ofType('system.warning')).toHaveLength(told)
      expect(desk.clock.pendingTimers).toBe(end === 'close' ? 0 : 1)
    }
  })

  it('ends such a halt in silence on a closed bus, and not at all beside another one', async () => {
    const desk = guardedDesk({ maxDailyLoss: '100' })
    desk.hold('buy', 1, 1_000)
    await desk.clock.advanceBefore(midnight)
    desk.mark(899)
    await desk.clock.advanceTo(midnight + 1)
    desk.guard.halt('a pause')
    await desk.clock.advanceBefore(midnight + 86_400_000)
    expect(desk.guard.haltReason).toBe('a pause')
    desk.guard.resume()
    desk.mark(1)
    await desk.bus.close()
    await desk.clock.advanceTo(midnight + 2 * 86_400_000)
    expect(desk.errors).toEqual([])
  })

  it('begins a day at dayStartMs', async () => {
    // 22:00 UTC of the day before
    const desk = guardedDesk({ maxDailyLoss: '100', dayStartMs: -7_200_000 })
    desk.hold('buy', 1, 1_000)
    desk.mark(950)
    await desk.clock.advanceTo(Date.UTC(2026, 0, 1, 22) - 1)
    expect(desk.guard.state[0]!.value.toString()).toBe('50')
    await desk.clock.advanceTo(Date.UTC(2026, 0, 1, 22))
    expect(desk.guard.state[0]!.value.toString()).toBe('0')
    expect(desk.clock.nextTimerAt).toBe(Date.UTC(2026, 0, 2, 22))
  })

  it('begins a day with the first event behind it, if its timer is late', () => {
    const desk = guardedDesk({ maxDailyLoss: '100' })
    desk.hold('buy', 1, 1_000)
    const tick = (timestamp: number, price: number) =>
      desk.bus.emitSync(
        'market.trade_tick',
        { symbol: 'SPX', timestamp, price: d(price), size: d(1), aggressorSide: 'none' },
        { timestamp },
      )
    tick(midnight, 950)
    expect(desk.guard.state[0]!.value.toString()).toBe('50')
    tick(midnight + 1, 900)
    expect(desk.guard.state[0]!.value.toString()).toBe('0')
    tick(midnight + 2, 799)
    expect(desk.exceeded()).toEqual(['daily_loss 101/100 USD halt'])
  })

  it('sets its timer again if it comes early, and none on a closed bus', async () => {
    const desk = guardedDesk({ maxDailyLoss: '100' })
    const { clock } = desk
    const now = clock.now.bind(clock)
    let shift = -5
    clock.now = () => now() + shift
    await clock.advanceTo(midnight)
    expect(clock.nextTimerAt).toBe(midnight + 5)
    shift = 0
    await clock.advanceTo(midnight + 5)
    expect(clock.nextTimerAt).toBe(midnight + 86_400_000)
    await desk.bus.close()
    await clock.advanceTo(midnight + 86_400_000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('allows nothing to be lost of an equity that is gone', async () => {
    const desk = guardedDesk(
      { maxDailyLoss: { percent: 50 } },
      { positions: { initialCash: d(1_000) } },
    )
    desk.hold('buy', 10, 100)
    desk.mark(0)
    expect(desk.exceeded()).toHaveLength(1)
    await desk.clock.advanceTo(midnight)
    desk.mark('-0.1')
    expect(desk.exceeded()).toEqual(['daily_loss 1000/500 USD halt', 'daily_loss 1/0 USD halt'])
    expect(desk.guard.state[0]!.share).toBe(Infinity)
  })
})

describe('riskGuard: halts', () => {
  it('is halted and resumed by hand', () => {
    const desk = guardedDesk()
    expect(() => desk.guard.halt('')).toThrow('reason must be')
    desk.guard.halt('the news')
    desk.guard.halt('the news again')
    expect(desk.send('buy', 1)).toBe('RISK_HALTED')
    expect(desk.ofType('system.warning')).toHaveLength(1)
    desk.guard.resume()
    expect(desk.send('buy', 1)).toBeUndefined()
  })

  it('halts because of an order with the action halt', () => {
    const desk = guardedDesk({ maxOrderSize: '10', actions: { order_size: 'halt' } })
    expect(desk.send('buy', 11)).toBe('RISK_ORDER_SIZE')
    expect(desk.send('buy', 1)).toBe('RISK_HALTED')
    expect(desk.exceeded()).toEqual(['order_size 11/10 SPX halt'])
  })

  it('lets all pass, and watches nothing, once it is closed', async () => {
    const desk = guardedDesk({ maxOrderSize: '10', maxDailyLoss: '1' })
    const subscriptions = desk.bus.handlerCount()
    desk.guard[Symbol.dispose]()
    expect(desk.bus.handlerCount()).toBe(subscriptions - 1)
    expect(desk.clock.pendingTimers).toBe(0)
    desk.hold('buy', 11, 100)
    desk.mark(50)
    const order = desk.ofType('order.submitted')[0]!.data
    expect(desk.guard.checkChanges(order, { quantity: d(99) }, undefined)).toBeUndefined()
    expect(desk.exceeded()).toEqual([])
    expect(desk.guard.state).toHaveLength(1)
  })

  it('says nothing on a closed bus', async () => {
    const desk = guardedDesk({ maxOrderSize: '1' })
    const event = desk.mark(1)
    desk.send('buy', 1)
    const order = { ...desk.ofType('order.submitted')[0]!.data, orderId: 'late', quantity: d(2) }
    await desk.bus.close()
    expect(desk.guard.checkOrder(order, event)).toMatchObject({ code: 'RISK_ORDER_SIZE' })
    desk.guard.halt('the end')
    expect(desk.guard.halted).toBe(true)
    expect(noon).toBe(event.timestamp)
  })
})
