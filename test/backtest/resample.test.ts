import { Decimal, type NewBar } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { resample, type ResampleOptions } from '../../src/backtest/resample.ts'
import type { TimedPayload } from '../../src/backtest/source.ts'
import { coded } from '../support/buses.ts'
import { all, drained } from './source-files.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const monday = Date.UTC(2026, 10, 16)
const d = (value: number | string): Decimal => new Decimal(value)

interface Terms extends Partial<Omit<NewBar, 'open' | 'high' | 'low' | 'close' | 'volume'>> {
  readonly span?: number
  readonly volume?: number
}

/** A bar of a minute that opens so many minutes after midnight. */
function bar(
  at: number,
  [open, high, low, close]: readonly [number, number, number, number],
  { span = minute, volume = 1, ...terms }: Terms = {},
): TimedPayload<'market.new_bar', NewBar> {
  const openTime = monday + at * minute
  const prices = { open: d(open), high: d(high), low: d(low), close: d(close), volume: d(volume) }
  const times = { openTime, timestamp: openTime + span }
  return {
    type: 'market.new_bar',
    data: { symbol: 'SPX', timeframe: '1m', ...times, ...prices, ...terms },
  }
}

const flat = (at: number, price: number, terms?: Terms) =>
  bar(at, [price, price, price, price], terms)

/** Bars as `symbol from-to open high low close volume`, with times in minutes since midnight. */
async function told(items: readonly TimedPayload[], frame: string, options?: ResampleOptions) {
  return (await all(resample(items, frame, options))).map(({ data }) => {
    const { symbol, openTime, timestamp, open, high, low, close, volume } = data
    const [from, to] = [openTime, timestamp].map((time) => (time - monday) / minute)
    return `${symbol} ${from}-${to} ${[open, high, low, close, volume].join(' ')}`
  })
}

describe('resample', () => {
  it('makes one bar of those that are in it', async () => {
    const source = [
      bar(0, [10, 12, 9, 11]),
      bar(1, [11, 11, 8, 9], { volume: 2 }),
      bar(4, [9, 15, 9, 14], { volume: 0.5 }),
      bar(5, [14, 16, 13, 15]),
    ]
    expect(await told(source, '5m')).toEqual(['SPX 0-5 10 15 8 14 3.5', 'SPX 5-10 14 16 13 15 1'])
    const [first] = await all(resample(source, '5m'))
    expect(first).toEqual({
      type: 'market.new_bar',
      data: expect.objectContaining({ timeframe: '5m' }),
    })
    expect(first!.data).not.toHaveProperty('vwap')
    expect(first!.data).not.toHaveProperty('tradeCount')
  })

  it('leaves out a first bar that has no beginning, unless it is to be kept', async () => {
    const source = [flat(1, 1), flat(4, 2), flat(6, 3), flat(7, 4)]
    expect(await told(source, '5m')).toEqual(['SPX 5-10 3 4 3 4 2'])
    expect(await told(source, '5m', { partialFirst: 'keep' })).toEqual([
      'SPX 0-5 1 2 1 2 2',
      'SPX 5-10 3 4 3 4 2',
    ])
  })

  it('makes none where there are none, and one of what is there', async () => {
    expect(await told([flat(0, 1), flat(17, 2), flat(33, 3)], '5m')).toEqual([
      'SPX 0-5 1 1 1 1 1',
      'SPX 15-20 2 2 2 2 1',
      'SPX 30-35 3 3 3 3 1',
    ])
    expect(await told([], '5m')).toEqual([])
  })

  it('keeps symbols and venues apart, in the order in which they came', async () => {
    const source = [
      flat(0, 1, { symbol: 'A' }),
      flat(0, 2, { symbol: 'B' }),
      flat(0, 3, { symbol: 'A', venue: 'v' }),
      flat(1, 4, { symbol: 'A' }),
      flat(6, 5, { symbol: 'B' }),
      flat(7, 6, { symbol: 'C' }),
    ]
    expect(await told(source, '5m')).toEqual([
      'A 0-5 1 4 1 4 2',
      'B 0-5 2 2 2 2 1',
      'A 0-5 3 3 3 3 1',
      'B 5-10 5 5 5 5 1',
    ])
    const [, , third] = await all(resample(source, '5m'))
    expect(third!.data.venue).toBe('v')
  })

  it('adds up trades, and weighs the average price, if all parts have them', async () => {
    const part = (at: number, vwap: number, volume: number, tradeCount: number) =>
      flat(at, 10, { vwap: d(vwap), volume, tradeCount })
    const one = async (...items: readonly TimedPayload[]) =>
      (await all(resample(items, '5m')))[0]!.data
    expect(await one(part(0, 10, 1, 3), part(1, 20, 3, 4))).toMatchObject({
      vwap: d('17.5'),
      tradeCount: 7,
    })
    for (const items of [
      [part(0, 10, 1, 3), flat(1, 10), part(2, 10, 1, 3)],
      [flat(0, 10), part(1, 10, 1, 3)],
    ]) {
      const data = await one(...items)
      expect(data).not.toHaveProperty('vwap')
      expect(data).not.toHaveProperty('tradeCount')
    }
    expect(await one(part(0, 10, 0, 0))).not.toHaveProperty('vwap')
  })

  it('begins days at midnight in UTC, and weeks on Monday', async () => {
    const hours = (at: number, price: number) =>
      flat(at * 60, price, { span: hour, timeframe: '1h' })
    expect(await told([hours(0, 1), hours(23, 2), hours(24, 3)], '1d')).toEqual([
      'SPX 0-1440 1 2 1 2 2',
      'SPX 1440-2880 3 3 3 3 1',
    ])
    const days = [0, 6, 7].map((at) => flat(at * 1440, at + 1, { span: day, timeframe: '1d' }))
    expect(await told(days, '1w')).toEqual(['SPX 0-10080 1 7 1 7 2', 'SPX 10080-20160 8 8 8 8 1'])
  })

  it('has a name, and begins anew each time', async () => {
    const source = resample([flat(0, 1)], '5m')
    expect(source.name).toBe('bars 5m')
    expect(source.fraction).toBeUndefined()
    expect(resample({ ...source, fraction: 0.5 }, '1h').fraction).toBe(0.5)
    expect(await all(source)).toEqual(await all(source))
    expect(resample(source, '1h').name).toBe('bars 5m 1h')
    expect(resample(source, '1h', { name: 'hours' }).name).toBe('hours')
    const twice = await all(resample(resample([flat(0, 1), flat(59, 2)], '5m'), '1h'))
    expect(twice).toEqual(await all(resample([flat(0, 1), flat(59, 2)], '1h')))
  })

  it.each([
    [flat(0, 1, { timestamp: Number.NaN }), 'SOURCE_INVALID', 'finite number'],
    [{ ...flat(0, 1), type: 'market.trade_tick' }, 'SOURCE_INVALID', 'expected a market.new_bar'],
    [flat(-1, 1), 'SOURCE_ORDER', 'bars 5m'],
    [flat(6, 1, { timeframe: '2m' }), 'SOURCE_INVALID', 'expected bars of 1m, as before'],
    [
      flat(8, 1, { span: 5 * minute }),
      'SOURCE_INVALID',
      'fit into those of 5m, found one of SPX from 2026-11-16T00:08:00.000Z to 2026-11-16T00:13:00.000Z',
    ],
  ])('refuses what is no part of a longer bar: %j', async (item, code, message) => {
    const { error } = await drained(resample([flat(0, 1), item], '5m'))
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it.each([
    [[5], 'resample takes a source'],
    [['5m'], 'resample takes a source'],
    [[null], 'resample takes a source'],
    [[{}], 'resample takes a source'],
    [[[], 5], 'timeframe must be'],
    [[[], '5x'], 'timeframe must be'],
    [[[], '1M'], 'timeframe must be in s, m, h, d or w'],
    [[[], '5m', { partial: 1 }], 'partial'],
    [[[], '5m', { partialFirst: true }], "partialFirst must be 'drop' or 'keep'"],
    [[[], '5m', { name: '' }], 'name must be'],
  ])('refuses arguments %j', (given, message) => {
    const make = () => Reflect.apply(resample, undefined, given)
    expect(make).toThrow(coded('CONFIGURATION'))
    expect(make).toThrow(message)
  })
})
