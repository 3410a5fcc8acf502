import { type Bus, createBus, SystemClock, type TradingEvent } from 'tradewire'
import { runBacktest, type SourceEvent, type Strategy } from 'tradewire/backtest'
import { type DeskOptions, paperBroker, startDesk } from 'tradewire/desk'
import { describe, expect, it } from 'vitest'
import { Choice } from '../property/choice.ts'
import { d } from './run-support.ts'

const minute = 60_000

/** Bars, quotes and trades of one symbol, from tomorrow on: a live order comes before the bar that fills it. */
function marketOf(choice: Choice, from: number): SourceEvent[] {
  let price = 1_000
  return Array.from({ length: 600 }, (_, index): SourceEvent => {
    const symbol = 'SPX'
    const openTime = from + index * minute
    const timestamp = openTime + minute
    const open = price
    price = Math.max(500, price + choice.below(21) - 10)
    if (choice.chance(3)) {
      const sizes = { bidSize: d(1 + choice.below(9)), askSize: d(1 + choice.below(9)) }
      const prices = { bidPrice: d(price - 1), askPrice: d(price + 1) }
      return { type: 'market.quote_update', data: { symbol, timestamp, ...prices, ...sizes } }
    }
    if (choice.chance(2)) {
      const trade = { price: d(price), size: d(1 + choice.below(20)) }
      const data = { symbol, timestamp, ...trade, aggressorSide: 'none' } as const
      return { type: 'market.trade_tick', data }
    }
    const [low, high] = [Math.min(open, price) - choice.below(5), Math.max(open, price) + 3]
    const prices = { open: d(open), high: d(high), low: d(low), close: d(price), volume: d(50) }
    return {
      type: 'market.new_bar',
      data: { symbol, timeframe: '1m', openTime, timestamp, ...prices },
    }
  })
}

/** Gives orders of all kinds, and changes its mind. It chooses by its own count alone. */
function restless(seed: number): Strategy {
  return ({ bus, orders }) => {
    const choice = new Choice(seed)
    let count = 0
    let last = 1_000
    const order = (): void => {
      count += 1
      const near = (): string => String(last + choice.below(15) - 7)
      const orderId = `o${count}`
      const side = choice.of(['buy', 'sell'])
      const quantity = `${1 + choice.below(5)}.5`
      orders.submit({
        orderId,
        symbol: 'SPX',
        side,
        quantity,
        strategyId: 'restless',
        ...(choice.chance(2) && { price: near() }),
        ...(choice.chance(3) && { triggerPrice: near() }),
        ...(choice.chance(4) && { timeInForce: choice.of(['ioc', 'fok']) }),
        ...(choice.chance(4) && { reduceOnly: true }),
      })
    }
    bus.on('market.*', (event) => {
      if (event.type === 'market.new_bar') last = event.data.close.toNumber()
      if (event.type === 'market.trade_tick') last = event.data.price.toNumber()
      if (choice.chance(3)) order()
      if (choice.chance(6)) orders.cancel(`o${count}`)
      if (choice.chance(6)) orders.modify(`o${count}`, { price: String(last) })
    })
    bus.on('order.filled', (event) => {
      if (choice.chance(4)) orders.closePosition(event.data.symbol, { cause: event, price: '1' })
    })
  }
}

/** What an event of an order or a position says, but for times and ids of the venue. */
function lineOf({ type, data, source }: TradingEvent): string {
  const facts = Object.entries(data).filter(
    ([name]) => !/At$|timestamp|Id$|expireTime/.test(name) || name === 'orderId',
  )
  return `${source} ${type} ${JSON.stringify(Object.fromEntries(facts))}`
}

function listen(bus: Bus, lines: string[]): void {
  bus.on(['order.*', 'risk.*', 'position.*'], (event) => {
    // How often a value is told follows the clock.
    if (event.type !== 'position.pnl_update') lines.push(lineOf(event).replaceAll('r-o', ''))
  })
}

const desk = (): DeskOptions => ({
  broker: paperBroker({ fees: { maker: '0', taker: '0.001' }, slippage: { bps: '2' } }),
  positions: { initialCash: d(100_000) },
  risk: { maxPosition: '12', maxOrderSize: '5' },
})

describe('a strategy', () => {
  it.each([1, 2, 3, 4, 5])(
    'gives the same orders on a live bus as in a backtest, choosing by the seed %i',
    async (seed) => {
      const market = marketOf(new Choice(seed), new SystemClock().now() + 86_400_000)
      const tested: string[] = []
      const result = await runBacktest({
        sources: [market],
        run: 'r',
        progress: false,
        desk: desk(),
        strategy: [(own) => listen(own.bus, tested), restless(seed)],
      })

      const live: string[] = []
      await using bus = createBus({ run: 'r', clock: new SystemClock() })
      await using own = startDesk(bus, desk())
      listen(bus, live)
      await restless(seed)(own)
      for (const { type, data } of market) bus.emitSync(type as never, data as never)
      await bus.idle()

      expect(live).toEqual(tested)
      expect(live.filter((line) => line.includes('order.filled')).length).toBeGreaterThan(50)
      expect(own.positions.cash).toEqual(result.desk.positions.cash)
    },
  )
})
