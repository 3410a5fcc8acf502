import { describe, expect, it } from 'vitest'
import type { PaperBrokerOptions } from '../../src/desk/paper-options.ts'
import { opened, past } from './paper-bars.ts'
import { minute, runVenue, start, type VenueRun } from './paper-venue-run.ts'

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
    run.submit({
      orderType: 'stop_limit',
      triggerPrice: '97',
      price: '96',
      side: 'sell',
      orderId: 'o4',
    })
    await run.bar('100 101 99 100')
    run.submit({ orderType: 'limit', price: '99', postOnly: true, orderId: 'o2' })
    await run.clock.advanceBy(inside)
    for (const orderId of ['o1', 'o2', 'o4']) run.cancel(orderId)
    run.said()
    await run.clock.advanceBefore(start + 3 * minute)
    past(run, '97 98 96 97', minute, '1m')
    expect(run.said()).toEqual([
      'o1 filled @120 10 at 97 maker, 10/0',
      'o2 filled @120 10 at 97 maker, 10/0',
      'o4 filled @120 10 at 97 taker, 10/0',
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

  it('fills nothing by a bar that began after the cancel', async () => {
    const run = await opened()
    run.submit()
    await run.clock.advanceBy(5_000)
    run.cancel('o1')
    await run.clock.advanceBefore(start + 2 * minute)
    past(run, '97 99 96 98', minute - 5_000, '1m')
    expect(run.said()).toEqual(['o1 placed @60', 'o1 cancelled @65 0: as asked'])
  })

  it('fills fok whole or not at all', async () => {
    const fok = { timeInForce: 'fok' } as const
    const few = { barParticipation: '0.09' }
    expect(await ended([fok], cancel, '102 103 90 91', few)).toEqual([])
    const enough = { barParticipation: '0.1' }
    expect(await ended([fok], cancel, '102 103 90 91', enough)).toEqual([
      'o1 filled @60 10 at 102 taker, 10/0',
    ])
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

  it('is filled once, though a drill of fills after cancels befalls it', async () => {
    const options = { faults: { fillAfterCancelRate: 1 } }
    expect(await ended([{}], cancel, '102 103 90 91', options)).toEqual([
      'o1 filled @60 10 at 102 taker, 10/0',
    ])
  })

  it('is filled once its bar is told, though a drill has ended with a bar that tells again', async () => {
    const run = await opened({ faults: { fillAfterCancelRate: 1 } })
    run.submit()
    await run.clock.advanceBy(inside)
    run.cancel('o1')
    await run.clock.advanceBefore(start + 2 * minute)
    past(run, '90 99 89 98', 2 * minute, '2m')
    past(run, '97 99 96 98', minute, '1m')
    expect(run.said().slice(2)).toEqual(['o1 filled @60 10 at 97 taker, 10/0'])
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
