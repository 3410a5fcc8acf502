import { ConfigurationError, Decimal } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { binanceCapture, type BinanceCaptureOptions } from '../../src/backtest/binance-capture.ts'
import { encodeEvent } from '../../src/events/encoding.ts'
import { eventOf, readCapture } from '../support/binance-events.ts'
import { captureFile } from '../support/capture.ts'
import { all, drained, fileOf } from './source-files.ts'

const ns = '1723161255088169167'
const ticker =
  '{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":9,"s":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256314}}'
const trade =
  '{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256322,"T":1723161256321,"s":"BTCUSDT","t":5,"p":"61800.30","q":"0.006","X":"MARKET","m":true}}'
const depth =
  '{"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":3,"T":2,"s":"BTCUSDT","U":6,"u":8,"pu":5,"b":[["58710.20","0.014"]],"a":[["58711.20","0.000"]]}}'
const snapshot = '{"lastUpdateId":7,"E":3,"T":2,"bids":[["1.5","2"]],"asks":[]}'

const fileWith = (...messages: readonly string[]): string =>
  fileOf('capture.txt', messages.map((message) => `${ns} ${message}\n`).join(''))

describe('binanceCapture', () => {
  it('makes events of messages, with what the payload has no field for as metadata', async () => {
    const source = binanceCapture(fileWith(ticker, trade, depth, snapshot))
    const common = {
      time: 1_723_161_255_088.1692,
      metadata: { receivedAt: ns, transactionTime: 2 },
    }
    expect(await all(source)).toMatchObject([
      {
        type: 'market.quote_update',
        data: {
          symbol: 'BTCUSDT',
          venue: 'binance',
          timestamp: 1_723_161_256_314,
          bidPrice: new Decimal('61800.2'),
          bidSize: new Decimal('2.507'),
          askPrice: new Decimal('61800.3'),
          askSize: new Decimal('2.51'),
          sequence: 9,
        },
        time: common.time,
        metadata: {
          receivedAt: ns,
          stream: 'btcusdt@bookTicker',
          transactionTime: 1_723_161_256_313,
        },
      },
      {
        type: 'market.trade_tick',
        data: {
          price: new Decimal('61800.3'),
          size: new Decimal('0.006'),
          aggressorSide: 'sell',
          tradeId: '5',
        },
        metadata: { kind: 'MARKET' },
      },
      {
        type: 'market.orderbook_update',
        data: {
          kind: 'delta',
          bids: [[new Decimal('58710.2'), new Decimal('0.014')]],
          asks: [[new Decimal('58711.2'), new Decimal(0)]],
          sequence: 8,
          previousSequence: 5,
        },
        ...common,
        metadata: { ...common.metadata, firstSequence: 6 },
      },
      {
        type: 'market.orderbook_update',
        data: {
          symbol: 'BTCUSDT',
          kind: 'snapshot',
          bids: [[new Decimal('1.5'), new Decimal(2)]],
          asks: [],
          sequence: 7,
        },
        ...common,
      },
    ])
    expect(source.counts).toEqual({ read: 4, events: 4, skipped: 0, ignored: 0 })
  })

  it('reads messages that stand alone, of spot too', async () => {
    const spot = '{"e":"depthUpdate","E":3,"s":"BTCUSDT","U":6,"u":8,"b":[],"a":[]}'
    const buy = '{"e":"trade","E":3,"s":"BTCUSDT","t":5,"p":"1","q":"1","m":false}'
    const items = await all(
      binanceCapture(fileWith(spot, buy, '{"lastUpdateId":7,"bids":[],"asks":[]}')),
    )
    expect(items[0]!.data).not.toHaveProperty('previousSequence')
    expect(items[0]!.metadata).toEqual({ receivedAt: ns, firstSequence: 6 })
    expect(items[1]).toMatchObject({ data: { aggressorSide: 'buy' }, metadata: { receivedAt: ns } })
    expect(items[2]!.data.timestamp).toBe(1_723_161_255_088.1692)
  })

  it('ignores other messages, trades that are none, and other instruments, and counts them', async () => {
    const settled = trade.replace('MARKET', 'NA')
    const other = ticker.replace('"s":"BTCUSDT"', '"s":"ETHUSDT"')
    const path = fileWith(
      '{"result":null,"id":1}',
      '{"e":"kline"}',
      settled,
      other,
      ticker,
      snapshot,
    )
    const source = binanceCapture(path, { symbol: 'BTCUSDT' })
    expect((await all(source)).map(({ data }) => data.symbol)).toEqual(['BTCUSDT', 'BTCUSDT'])
    expect(source.counts).toEqual({ read: 6, events: 2, skipped: 0, ignored: 4 })
  })

  it('asks what a snapshot is of, if it cannot know', async () => {
    const other = ticker.replace('"s":"BTCUSDT"', '"s":"ETHUSDT"')
    for (const path of [fileWith(snapshot), fileWith(ticker, other, snapshot)]) {
      const { error } = await drained(binanceCapture(path))
      expect(error).toMatchObject({
        code: 'SOURCE_INVALID',
        message: expect.stringContaining('Give { symbol }.'),
      })
    }
  })

  it.each([
    ['x', undefined, 'expected nanoseconds, a blank and JSON.', true],
    ['12 {}', undefined, 'expected nanoseconds, a blank and JSON.', true],
    ['{', undefined, 'expected JSON behind the nanoseconds.', false],
    ['7', undefined, 'expected an object, found 7.', false],
    ['null', undefined, 'expected an object, found null.', false],
    [ticker.replace('"s":"BTCUSDT"', '"s":1'), 's', 'expected an instrument, found 1.', false],
    [ticker.replace('"61800.20"', '61800.2'), 'b', 'expected decimal text, found 61800.2.', false],
    [ticker.replace('"2.510"', '"x"'), 'A', 'expected decimal text, found "x".', false],
    [ticker.replace('"u":9', '"u":"9"'), 'u', 'expected a number, found "9".', false],
    [trade.replace('true', '"true"'), 'm', 'expected true or false, found "true".', false],
    [trade.replace('"0.006"', '"0"'), 'size', 'expected a Decimal above 0, found 0.', false],
    [
      depth.replace('[["58710.20","0.014"]]', 'null'),
      'b',
      'expected a list of levels, found null.',
      false,
    ],
    [
      depth.replace('"0.014"', '14'),
      'b',
      'expected levels of price and size as decimal text',
      false,
    ],
    [
      depth.replace('["58711.20","0.000"]', '5'),
      'a',
      'expected levels of price and size as decimal text',
      false,
    ],
  ])('names line and field of what is bad: %s', async (bad, column, reason, whole) => {
    const text = `${ns} ${ticker}\n${whole ? bad : `${ns} ${bad}`}\n${ns} ${trade}\n`
    const { items, error } = await drained(binanceCapture(fileOf('capture.txt', text)))
    expect(items).toHaveLength(1)
    expect(error).toMatchObject({
      code: 'SOURCE_INVALID',
      line: 2,
      column,
      message: expect.stringContaining(reason),
    })
  })

  it('refuses options that it does not know', () => {
    for (const options of [{ symbol: '' }, { pair: 'BTCUSDT' }]) {
      expect(() => binanceCapture('capture.gz', options as BinanceCaptureOptions)).toThrow(
        ConfigurationError,
      )
    }
  })
})

const capture = captureFile()

describe.runIf(capture !== undefined)('binanceCapture on real data', { timeout: 120_000 }, () => {
  it('makes an event of each of 93,954 messages, and loses nothing', async () => {
    const source = binanceCapture(capture!)
    const messages = readCapture(capture!)
    const counts = new Map<string, number>()
    let [next, different] = [0, 0]
    for await (const { type, data, time } of source) {
      const kind = 'kind' in data ? `${type} ${data.kind}` : type
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
      const expected = eventOf(messages[next]!, next + 1)
      // Every fiftieth is compared to the last digit: all of them take half a minute.
      const same =
        next % 50 !== 0 ||
        JSON.stringify(encodeEvent({ ...flat(expected), data } as never).data) ===
          JSON.stringify(encodeEvent(expected as never).data)
      if (type !== expected.type || time !== expected.timestamp || !same) different += 1
      next += 1
    }
    expect({ events: next, different }).toEqual({ events: 93_954, different: 0 })
    expect(Object.fromEntries(counts)).toEqual({
      'market.quote_update': 66_089,
      'market.trade_tick': 21_313,
      'market.orderbook_update delta': 6_551,
      'market.orderbook_update snapshot': 1,
    })
    expect(source.counts).toEqual({ read: 93_954, events: 93_954, skipped: 0, ignored: 0 })
  })
})

/** The fields of an event, which are getters in part. */
function flat(event: ReturnType<typeof eventOf>): object {
  const { id, type, timestamp, sequence, source, correlationId, version, priority } = event
  return { id, type, timestamp, sequence, source, correlationId, version, priority }
}
