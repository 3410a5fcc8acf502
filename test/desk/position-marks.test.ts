import { Decimal } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { toFloat } from '../../src/desk/position-exact.ts'
import { d, world } from './position-world.ts'

describe('marks of positionKeeper', () => {
  it('values positions at the newest price of any kind', () => {
    const { buy, bar, tick, quote, data, keeper } = world({ initialCash: d('100') })
    buy('2', '10')
    const unrealized = () => keeper.unrealizedPnl.toFixed()
    expect(unrealized()).toBe('0')
    bar('11')
    expect(unrealized()).toBe('2')
    tick('12')
    expect(unrealized()).toBe('4')
    // In the middle: 12.25.
    quote('12', '12.5')
    expect(unrealized()).toBe('4.5')
    data({ markPrice: '13', last: '20' })
    expect(unrealized()).toBe('6')
    data({ last: '14' })
    expect(unrealized()).toBe('8')
    data({})
    expect(unrealized()).toBe('8')
    expect([keeper.equity.toFixed(), keeper.exposure.toFixed()]).toEqual(['108', '28'])
  })

  it('takes marks only from what it is told', () => {
    const { buy, bar, tick, quote, data, keeper } = world({ marks: ['trade', 'data'] })
    buy('1', '10')
    bar('11')
    quote('12', '12')
    expect(keeper.mark('ACME')).toBeUndefined()
    tick('13')
    expect(keeper.mark('ACME')?.toFixed()).toBe('13')
    data({ last: '14' })
    expect(keeper.get('ACME')?.markPrice.toFixed()).toBe('14')
  })

  it('values a position where it could be closed, with markAt exit', () => {
    const { buy, sell, quote, keeper } = world({ markAt: 'exit' })
    buy('1', '10', { accountId: 'a' })
    sell('1', '10', { accountId: 'b' })
    quote('9', '12')
    const marks = () => keeper.all().map(({ markPrice }) => markPrice.toFixed())
    expect(marks()).toEqual(['9', '12'])
    expect(keeper.mark('ACME')?.toFixed()).toBe('10.5')
    // A side of size 0 has no price: the one before holds.
    quote('8', '13', ['0', '1'])
    expect(marks()).toEqual(['9', '13'])
    quote('7', '14', ['1', '0'])
    expect(marks()).toEqual(['7', '13'])
    // A feed that tells no sizes at all.
    quote('6', '15', ['0', '0'])
    expect(marks()).toEqual(['6', '15'])
    buy('1', '10', { accountId: 'c' })
    sell('1', '10', { accountId: 'd' })
    expect(marks()).toEqual(['6', '15', '6', '15'])
  })

  it('takes no middle of a quote that has one side alone', () => {
    const { buy, quote, keeper } = world()
    buy('1', '10')
    quote('10', '12')
    quote('0', '12', ['0', '1'])
    expect(keeper.get('ACME')?.markPrice.toFixed()).toBe('11')
    expect(keeper.mark('ACME')?.toFixed()).toBe('11')
    quote('11', '10')
    expect(keeper.mark('ACME')?.toFixed()).toBe('10.5')
  })

  it('knows the mark of a symbol before there is a position in it', () => {
    const { bar, quote, keeper } = world()
    expect(keeper.mark('ACME')).toBeUndefined()
    expect(keeper.markFloat('ACME')).toBeNaN()
    quote('10', '11')
    expect(keeper.mark('ACME')?.toFixed()).toBe('10.5')
    bar('7', 'OTHER')
    expect(keeper.markFloat('OTHER')).toBe(7)
  })

  it('values a new position at a quote that stands, and at its own fill rather than an older trade', () => {
    const { buy, bar, quote, data, keeper } = world()
    const markOf = (accountId: string) => keeper.get('ACME', { accountId })?.markPrice.toFixed()
    bar('9')
    buy('1', '10', { accountId: 'a' })
    expect(markOf('a')).toBe('10')
    quote('10', '11')
    buy('1', '12', { accountId: 'b' })
    buy('1', '12', { accountId: 'a' })
    expect([markOf('a'), markOf('b')]).toEqual(['10.5', '10.5'])
    data({ markPrice: '13' })
    buy('1', '20', { accountId: 'c' })
    expect([markOf('a'), markOf('c')]).toEqual(['13', '13'])
    data({ last: '14' })
    buy('1', '20', { accountId: 'a' })
    buy('1', '21', { accountId: 'd' })
    expect([markOf('a'), markOf('b'), markOf('d')]).toEqual(['20', '14', '21'])
  })

  it('takes no price of another venue', () => {
    const { buy, bar, quote, keeper } = world()
    quote('30', '32', ['1', '1'], 'okx')
    buy('1', '10', { venue: 'binance' })
    buy('1', '10')
    bar('11', 'ACME', 'okx')
    quote('11', '13', ['1', '1'], 'okx')
    const marks = () => keeper.all().map(({ markPrice }) => markPrice.toFixed())
    expect(marks()).toEqual(['10', '12'])
    bar('13', 'ACME', 'binance')
    expect(marks()).toEqual(['13', '13'])
    bar('14')
    expect(marks()).toEqual(['14', '14'])
  })

  it('hears a listener after each fill and each mark of an open position, until it is removed', () => {
    const { buy, bar, quote, keeper } = world()
    const heard: string[] = []
    const listener = (reason: string, event: { type: string }) =>
      heard.push(`${reason} ${event.type} ${keeper.quantity('ACME').toFixed()}`)
    const first = keeper.onChange(listener)
    using second = keeper.onChange(listener)
    bar('9')
    expect(heard).toEqual([])
    buy('1', '10')
    bar('9', 'OTHER')
    expect(heard.splice(0)).toEqual(['fill order.filled 1', 'fill order.filled 1'])
    first.remove()
    first.remove()
    bar('11')
    quote('11', '12')
    quote('11', '12', ['0', '1'])
    buy('1', '12', { venue: 'a', accountId: 'b' })
    expect(heard.splice(0)).toEqual([
      'mark market.new_bar 1',
      'mark market.quote_update 1',
      'fill order.filled 2',
    ])
    second[Symbol.dispose]()
    bar('12')
    expect(heard).toEqual([])
  })

  it('tells no listener of prices that value no position', () => {
    const { buy, bar, quote, keeper } = world()
    buy('1', '10', { venue: 'binance' })
    const heard: string[] = []
    keeper.onChange((reason) => heard.push(reason))
    bar('11', 'ACME', 'okx')
    quote('11', '12', ['1', '1'], 'okx')
    expect(heard).toEqual([])
  })

  it('has floats near its totals, after many marks as well', () => {
    const { buy, sell, bar, quote, keeper } = world({ initialCash: d('100000.5') })
    buy('0.1', '61659.7')
    sell('3', '0.000001234', { symbol: 'SHIB' })
    const check = (): void => {
      expect(keeper.equityFloat).toBeCloseTo(keeper.equity.toNumber(), 8)
      expect(keeper.exposureFloat).toBeCloseTo(keeper.exposure.toNumber(), 8)
    }
    check()
    for (let step = 0; step < 600; step += 1) {
      if (step % 2 === 0) bar(`${61_000 + step}.${step}`)
      else quote(`${61_000 + step}.1`, `${61_000 + step}.2`)
      bar(`0.00000${1_000 + step}`, 'SHIB')
      check()
    }
    expect(keeper.markFloat('ACME')).toBeCloseTo(61_599.15, 8)
  })
})

describe('position.pnl_update', () => {
  it('comes at once, then at most once in pnlIntervalMs, with the newest mark', async () => {
    const { buy, bar, payloads, clock, bus } = world()
    buy('2', '10', { fee: ['1', 'USD'] })
    payloads()
    const first = bar('11')
    expect(payloads()).toEqual([
      {
        type: 'position.pnl_update',
        positionId: '-/-/ACME#1',
        symbol: 'ACME',
        currency: 'USD',
        timestamp: 1_000,
        side: 'long',
        quantity: '2',
        averageEntryPrice: '10',
        realizedPnl: '-1',
        markPrice: '11',
        unrealizedPnl: '2',
      },
    ])
    expect(bus.history.query().at(-1)?.causationId).toBe(first.id)
    await clock.advanceTo(1_300)
    bar('12')
    await clock.advanceTo(1_500)
    const last = bar('13')
    expect(payloads()).toEqual([])
    await clock.advanceTo(1_999)
    expect(payloads()).toEqual([])
    await clock.advanceTo(2_000)
    expect(payloads()).toMatchObject([{ markPrice: '13', unrealizedPnl: '6', timestamp: 1_500 }])
    expect(bus.history.query().at(-1)).toMatchObject({ causationId: last.id, timestamp: 2_000 })
    expect(clock.pendingTimers).toBe(0)
  })

  it('does not come twice for a mark at the very end of the interval', async () => {
    const { buy, bar, types, clock } = world()
    buy('2', '10')
    bar('11')
    await clock.advanceTo(1_500)
    bar('12')
    const events: number[] = []
    clock.setTimer(500, () => {
      events.push(bar('13').sequence, bar('14').sequence)
    })
    // The timer of the keeper comes first, as it was set first; the bars after it wait for the next one.
    await clock.advanceTo(2_000)
    expect(types()).toEqual(['opened', 'pnl_update', 'pnl_update'])
    await clock.advanceTo(3_000)
    expect(types()).toEqual(['pnl_update'])
    bar('15')
    expect(types()).toEqual([])
    await clock.advanceTo(5_000)
    expect(types()).toEqual(['pnl_update'])
  })

  it('takes the place of the one that a timer was set for', async () => {
    const { bus, buy, bar, types, clock } = world()
    buy('2', '10')
    bar('11')
    await clock.advanceTo(1_500)
    bar('12')
    types()
    bus.emitSync(
      'market.trade_tick',
      { symbol: 'ACME', timestamp: 2_100, price: d(13), size: d(1), aggressorSide: 'none' },
      { timestamp: 2_100 },
    )
    expect(types()).toEqual(['pnl_update'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('comes although the clock was set back', () => {
    const { bus, buy, bar, types } = world()
    buy('2', '10')
    bar('11')
    types()
    bus.emitSync(
      'market.trade_tick',
      { symbol: 'ACME', timestamp: 500, price: d(13), size: d(1), aggressorSide: 'none' },
      { timestamp: 500 },
    )
    expect(types()).toEqual(['pnl_update'])
  })

  it('comes for every change of the mark, and for no other mark, with an interval of 0', () => {
    const { buy, bar, quote, types } = world({ pnlIntervalMs: 0 })
    buy('2', '10')
    bar('11')
    bar('11.00')
    quote('10.5', '11.5')
    quote('10.5', '11.7')
    expect(types()).toEqual(['opened', 'pnl_update', 'pnl_update'])
    // More is held: the same mark says something new.
    buy('1', '10')
    quote('10.5', '11.7')
    expect(types()).toEqual(['updated', 'pnl_update'])
  })

  it('never comes with an interval of Infinity', async () => {
    const { buy, bar, types, clock, keeper } = world({ pnlIntervalMs: Infinity })
    buy('2', '10')
    bar('11')
    await clock.advanceTo(1e9)
    bar('12')
    expect(types()).toEqual(['opened'])
    expect(keeper.unrealizedPnl.toFixed()).toBe('4')
  })

  it('does not come any more once the position or the keeper is closed', async () => {
    const { buy, sell, bar, types, clock, keeper } = world()
    buy('2', '10')
    bar('11')
    await clock.advanceTo(1_100)
    bar('12')
    sell('2', '12')
    expect(clock.pendingTimers).toBe(0)
    buy('2', '10')
    bar('11')
    await clock.advanceTo(1_200)
    bar('12')
    types()
    expect(clock.pendingTimers).toBe(1)
    keeper.close()
    expect(clock.pendingTimers).toBe(0)
    await clock.advanceTo(9_000)
    expect(types()).toEqual([])
  })
})

describe('toFloat', () => {
  it.each(
    (
      '0 -0 1 -1 9999999 10000000 0.1 -0.0000001 1e-8 61659.7 12345678901234567890123.456 1e21 ' +
      '9.99999999999999999999e-20 1.5e300 1e-300 10000000.0000000000000000000001 0.00000010000001'
    ).split(' '),
  )('is near %s', (text) => {
    const exact = Number(text)
    const near = toFloat(new Decimal(text))
    expect(Math.abs(near - exact)).toBeLessThanOrEqual(Math.abs(exact) * 1e-14)
  })
})
