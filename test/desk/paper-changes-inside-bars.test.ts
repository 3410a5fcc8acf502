import { describe, expect, it } from 'vitest'
import type { PaperBrokerOptions } from '../../src/desk/paper-options.ts'
import { opened, past } from './paper-bars.ts'
import { minute, runVenue, start, type VenueRun } from './paper-venue-run.ts'

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
