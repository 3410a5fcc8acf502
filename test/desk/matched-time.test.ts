import { describe, expect, it } from 'vitest'
import { MatchedTime } from '../../src/desk/matched-time.ts'
import { OrderState } from '../../src/desk/order-state.ts'
import type { PaperBrokerOptions } from '../../src/desk/paper-options.ts'
import { barOf, minute, orderOf, runVenue, start, type VenueRun } from './paper-venue-run.ts'

/** A venue of which the bar from 0 s to 60 s is known: 100 101 99 100. */
async function opened(options: PaperBrokerOptions = {}): Promise<VenueRun> {
  const run = runVenue(options)
  await run.bar('100 101 99 100')
  return run
}

/** A bar that ends now. */
function past(run: VenueRun, ohlc: string, lengthMs: number, timeframe: string): void {
  const openTime = run.clock.now() - lengthMs
  const times = { timeframe, timestamp: run.clock.now() }
  run.bus.emitSync('market.new_bar', barOf(ohlc, openTime, times))
}

describe('paperBroker on data that overlap', () => {
  describe('bars of several lengths', () => {
    it.each(['the long one last', 'the long one first'])(
      'fills by the short ones alone, %s of those that end together',
      async (which) => {
        const run = runVenue({ barParticipation: '0.01' })
        const short = (): Promise<void> => run.bar('101 102 100 101')
        run.submit()
        for (let bar = 1; bar <= 4; bar += 1) await short()
        if (which === 'the long one first') {
          await run.clock.advanceBefore(run.clock.now() + minute)
          past(run, '100 102 90 101', 5 * minute, '5m')
          past(run, '101 102 100 101', minute, '1m')
        } else {
          await short()
          past(run, '100 102 90 101', 5 * minute, '5m')
        }
        const lines = run.said()
        expect(lines).toHaveLength(6)
        expect(lines.at(-1)).toBe('o1 partial_fill @240 1 at 101 taker, 5/5')
      },
    )

    it('wakes nothing and trails nothing by one that tells again', async () => {
      const run = await opened()
      run.submit({ orderType: 'stop', triggerPrice: '95', side: 'sell' })
      run.submit({ orderType: 'trailing_stop', triggerPrice: '96', side: 'sell' })
      run.submit({ orderType: 'limit', price: '94' })
      await run.bar('100 101 99 100')
      run.said()
      // Of the time before the orders, and of the bar that was matched.
      past(run, '100 120 90 100', 2 * minute, '2m')
      past(run, '100 120 90 100', minute, '1m')
      expect(run.said()).toEqual([])
      await run.bar('100 101 97 100')
      expect(run.said()).toEqual(['o2 triggered @180 97', 'o2 filled @180 10 at 97 taker, 10/0'])
    })

    it('goes on with the long ones where the short ones have ended', async () => {
      const run = await opened()
      await run.clock.advanceBefore(run.clock.now() + 4 * minute)
      past(run, '100 101 99 100', 5 * minute, '5m')
      run.submit()
      await run.bar('102 103 101 102', { timeframe: '5m', timestamp: start + 10 * minute })
      expect(run.said()).toEqual(['o1 placed @300', 'o1 filled @300 10 at 102 taker, 10/0'])
    })

    it('takes a bar that carries the time that it was received at for no longer than it is', async () => {
      const run = runVenue()
      run.submit()
      run.submit({ orderType: 'limit', price: '90' })
      await run.bar('100 101 99 100', { timestamp: start + minute + 500 })
      const second = { openTime: start + minute, timestamp: start + 2 * minute + 500 }
      await run.bar('100 101 89 100', second)
      expect(run.said().slice(2)).toEqual([
        'o1 filled @0 10 at 100 taker, 10/0',
        'o2 filled @120.5 10 at 90 maker, 10/0',
      ])
    })

    it('ends a day order with its day if the bars that fill are of a minute', async () => {
      const run = await opened()
      past(run, '100 101 99 100', 1_440 * minute, '1d')
      run.submit({ orderType: 'limit', price: '90', timeInForce: 'day' })
      await run.bar('100 101 99 100')
      expect(run.said()).toEqual(['o1 placed @60'])
      await run.clock.advanceBy(1_440 * minute)
      expect(run.said()).toEqual(['o1 expired @86400 0'])
    })
  })

  describe('ticks and bars', () => {
    const ticks: Readonly<Record<string, (run: VenueRun) => void>> = {
      trade: ({ trade }) => trade('101', '1'),
      quote: ({ quote }) => quote('101', '1', '102', '1'),
      depth: ({ depth }) => depth('101x1', '102x1'),
      'last price': ({ last }) => last('101'),
    }

    it.each(Object.keys(ticks))('fills nothing by a bar that had a %s inside', async (kind) => {
      const run = await opened()
      run.submit({ orderType: 'limit', price: '98' })
      await run.clock.advanceBy(30_000)
      ticks[kind]!(run)
      await run.clock.advanceBefore(start + 2 * minute)
      past(run, '100 101 90 101', minute, '1m')
      expect(run.said()).toEqual(['o1 placed @60'])
      await run.bar('100 101 90 100')
      expect(run.said()).toEqual(['o1 filled @180 10 at 98 maker, 10/0'])
    })

    it('counts a tick at the moment that a bar begins as one of the bar', async () => {
      const run = await opened()
      run.trade('100', '5')
      // Sent because of that trade, it is not to be filled by it.
      run.submit()
      await run.bar('100 101 99 101')
      expect(run.said()).toEqual(['o1 placed @60'])
      await run.bar('102 103 101 102')
      expect(run.said()).toEqual(['o1 filled @120 10 at 102 taker, 10/0'])
    })

    it('takes no older tick for newer than what was told', async () => {
      const run = await opened()
      run.submit({ orderType: 'limit', price: '98' })
      const trade = {
        symbol: 'ABC',
        price: barOf('1 1 1 1', 0).open,
        size: barOf('1 1 1 1', 0).open,
      }
      const timestamp = start + 30_000
      run.bus.emitSync('market.trade_tick', { ...trade, aggressorSide: 'none', timestamp })
      expect(run.said()).toEqual(['o1 placed @60', 'o1 partial_fill @30 1 at 98 maker, 1/9'])
      await run.bar('100 101 90 101')
      expect(run.said()).toEqual(['o1 filled @120 9 at 98 maker, 10/0'])
    })

    it('keeps the newer price where a bar is told late', async () => {
      const run = runVenue()
      await run.clock.advanceBy(minute + 500)
      run.trade('110', '1')
      run.bus.emitSync('market.new_bar', barOf('100 101 99 100', start))
      // 110 is 5 above the trigger; 100 would be below it.
      run.submit({ orderType: 'trailing_stop', triggerPrice: '105', side: 'sell' })
      run.trade('112', '1')
      run.trade('106.9', '100')
      run.trade('106.9', '100')
      expect(run.said()).toEqual([
        'o1 placed @60.5',
        'o1 triggered @60.5 107',
        'o1 filled @60.5 10 at 106.9 taker, 10/0',
      ])
    })
  })
})

describe('paperBroker and what ends inside of a bar', () => {
  const inside = 30_000

  /** Orders that come at 60 s, and what is said once a bar from there to 120 s is told. */
  async function ended(
    orders: readonly Parameters<VenueRun['submit']>[0][],
    act: (run: VenueRun) => void,
    ohlc: string,
    options: PaperBrokerOptions = {},
  ): Promise<string[]> {
    const run = await opened(options)
    for (const order of orders) run.submit(order)
    await run.clock.advanceBy(inside)
    act(run)
    await run.clock.advanceBefore(start + 2 * minute)
    run.said()
    past(run, ohlc, minute, '1m')
    expect(run.broker.orders()).toEqual([])
    return run.said()
  }

  const cancel = (run: VenueRun): void => run.cancel('o1')

  it('fills a market order that was cancelled after its open', async () => {
    expect(await ended([{}], cancel, '102 103 90 91')).toEqual([
      'o1 filled @60 10 at 102 taker, 10/0',
    ])
  })

  it('fills a limit and a stop that the open reached, and tells of an order that ended its fill alone', async () => {
    const limit = { orderType: 'limit', price: '98' } as const
    expect(await ended([limit], cancel, '97 99 96 98')).toEqual([
      'o1 filled @60 10 at 97 taker, 10/0',
    ])
    const stop = { orderType: 'stop', triggerPrice: '98', side: 'sell' } as const
    expect(await ended([stop], cancel, '97 99 96 98')).toEqual([
      'o1 filled @60 10 at 97 taker, 10/0',
    ])
    const trailing = { ...stop, orderType: 'trailing_stop' } as const
    expect(await ended([trailing], cancel, '98 99 96 98')).toEqual([
      'o1 filled @60 10 at 98 taker, 10/0',
    ])
    const stopLimit = { orderType: 'stop_limit', triggerPrice: '102', price: '103' } as const
    expect(await ended([stopLimit], cancel, '102.5 104 96 98')).toEqual([
      'o1 filled @60 10 at 102.5 taker, 10/0',
    ])
  })

  it('fills nothing that only the rest of the bar reached, or that the open was beyond', async () => {
    const limit = { orderType: 'limit', price: '98' } as const
    const stop = { orderType: 'stop', triggerPrice: '98', side: 'sell' } as const
    const stopLimit = { orderType: 'stop_limit', triggerPrice: '102', price: '103' } as const
    for (const order of [limit, stop, stopLimit]) {
      expect(await ended([order], cancel, '100 105 90 91')).toEqual([])
    }
    expect(await ended([stopLimit], cancel, '104 105 90 91')).toEqual([])
  })

  it('is a maker once it has stood for a bar, or if postOnly', async () => {
    const run = await opened()
    run.submit({ orderType: 'limit', price: '98' })
    await run.bar('100 101 99 100')
    run.submit({ orderType: 'limit', price: '99', postOnly: true })
    run.submit({ orderType: 'stop_limit', triggerPrice: '97', price: '96', side: 'sell' })
    await run.clock.advanceBy(inside)
    for (const orderId of ['o1', 'o2', 'o3']) run.cancel(orderId)
    run.said()
    await run.clock.advanceBefore(start + 3 * minute)
    past(run, '97 98 96 97', minute, '1m')
    expect(run.said()).toEqual([
      'o1 filled @120 10 at 97 maker, 10/0',
      'o2 filled @120 10 at 97 maker, 10/0',
      'o3 filled @120 10 at 97 taker, 10/0',
    ])
  })

  it('fills what expired inside: gtd, and day at the end of the session', async () => {
    const run = await opened({ sessionEnd: '00:01' })
    const limit = { orderType: 'limit', price: '98' } as const
    run.submit({ ...limit, timeInForce: 'gtd', expireTime: start + 70_000 })
    // The session ends at 120 s of the next day.
    run.submit({ ...limit, timeInForce: 'day' })
    await run.clock.advanceBefore(start + 2 * minute)
    past(run, '97 99 96 98', minute, '1m')
    expect(run.said()).toEqual([
      'o1 placed @60',
      'o2 placed @60',
      'o1 expired @70 0',
      'o1 filled @60 10 at 97 taker, 10/0',
      'o2 filled @60 10 at 97 taker, 10/0',
    ])
    const other = await opened({ sessionEnd: () => start + 90_000 })
    other.submit({ timeInForce: 'day' })
    await other.clock.advanceBefore(start + 2 * minute)
    past(other, '97 99 96 98', minute, '1m')
    expect(other.said().slice(1)).toEqual([
      'o1 expired @90 0',
      'o1 filled @60 10 at 97 taker, 10/0',
    ])
  })

  it('fills no day order late that has met its bar', async () => {
    const run = runVenue()
    const day = { timeframe: '1d', timestamp: start + 1_440 * minute }
    await run.bar('100 101 99 100', { ...day, openTime: start })
    run.submit({ orderType: 'limit', price: '90', timeInForce: 'day' })
    await run.bar('100 101 99 100', { ...day, timestamp: run.clock.now() + 1_440 * minute })
    await run.bar('80 81 79 80', { ...day, timestamp: run.clock.now() + 1_440 * minute })
    expect(run.said().slice(1)).toEqual(['o1 expired @172800 0'])
  })

  it('fills nothing that came after the open, or was cancelled at it', async () => {
    const run = await opened()
    run.submit()
    run.cancel('o1')
    await run.clock.advanceBy(1)
    run.submit()
    await run.clock.advanceBy(1)
    run.cancel('o2')
    await run.clock.advanceBefore(start + 2 * minute)
    past(run, '100 101 99 100', minute, '1m')
    expect(run.said().filter((line) => line.includes('filled'))).toEqual([])
  })

  it('forgets it with the next tick', async () => {
    const run = await opened()
    run.submit({ orderType: 'limit', price: '98' })
    await run.clock.advanceBy(inside)
    run.cancel('o1')
    await run.clock.advanceBy(1)
    run.trade('100', '1')
    await run.clock.advanceBefore(start + 2 * minute)
    past(run, '97 99 96 98', minute, '1m')
    expect(run.said()).toEqual(['o1 placed @60', 'o1 cancelled @90 0: as asked'])
  })

  it('keeps it for the bar that had begun, whichever of two that end together comes first', async () => {
    const run = await opened()
    run.submit()
    await run.clock.advanceBy(inside)
    run.cancel('o1')
    await run.clock.advanceBefore(start + 2 * minute)
    past(run, '90 99 89 98', 2 * minute, '2m')
    past(run, '97 99 96 98', minute, '1m')
    expect(run.said().slice(2)).toEqual(['o1 filled @60 10 at 97 taker, 10/0'])
    await run.bar('97 99 96 98')
    expect(run.said()).toEqual([])
  })

  it('gives it of the volume what there is, once', async () => {
    const options = { barParticipation: '0.04' }
    const run = await opened(options)
    run.submit()
    run.submit({ timeInForce: 'fok' })
    run.submit()
    await run.clock.advanceBy(inside)
    for (const orderId of ['o1', 'o2', 'o3']) run.cancel(orderId)
    run.said()
    await run.clock.advanceBefore(start + 2 * minute)
    past(run, '97 99 96 98', minute, '1m')
    expect(run.said()).toEqual(['o1 partial_fill @60 4 at 97 taker, 4/6'])
    await run.bar('97 99 96 98')
    expect(run.said()).toEqual([])
  })

  it('never turns a position by reduceOnly', async () => {
    const run = runVenue()
    run.submit({ quantity: '15' })
    await run.bar('100 101 99 100')
    const reduce = { side: 'sell', reduceOnly: true } as const
    run.submit(reduce)
    run.submit(reduce)
    run.submit(reduce)
    await run.clock.advanceBy(inside)
    for (const orderId of ['o2', 'o3', 'o4']) run.cancel(orderId)
    run.said()
    await run.clock.advanceBefore(start + 2 * minute)
    past(run, '97 99 96 98', minute, '1m')
    expect(run.said()).toEqual([
      'o2 filled @60 10 at 97 taker, 10/0',
      'o3 partial_fill @60 5 at 97 taker, 5/5',
    ])
    expect(run.broker.positionOf('ABC').isZero()).toBe(true)
  })

  it('leaves it to a drill of fills after cancels where one befalls', async () => {
    const options = { faults: { fillAfterCancelRate: 1 } }
    expect(await ended([{}], cancel, '102 103 90 91', options)).toEqual([
      'o1 filled @60 10 at 102 taker, 10/0',
    ])
  })

  it('fills nothing any more once it is closed, also by a handler', async () => {
    const run = await opened()
    run.submit()
    run.submit()
    await run.clock.advanceBy(inside)
    run.cancel('o1')
    run.cancel('o2')
    run.said()
    run.bus.on('order.filled', () => run.broker.close())
    await run.clock.advanceBefore(start + 2 * minute)
    past(run, '97 99 96 98', minute, '1m')
    expect(run.said()).toEqual(['o1 filled @60 10 at 97 taker, 10/0'])
  })
})

describe('paperBroker and what is changed inside of a bar', () => {
  /** Orders that come at 60 s and are changed at 90 s; what is said of the bar from 60 s to 120 s. */
  async function changed(
    orders: readonly Parameters<VenueRun['submit']>[0][],
    act: (run: VenueRun) => void,
    ohlc: string,
    options: PaperBrokerOptions = {},
  ): Promise<{ lines: string[]; run: VenueRun }> {
    const run = await opened(options)
    for (const order of orders) run.submit(order)
    await run.clock.advanceBy(30_000)
    act(run)
    await run.clock.advanceBefore(start + 2 * minute)
    run.said()
    past(run, ohlc, minute, '1m')
    return { lines: run.said(), run }
  }

  it('meets the open as it stood', async () => {
    const limit = { orderType: 'limit', price: '98' } as const
    const { lines } = await changed(
      [limit],
      ({ modify }) => modify('o1', { price: '80' }),
      '97 99 96 98',
    )
    expect(lines).toEqual(['o1 filled @60 10 at 97 taker, 10/0'])
    const stop = { orderType: 'stop', triggerPrice: '98', side: 'sell' } as const
    const move = ({ modify }: VenueRun): void => modify('o1', { triggerPrice: '80' })
    expect((await changed([stop], move, '97 99 96 98')).lines).toEqual([
      'o1 triggered @60 98',
      'o1 filled @60 10 at 97 taker, 10/0',
    ])
  })

  it('meets the close as it is', async () => {
    const limit = { orderType: 'limit', price: '90' } as const
    const { lines } = await changed(
      [limit],
      ({ modify }) => modify('o1', { price: '98' }),
      '100 101 90 97',
    )
    expect(lines).toEqual(['o1 filled @120 10 at 97 taker, 10/0'])
  })

  it('fills at the open no more than it was, and the rest at the close', async () => {
    const { lines } = await changed(
      [{}],
      ({ modify }) => modify('o1', { quantity: '15' }),
      '97 99 96 98',
    )
    expect(lines).toEqual([
      'o1 partial_fill @60 10 at 97 taker, 10/5',
      'o1 filled @120 5 at 98 taker, 15/0',
    ])
  })

  it('meets the open as it stood then, though it was changed twice and cancelled', async () => {
    const act = (run: VenueRun): void => {
      run.modify('o1', { quantity: '15' })
      run.modify('o1', { quantity: '20' })
      run.cancel('o1')
    }
    const { lines } = await changed([{}], act, '97 99 96 98')
    expect(lines).toEqual(['o1 partial_fill @60 10 at 97 taker, 10/10'])
  })

  it('lets whoever hears of its trigger cancel another, or make it smaller', async () => {
    const stop = { orderType: 'stop', triggerPrice: '98', side: 'sell', reduceOnly: true } as const
    const run = runVenue()
    run.submit()
    await run.bar('100 101 99 100')
    run.submit(stop)
    await run.clock.advanceBy(30_000)
    run.modify('o2', { triggerPrice: '80' })
    run.quote('99', '100', '101', '100')
    await run.clock.advanceBefore(start + 2 * minute)
    run.said()
    run.bus.on('order.triggered', () => run.modify('o2', { quantity: '4' }))
    past(run, '97 99 96 98', 20_000, '1m')
    expect(run.said()).toEqual([])
    const other = await opened()
    other.bus.on('order.triggered', () => other.modify('o1', { quantity: '4' }))
    other.submit({ ...stop, reduceOnly: false })
    await other.clock.advanceBy(30_000)
    other.modify('o1', { triggerPrice: '80' })
    await other.clock.advanceBefore(start + 2 * minute)
    other.said()
    past(other, '97 99 96 98', minute, '1m')
    expect(other.said()).toEqual([
      'o1 triggered @60 98',
      'o1 modified @120',
      'o1 filled @60 4 at 97 taker, 4/0',
    ])
  })

  it('fills nothing of an order that a handler has closed the venue of', async () => {
    const stop = { orderType: 'stop', triggerPrice: '98', side: 'sell' } as const
    const act = (run: VenueRun): void => {
      run.modify('o1', { triggerPrice: '80' })
      run.bus.on('order.triggered', () => run.broker.close())
    }
    expect((await changed([stop], act, '97 99 96 98')).lines).toEqual(['o1 triggered @60 98'])
  })

  it('gives ioc no second chance', async () => {
    const larger = ({ modify }: VenueRun): void => modify('o1', { quantity: '15' })
    const { lines } = await changed([{ timeInForce: 'ioc' }], larger, '97 99 96 98')
    expect(lines).toEqual([
      'o1 partial_fill @60 10 at 97 taker, 10/5',
      'o1 cancelled @60 10: it could not be filled at once',
    ])
  })

  it('fills no fok in part', async () => {
    const fok = { timeInForce: 'fok' } as const
    const larger = ({ modify }: VenueRun): void => modify('o1', { quantity: '15' })
    expect((await changed([fok], larger, '97 99 96 98')).lines).toEqual([
      'o1 filled @120 15 at 98 taker, 15/0',
    ])
    const cancel = (run: VenueRun): void => run.cancel('o1')
    expect((await changed([fok], cancel, '97 99 96 98')).lines).toEqual([
      'o1 filled @60 10 at 97 taker, 10/0',
    ])
  })

  it('leaves what was filled by the book meanwhile', async () => {
    const run = await opened()
    await run.clock.advanceBy(minute - 1)
    run.quote('97', '10', '99', '100')
    await run.clock.advanceBy(1)
    run.submit({ orderType: 'limit', price: '95' })
    await run.clock.advanceBy(30_000)
    run.modify('o1', { price: '99' })
    run.said()
    await run.clock.advanceBefore(start + 3 * minute)
    past(run, '94 99 93 98', minute, '1m')
    expect(run.said()).toEqual([])
  })

  it('knows that a trigger had not been reached at the open which the book reached later', async () => {
    const run = await opened()
    await run.clock.advanceBy(minute - 1)
    run.quote('97', '3', '99', '100')
    await run.clock.advanceBy(1)
    run.submit({ orderType: 'stop', triggerPrice: '90', side: 'sell' })
    await run.clock.advanceBy(30_000)
    run.modify('o1', { triggerPrice: '97' })
    run.cancel('o1')
    expect(run.said().slice(1)).toEqual([
      'o1 modified @150',
      'o1 triggered @150 97',
      'o1 partial_fill @150 3 at 97 taker, 3/7',
      'o1 cancelled @150 3: as asked',
    ])
    await run.clock.advanceBefore(start + 3 * minute)
    past(run, '97 99 93 98', minute, '1m')
    expect(run.said()).toEqual([])
  })
})

describe('MatchedTime', () => {
  it('keeps the newest 10,000 terms where no data come', () => {
    const matched = new MatchedTime()
    const order = new OrderState(orderOf({}, 0), {} as never, 'v')
    order.arrivedAt = 0
    for (let until = 1; until <= 10_001; until += 1) matched.ends(order, until)
    expect(matched.pastAt(0)).toHaveLength(10_000)
    expect(matched.pastAt(0)[0]?.until).toBe(2)
  })

  it('knows what another one has matched, and not what has ended there', () => {
    const [known, matched] = [new MatchedTime(), new MatchedTime()]
    known.takes(barOf('1 1 1 1', start))
    known.tick(start + minute + 1)
    matched.follow(known)
    expect(matched.takes(barOf('1 1 1 1', start + minute))).toBe(false)
    expect(matched.hasPast).toBe(false)
    const bars = new MatchedTime()
    known.takes(barOf('1 1 1 1', start + 2 * minute))
    bars.follow(known)
    expect(bars.takes(barOf('1 1 1 1', start + 2.5 * minute))).toBe(false)
    expect(bars.takes(barOf('1 1 1 1', start + 3 * minute))).toBe(true)
  })
})
