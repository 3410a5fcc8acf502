import { describe, expect, it } from 'vitest'
import { paperBroker } from '../../src/desk/paper-broker.ts'
import type { PaperBrokerOptions } from '../../src/desk/paper-options.ts'
import { at } from '../support/payloads.ts'
import { coded } from '../support/buses.ts'
import { runVenue } from './paper-venue-run.ts'

/** The prices of a buy and a sell at the market at 100.03, and of a limit to buy at 100.03. */
function pricesOf(options: PaperBrokerOptions): string[] {
  const { trade, submit, said } = runVenue(options)
  submit()
  submit({ side: 'sell' })
  submit({ orderType: 'limit', price: '100.03' })
  trade('100.03', '100')
  return said()
    .slice(3)
    .map((line) => line.split(' ')[5]!)
}

describe('slippage of paperBroker', () => {
  it('leaves prices alone unless told to', () => {
    expect(pricesOf({})).toEqual(['100.03', '100.03', '100.03'])
    expect(pricesOf({ slippage: 'none' })).toEqual(['100.03', '100.03', '100.03'])
  })

  it('takes basis points of the price, but of no limit order', () => {
    // 100.03 x 0.0005 = 0.050015.
    expect(pricesOf({ slippage: { bps: '5' } })).toEqual(['100.080015', '99.979985', '100.03'])
    expect(pricesOf({ slippage: { bps: 5 } })).toEqual(pricesOf({ slippage: { bps: '5' } }))
  })

  it('goes on to the next worse tick of the instrument', () => {
    expect(
      pricesOf({ slippage: { bps: at('5') }, instruments: { ABC: { tickSize: '0.01' } } }),
    ).toEqual(['100.09', '99.97', '100.03'])
    expect(
      pricesOf({ slippage: { bps: '0' }, instruments: { ABC: { tickSize: '0.01' } } }),
    ).toEqual(['100.03', '100.03', '100.03'])
  })

  it('worsens a negative price, too', () => {
    const { trade, submit, said } = runVenue({ slippage: { bps: '100' } })
    submit()
    submit({ side: 'sell' })
    trade('-40', '100')
    // 1 % of 40 is 0.4.
    expect(
      said()
        .slice(2)
        .map((line) => line.split(' ')[5]),
    ).toEqual(['-39.6', '-40.4'])
  })

  it('takes so many ticks', () => {
    expect(pricesOf({ slippage: { ticks: 3, tickSize: '0.05' } })).toEqual([
      '100.18',
      '99.88',
      '100.03',
    ])
  })

  it('leaves a price above 0 above 0: one tick, or the price itself if it is less', () => {
    const sold = (price: string, options: PaperBrokerOptions): string[] => {
      const { trade, submit, said } = runVenue(options)
      submit({ side: 'sell' })
      trade(price, '100')
      return said()
        .slice(1)
        .map((line) => line.split(' ')[5]!)
    }
    const ticks = { slippage: { ticks: 5, tickSize: '0.01' } } as const
    expect(sold('0.06', ticks)).toEqual(['0.01'])
    expect(sold('0.05', ticks)).toEqual(['0.01'])
    expect(sold('0.03', ticks)).toEqual(['0.01'])
    expect(sold('0.004', ticks)).toEqual(['0.004'])
    expect(sold('-0.03', ticks)).toEqual(['-0.08'])
    expect(sold('0', ticks)).toEqual(['-0.05'])
    const share = { slippage: { bps: '9999' } } as const
    expect(sold('0.03', share)).toEqual(['0.000003'])
    expect(sold('0.03', { ...share, instruments: { ABC: { tickSize: '0.01' } } })).toEqual(['0.01'])
  })

  it('asks a function', () => {
    expect(
      pricesOf({
        slippage: ({ order, price, quantity }) =>
          order.side === 'buy' ? price.plus(quantity) : price,
      }),
    ).toEqual(['110.03', '100.03', '100.03'])
  })

  it('refuses what a function should not return, and changes nothing', () => {
    const { trade, submit, errors, events } = runVenue({ slippage: () => 100 as never })
    submit()
    trade('100', '50')
    expect(errors).toEqual([coded('CONFIGURATION')])
    expect(events).toHaveLength(1)
  })

  it('refuses nothing or less that a function returns for something', () => {
    const { trade, submit, errors, events, broker } = runVenue({
      slippage: ({ price }) => price.minus('0.03'),
    })
    submit({ side: 'sell' })
    trade('0.03', '50')
    expect(errors).toEqual([coded('CONFIGURATION')])
    expect(String(errors[0])).toContain(
      'slippage must return a price above 0 for one of 0.03, but returned 0.',
    )
    expect(events).toHaveLength(1)
    expect(broker.positionOf('ABC').isZero()).toBe(true)
    trade('-0.01', '50')
    expect(events.at(-1)).toMatchObject({ type: 'order.filled', data: { lastPrice: at('-0.04') } })
  })

  it('says that a basis point is 0.01 % where all of the price would be lost', () => {
    expect(() => paperBroker({ slippage: { bps: 10_000 } })).toThrow(
      'slippage.bps must be below 10000, which is the whole price, but is 10000: 1 is 0.01 %.',
    )
    expect(paperBroker({ slippage: { bps: '9999.9' } }).name).toBe('paper')
  })

  it('refuses slippage that cannot be', () => {
    for (const slippage of [
      {},
      'some',
      null,
      { bps: '-1' },
      { bps: Number.NaN },
      { bps: '1', ticks: 1 },
      { ticks: 1 },
      { ticks: 0.5, tickSize: '1' },
      { ticks: 1, tickSize: '0' },
    ]) {
      expect(() => paperBroker({ slippage: slippage as never })).toThrow(coded('CONFIGURATION'))
    }
  })
})
