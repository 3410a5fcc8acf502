import { fc, test } from '@fast-check/vitest'
import { ConfigurationError } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { readIsoTime } from '../../src/backtest/time-iso.ts'
import { type TimeFormat, requireTimeFormat, TimeReader } from '../../src/backtest/time-text.ts'
import { TimeZone } from '../../src/backtest/time-zone.ts'

const iso = (text: string): unknown => ({ ...readIsoTime(`,${text},`, 1, 1 + text.length) })
const none = { kind: 'none', time: Number.NaN }

describe('readIsoTime', () => {
  test.prop([
    fc.date({
      min: new Date('0001-01-01'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    }),
  ])('reads what a Date writes', (date) => {
    const text = date.toISOString()
    expect(iso(text)).toEqual({ kind: 'instant', time: date.getTime() })
    expect(iso(text.slice(0, -1))).toEqual({ kind: 'local', time: date.getTime() })
    expect(iso(text.slice(0, 10))).toEqual({ kind: 'day', time: Date.parse(text.slice(0, 10)) })
  })

  const noon = Date.UTC(2024, 1, 29, 12)
  it.each([
    ['2024-02-29 12:00', 'local', noon],
    ['2024/02/29 12:00:00', 'local', noon],
    ['2024-02-29t12:00:00z', 'instant', noon],
    ['2024-02-29 12:00:00 UTC', 'instant', noon],
    ['2024-02-29 12:00:00 +00:00', 'instant', noon],
    ['2024-02-29T13:00:00+01', 'instant', noon],
    ['2024-02-29T13:30+0130', 'instant', noon],
    ['2024-02-29T07:00:00-05:00', 'instant', noon],
    ['2024-02-29 12:00:00.5', 'local', noon + 500],
    ['2024-02-29 12:00:00,25Z', 'instant', noon + 250],
    ['2024-02-29 12:00:00.123456', 'local', noon + 123.456],
    ['2024-02-29 12:00:00.123456789', 'local', noon + 123.456],
    ['2024-02-29 12:00:59.000001', 'local', noon + 59_000.001],
    ['1969-12-31 23:59:59.5', 'local', -500],
    ['2000-02-29', 'day', Date.UTC(2000, 1, 29)],
    ['2024-04-30', 'day', Date.UTC(2024, 3, 30)],
  ])('reads %s', (text, kind, time) => {
    expect(iso(text)).toEqual({ kind, time })
  })

  it.each([
    '',
    '2024',
    '2024-1-1',
    '2024-13-01',
    '2024-00-01',
    '2024-01-00',
    '2024-01-32',
    '2024-04-31',
    '2023-02-29',
    '1900-02-29',
    '2024-02/29',
    '2024.02.29',
    'abcd-01-01',
    '2024-01-01x',
    '2024-01-01 ',
    '2024-01-01 1',
    '2024-01-01x12:00',
    '2024-01-01 24:00',
    '2024-01-01 12:60',
    '2024-01-01 12-00',
    '2024-01-01 12:0',
    '2024-01-01 12:00:60',
    '2024-01-01 12:00:6',
    '2024-01-01 12:00:00.',
    '2024-01-01 12:00:00.Z',
    '2024-01-01 12:00:00x',
    '2024-01-01 12:00:00 ',
    '2024-01-01 12:00:00+1',
    '2024-01-01 12:00:00+24:00',
    '2024-01-01 12:00:00+01:60',
    '2024-01-01 12:00:00+01:0',
    '2024-01-01 12:00:00+01:000',
    '2024-01-01 12:00:00*01:00',
    '2024-01-01 12:00:00 EST',
    '2024-01-01 12:00:00 PM',
    '2024-01-01 x2:00',
    '2024-01-01 12:x0',
  ])('finds no time in %j', (text) => {
    expect(iso(text)).toEqual(none)
  })

  it('reads nothing beyond the end', () => {
    expect({ ...readIsoTime('2024-01-01 12:00', 0, 14) }).toEqual(none)
    expect({ ...readIsoTime('2024-01-01 12:00:30', 0, 18) }).toEqual(none)
    expect({ ...readIsoTime('2024-01-01 12:00:30', 0, 9) }).toEqual(none)
  })
})

function read(text: string, format: TimeFormat = 'auto', zone = 'UTC'): [number, boolean] {
  const reader = new TimeReader(format, new TimeZone(zone))
  return [reader.read(`,${text},`, 1, 1 + text.length), reader.dayOnly]
}

describe('TimeReader', () => {
  it.each([
    ['1704067200', Date.UTC(2024, 0, 1)],
    ['1704067200.5', Date.UTC(2024, 0, 1) + 500],
    ['1652459225.5037491', 1_652_459_225_503.749],
    ['1704067200000', Date.UTC(2024, 0, 1)],
    ['1704067200000000', Date.UTC(2024, 0, 1)],
    ['1704067200000001', Date.UTC(2024, 0, 1) + 0.001],
    ['1704067200000000000', Date.UTC(2024, 0, 1)],
    ['-86400000.5', -86_400_000_500],
    ['10000000.5', 10_000_000_500],
    ['-10000000', -10_000_000_000],
    ['2024-01-01T01:00+01:00', Date.UTC(2024, 0, 1)],
    ['2024-01-01 00:00', Date.UTC(2024, 0, 1)],
  ])('tells the unit of %s by its size', (text, time) => {
    expect(read(text)).toEqual([time, false])
  })

  it('knows a date alone', () => {
    expect(read('2024-01-01')).toEqual([Date.UTC(2024, 0, 1), true])
    expect(read('20240131')).toEqual([Date.UTC(2024, 0, 31), true])
    expect(read('20241331')[0]).toBeNaN()
  })

  it.each(['0', '1', '-1', '45293', '45293.75', '202401', '9999999', '-9999999.5'])(
    'takes %s for no time, unless it is told the unit',
    (text) => {
      expect(read(text)[0]).toBeNaN()
      for (const [unit, factor] of [['s', 1_000] as const, ['ms', 1] as const]) {
        expect(read(text, unit)).toEqual([Number(text) * factor, false])
      }
    },
  )

  it('takes the unit that it is told', () => {
    expect(read('20240131', 's')).toEqual([20_240_131_000, false])
    expect(read('5', 'ms')).toEqual([5, false])
    expect(read('5', 'us')).toEqual([0.005, false])
    expect(read('5000', 'ns')).toEqual([0.005, false])
    expect(read('2024-01-01', 'iso')).toEqual([Date.UTC(2024, 0, 1), true])
    expect(read('5', 'iso')[0]).toBeNaN()
    expect(read('2024-01-01', 's')[0]).toBeNaN()
    expect(
      read('01/02/2024', (text) => Date.parse(`${text.slice(6)}-${text.slice(3, 5)}-01`)),
    ).toEqual([Date.UTC(2024, 1, 1), false])
  })

  it.each(['', 'x', '1e9', '12:00', '1,000'])('finds no time in %j', (text) => {
    expect(read(text)[0]).toBeNaN()
  })

  it('finds no time in a pattern that names none, in any zone', () => {
    for (const text of ['31.02.2024 10:00', '1.2.2024 10:00', 'x']) {
      expect(read(text, 'DD.MM.YYYY HH:mm', 'Europe/Berlin')[0]).toBeNaN()
    }
  })

  it('takes times without an offset to be in its zone', () => {
    expect(read('2024-01-02 09:30', 'auto', 'America/New_York')[0]).toBe(
      Date.UTC(2024, 0, 2, 14, 30),
    )
    expect(read('2024-07-02 09:30', 'iso', 'America/New_York')[0]).toBe(
      Date.UTC(2024, 6, 2, 13, 30),
    )
    expect(read('2024-01-02 09:30Z', 'auto', 'America/New_York')[0]).toBe(
      Date.UTC(2024, 0, 2, 9, 30),
    )
    // A date alone is a day, whose hours are the business of who asks.
    expect(read('2024-01-02', 'auto', 'America/New_York')).toEqual([Date.UTC(2024, 0, 2), true])
  })
})

describe('requireTimeFormat', () => {
  it('refuses what is no format', () => {
    expect(() => requireTimeFormat('epoch' as TimeFormat)).toThrow(ConfigurationError)
    expect(requireTimeFormat('ns')).toBe('ns')
  })
})

describe('TimeZone', () => {
  const newYork = new TimeZone('America/New_York')

  it('knows when clocks are changed', () => {
    expect(newYork.toUtc(Date.UTC(2024, 2, 10, 1, 59))).toBe(Date.UTC(2024, 2, 10, 6, 59))
    expect(newYork.toUtc(Date.UTC(2024, 2, 10, 3, 0))).toBe(Date.UTC(2024, 2, 10, 7, 0))
    expect(newYork.toUtc(Date.UTC(2024, 10, 3, 0, 59))).toBe(Date.UTC(2024, 10, 3, 4, 59))
    expect(newYork.toUtc(Date.UTC(2024, 10, 3, 2, 0))).toBe(Date.UTC(2024, 10, 3, 7, 0))
  })

  it('takes what is shown twice for the first time, and what is never shown for so much later', () => {
    expect(newYork.toUtc(Date.UTC(2024, 10, 3, 1, 30))).toBe(Date.UTC(2024, 10, 3, 5, 30))
    expect(newYork.toUtc(Date.UTC(2024, 2, 10, 2, 30))).toBe(Date.UTC(2024, 2, 10, 7, 30))
  })

  it('knows how much later the same is shown again', () => {
    const repeatOf = (zone: TimeZone, ...local: Parameters<typeof Date.UTC>): number => {
      zone.toUtc(Date.UTC(...local))
      return zone.repeatMs
    }
    expect(repeatOf(newYork, 2024, 10, 3, 0, 59)).toBe(0)
    expect(repeatOf(newYork, 2024, 10, 3, 1, 0)).toBe(3_600_000)
    // The same quarter of an hour, which is not looked up again.
    expect(repeatOf(newYork, 2024, 10, 3, 1, 14)).toBe(3_600_000)
    expect(repeatOf(newYork, 2024, 10, 3, 1, 59)).toBe(3_600_000)
    expect(repeatOf(newYork, 2024, 10, 3, 2, 0)).toBe(0)
    expect(repeatOf(newYork, 2024, 2, 10, 2, 30)).toBe(0)
    expect(repeatOf(newYork, 2024, 6, 1, 2, 30)).toBe(0)
    expect(repeatOf(new TimeZone('Australia/Lord_Howe'), 2024, 3, 7, 1, 45)).toBe(1_800_000)
    expect(repeatOf(new TimeZone('UTC'), 2024, 10, 3, 1, 0)).toBe(0)
  })

  it('agrees with the clock of the zone at every hour of two years', () => {
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Berlin',
      dateStyle: 'short',
      timeStyle: 'medium',
    })
    const berlin = new TimeZone('Europe/Berlin')
    const others: string[] = []
    for (let time = Date.UTC(2023, 0, 1, 0, 20); time < Date.UTC(2025, 0, 1); time += 3_600_000) {
      const local = Date.parse(`${format.format(time).replace(' ', 'T')}Z`)
      const back = berlin.toUtc(local)
      if (back !== time) others.push(new Date(time).toISOString())
    }
    // Of an hour that is shown twice the first one is meant.
    expect(others).toEqual(['2023-10-29T01:20:00.000Z', '2024-10-27T01:20:00.000Z'])
  })

  it('leaves times in UTC as they are, and refuses what is no zone', () => {
    expect(new TimeZone('UTC').toUtc(5)).toBe(5)
    expect(new TimeZone('Asia/Kolkata').toUtc(Date.UTC(2024, 0, 1, 5, 30))).toBe(
      Date.UTC(2024, 0, 1),
    )
    expect(() => new TimeZone('Mars/Olympus')).toThrow(ConfigurationError)
  })
})
