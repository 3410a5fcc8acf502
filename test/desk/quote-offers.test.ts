import { describe, expect, it } from 'vitest'
import { paperBroker } from '../../src/desk/paper-broker.ts'
import type { PaperBrokerOptions } from '../../src/desk/paper-options.ts'
import { coded } from '../support/buses.ts'
import { runVenue, start } from './paper-venue-run.ts'

const bar = '200 200 200 200'

/** What becomes of a market order that comes some time after a quote of 99 and 101. */
async function filledAfter(ms: number, options: PaperBrokerOptions = {}): Promise<boolean> {
  const { quote, submit, said, clock } = runVenue(options)
  quote('99', '50', '101', '50')
  await clock.advanceTo(start + ms)
  submit()
  return said().some((line) => line.includes('10 at 101 taker'))
}

describe('paperBroker on a book that has ended', () => {
  it('fills no order by it that comes more than staleAfterMs later', async () => {
    expect(await filledAfter(60_000)).toBe(true)
    expect(await filledAfter(60_001)).toBe(false)
    expect(await filledAfter(5, { staleAfterMs: 5 })).toBe(true)
    expect(await filledAfter(6, { staleAfterMs: 5 })).toBe(false)
    expect(await filledAfter(0, { staleAfterMs: 0 })).toBe(true)
    expect(await filledAfter(1e9, { staleAfterMs: Infinity })).toBe(true)
  })

  it('refuses a staleAfterMs that cannot be', () => {
    for (const staleAfterMs of [-1, Number.NaN, '1', -Infinity]) {
      expect(() => paperBroker({ staleAfterMs: staleAfterMs as number })).toThrow(
        coded('CONFIGURATION'),
      )
    }
  })

  it('goes by the bars that come after it', async () => {
    const { quote, bar: next, submit, said, clock } = runVenue()
    quote('99', '50', '101', '50')
    await clock.advanceTo(start + 30_000)
    quote('99', '500', '101', '500')
    await clock.advanceTo(start + 3_600_000)
    await next(bar)
    submit()
    expect(said()).toEqual(['o1 placed @3660'])
    await next(bar)
    expect(said()).toEqual(['o1 filled @3660 10 at 200 taker, 10/0'])
  })

  it('wakes a stop by a trade or last price so late, and does not fill it by the book', async () => {
    for (const show of ['trade', 'last'] as const) {
      const { quote, trade, last, submit, said, clock } = runVenue()
      quote('99', '50', '101', '50')
      submit({ orderType: 'stop', triggerPrice: '102' })
      await clock.advanceTo(start + 60_001)
      said()
      if (show === 'trade') trade('102', '50')
      else last('102')
      expect(said()).toEqual(['o1 triggered @60.001 102'])
      trade('103', '50')
      expect(said()).toEqual(['o1 filled @60.001 10 at 103 taker, 10/0'])
    }
  })

  it('knows the book again once it is told again', async () => {
    const { quote, submit, said, clock } = runVenue()
    quote('99', '50', '101', '50')
    await clock.advanceTo(start + 100_000)
    submit()
    submit({ timeInForce: 'ioc' })
    expect(said()).toEqual(['o1 placed @100', 'o2 placed @100'])
    quote('109', '50', '111', '15')
    expect(said()).toEqual([
      'o1 filled @100 10 at 111 taker, 10/0',
      'o2 partial_fill @100 5 at 111 taker, 5/5',
      'o2 cancelled @100 5: it could not be filled at once',
    ])
    submit({ side: 'sell' })
    expect(said()).toEqual(['o3 placed @100', 'o3 filled @100 10 at 109 taker, 10/0'])
  })

  it('looks at a change as at an order that comes', async () => {
    const { quote, submit, modify, said, clock } = runVenue()
    quote('99', '50', '101', '50')
    submit({ orderType: 'limit', price: '100' })
    await clock.advanceTo(start + 60_001)
    modify('o1', { price: '105' })
    expect(said()).toEqual(['o1 placed @0', 'o1 modified @60.001'])
  })
})

describe('paperBroker on a book that the market has moved away from', () => {
  /** Whether the book still fills an order after what came 10 ms later. */
  async function isKnownAfter(
    show: (run: ReturnType<typeof runVenue>) => void,
    book: (run: ReturnType<typeof runVenue>) => void = ({ quote }) => quote('99', '5', '101', '5'),
    ms = 10,
  ): Promise<boolean> {
    const run = runVenue()
    book(run)
    await run.clock.advanceTo(start + ms)
    show(run)
    run.submit({ timeInForce: 'ioc', side: 'sell' })
    run.submit({ timeInForce: 'ioc' })
    return run.said().length > 2
  }

  it('forgets it by a later trade beyond its best prices, not by one at or between them', async () => {
    for (const price of ['99', '100', '101']) {
      expect(await isKnownAfter(({ trade }) => trade(price, '1'))).toBe(true)
    }
    for (const price of ['98.9', '101.1']) {
      expect(await isKnownAfter(({ trade }) => trade(price, '1'))).toBe(false)
      // Of the same time: it may have been before.
      expect(await isKnownAfter(({ trade }) => trade(price, '1'), undefined, 0)).toBe(true)
    }
  })

  it('does not by a last price, which may be one of long before', async () => {
    expect(await isKnownAfter(({ last }) => last('150'))).toBe(true)
  })

  it('looks at the sides that have a price alone', async () => {
    const isKnown = (bidSize: string, askSize: string, price: string): Promise<boolean> =>
      isKnownAfter(
        ({ trade }) => trade(price, '1'),
        ({ quote }) => quote('99', bidSize, '101', askSize),
      )
    expect(await isKnown('5', '0', '102')).toBe(true)
    expect(await isKnown('5', '0', '98')).toBe(false)
    expect(await isKnown('0', '5', '98')).toBe(true)
    expect(await isKnown('0', '5', '102')).toBe(false)
    expect(await isKnown('0', '0', '100')).toBe(true)
    expect(await isKnown('0', '0', '98')).toBe(false)
    expect(await isKnown('0', '0', '102')).toBe(false)
  })

  it('looks at the best level with a size of a depth update', async () => {
    const isKnown = (bids: string, asks: string, price: string): Promise<boolean> =>
      isKnownAfter(
        ({ trade }) => trade(price, '1'),
        ({ depth }) => depth(bids, asks),
      )
    expect(await isKnown('99x5 98x5', '101x0 102x5', '102')).toBe(true)
    expect(await isKnown('99x5 98x5', '101x0 102x5', '103')).toBe(false)
    expect(await isKnown('99x0 98x5', '101x5', '98')).toBe(true)
    expect(await isKnown('99x0 98x5', '101x5', '97')).toBe(false)
    expect(await isKnown('99x5', '', '120')).toBe(true)
    expect(await isKnown('', '101x5', '80')).toBe(true)
  })

  it('forgets it by a bar that began after it, all of which is beyond', async () => {
    const after = async (ohlc: string, lateMs = 0): Promise<number> => {
      const { quote, bar: next, submit, said, clock } = runVenue({ staleAfterMs: Infinity })
      await clock.advanceTo(start + lateMs)
      quote('99', '50', '101', '50')
      // It begins as the quote comes, or before.
      await next(ohlc, { openTime: start, timestamp: start + 60_000 })
      submit()
      return said().length
    }
    expect(await after('102 103 101.5 102')).toBe(1)
    expect(await after('98 98.5 97 98')).toBe(1)
    expect(await after('102 103 101 102')).toBe(2)
    expect(await after('98 99 97 98')).toBe(2)
    expect(await after('102 103 101.5 102', 1)).toBe(2)
  })
})

describe('paperBroker on quotes that tell no sizes', () => {
  it('fills as much as is wanted by quotes both sizes of which are 0', () => {
    const { quote, submit, said } = runVenue()
    quote('99', '0', '101', '0')
    submit()
    submit({ quantity: '1000', side: 'sell' })
    submit({ quantity: '1000', timeInForce: 'fok' })
    submit({ quantity: '7', orderType: 'limit', price: '100' })
    expect(said().filter((line) => !line.includes('placed'))).toEqual([
      'o1 filled @0 10 at 101 taker, 10/0',
      'o2 filled @0 1000 at 99 taker, 1000/0',
      'o3 filled @0 1000 at 101 taker, 1000/0',
    ])
    quote('98', '0', '99.5', '0')
    expect(said()).toEqual(['o4 filled @0 7 at 100 maker, 7/0'])
  })

  it('takes a fok limit order as far as it may go', () => {
    const { quote, submit, said } = runVenue()
    quote('99', '0', '101', '0')
    submit({ timeInForce: 'fok', orderType: 'limit', price: '100' })
    expect(said()).toEqual(['o1 placed @0', 'o1 cancelled @0 0: it could not be filled at once'])
  })

  it('has no price on a side of price 0 without a size', () => {
    const { quote, submit, said } = runVenue()
    quote('0', '0', '0', '0')
    submit()
    submit({ side: 'sell' })
    expect(said()).toEqual(['o1 placed @0', 'o2 placed @0'])
    quote('-1', '0', '1', '0')
    expect(said()).toEqual([
      'o1 filled @0 10 at 1 taker, 10/0',
      'o2 filled @0 10 at -1 taker, 10/0',
    ])
  })
})
