import type { Decimal } from 'tradewire'
import { type BacktestResult, resample, type SourceEvent, type Strategy } from 'tradewire/backtest'
import { paperBroker, type PaperBrokerOptions, type PositionKeeperOptions } from 'tradewire/desk'
import { describe, expect, it } from 'vitest'
import { d, opening, run, tick } from './run-support.ts'

const fees = { maker: '0', taker: '0.001' }

/** Orders `quantity` of each symbol with its first price, and closes the position with its second. */
function inAndOut(quantity: string): Strategy {
  return ({ bus, orders }) => {
    const seen = new Map<string, number>()
    bus.on('market.trade_tick', ({ data: { symbol } }) => {
      const count = (seen.get(symbol) ?? 0) + 1
      seen.set(symbol, count)
      if (count === 1) orders.buy(symbol, quantity)
      if (count === 2) orders.closePosition(symbol)
    })
  }
}

/** Prices of SPX, one each second. */
const prices = (...all: number[]): SourceEvent[] =>
  all.map((price, index) => tick(index * 1_000, price))

interface Given {
  readonly quantity?: string
  readonly broker?: PaperBrokerOptions
  readonly positions?: PositionKeeperOptions
}

/** Orders at 100, is filled at 100, and sells at 110. */
function traded({ quantity = '10', broker, positions = {} }: Given): Promise<BacktestResult> {
  return run({
    sources: [prices(100, 100, 110)],
    desk: {
      broker: paperBroker({ fees, ...broker }),
      positions: { initialCash: '100000', ...positions },
    },
    strategy: inAndOut(quantity),
  })
}

const inEur = { instruments: { SPX: { currency: 'EUR' } } }

/** EUR and USD: a rate of 2 at first, and of 2.5 from the second second on. */
function euros(amount: Decimal, from: string, to: string, at: number): Decimal | undefined {
  const rate = at < opening + 2_000 ? '2' : '2.5'
  if (from === 'EUR' && to === 'USD') return amount.times(rate)
  return from === 'USD' && to === 'EUR' ? amount.div(rate) : undefined
}

/** What a run says of money. */
function moneyOf({ trades, statistics, desk }: BacktestResult): Record<string, unknown> {
  const text = (amount: Decimal | undefined): string | undefined => amount?.toFixed()
  return {
    pnl: trades.map(({ pnl }) => text(pnl)),
    tradeFees: trades.map(({ fees: paid }) => text(paid)),
    currency: trades.map(({ currency }) => currency),
    returns: trades.map(({ returnPercent }) => returnPercent),
    bought: text(statistics.bought),
    sold: text(statistics.sold),
    fees: text(statistics.fees),
    averageWin: text(statistics.averageWin),
    profit: text(statistics.profit),
    equity: text(desk.positions.equity),
  }
}

describe('money of runBacktest', () => {
  const fifty = { instruments: { SPX: { multiplier: '50' } } }

  it.each<[string, Given]>([
    ['the positions', { positions: fifty }],
    ['the broker', { broker: fifty }],
    ['both', { positions: fifty, broker: fifty }],
  ])('is multiplied once where %s knows the multiplier', async (_name, given) => {
    // In: 2 x 100 x 50 = 10,000. Out: 2 x 110 x 50 = 11,000. Fees of a thousandth: 10 + 11.
    expect(moneyOf(await traded({ ...given, quantity: '2' }))).toEqual({
      pnl: ['979'],
      tradeFees: ['21'],
      currency: [undefined],
      returns: [9.79],
      bought: '10000',
      sold: '11000',
      fees: '21',
      averageWin: '979',
      profit: '979',
      equity: '100979',
    })
  })

  it.each<[string, Given]>([
    ['the positions', { positions: inEur }],
    ['the broker', { broker: inEur }],
    ['the broker of all it trades', { broker: { currency: 'EUR' } }],
  ])('is converted where %s knows the currency', async (_name, { broker, positions }) => {
    const result = await traded({
      ...(broker !== undefined && { broker }),
      positions: { ...positions, convert: euros },
    })
    // In: 1,000 EUR at 2. Out: 1,100 EUR at 2.5. Fees: 1 EUR at 2, and 1.1 EUR at 2.5.
    // The gain of 100 EUR is 250 USD when the trade is closed.
    expect(moneyOf(result)).toEqual({
      pnl: ['245.25'],
      tradeFees: ['4.75'],
      currency: [undefined],
      // 97.9 EUR of 1,000 EUR.
      returns: [9.79],
      bought: '2000',
      sold: '2750',
      fees: '4.75',
      averageWin: '245.25',
      // 97.9 EUR at 2.5: the fee of 2 USD was paid in EUR, which are worth more at the end.
      profit: '244.75',
      equity: '100244.75',
    })
    expect(result.notices).toEqual([])
  })

  it('is multiplied and converted', async () => {
    const instruments = { SPX: { currency: 'EUR', multiplier: '50' } }
    const result = await traded({ positions: { instruments, convert: euros } })
    expect(moneyOf(result)).toMatchObject({ pnl: ['12262.5'], bought: '100000', fees: '237.5' })
  })

  it('values an open trade by the rate of its last price', async () => {
    const result = await run({
      sources: [prices(100, 100, 104)],
      desk: { broker: paperBroker(), positions: { ...inEur, convert: euros } },
      strategy: ({ bus, orders }) => {
        bus.once('market.trade_tick', () => orders.buy('SPX', '10'))
      },
    })
    expect(result.trades[0]).toMatchObject({ open: true, pnl: d('100') })
    expect(result.statistics.profit.toFixed()).toBe('100')
  })

  it('counts a fee in a third currency as the positions do', async () => {
    const broker: PaperBrokerOptions = { fees: () => ({ amount: d('0.01'), currency: 'BNB' }) }
    const convert = (amount: Decimal, from: string, to: string, at: number): Decimal | undefined =>
      from === 'BNB' && to === 'EUR' ? amount.times(300) : euros(amount, from, to, at)
    const result = await traded({ broker, positions: { ...inEur, convert } })
    // 3 EUR at 2 and 3 EUR at 2.5; 94 EUR are left of the gain.
    expect(moneyOf(result)).toMatchObject({ fees: '13.5', pnl: ['236.5'], profit: '235' })
    expect(result.notices).toEqual([])
  })

  it('counts a fee in account currency as it is', async () => {
    const broker: PaperBrokerOptions = { fees: () => ({ amount: d('3'), currency: 'USD' }) }
    const result = await traded({ broker, positions: { ...inEur, convert: euros } })
    expect(moneyOf(result)).toMatchObject({ fees: '6', pnl: ['244'], returns: [9.73] })
  })
})

describe('money of runBacktest without a rate', () => {
  const notice =
    'Trades of SPX are in EUR, and rates to USD were missing: what could not be converted is in no sum. Give positions a convert that knows EUR.'

  it('stays in its own currency, is in no sum, and is told', async () => {
    const usd = [tick(0, 50, 'AAPL'), tick(1_000, 50, 'AAPL'), tick(2_000, 53, 'AAPL')]
    const result = await run({
      sources: [prices(100, 100, 110), usd],
      desk: { broker: paperBroker({ fees }), positions: inEur },
      strategy: inAndOut('10'),
    })
    // 100 - 2.1 EUR, and 30 - 0.5 - 0.53 USD.
    expect(moneyOf(result)).toMatchObject({
      pnl: ['97.9', '28.97'],
      tradeFees: ['2.1', '1.03'],
      currency: ['EUR', undefined],
      bought: '500',
      sold: '530',
      fees: '1.03',
      averageWin: '28.97',
      profit: '28.97',
    })
    expect(result.statistics).toMatchObject({
      tradeCount: 2,
      winCount: 2,
      winRate: 1,
      fillCount: 4,
    })
    expect(result.statistics.expectancy?.toFixed()).toBe('28.97')
    expect(result.notices).toEqual([notice, 'Warnings: currency_unknown (1).'])
  })

  it.each<[string, (at: number) => boolean]>([
    ['as the fee of the entry was paid', (at) => at >= opening + 2_000],
    ['as the trade was closed', (at) => at < opening + 2_000],
  ])('is not mixed with what there is a rate for %s', async (_name, isKnown) => {
    const convert: typeof euros = (amount, from, to, at) =>
      isKnown(at) ? euros(amount, from, to, at) : undefined
    const result = await traded({ positions: { ...inEur, convert } })
    expect(moneyOf(result)).toMatchObject({ pnl: ['97.9'], tradeFees: ['2.1'], currency: ['EUR'] })
    expect(result.notices).toContain(notice)
  })

  it('does not fail the run where the rates do', async () => {
    const convert = (): never => {
      throw new Error('no route to the bank')
    }
    const result = await traded({ positions: { ...inEur, convert } })
    expect(moneyOf(result)).toMatchObject({ pnl: ['97.9'], currency: ['EUR'], profit: '0' })
    expect(result.notices).toEqual([notice, 'Warnings: currency_unknown (1).'])
  })
})

describe('an account that is gone', () => {
  const ruined = (initialCash: string): Promise<BacktestResult> =>
    run({
      sources: [prices(100, 100, 50, 40, 50, 120, 95, 120)],
      desk: { positions: { initialCash } },
      strategy: ({ bus, orders }) => {
        bus.once('market.trade_tick', () => orders.buy('SPX', '1000'))
      },
    })

  it('is told of, with the first time and how low it was', async () => {
    // 1,000 x (40 - 100) = -60,000.
    expect((await ruined('10000')).notices).toEqual([
      'Equity was below 0, the first time on 2026-01-05T09:30:02.000Z, and at the lowest -50000 USD on 2026-01-05T09:30:03.000Z: such an account could not have gone on, and the figures are not what it would have come to.',
    ])
  })

  it('is not told of one that owes nothing, or had nothing to begin with', async () => {
    expect((await ruined('60000')).notices).toEqual([])
    expect((await ruined('0')).notices).toEqual([])
  })
})

describe('bars of several timeframes', () => {
  const minute = 60_000
  const bars: SourceEvent[] = Array.from({ length: 20 }, (_, index) => ({
    type: 'market.new_bar',
    data: {
      symbol: 'SPX',
      timeframe: '1m',
      openTime: opening + index * minute,
      timestamp: opening + (index + 1) * minute,
      open: d(100),
      high: d(101 + index),
      low: d(99),
      close: d(100),
      volume: d(1),
    },
  }))

  const held: Strategy = ({ bus, orders }) => {
    let seen = 0
    bus.on('market.new_bar', ({ data: { symbol, timeframe } }) => {
      if (timeframe !== '1m') return
      seen += 1
      if (seen === 2) orders.buy(symbol, '1')
      if (seen === 13) orders.closePosition(symbol)
    })
  }

  it('count a trade by the shortest of them, in either order of the sources', async () => {
    const counted = async (sources: SourceEvent[][]) =>
      (await run({ sources: sources.map((each) => each), strategy: held })).trades[0]!.bars
    const alone = await counted([bars])
    expect(alone).toBe(11)
    const longer: SourceEvent[] = []
    for await (const event of resample(bars, '5m')) longer.push(event)
    expect(longer).toHaveLength(4)
    expect(await counted([bars, longer])).toBe(alone)
    expect(await counted([longer, bars])).toBe(alone)
  })
})
