import { describe, expect, it } from 'vitest'
import type { Fees } from '../../src/desk/fees.ts'
import { paperBroker } from '../../src/desk/paper-broker.ts'
import type { PaperBrokerOptions } from '../../src/desk/paper-options.ts'
import { at } from '../support/payloads.ts'
import { coded } from '../support/buses.ts'
import { runVenue } from './paper-venue-run.ts'

/** The fees of a market order for 10 that takes 4 at 101 and 6 at 102, and of a limit to sell 10 at 103. */
function feesOf(options: PaperBrokerOptions): unknown[] {
  const { quote, submit, events, said } = runVenue(options)
  quote('100', '50', '101', '4')
  submit()
  submit({ side: 'sell', orderType: 'limit', price: '103' })
  quote('100', '50', '102', '6')
  quote('103', '50', '104', '6')
  expect(said()).toHaveLength(5)
  return events.flatMap(({ type, data }) =>
    type === 'order.filled' || type === 'order.partial_fill'
      ? [
          (data as { fee?: { amount: { toFixed(): string }; currency: string } }).fee &&
            `${(data as { fee: { amount: { toFixed(): string } } }).fee.amount.toFixed()} ${(data as { fee: { currency: string } }).fee.currency}`,
        ]
      : [],
  )
}

describe('fees of paperBroker', () => {
  it('takes none unless told to', () => {
    expect(feesOf({})).toEqual([undefined, undefined, undefined])
  })

  it('takes a share of what was traded, or gives one back', () => {
    // 4 x 101 x 0.0005 = 0.202, 6 x 102 x 0.0005 = 0.306; 10 x 103 x -0.0001 = -0.103.
    expect(feesOf({ fees: { maker: '-0.0001', taker: at('0.0005') } })).toEqual([
      '0.202 USD',
      '0.306 USD',
      '-0.103 USD',
    ])
  })

  it('counts the multiplier and the currency of the instrument', () => {
    const fees = { maker: '0.0001', taker: '0.0005' }
    // 50 times as much: 10.1, 15.3, 5.15.
    expect(feesOf({ fees, instruments: { ABC: { multiplier: '50', currency: 'EUR' } } })).toEqual([
      '10.1 EUR',
      '15.3 EUR',
      '5.15 EUR',
    ])
    expect(feesOf({ fees, instruments: { ABC: {} }, currency: 'USDT' })).toEqual([
      '0.202 USDT',
      '0.306 USDT',
      '0.103 USDT',
    ])
  })

  it('takes a share of the size of a negative price', () => {
    const { trade, submit, events } = runVenue({ fees: { maker: '0', taker: '0.001' } })
    submit()
    trade('-37.63', '10')
    // |10 x -37.63| x 0.001.
    expect(events[1]?.data).toMatchObject({ fee: { amount: at('0.3763') } })
  })

  it('takes so much for each unit, and for each order at least the minimum', () => {
    expect(feesOf({ fees: { perShare: '0.01' } })).toEqual(['0.04 USD', '0.06 USD', '0.1 USD'])
    // The first fill pays the minimum of 0.07, which covers 7 units; the other 3 cost 0.03.
    expect(feesOf({ fees: { perShare: '0.01', minimum: '0.07' } })).toEqual([
      '0.07 USD',
      '0.03 USD',
      '0.1 USD',
    ])
  })

  it('asks a function', () => {
    const fees: Fees = ({ order, price, quantity, filledQuantity, feesSoFar, liquidity }) =>
      liquidity === 'maker'
        ? undefined
        : {
            amount: price.times(quantity).plus(filledQuantity).plus(feesSoFar),
            currency: `${order.side}-coin`,
          }
    // 4 x 101 + 4 + 0 = 408; 6 x 102 + 10 + 408 = 1030.
    expect(feesOf({ fees })).toEqual(['408 buy-coin', '1030 buy-coin', undefined])
  })

  it('refuses what a function should not return, and changes nothing', () => {
    for (const fee of [
      1,
      { amount: 1, currency: 'USD' },
      { amount: at('1') },
      { amount: at('1'), currency: '' },
      null,
    ]) {
      const { trade, submit, errors, events, broker } = runVenue({ fees: () => fee as never })
      submit()
      trade('100', '50')
      expect(errors).toEqual([coded('CONFIGURATION')])
      expect(events).toHaveLength(1)
      expect(broker.find('o1')).toMatchObject({ filledQuantity: at('0') })
      expect(broker.positionOf('ABC').isZero()).toBe(true)
    }
  })

  it('says what a share is where a rate is 1 or more', () => {
    for (const [maker, taker] of [
      ['5', '0'],
      ['0', '1'],
      ['-1', '0'],
    ] as const) {
      expect(() => paperBroker({ fees: { maker, taker } })).toThrow(coded('CONFIGURATION'))
    }
    expect(() => paperBroker({ fees: { maker: '0', taker: '1.50' } })).toThrow(
      "fees.taker must be a share above -1 and below 1, but is 1.5: '0.001' means 0.1 %.",
    )
    expect(paperBroker({ fees: { maker: '-0.999', taker: '0.999' } }).name).toBe('paper')
  })

  it('refuses a minimum that no unit could be below, and one of nothing', () => {
    expect(() => paperBroker({ fees: { perShare: '1', minimum: '0.005' } })).toThrow(
      'fees.minimum must be 0, or fees.perShare (1) or more, but is 0.005',
    )
    expect(() => paperBroker({ fees: { minimum: '1' } as never })).toThrow(
      'fees.perShare must be a Decimal',
    )
    expect(paperBroker({ fees: { perShare: '1', minimum: '1' } }).name).toBe('paper')
    expect(paperBroker({ fees: { perShare: '1', minimum: '0' } }).name).toBe('paper')
    expect(paperBroker({ fees: { perShare: '0', minimum: '1' } }).name).toBe('paper')
  })

  it('refuses fees that cannot be', () => {
    for (const fees of [
      {},
      { maker: '0' },
      { maker: '0', taker: 'x' },
      { maker: '0', taker: 0.1 },
      { maker: '0', taker: '0', other: '0' },
      { perShare: '-1' },
      { perShare: '1', minimum: '-1' },
      { perShare: '1', maker: '0' },
      null,
      [],
    ]) {
      expect(() => paperBroker({ fees: fees as never })).toThrow(coded('CONFIGURATION'))
    }
    expect(() => paperBroker({ fees: '0.001' as never })).toThrow(
      'fees must be { maker, taker } with shares such as \'0.0005\', { perShare, minimum }, or a function, but is "0.001".',
    )
  })
})
