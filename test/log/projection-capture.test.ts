import { Decimal } from 'tradewire'
import { expect, it } from 'vitest'
import { project, stateAt } from '../../src/log/projection.ts'
import { captureFile, readQuotes } from '../support/capture.ts'
import { noted } from '../support/consumed.ts'

const file = captureFile()
const most = 20_000

/** What the spread was in all, and how many quotes there were, by symbol. */
const spreads = {
  name: 'spreads',
  pattern: 'market.quote_update',
  initial: () => new Map<string, { count: number; sum: Decimal }>(),
  reduce: (
    state: Map<string, { count: number; sum: Decimal }>,
    { data }: { data: { symbol: string; askPrice: Decimal; bidPrice: Decimal } },
  ) => {
    const { count, sum } = state.get(data.symbol) ?? { count: 0, sum: new Decimal(0) }
    const spread = data.askPrice.minus(data.bidPrice)
    return state.set(data.symbol, { count: count + 1, sum: sum.plus(spread) })
  },
} as const

it.skipIf(file === undefined)('projections and consumers of real quotes are exact', async () => {
  const { log, maker } = await noted()
  const quotes = readQuotes(file!).slice(0, most)
  const sum = quotes.reduce(
    (total, { askPrice, bidPrice }) => total.plus(askPrice).minus(bidPrice),
    new Decimal(0),
  )
  const consumed: number[] = []
  let total = new Decimal(0)
  const consumer = await log.consume(
    'spreads',
    ({ data }, { position }) => {
      consumed.push(position)
      total = total.plus(data.askPrice).minus(data.bidPrice)
    },
    { pattern: 'market.quote_update' },
  )
  for (let from = 0; from < quotes.length; from += 1_000) {
    const events = quotes.slice(from, from + 1_000).map((quote) => {
      return maker.bus.emitSync('market.quote_update', quote)
    })
    await log.append(events, { durability: 'each' })
    await maker.clock.advanceBy(1_000)
  }
  await consumer.caughtUp()
  expect(consumed).toEqual(quotes.map((_, index) => index + 1))
  expect(total).toEqual(sum)
  const whole = new Map([['BTCUSDT', { count: most, sum }]])
  expect(await project(log, spreads, { snapshotEvery: 3_000 })).toEqual(whole)
  expect(await log.snapshots.list('spreads@1')).toEqual([
    3_000, 6_000, 9_000, 12_000, 15_000, 18_000, 20_000,
  ])
  expect(await project(log, spreads)).toEqual(whole)
  // The maker's clock began at 1,000 and made 1,000 events each second.
  const early = await stateAt(log, spreads, 10_500)
  expect(early).toEqual(await project(log, { ...spreads, name: 'other' }, { through: 10_000 }))
})
