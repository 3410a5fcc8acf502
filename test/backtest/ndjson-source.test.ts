import {
  ConfigurationError,
  Decimal,
  encodeEvent,
  toCloudEvent,
  type TradewireEvent,
} from 'tradewire'
import { memoryLog } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { logSource, type LogSourceQuery } from '../../src/backtest/log-source.ts'
import { ndjsonSource, type NdjsonSourceOptions } from '../../src/backtest/ndjson-source.ts'
import { decodeEvent } from '../../src/events/encoding.ts'
import { appendAll, trade, trades } from '../support/logged.ts'
import { all, drained, fileOf } from './source-files.ts'

const event = decodeEvent(trade(7, { metadata: { session: 'a' } })) as TradewireEvent
const other = decodeEvent(trade(8)) as TradewireEvent
const lines = (...values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('')

describe('ndjsonSource', () => {
  it('reads encoded events, CloudEvents and plain payloads, with what they say of themselves', async () => {
    const { data } = trade(9)
    const text = lines(
      encodeEvent(event),
      { ...encodeEvent(other), position: 3 },
      toCloudEvent(other),
      { type: 'market.trade_tick', data: data },
      {
        type: 'market.trade_tick',
        data,
        time: 1_767_225_600_010,
        source: 'me',
        metadata: { a: 1 },
      },
    )
    const source = ndjsonSource(fileOf('events.ndjson', `${text}\n  \n`))
    const items = await all(source)
    expect(items.map(({ recorded }) => recorded?.id)).toEqual([
      'run-7',
      'run-8',
      'run-8',
      undefined,
      undefined,
    ])
    expect(items[0]).toMatchObject({
      type: 'market.trade_tick',
      time: event.timestamp,
      source: 'feed',
      metadata: { session: 'a' },
      data: { price: new Decimal('61659.7') },
    })
    expect(items[1]).not.toHaveProperty('metadata')
    expect(items[3]).toEqual({ type: 'market.trade_tick', data: items[3]!.data })
    expect(items[4]).toMatchObject({ time: 1_767_225_600_010, source: 'me', metadata: { a: 1 } })
    expect(source.counts).toEqual({ read: 5, events: 5, skipped: 0, ignored: 0 })
  })

  it('takes the time of the venue, if it is asked to', async () => {
    const late = { ...encodeEvent(event), timestamp: event.timestamp + 50 }
    const path = fileOf('events.ndjson', lines(late))
    expect((await all(ndjsonSource(path)))[0]!.time).toBe(event.timestamp + 50)
    expect((await all(ndjsonSource(path, { time: 'venue' })))[0]).not.toHaveProperty('time')
  })

  it.each([
    ['{"type"', undefined, 'expected JSON.'],
    ['[]', undefined, 'expected an object, found an array of 0.'],
    ['null', undefined, 'expected an object, found null.'],
    ['7', undefined, 'expected an object, found 7.'],
    ['{"data":{}}', 'type', 'expected the type of an event.'],
    ['{"type":"market.tick","data":{}}', undefined, 'market.tick'],
    [
      '{"type":"market.trade_tick","data":{},"at":5}',
      'at',
      'expected nothing but type, data, time, source and metadata.',
    ],
    [
      '{"type":"market.trade_tick","data":{},"time":"now"}',
      'time',
      'expected milliseconds since the Unix epoch.',
    ],
    [
      '{"type":"market.trade_tick","data":{},"source":""}',
      'source',
      'expected text that is not empty.',
    ],
    [
      '{"type":"market.trade_tick","data":{},"source":5}',
      'source',
      'expected text that is not empty.',
    ],
    ['{"specversion":"0.3"}', 'specversion', 'expected "1.0".'],
    ['{"sequence":0}', 'id', ''],
  ])('names line and field of what is bad: %s', async (bad, column, reason) => {
    const path = fileOf(
      'events.ndjson',
      `${lines(encodeEvent(event))}${bad}\n${lines(encodeEvent(other))}`,
    )
    const { items, error } = await drained(ndjsonSource(path))
    expect(items).toHaveLength(1)
    expect(error).toMatchObject({
      code: 'SOURCE_INVALID',
      line: 2,
      column,
      message: expect.stringContaining(reason),
    })
    const source = ndjsonSource(path, { onBadRow: 'collect' })
    expect(await all(source)).toHaveLength(2)
    expect(source.badRows).toMatchObject([{ line: 2, column }])
  })

  it('refuses time that goes back', async () => {
    const { error } = await drained(
      ndjsonSource(fileOf('a.ndjson', lines(encodeEvent(other), encodeEvent(event)))),
    )
    expect(error).toMatchObject({ code: 'SOURCE_ORDER', line: 2, index: 1 })
  })

  it.each([{ catalog: {} }, { catalog: null }, { time: 'now' }, { symbol: 'X' }])(
    'refuses %j',
    (options) => {
      expect(() => ndjsonSource('a.ndjson', options as unknown as NdjsonSourceOptions)).toThrow(
        ConfigurationError,
      )
    },
  )
})

describe('logSource', () => {
  it('gives the events of a log that match, as recorded', async () => {
    await using log = memoryLog()
    await appendAll(log, trades(1200))
    const source = logSource(log, { pattern: 'market.*', from: 101, name: 'yesterday' })
    expect(source.name).toBe('yesterday')
    const items = await all(source)
    expect(items).toHaveLength(1100)
    expect(items[0]).toMatchObject({
      type: 'market.trade_tick',
      time: 1_767_225_600_101,
      recorded: { id: 'run-101' },
    })
    expect((await all(logSource(log, { pattern: 'order.*' }))).length).toBe(0)
    const venue = await all(logSource(log, { limit: 1, time: 'venue' }))
    expect(venue[0]).not.toHaveProperty('time')
  })

  it('sorts within a window, if it is asked to', async () => {
    await using log = memoryLog()
    await appendAll(log, [trade(2), trade(1)])
    const items = await all(logSource(log, { outOfOrder: { sortWithinMs: 5 } }))
    expect(items.map(({ recorded }) => recorded!.id)).toEqual(['run-1', 'run-2'])
  })

  it('gives what comes before an event that the catalog does not know', async () => {
    await using log = memoryLog()
    await appendAll(log, [trade(1), trade(2, { type: 'own.thing', data: {} })])
    const { items, error } = await drained(logSource(log))
    expect(items).toHaveLength(1)
    expect(error).toMatchObject({ code: 'EVENT_UNKNOWN' })
  })

  it('refuses what is no log, and options that make no sense', () => {
    const log = memoryLog()
    expect(() => logSource({} as typeof log)).toThrow(ConfigurationError)
    for (const query of [
      { order: 'backward' },
      { time: 'now' },
      { name: '' },
      { outOfOrder: 'sort' },
    ]) {
      expect(() => logSource(log, query as LogSourceQuery<'*'>)).toThrow(ConfigurationError)
    }
  })
})
