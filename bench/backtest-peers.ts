import assert from 'node:assert/strict'
import { createRequire, Module } from 'node:module'
import { dirname, join } from 'node:path'
import { barMs, type FloatBar, isEntry, isExit, type Outcome, seenAt } from './backtest-work.ts'

const require = createRequire(import.meta.url)

/** A backtest that is ready to run; what it has traded is asked for outside of the time. */
export interface PeerSide {
  run(): Promise<() => Outcome> | (() => Outcome)
}

type Rule = (act: () => void, given: { readonly bar: FloatBar }) => void

/** What is used of it. */
interface Grademark {
  backtest(
    strategy: { readonly entryRule: Rule; readonly exitRule: Rule },
    bars: unknown,
  ): readonly { readonly entryPrice: number; readonly exitPrice: number }[]
}

/** Its rules are asked only while they may act, so the count goes by the time of the bar. */
const entryRule: Rule = (enter, { bar }) => {
  if (isEntry(seenAt(bar.time.getTime()))) enter()
}
const exitRule: Rule = (exit, { bar }) => {
  if (isExit(seenAt(bar.time.getTime()))) exit()
}

/** grademark: a loop over floats with rules, which makes a list of trades. */
export function grademarkSide(bars: readonly FloatBar[]): PeerSide {
  const { backtest } = require('grademark') as Grademark
  const { DataFrame } = require('data-forge') as { DataFrame: new (rows: unknown) => unknown }
  const frame = new DataFrame(bars)
  return {
    run() {
      const trades = backtest({ entryRule, exitRule }, frame)
      return () => ({
        entries: trades.map(({ entryPrice }) => entryPrice),
        exits: trades.map(({ exitPrice }) => exitPrice),
      })
    },
  }
}

interface Candle {
  readonly symbol: string
  readonly interval: string
  readonly openTime: number
  readonly closeTime: number
  readonly open: number
}

interface FrameworkOrder {
  readonly type: 'buy' | 'sell'
  readonly price: number
}

/** What is used of it. */
interface Framework {
  run(options: object): Promise<{
    readonly allOrders: readonly FrameworkOrder[]
    readonly allWorths: readonly unknown[]
  }>
}

interface Called {
  readonly currentCandle: Candle
  buy(order: { readonly price: number; readonly baseAmount: number }): Promise<void>
  sell(order: { readonly price: number }): Promise<void>
}

/**
 * Called by @backtest/framework with each bar, which it loads by its exported name. By itself it fills at the close of the bar that
 * has decided; here it is told the open of the one after that, as all others fill.
 */
export async function runStrategy({ currentCandle, buy, sell }: Called): Promise<void> {
  const decided = seenAt(currentCandle.closeTime) - 1
  const price = currentCandle.open
  if (decided > 0 && isEntry(decided)) await buy({ price, baseAmount: 1 })
  else if (isExit(decided)) await sell({ price })
}

/** @backtest/framework: one account in floats, its worth at each bar, drawdown. Undefined if it is not installed. */
export function frameworkSide(bars: readonly FloatBar[]): PeerSide | undefined {
  const helpers = helpersFolder()
  if (helpers === undefined) return undefined
  const candles = bars.map(({ time, ...prices }): Candle => ({
    symbol: 'BTCUSDT',
    interval: '1m',
    openTime: time.getTime() - barMs,
    closeTime: time.getTime(),
    ...prices,
  }))
  // It keeps bars in a database, and strategies in a folder. Both are given to it from here, so that no time is its database's.
  pretend(join(helpers, 'prisma-historical-data.js'), {
    getCandles: async () => ({ candles, metaCandles: [{ symbol: 'BTCUSDT', interval: '1m' }] }),
  })
  pretend(join(helpers, 'strategies.js'), { getStrategy: () => import.meta.filename })
  const { run } = require(join(helpers, 'run-strategy.js')) as Framework
  const options = {
    strategyName: 'bench',
    historicalData: ['bench'],
    supportHistoricalData: [],
    startingAmount: 1_000_000,
    startTime: candles[0]!.openTime,
    endTime: candles.at(-1)!.closeTime,
    params: {},
    percentFee: 0,
    percentSlippage: 0,
  }
  return {
    async run() {
      const { allOrders, allWorths } = await run(options)
      return () => {
        assert.equal(allWorths.length, candles.length, 'bars that it has seen')
        return { entries: pricesOf('buy', allOrders), exits: pricesOf('sell', allOrders) }
      }
    },
  }
}

function pricesOf(wanted: FrameworkOrder['type'], orders: readonly FrameworkOrder[]): number[] {
  return orders.flatMap(({ type, price }) => (type === wanted ? [price] : []))
}

function helpersFolder(): string | undefined {
  const name = '@backtest/framework'
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), 'dist/src/helpers')
  } catch {
    console.error(`SKIPPED: ${name} is not installed, so it has no row.`)
    return undefined
  }
}

/** Lets a module of a package be what is given here. */
function pretend(path: string, exports: object): void {
  const module = new Module(path)
  module.exports = exports
  module.loaded = true
  require.cache[path] = module
}
