import { Decimal } from 'tradewire'
import { describe, expect, it } from 'vitest'
import type { ConvertCurrency } from '../../src/desk/position-options.ts'
import { d, plain, world } from './position-world.ts'

/** Rates to USD that a test may change. */
function rates(toUsd: Record<string, string>): ConvertCurrency {
  return (amount, from, to) => {
    const rate = toUsd[from]
    return to === 'USD' && rate !== undefined ? amount.times(rate) : undefined
  }
}

describe('fees in other currencies', () => {
  it('are converted as they are paid, with the time of the fill', () => {
    const asked: unknown[] = []
    const { buy, keeper, warnings, clock } = world({
      convert: (...question) => {
        asked.push(plain(question))
        return question[0].times('600.5')
      },
    })
    buy('1', '100', { fee: ['0.002', 'BNB'] })
    expect(asked).toEqual([['0.002', 'BNB', 'USD', clock.now()]])
    // 0.002 x 600.5 = 1.201
    expect(keeper.cash.toFixed()).toBe('-101.201')
    expect(keeper.realizedPnl.toFixed()).toBe('-1.201')
    expect(keeper.get('ACME')?.fees.toFixed()).toBe('1.201')
    expect(plain([...keeper.fees])).toEqual([['BNB', '0.002']])
    expect(keeper.feesApart.size).toBe(0)
    expect(warnings).toEqual([])
  })

  it('stand apart if they cannot be converted, with one warning for each currency', () => {
    const { bus, buy, sell, keeper, warnings } = world()
    const fill = buy('1', '100', { fee: ['0.002', 'BNB'] })
    buy('1', '100', { fee: ['0.003', 'BNB'] })
    sell('2', '100', { fee: ['-7', 'XYZ'] })
    buy('1', '100', { fee: ['1', 'USD'] })
    expect(plain([...keeper.fees])).toEqual([
      ['BNB', '0.005'],
      ['XYZ', '-7'],
      ['USD', '1'],
    ])
    expect(plain([...keeper.feesApart])).toEqual([
      ['BNB', '0.005'],
      ['XYZ', '-7'],
    ])
    expect(keeper.cash.toFixed()).toBe('-101')
    expect(keeper.realizedPnl.toFixed()).toBe('-1')
    expect(plain(warnings)).toEqual([
      {
        timestamp: 1_000,
        code: 'currency_unknown',
        message:
          'Amounts in "BNB" are kept apart, as they could not be converted to "USD": there is no rate. Give positionKeeper a convert that knows this currency.',
        details: { from: 'BNB', to: 'USD' },
      },
      expect.objectContaining({ details: { from: 'XYZ', to: 'USD' } }),
    ])
    expect(bus.history.query({ pattern: 'system.warning' })[0]).toMatchObject({
      causationId: fill.id,
      source: 'position-keeper',
    })
  })

  it.each<[string, ConvertCurrency, string]>([
    ['gives a number', () => 1.5 as never, 'convert gave 1.5'],
    ['gives what is not finite', () => new Decimal(Infinity), 'convert gave a '],
    [
      'throws',
      () => {
        throw new RangeError('no such pair')
      },
      'convert failed: "no such pair"',
    ],
    [
      'throws what is no error',
      () => {
        // eslint-disable-next-line no-throw-literal, typescript/only-throw-error -- that is the case
        throw 'pair'
      },
      'convert failed: "pair"',
    ],
  ])('stand apart, and the fill is booked, if convert %s', (_what, convert, reason) => {
    const { buy, keeper, warnings } = world({ convert })
    buy('1', '100', { fee: ['0.002', 'BNB'] })
    expect(keeper.quantity('ACME').toFixed()).toBe('1')
    expect(plain([...keeper.feesApart])).toEqual([['BNB', '0.002']])
    expect(warnings[0]?.message).toContain(reason)
  })

  it('are shared by a flip after they were converted', () => {
    const { buy, sell, keeper, payloads } = world({ convert: rates({ BNB: '600' }) })
    buy('1', '100')
    payloads()
    sell('3', '100', { fee: ['0.01', 'BNB'] })
    // A third of 6, and the rest.
    expect(payloads()).toMatchObject([{ realizedPnl: '-2' }, { realizedPnl: '-4' }])
    expect(keeper.realizedPnl.toFixed()).toBe('-6')
  })
})

describe('instruments in other currencies', () => {
  const instruments = { SAP: { currency: 'EUR' }, SONY: { currency: 'JPY', multiplier: d(100) } }

  it('keep their own currency, and count in totals at the rate of now', () => {
    const toUsd: Record<string, string> = { EUR: '1.1' }
    const { buy, sell, sums, keeper, payloads, warnings, bar } = world({
      instruments,
      initialCash: d('1000'),
      convert: rates(toUsd),
    })
    buy('2', '100', { symbol: 'SAP' })
    expect(payloads()).toMatchObject([{ currency: 'EUR', averageEntryPrice: '100' }])
    bar('110', 'SAP')
    expect(plain([...keeper.balances])).toEqual([
      ['USD', '1000'],
      ['EUR', '-200'],
    ])
    // 1000 - 200 x 1.1; the position is worth 220 EUR.
    expect(sums()).toEqual({
      cash: '780',
      equity: '1022',
      realized: '0',
      unrealized: '22',
      exposure: '242',
    })
    expect(keeper.equityFloat).toBeCloseTo(1_022, 9)
    expect(keeper.exposureFloat).toBeCloseTo(242, 9)
    toUsd['EUR'] = '1.2'
    // 1000 + 20 x 1.2
    expect(sums()).toMatchObject({ cash: '760', equity: '1024', unrealized: '24' })
    sell('2', '110', { symbol: 'SAP' })
    expect(sums()).toMatchObject({ cash: '1024', equity: '1024', realized: '24', exposure: '0' })
    expect(warnings).toEqual([])
  })

  it('stay out of totals while they cannot be converted, with one warning', () => {
    const toUsd: Record<string, string> = {}
    const { buy, sums, keeper, warnings } = world({ instruments, convert: rates(toUsd) })
    buy('1', '2', { symbol: 'SONY', fee: ['3', 'JPY'] })
    expect(warnings).toHaveLength(1)
    buy('1', '2', { symbol: 'SONY' })
    // Nothing of it is lost: 2 x 2 x 100 + 3.
    expect(keeper.balances.get('JPY')?.toFixed()).toBe('-403')
    expect(keeper.get('SONY')).toMatchObject({ currency: 'JPY' })
    expect(sums()).toEqual({
      cash: '0',
      equity: '0',
      realized: '0',
      unrealized: '0',
      exposure: '0',
    })
    expect(warnings).toHaveLength(1)
    toUsd['JPY'] = '0.01'
    // -403 and 400 yen.
    expect(sums()).toMatchObject({ cash: '-4.03', equity: '-0.03', realized: '-0.03' })
  })

  it('have fees converted to the currency of the instrument', () => {
    const asked: string[] = []
    const { buy, keeper } = world({
      instruments,
      convert: (amount, from, to) => {
        asked.push(`${from} ${to}`)
        return amount.times(from === 'USD' ? '0.5' : '2')
      },
    })
    buy('1', '100', { symbol: 'SAP', fee: ['3', 'USD'] })
    expect(asked).toEqual(['USD EUR', 'EUR USD'])
    expect(keeper.balances.get('EUR')?.toFixed()).toBe('-101.5')
    expect(keeper.cash.toFixed()).toBe('-203')
  })
})
