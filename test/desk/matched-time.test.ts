import { describe, expect, it } from 'vitest'
import { MatchedTime } from '../../src/desk/matched-time.ts'
import { OrderState } from '../../src/desk/order-state.ts'
import { opened, past } from './paper-bars.ts'
import { barOf, minute, orderOf, runVenue, start, type VenueRun } from './paper-venue-run.ts'

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

describe('MatchedTime', () => {
  it('keeps the newest 10,000 terms where no data come', () => {
    const matched = new MatchedTime()
    const order = new OrderState(orderOf({}, 0), {} as never, 'v')
    order.arrivedAt = 0
    for (let until = 1; until <= 10_001; until += 1) matched.ends(order, until)
    expect(matched.pastAt(0)).toHaveLength(10_000)
    expect(matched.pastAt(0)[0]?.until).toBe(2)
  })

  it('keeps the newest time of ticks', () => {
    const matched = new MatchedTime()
    matched.tick(start + 10)
    matched.tick(start + 5)
    expect(matched.takes(barOf('1 1 1 1', start + 7))).toBe(false)
    expect(matched.takes(barOf('1 1 1 1', start + 11))).toBe(true)
  })

  it('knows how long bars of each timeframe are', () => {
    const matched = new MatchedTime()
    const five = (openTime: number) => ({
      ...barOf('1 1 1 1', openTime),
      timeframe: '5m',
      timestamp: openTime + 5 * minute,
    })
    expect(matched.takes(barOf('1 1 1 1', start))).toBe(true)
    expect(matched.takes(five(start + minute))).toBe(true)
    expect(matched.takes(barOf('1 1 1 1', start + 5 * minute))).toBe(false)
    expect(matched.takes(barOf('1 1 1 1', start + 6 * minute))).toBe(true)
  })

  it('keeps no terms that no bar to come can have met', () => {
    const matched = new MatchedTime()
    const order = new OrderState(orderOf({}, 0), {} as never, 'v')
    order.arrivedAt = start
    matched.ends(order, start)
    expect(matched.hasPast).toBe(false)
    matched.tick(start + 1)
    matched.ends(order, start + 1)
    expect(matched.hasPast).toBe(false)
    matched.takes(barOf('1 1 1 1', start + 2))
    matched.ends(order, start + 2 + minute)
    expect(matched.hasPast).toBe(false)
    matched.ends(order, start + 3 + minute)
    expect(matched.hasPast).toBe(true)
    matched.tick(start + 2 + minute)
    expect(matched.hasPast).toBe(true)
    matched.tick(start + 3 + minute)
    expect(matched.hasPast).toBe(false)
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
