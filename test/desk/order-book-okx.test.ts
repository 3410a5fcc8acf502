import { crc32 } from 'node:zlib'
import { ConfigurationError, createBus, Decimal, SimulatedClock } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { okxChecksum } from '../../src/desk/okx-checksum.ts'
import { orderBook } from '../../src/desk/order-book.ts'
import { OrderBookState } from '../../src/desk/order-book-state.ts'
import { okxCaptureFile, readOkxBooks } from '../support/okx-capture.ts'
import { levels, setUp, snapshot } from './order-book-support.ts'

const capture = okxCaptureFile()
const view = (bids: string, asks: string) => ({
  bids: (count?: number) => levels(bids).slice(0, count),
  asks: (count?: number) => levels(asks).slice(0, count),
})

describe('okxChecksum', () => {
  it('is that of the documentation', () => {
    // https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel, as its examples join them.
    const { of } = okxChecksum()
    const even = view('3366.1:7 3366:6 3365:9', '3366.8:9 3368:8 3372:8')
    expect(of(even)).toBe(crc32('3366.1:7:3366.8:9:3366:6:3368:8:3365:9:3372:8') | 0)
    const uneven = view('3366.1:7', '3366.8:9 3368:8 3372:8')
    expect(of(uneven)).toBe(crc32('3366.1:7:3366.8:9:3368:8:3372:8') | 0)
    const other = view('3366.1:7 3366:6', '')
    expect(of(other)).toBe(crc32('3366.1:7:3366:6') | 0)
    expect(of(view('', ''))).toBe(0)
  })

  it('is signed', () => {
    // Of eight checksums some have the first bit set, which is the sign.
    const found = [1, 2, 3, 4, 5, 6, 7, 8].map((size) => okxChecksum().of(view(`1:${size}`, '')))
    expect(found.some((number) => number < 0)).toBe(true)
    expect(found.every((number) => (number | 0) === number)).toBe(true)
  })

  it('has 25 levels of a side', () => {
    const line = (count: number): string =>
      Array.from({ length: count }, (_, index) => `${100 - index}:1`).join(' ')
    const { of } = okxChecksum()
    expect(of(view(line(26), ''))).toBe(of(view(line(25), '')))
    expect(of(view(line(25), ''))).not.toBe(of(view(line(24), '')))
  })

  it('spells numbers with the places that it is told', () => {
    const { of } = okxChecksum({ priceDecimals: 1, sizeDecimals: 3 })
    expect(of(view('30000.0:2', '30000.5:0.25'))).toBe(crc32('30000.0:2.000:30000.5:0.250') | 0)
    const plain = okxChecksum()
    expect(plain.of(view('0.00000012:1', ''))).toBe(crc32('0.00000012:1') | 0)
  })

  it('is looked for in the metadata', () => {
    const { update, book } = setUp({ checksum: okxChecksum() })
    update(snapshot('3366.1:7', '3366.8:9'), { checksum: 'none' })
    update(snapshot('3366.1:7', '3366.8:9'), { matchedAt: 5 })
    update(snapshot('3366.1:7', '3366.8:9'))
    expect(book.state).toBe('live')
    update(snapshot('3366.1:7', '3366.8:9'), { checksum: 1 })
    expect(book.state).toBe('waiting')
  })

  it('counts as none where the venue says 0, as it has announced', () => {
    const { update, book } = setUp({ checksum: okxChecksum() })
    update(snapshot('3366.1:7', '3366.8:9'), { checksum: 0 })
    expect([book.state, book.stats.checksumFailures]).toEqual(['live', 0])
  })

  it('refuses places that cannot be', () => {
    for (const options of [{ priceDecimals: -1 }, { sizeDecimals: 0.5 }, { places: 2 }]) {
      expect(() => okxChecksum(options)).toThrow(ConfigurationError)
    }
  })
})

describe.runIf(capture !== undefined)('okxChecksum of the OKX capture', () => {
  it('is the one that the venue has sent, for every update', () => {
    const { lines, books } = readOkxBooks(capture!)
    expect([lines, books.length]).toEqual([414, 290])
    const bus = createBus({
      clock: new SimulatedClock(),
      onError: (error) => expect.fail(String(error)),
    })
    const symbols = ['BTC-USD-220527', 'UNI-USD-SWAP', 'BTC-USDT']
    const kept = symbols.map((symbol) => orderBook(bus, { symbol, checksum: okxChecksum() }))
    bus.on('system.*', ({ type }) => expect.fail(type))
    for (const { data, checksum } of books) {
      bus.emitSync('market.orderbook_update', data, { metadata: { checksum } })
    }
    expect(kept.map(({ state }) => state)).toEqual(['live', 'live', 'live'])
    const sums = kept.map(({ stats }) => [stats.snapshots, stats.deltas, stats.checksumFailures])
    expect(sums.map(([snapshots]) => snapshots)).toEqual([1, 1, 1])
    expect(sums.reduce((sum, [, deltas]) => sum + deltas!, 0)).toBe(287)
    expect(sums.map(([, , failures]) => failures)).toEqual([0, 0, 0])
  })

  it('finds a size that was changed by one unit of its last place, wherever it is', () => {
    const { books } = readOkxBooks(capture!)
    const mine = books.filter(({ data }) => data.symbol === 'BTC-USDT')
    const [first] = mine
    for (const side of ['bids', 'asks'] as const) {
      for (const rank of [0, 7, 24]) {
        const book = new OrderBookState({ checksumOf: (view) => okxChecksum().of(view) })
        const flipped = first!.data[side].map((level, index) =>
          index === rank ? ([level[0], level[1].plus(new Decimal('0.00000001'))] as const) : level,
        )
        expect(book.apply({ ...first!.data, [side]: flipped }, first!.checksum)).toBe('checksum')
        // The venue's own snapshot is right again, and all that follows it.
        for (const { data, checksum } of mine) {
          expect(book.apply(data, checksum)).toBe('applied')
        }
      }
    }
  })
})
