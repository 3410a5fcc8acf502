import { BusClosedError, ConfigurationError, createBus, Decimal, SimulatedClock } from 'tradewire'
import { describe, expect, it } from 'vitest'
import type { OrderBookOptions } from '../../src/desk/order-book-options.ts'
import { orderBook } from '../../src/desk/order-book.ts'
import { delta, setUp, snapshot, textOf } from './order-book-support.ts'

const [live, changed] = [snapshot('100:1 99:2', '101:3', 10), delta('100:5', '', 10, 11)]

describe('orderBook', () => {
  it('is empty, then waits, then is live', () => {
    const { book, update } = setUp()
    expect(book.state).toBe('empty')
    expect(book.mid ?? book.spread ?? book.bestBid ?? book.bestAsk).toBeUndefined()
    update(delta('98:1', '', 9, 12))
    expect(book.state).toBe('waiting')
    expect(book.bids()).toEqual([])
    update(live)
    expect(book.state).toBe('live')
    expect(textOf(book.bids())).toBe('100:1 99:2 98:1')
    expect(textOf(book.bids(1))).toBe('100:1')
    expect(textOf(book.asks())).toBe('101:3')
    expect(book.levels).toEqual({ bids: 3, asks: 1 })
    expect(book.sequence).toBe(12)
    expect(textOf([book.bestBid!, book.bestAsk!])).toBe('100:1 101:3')
    expect(book.mid?.toFixed()).toBe('100.5')
    expect(book.spread?.toFixed()).toBe('1')
    expect(book.sizeAt('bid', new Decimal('99.0'))?.toFixed()).toBe('2')
    expect(book.sizeAt('ask', new Decimal('99.0'))).toBeUndefined()
    expect(book.stats).toMatchObject({ snapshots: 1, deltas: 1, buffered: 1 })
  })

  it('has no mid while a side is empty', () => {
    const { book, update } = setUp()
    update(snapshot('100:1', ''))
    expect(book.state).toBe('live')
    expect(book.mid ?? book.spread).toBeUndefined()
    update(snapshot('', '100:1'))
    expect(book.mid ?? book.spread).toBeUndefined()
  })

  it('hears only of its symbol, and of its venue if it has one', () => {
    const any = setUp()
    const one = setUp({ venue: 'binance' })
    for (const { update } of [any, one]) {
      update({ ...live, symbol: 'ETHUSDT' })
      update({ ...live, venue: 'okx' })
    }
    expect([any.book.state, one.book.state]).toEqual(['live', 'empty'])
    one.update({ ...live, venue: 'binance' })
    expect(one.book.state).toBe('live')
  })

  it('has changed before handlers of lower priority hear of the update', () => {
    const { bus } = setUp()
    const seen: unknown[] = []
    bus.on('market.orderbook_update', () => seen.push(late.bestBid?.[1].toFixed()))
    const late = orderBook(bus, { symbol: 'BTCUSDT', source: 'late' })
    const last = orderBook(bus, { symbol: 'BTCUSDT', source: 'last', priority: 0 })
    bus.on('market.orderbook_update', () => seen.push(last.bestBid?.[1].toFixed()))
    bus.emitSync('market.orderbook_update', live)
    expect(seen).toEqual(['1', '1'])
  })

  describe('quotes', () => {
    it('come with each change of best bid or ask, caused by the update', () => {
      const { update, quotes } = setUp()
      const events = [
        live,
        changed,
        delta('99:7', '', 11, 12),
        delta('100:0', '', 12, 13),
        delta('', '101:4', 13, 14),
      ].map((data) =>
        update({ ...data, venue: 'binance', timestamp: data.timestamp + data.sequence! }),
      )
      const said = quotes().map(({ data, causationId, source }) => {
        const { bidPrice, bidSize, askPrice, askSize, ...rest } = data
        const numbers = [bidPrice, bidSize, askPrice, askSize].map((value) => value.toFixed())
        return [numbers.join(' '), rest, causationId, source]
      })
      const rest = (index: number) => ({
        symbol: 'BTCUSDT',
        venue: 'binance',
        timestamp: events[index]!.data.timestamp,
        sequence: events[index]!.data.sequence,
      })
      expect(said).toEqual([
        ['100 1 101 3', rest(0), events[0]!.id, 'order-book'],
        ['100 5 101 3', rest(1), events[1]!.id, 'order-book'],
        ['99 7 101 3', rest(3), events[3]!.id, 'order-book'],
        ['99 7 101 4', rest(4), events[4]!.id, 'order-book'],
      ])
    })

    it('do not come again for what was said', () => {
      const { update, quotes } = setUp()
      update(live)
      update(snapshot('100.0:1.0 98:1', '101:3', 20))
      expect(quotes()).toHaveLength(1)
      update(snapshot('100:1 98:1', '101:4', 30))
      expect(quotes()).toHaveLength(2)
      update(snapshot('100:1 98:1', '101.5:4', 40))
      expect(quotes()).toHaveLength(3)
      update(snapshot('100.5:1 98:1', '101.5:4', 50))
      expect(quotes()).toHaveLength(4)
    })

    it('need both sides, and no venue or number', () => {
      const { update, quotes } = setUp()
      update(snapshot('100:1', ''))
      update(snapshot('', '101:1'))
      expect(quotes()).toEqual([])
      update(delta('100:1', ''))
      expect(quotes().map(({ data }) => Object.keys(data).toSorted())).toEqual([
        ['askPrice', 'askSize', 'bidPrice', 'bidSize', 'symbol', 'timestamp'],
      ])
    })

    it('do not come of an update that came again', () => {
      const { book, update, emitted } = setUp({ depthIntervalMs: 0 })
      update(live)
      update(changed)
      const count = emitted.length
      update(delta('100:9', '', 10, 11))
      expect([emitted.length, book.stats.repeated]).toEqual([count, 1])
    })

    it('can be turned off', () => {
      const { update, quotes, depths } = setUp({ quotes: false })
      update(live)
      expect([quotes(), depths()].map((list) => list.length)).toEqual([0, 1])
    })
  })

  describe('depth', () => {
    it('comes at once, then at most each interval with all that has come', async () => {
      const { clock, update, depths } = setUp()
      update(live)
      update(changed)
      const last = update(delta('100:6', '', 11, 12))
      expect(depths()).toHaveLength(1)
      await clock.advanceBy(99)
      expect(depths()).toHaveLength(1)
      await clock.advanceBy(1)
      const [first, second] = depths()
      expect(textOf(first!.data.bids)).toBe('100:1 99:2')
      expect(textOf(second!.data.bids)).toBe('100:6 99:2')
      expect(second).toMatchObject({ causationId: last.id, source: 'order-book' })
      expect(second!.data.sequence).toBe(12)
      await clock.advanceBy(1_000)
      expect(depths()).toHaveLength(2)
      expect(clock.pendingTimers).toBe(0)
      update(delta('100:7', '', 12, 13))
      expect(depths()).toHaveLength(3)
    })

    it('comes with each change of its levels, and only of them, without an interval', () => {
      const { update, depths } = setUp({ depthIntervalMs: 0, depth: 2 })
      update(snapshot('100:1 99:2 98:3', '101:3', 1))
      update(delta('98:4', '', 1, 2))
      update(delta('100:1', '', 2, 3))
      update(delta('', '105:1', 3, 4))
      update(delta('99:0', '', 4, 5))
      expect(depths().map(({ data }) => [textOf(data.bids), textOf(data.asks)])).toEqual([
        ['100:1 99:2', '101:3'],
        ['100:1 99:2', '101:3 105:1'],
        ['100:1 98:4', '101:3 105:1'],
      ])
    })

    it('of a book that was lost never comes', async () => {
      const { clock, update, depths, quotes, book } = setUp()
      update(live)
      update(changed)
      update(delta('100:9', '', 12, 13))
      expect(book.state).toBe('waiting')
      update(delta('100:8', '', 13, 14))
      await clock.advanceBy(1_000)
      expect(depths()).toHaveLength(1)
      expect(quotes()).toHaveLength(2)
      update(snapshot('100:5 99:2', '101:3', 12))
      expect(depths()).toHaveLength(2)
      expect(quotes()).toHaveLength(3)
    })

    it('does not come on a bus that was closed meanwhile', async () => {
      const { bus, clock, update, depths } = setUp()
      update(live)
      update(changed)
      await bus.close()
      await clock.advanceBy(1_000)
      expect(depths()).toHaveLength(1)
    })
  })

  describe('snapshots', () => {
    const requested = (options: Partial<OrderBookOptions> = {}) => {
      const reasons: [string, number][] = []
      const context = setUp({
        requestSnapshot: (reason) => {
          reasons.push([reason, context.clock.monotonic() / 1_000])
        },
        ...options,
      })
      return { ...context, reasons }
    }

    it('are requested when deltas come first, and ever less often until one comes', async () => {
      const { clock, update, reasons } = requested()
      update(delta('98:1', '', 9, 12))
      update(delta('98:1', '', 12, 13))
      await clock.advanceBy(36_000)
      // After 5, 10 and 20 s.
      expect(reasons).toEqual([
        ['start', 0],
        ['start', 5],
        ['start', 15],
        ['start', 35],
      ])
      await clock.advanceBy(3 * 60_000)
      // After 40, 60 and 60 s.
      expect(reasons.slice(4).map(([, second]) => second)).toEqual([75, 135, 195])
      update(live)
      await clock.advanceBy(600_000)
      expect(reasons).toHaveLength(7)
      expect(clock.pendingTimers).toBe(0)
    })

    it('are waited for at least as long as the option says', async () => {
      const { clock, update, reasons } = requested({ snapshotRetryMs: 90_000 })
      update(delta('98:1', '', 9, 12))
      await clock.advanceBy(270_000)
      expect(reasons.map(([, second]) => second)).toEqual([0, 90, 180, 270])
    })

    it('are requested after a gap, with a warning', () => {
      const { update, reasons, warnings, book } = requested()
      update(live)
      update(changed)
      const cause = update(delta('100:9', '', 12, 13, { venue: 'binance' }))
      expect(reasons).toEqual([['gap', 0]])
      expect(warnings()).toHaveLength(1)
      expect(warnings()[0]).toMatchObject({
        causationId: cause.id,
        data: {
          venue: 'binance',
          code: 'order_book_gap',
          message: 'The order book of BTCUSDT: updates are missing: it waits for a snapshot',
          details: { symbol: 'BTCUSDT', expected: 11, found: 12 },
        },
      })
      update(snapshot('100:5', '101:3', 12))
      expect(book.state).toBe('live')
      expect(textOf(book.bids())).toBe('100:9')
    })

    it('are not requested at once again when nothing followed the last one', async () => {
      const { clock, update, reasons } = requested()
      update(delta('98:1', '', 9, 12))
      update(snapshot('100:1', '101:1', 20))
      update(delta('98:1', '', 25, 26))
      expect(reasons).toEqual([['start', 0]])
      await clock.advanceBy(5_000)
      expect(reasons).toEqual([
        ['start', 0],
        ['gap', 5],
      ])
      update(snapshot('100:1', '101:1', 25))
      update(delta('98:1', '', 30, 31))
      expect(reasons.slice(2)).toEqual([['gap', 5]])
    })

    it('that are too old are refused, with a warning, and the next one is waited for', async () => {
      const { clock, update, reasons, warnings, book } = requested()
      update(delta('98:1', '', 9, 12))
      update(snapshot('100:1', '101:1', 5))
      expect(book.state).toBe('waiting')
      expect(warnings().map(({ data }) => [data.code, data.details])).toEqual([
        ['order_book_outdated_snapshot', { symbol: 'BTCUSDT', expected: 5, found: 9 }],
      ])
      await clock.advanceBy(5_000)
      expect(reasons).toHaveLength(2)
    })

    it('that cannot be had are warned of, and requested again', async () => {
      const failing = [
        () => {
          throw new Error('no socket')
        },
        () => Promise.reject(new Error('503')),
        () => Promise.resolve('asked'),
      ]
      const { clock, update, warnings } = setUp({ requestSnapshot: () => failing.shift()?.() })
      update(delta('98:1', '', 9, 12))
      await clock.advanceBy(20_000)
      expect(warnings().map(({ data }) => [data.message, data.code, data.details])).toEqual([
        [
          'The order book of BTCUSDT: requestSnapshot failed: Error: no socket',
          'order_book_request_failed',
          { symbol: 'BTCUSDT', reason: 'start' },
        ],
        [
          'The order book of BTCUSDT: requestSnapshot failed: Error: 503',
          'order_book_request_failed',
          { symbol: 'BTCUSDT', reason: 'start' },
        ],
      ])
      expect(failing).toEqual([])
    })

    it('that cannot be had before any update are warned of without a cause', () => {
      const { book, warnings } = setUp({
        requestSnapshot: () => {
          throw new Error('no socket')
        },
      })
      book.resync()
      expect(warnings().map(({ data, causationId }) => [data.venue, causationId])).toEqual([
        [undefined, undefined],
      ])
    })

    it('are waited for without a request where none can be made', async () => {
      const { clock, update, book, warnings } = setUp()
      update(live)
      update(delta('100:9', '', 12, 13))
      expect(clock.pendingTimers).toBe(0)
      expect(warnings()).toHaveLength(1)
      book.resync()
      update(live)
      expect(book.state).toBe('live')
    })

    it('are warned of once when too many deltas wait for one', () => {
      const { update, warnings, book } = setUp({ bufferCapacity: 2 })
      for (let number = 1; number <= 6; number += 1) update(delta('98:1', '', number - 1, number))
      expect(warnings().map(({ data }) => [data.code, data.details])).toEqual([
        ['order_book_overflow', { symbol: 'BTCUSDT' }],
      ])
      expect(book.stats.overflowed).toBe(4)
    })

    it('may be emitted by who is asked', () => {
      const context = setUp({
        requestSnapshot: () => context.update(snapshot('100:1', '101:1', 11)),
      })
      context.update(delta('98:1', '', 9, 12))
      expect(context.book.state).toBe('live')
      expect(textOf(context.book.bids())).toBe('100:1 98:1')
    })

    it('are requested by resync, at once, and the book is forgotten', async () => {
      const { clock, update, reasons, book, depths } = requested()
      book.resync()
      expect([book.state, reasons]).toEqual(['waiting', [['resync', 0]]])
      update(live)
      update(changed)
      book.resync()
      expect(book.bestBid).toBeUndefined()
      await clock.advanceBy(4_000)
      expect(reasons).toHaveLength(2)
      expect(depths()).toHaveLength(1)
    })
  })

  describe('checksums', () => {
    const checksum: OrderBookOptions['checksum'] = {
      of: (book) => book.bids().length * 100 + book.asks().length,
      in: ({ metadata }) => metadata?.['levels'] as number | undefined,
    }

    it('that differ are warned of, and a snapshot is requested', () => {
      const reasons: string[] = []
      const { update, book, warnings, depths } = setUp({
        checksum,
        depthIntervalMs: 0,
        requestSnapshot: (reason) => reasons.push(reason),
      })
      update(live, { levels: 201 })
      update(delta('', '102:1', 10, 11), { levels: 202 })
      update(delta('', '103:1', 11, 12))
      expect(book.state).toBe('live')
      update(delta('', '104:1', 12, 13), { levels: 205 })
      expect([book.state, reasons, depths().length]).toEqual(['waiting', ['checksum'], 3])
      expect(warnings().map(({ data }) => [data.code, data.details])).toEqual([
        ['order_book_checksum', { symbol: 'BTCUSDT', expected: 205, found: 204 }],
      ])
      expect(book.stats.checksumFailures).toBe(1)
    })
  })

  describe('close', () => {
    it('takes its subscription and its timers away', async () => {
      const { bus, clock, book, update, emitted } = setUp({ requestSnapshot: () => undefined })
      const before = bus.handlerCount()
      update(live)
      update(changed)
      update(delta('100:9', '', 12, 13))
      expect(clock.pendingTimers).toBe(1)
      book.close()
      book.close()
      expect([bus.handlerCount(), clock.pendingTimers]).toEqual([before - 1, 0])
      const count = emitted.length
      update(live)
      book.resync()
      await clock.advanceBy(60_000)
      expect(emitted).toHaveLength(count)
    })

    it('works with using, and from inside a request', async () => {
      const clock = new SimulatedClock({ start: 1 })
      const bus = createBus({ clock, onError: (error) => expect.fail(String(error)) })
      const heard: string[] = []
      bus.on('system.warning', ({ data }) => heard.push(data.code))
      {
        using book = orderBook(bus, {
          symbol: 'BTCUSDT',
          requestSnapshot: () => {
            book.close()
            return Promise.reject(new Error('too late'))
          },
        })
        bus.emitSync('market.orderbook_update', changed)
      }
      await bus.idle()
      expect([heard, clock.pendingTimers, bus.handlerCount()]).toEqual([[], 0, 1])
    })

    it('of the bus ends its requests', async () => {
      let requests = 0
      const refuse: (() => void)[] = []
      const { bus, clock, update, warnings } = setUp({
        requestSnapshot: () => {
          requests += 1
          return new Promise((_, reject) => {
            refuse.push(() => reject(new Error('closed')))
          })
        },
      })
      update(delta('98:1', '', 9, 12))
      await bus.close()
      refuse[0]!()
      await clock.advanceBy(600_000)
      expect([requests, clock.pendingTimers, warnings().length]).toEqual([1, 0, 0])
    })
  })

  it('refuses options that cannot work', async () => {
    const bus = createBus()
    const wrong: unknown[] = [
      undefined,
      {},
      { symbol: '' },
      { symbol: 'X', venue: '' },
      { symbol: 'X', depth: 0 },
      { symbol: 'X', depthIntervalMs: -1 },
      { symbol: 'X', quotes: 1 },
      { symbol: 'X', requestSnapshot: 'rest' },
      { symbol: 'X', snapshotRetryMs: 0 },
      { symbol: 'X', bufferCapacity: 0 },
      { symbol: 'X', checksum: { of: () => 1 } },
      { symbol: 'X', checksum: { of: () => 1, in: 'metadata' } },
      { symbol: 'X', checksum: { of: 1, in: () => 1, at: 1 } },
      { symbol: 'X', source: '' },
      { symbol: 'X', priority: -1 },
      { symbol: 'X', levels: 5 },
    ]
    for (const options of wrong) {
      expect(() => orderBook(bus, options as OrderBookOptions)).toThrow(ConfigurationError)
    }
    expect(bus.handlerCount()).toBe(0)
    await bus.close()
    expect(() => orderBook(bus, { symbol: 'X' })).toThrow(BusClosedError)
  })
})
