import { describe, expect, it } from 'vitest'
import type { PaperBrokerOptions } from '../../src/desk/paper-options.ts'
import { at } from '../support/payloads.ts'
import { minute, type OrderText, runVenue, type VenueRun } from './paper-venue-run.ts'

/** What is said of orders that come at the close (100) of a first bar, for each bar that follows. */
async function over(
  orders: readonly OrderText[],
  bars: readonly string[],
  options: PaperBrokerOptions = {},
): Promise<string[]> {
  const run = await opened(options)
  for (const order of orders) run.submit(order)
  const lines = run.said().filter((line) => !line.endsWith(' placed @60'))
  for (const ohlc of bars) {
    await run.bar(ohlc)
    lines.push(...run.said())
  }
  return lines
}

async function opened(options: PaperBrokerOptions = {}): Promise<VenueRun> {
  const run = runVenue(options)
  await run.bar('100 101 99 100')
  return run
}

// The first bar spans 0 s to 60 s; an order comes at 60 s, the next bar spans 60 s to 120 s.
describe('paperBroker on bars', () => {
  describe('market orders', () => {
    it('fills at the open', async () => {
      expect(await over([{ side: 'sell' }], ['101 104 98 99'])).toEqual([
        'o1 filled @60 10 at 101 taker, 10/0',
      ])
    })

    it('never fills in a bar that began before the order came', async () => {
      const run = await opened()
      await run.clock.advanceBy(1)
      run.submit()
      // It began at 60 s, the order came at 60.001 s.
      await run.bar('101 104 98 99', { openTime: run.clock.now() - 1 })
      expect(run.said()).toEqual(['o1 placed @60.001'])
      await run.bar('99 100 98 99')
      expect(run.said()).toEqual([`o1 filled @${(2 * minute + 1) / 1_000} 10 at 99 taker, 10/0`])
    })
  })

  describe('limit orders', () => {
    const buy = { orderType: 'limit', price: '98' } as const
    const sell = { orderType: 'limit', price: '102', side: 'sell' } as const

    it('fills at the open where that is better, as taker in the first bar', async () => {
      expect(await over([buy], ['97 99 96 98'])).toEqual(['o1 filled @60 10 at 97 taker, 10/0'])
      expect(await over([sell], ['103 104 101 102'])).toEqual([
        'o1 filled @60 10 at 103 taker, 10/0',
      ])
    })

    it('fills at a better open as maker once it has stood for a bar', async () => {
      expect(await over([buy], ['100 101 99 100', '97 99 96 98'])).toEqual([
        'o1 filled @120 10 at 97 maker, 10/0',
      ])
    })

    it('fills at the limit as maker if the bar trades through it', async () => {
      expect(await over([buy], ['100 101 97.99 99'])).toEqual([
        'o1 filled @120 10 at 98 maker, 10/0',
      ])
      expect(await over([sell], ['100 102.01 99 99'])).toEqual([
        'o1 filled @120 10 at 102 maker, 10/0',
      ])
    })

    it('stands if the bar touches the limit, unless touches are to fill', async () => {
      expect(await over([buy, sell], ['100 102 98 99'])).toEqual([])
      expect(await over([buy, sell], ['100 102 98 99'], { limitFill: 'touch' })).toEqual([
        'o1 filled @120 10 at 98 maker, 10/0',
        'o2 filled @120 10 at 102 maker, 10/0',
      ])
    })

    it('stands if the bar does not come near', async () => {
      expect(await over([buy, sell], ['100 101 99 100'])).toEqual([])
    })
  })

  describe('stop orders', () => {
    const buy = { orderType: 'stop', triggerPrice: '102' } as const
    const sell = { orderType: 'stop', triggerPrice: '98', side: 'sell' } as const

    it('fills at the open if that is through the trigger', async () => {
      expect(await over([buy], ['103 104 102 103'])).toEqual([
        'o1 triggered @60 102',
        'o1 filled @60 10 at 103 taker, 10/0',
      ])
      expect(await over([sell], ['98 99 97 98'])).toEqual([
        'o1 triggered @60 98',
        'o1 filled @60 10 at 98 taker, 10/0',
      ])
    })

    it('fills at the trigger if the bar reaches it', async () => {
      expect(await over([buy], ['100 102 99 100'])).toEqual([
        'o1 triggered @120 102',
        'o1 filled @120 10 at 102 taker, 10/0',
      ])
      expect(await over([sell], ['100 101 97 100'])).toEqual([
        'o1 triggered @120 98',
        'o1 filled @120 10 at 98 taker, 10/0',
      ])
    })

    it('sleeps while the bar does not reach it', async () => {
      expect(await over([buy, sell], ['100 101.99 98.01 100'])).toEqual([])
    })

    it('slips from the trigger', async () => {
      // 98 less 10 basis points: 98 x 0.999 = 97.902.
      expect(await over([sell], ['100 101 97 100'], { slippage: { bps: '10' } })).toEqual([
        'o1 triggered @120 98',
        'o1 filled @120 10 at 97.902 taker, 10/0',
      ])
    })
  })

  describe('stop limit orders', () => {
    const buy = { orderType: 'stop_limit', triggerPrice: '102', price: '103' } as const

    it('fills at the open if that is between trigger and limit', async () => {
      expect(await over([buy], ['102.5 104 102 103'])).toEqual([
        'o1 triggered @60 102',
        'o1 filled @60 10 at 102.5 taker, 10/0',
      ])
    })

    it('waits at the limit if the open is beyond both, and fills if the bar comes back', async () => {
      expect(await over([buy], ['104 105 103.5 104', '104 105 102 104'])).toEqual([
        'o1 triggered @60 102',
        'o1 filled @180 10 at 103 maker, 10/0',
      ])
      expect(await over([buy], ['104 105 102.9 104'])).toEqual([
        'o1 triggered @60 102',
        'o1 filled @120 10 at 103 maker, 10/0',
      ])
    })

    it('fills at the trigger if that lies within the limit', async () => {
      expect(await over([buy], ['100 105 99 100'])).toEqual([
        'o1 triggered @120 102',
        'o1 filled @120 10 at 102 taker, 10/0',
      ])
    })

    it('does not guess whether the limit came before or after the trigger', async () => {
      const back = { ...buy, price: '101' }
      // The low of 99 may have been before the high of 105.
      expect(
        await over([back], ['100 105 99 104', '102 103 101.5 102', '102 103 100 102']),
      ).toEqual(['o1 triggered @120 102', 'o1 filled @240 10 at 101 maker, 10/0'])
    })

    it('fills at the limit if the bar closes beyond it after the trigger', async () => {
      const back = { ...buy, price: '101' }
      expect(await over([back], ['100 105 99 100'])).toEqual([
        'o1 triggered @120 102',
        'o1 filled @120 10 at 101 maker, 10/0',
      ])
    })
  })

  describe('trailing stops', () => {
    // The close of 100 is known: the trigger of 97 stays 3 behind.
    const sell = { orderType: 'trailing_stop', triggerPrice: '97', side: 'sell' } as const
    const buy = { orderType: 'trailing_stop', triggerPrice: '103' } as const

    it('follows the best price of earlier bars, and never goes back', async () => {
      // High 105: the trigger is 102 from then on. The second bar has a high of 104 and a low of 102.01.
      expect(
        await over([sell], ['101 105 100 104', '104 104 102.01 103', '103 103 101 101']),
      ).toEqual(['o1 triggered @240 102', 'o1 filled @240 10 at 102 taker, 10/0'])
    })

    it('tests a bar against the trigger as it was when the bar began', async () => {
      // The high of 110 would move it to 107, far above the close; the low of 98 is above 97.
      expect(await over([sell], ['101 110 98 99'])).toEqual([])
    })

    it('follows down for a buyer', async () => {
      // Low 95: the trigger is 98 from then on.
      expect(await over([buy], ['99 100 95 96', '96 98 95 97'])).toEqual([
        'o1 triggered @180 98',
        'o1 filled @180 10 at 98 taker, 10/0',
      ])
    })
  })

  describe('several orders in one bar', () => {
    it('takes the stop before the limit where both are reached', async () => {
      const stop = { orderType: 'stop', triggerPrice: '98', side: 'sell' } as const
      const limit = { orderType: 'limit', price: '102', side: 'sell' } as const
      const both = await over([{}, limit, stop], ['100 101 99 100', '100 103 97 100'])
      expect(both).toEqual([
        'o1 filled @60 10 at 100 taker, 10/0',
        'o3 triggered @180 98',
        'o3 filled @180 10 at 98 taker, 10/0',
        'o2 filled @180 10 at 102 maker, 10/0',
      ])
    })

    it('leaves nothing to a reduceOnly limit once the stop has closed the position', async () => {
      const stop = {
        orderType: 'stop',
        triggerPrice: '98',
        side: 'sell',
        reduceOnly: true,
      } as const
      const limit = { orderType: 'limit', price: '102', side: 'sell', reduceOnly: true } as const
      const run = await opened()
      run.submit()
      await run.bar('100 101 99 100')
      run.submit(limit)
      run.submit(stop)
      run.said()
      await run.bar('100 103 97 100')
      expect(run.said()).toEqual([
        'o3 triggered @180 98',
        'o3 filled @180 10 at 98 taker, 10/0',
        'o2 cancelled @180 0: there is no position left to reduce',
      ])
      expect(run.broker.positionOf('ABC').isZero()).toBe(true)
    })

    it('lets whoever hears of a fill cancel the other order in time', async () => {
      const run = await opened()
      run.bus.on('order.filled', () => run.cancel('o1'))
      run.submit({ orderType: 'limit', price: '102', side: 'sell' })
      run.submit({ orderType: 'stop', triggerPrice: '98', side: 'sell' })
      run.said()
      await run.bar('100 103 97 100')
      expect(run.said()).toEqual([
        'o2 triggered @120 98',
        'o2 filled @120 10 at 98 taker, 10/0',
        'o1 cancelled @120 0: as asked',
      ])
    })

    it('shares the volume that they may take, first come first', async () => {
      // 15 % of 100 is 15: 10 for the first, 5 for the second; the rest in the next bar.
      const options = { barParticipation: '0.15' }
      expect(await over([{}, {}], ['100 101 99 100', '101 102 99 100'], options)).toEqual([
        'o1 filled @60 10 at 100 taker, 10/0',
        'o2 partial_fill @60 5 at 100 taker, 5/5',
        'o2 filled @120 5 at 101 taker, 10/0',
      ])
    })
  })

  describe('time in force', () => {
    it('fills ioc at the open or cancels it', async () => {
      const limit = { orderType: 'limit', timeInForce: 'ioc', price: '99' } as const
      expect(await over([limit], ['98 101 97 100'])).toEqual(['o1 filled @60 10 at 98 taker, 10/0'])
      expect(await over([limit], ['100 101 97 100'])).toEqual([
        'o1 cancelled @60 0: it could not be filled at once',
      ])
    })

    it('cancels what the volume leaves of ioc', async () => {
      expect(
        await over([{ timeInForce: 'ioc' }], ['100 101 99 100'], { barParticipation: '0.04' }),
      ).toEqual([
        'o1 partial_fill @60 4 at 100 taker, 4/6',
        'o1 cancelled @60 4: it could not be filled at once',
      ])
    })

    it('fills fok whole or not at all', async () => {
      const order = { timeInForce: 'fok' } as const
      expect(await over([order], ['100 101 99 100'], { barParticipation: '0.1' })).toEqual([
        'o1 filled @60 10 at 100 taker, 10/0',
      ])
      expect(await over([order], ['100 101 99 100'], { barParticipation: '0.09' })).toEqual([
        'o1 cancelled @60 0: it could not be filled at once',
      ])
    })

    it('fills an ioc stop limit where it is woken, or cancels it', async () => {
      const order = { orderType: 'stop_limit', timeInForce: 'ioc', triggerPrice: '102' } as const
      expect(await over([{ ...order, price: '102' }], ['100 103 99 100'])).toEqual([
        'o1 triggered @120 102',
        'o1 filled @120 10 at 102 taker, 10/0',
      ])
      expect(await over([{ ...order, price: '101' }], ['100 103 99 100'])).toEqual([
        'o1 triggered @120 102',
        'o1 cancelled @120 0: it could not be filled at once',
      ])
    })

    it('keeps a day order for one bar of a day', async () => {
      const run = runVenue()
      const day = { timeframe: '1d', timestamp: 0 }
      const next = async (ohlc: string): Promise<void> => {
        // Sessions of 6.5 hours, 17.5 hours apart: midnight lies between them.
        await run.clock.advanceBy(17.5 * 60 * minute)
        await run.bar(ohlc, { ...day, timestamp: run.clock.now() + 6.5 * 60 * minute })
      }
      await next('100 101 99 100')
      run.submit({ orderType: 'limit', price: '98', timeInForce: 'day' })
      run.submit({ orderType: 'limit', price: '97', timeInForce: 'day' })
      run.said()
      await next('100 101 97.5 100')
      expect(run.said()).toEqual(['o1 filled @172800 10 at 98 maker, 10/0', 'o2 expired @172800 0'])
      expect(run.clock.pendingTimers).toBe(0)
    })
  })

  describe('orders that were changed', () => {
    it('matches a change with latency against the close of the bar that it came in', async () => {
      const run = await opened({ latencyMs: 10 })
      run.submit({ orderType: 'stop', triggerPrice: '90', side: 'sell' })
      run.submit({ orderType: 'limit', price: '90' })
      run.submit({ orderType: 'limit', price: '80', postOnly: true })
      await run.bar('100 101 99 100')
      await run.bar('100 101 99 100')
      expect(run.said()).toHaveLength(3)
      run.modify('o1', { triggerPrice: '98' })
      run.modify('o2', { price: '98' })
      run.modify('o3', { price: '98' })
      // They come 10 ms after the open, so that only the close of 97 is surely later.
      await run.bar('100 101 95 97')
      expect(run.said()).toEqual([
        'o1 modified @180.01',
        'o2 modified @180.01',
        'o3 modified @180.01',
        'o1 triggered @240 98',
        'o1 filled @240 10 at 97 taker, 10/0',
        'o2 filled @240 10 at 97 taker, 10/0',
        'o3 filled @240 10 at 97 maker, 10/0',
      ])
    })

    it('leaves changed orders alone that the close does not reach', async () => {
      const run = await opened({ latencyMs: 10 })
      run.submit({ orderType: 'stop', triggerPrice: '90', side: 'sell' })
      run.submit({ orderType: 'limit', price: '90' })
      await run.bar('100 101 99 100')
      await run.bar('100 101 99 100')
      run.modify('o1', { triggerPrice: '98' })
      run.modify('o2', { price: '98' })
      run.said()
      await run.bar('100 101 95 99')
      expect(run.said()).toEqual(['o1 modified @180.01', 'o2 modified @180.01'])
      await run.bar('99 101 97 99')
      expect(run.said()).toEqual([
        'o1 triggered @300 98',
        'o1 filled @300 10 at 98 taker, 10/0',
        'o2 filled @300 10 at 98 maker, 10/0',
      ])
    })

    it('never matches a change that a fill inside the bar has led to against that bar', async () => {
      const run = await opened()
      run.bus.once('order.filled', () => run.modify('o2', { price: '99.5' }))
      run.submit()
      run.submit({ orderType: 'limit', price: '90' })
      run.said()
      await run.bar('100 101 99 99')
      expect(run.said()).toEqual(['o1 filled @60 10 at 100 taker, 10/0', 'o2 modified @120'])
      await run.bar('99 99 98 99')
      expect(run.said()).toEqual(['o2 filled @120 10 at 99 taker, 10/0'])
    })
  })

  describe('what a trigger leads to', () => {
    const stop = { orderType: 'stop_limit', triggerPrice: '102', price: '103' } as const

    it('fills no order that was cancelled as it woke', async () => {
      const run = await opened()
      run.bus.on('order.triggered', ({ data }) => run.cancel(data.orderId))
      run.submit(stop)
      run.submit({ ...stop, side: 'sell', triggerPrice: '98', price: '90' })
      run.said()
      await run.bar('102 103 97 100')
      expect(run.said()).toEqual([
        'o1 triggered @60 102',
        'o1 cancelled @120 0: as asked',
        'o2 triggered @120 98',
        'o2 cancelled @120 0: as asked',
      ])
    })

    it('fills no order that was changed as it woke', async () => {
      const run = await opened()
      run.bus.on('order.triggered', ({ data }) => run.modify(data.orderId, { price: '102.5' }))
      run.submit(stop)
      run.said()
      await run.bar('102 103 97 100')
      expect(run.said()).toEqual(['o1 triggered @60 102', 'o1 modified @120'])
      await run.bar('101 102 100 101')
      expect(run.said()).toEqual(['o1 filled @120 10 at 101 taker, 10/0'])
    })

    it('fills no order that was cancelled as the close woke it', async () => {
      const run = await opened({ latencyMs: 10 })
      run.submit({ orderType: 'stop', triggerPrice: '90', side: 'sell' })
      await run.bar('100 101 99 100')
      await run.bar('100 101 99 100')
      run.modify('o1', { triggerPrice: '98' })
      run.said()
      run.bus.on('order.triggered', () => run.broker.close())
      await run.bar('100 101 95 97')
      expect(run.said()).toEqual(['o1 modified @180.01', 'o1 triggered @240 98'])
    })
  })

  it('leaves instruments apart', async () => {
    const run = await opened()
    run.submit({ symbol: 'XYZ' })
    run.said()
    await run.bar('100 101 99 100')
    expect(run.said()).toEqual([])
    await run.bar('5 6 4 5', { symbol: 'XYZ', volume: at('0') })
    expect(run.said()).toEqual(['o1 filled @120 10 at 5 taker, 10/0'])
  })
})
