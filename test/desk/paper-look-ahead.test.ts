import { describe, expect, it } from 'vitest'
import type { NewBar } from '../../src/events/market.ts'
import type { TradingEvent } from '../../src/events/trading-events.ts'
import { Choice } from '../property/choice.ts'
import { minute, runVenue } from './paper-venue-run.ts'

const seed = Number(globalThis.process.env['TRADEWIRE_SEED'] ?? 20_260_105)

/** A random walk with gaps between bars. */
function nextBar(choice: Choice, from: number): { ohlc: string; close: number } {
  const open = from + (choice.chance(3) ? choice.below(21) - 10 : 0)
  const close = open + choice.below(41) - 20
  const high = Math.max(open, close) + choice.below(15)
  const low = Math.min(open, close) - choice.below(15)
  return { ohlc: [open, high, low, close].join(' '), close }
}

/**
 * Lets an oracle play: at each close it asks for the best prices of the very bar that has closed, in every
 * way it can. Returns what was filled, and by which bar.
 */
async function playOracle(
  bars: number,
  latencyMs: number,
): Promise<{ fills: [TradingEvent, NewBar][]; decidedAt: Map<string, number> }> {
  const choice = new Choice(seed)
  const { bus, bar, submit, cancel, clock, said } = runVenue({ latencyMs, limitFill: 'touch' })
  const fills: [TradingEvent, NewBar][] = []
  const decidedAt = new Map<string, number>()
  let current: NewBar | undefined
  let count = 0
  bus.on(['order.filled', 'order.partial_fill'], (event) => {
    fills.push([event, current!])
  })
  const decide = (order: Parameters<typeof submit>[0]): void => {
    count += 1
    const orderId = `d${count}`
    decidedAt.set(orderId, clock.now())
    submit({ ...order, orderId })
    // Some stay for as long as it takes.
    if (!choice.chance(4)) cancel(`d${count - 8}`)
  }
  bus.on('market.new_bar', ({ data: { low, high, close } }) => {
    const [bottom, top] = [low.toFixed(), high.toFixed()]
    decide({})
    decide({ side: 'sell', timeInForce: 'ioc' })
    decide({ orderType: 'limit', price: bottom })
    decide({ orderType: 'limit', price: top, side: 'sell' })
    decide({ orderType: 'stop', triggerPrice: top })
    decide({ orderType: 'stop', triggerPrice: bottom, side: 'sell' })
    decide({ orderType: 'stop_limit', triggerPrice: top, price: bottom })
    decide({ orderType: 'trailing_stop', triggerPrice: close.minus(3).toFixed(), side: 'sell' })
  })
  let price = 1_000
  for (let index = 0; index < bars; index += 1) {
    const { ohlc, close } = nextBar(choice, price)
    price = close
    const [open, high, low] = ohlc.split(' ').map(Number)
    current = { open, high, low, openTime: clock.now() } as unknown as NewBar
    await bar(ohlc)
  }
  said()
  return { fills, decidedAt }
}

describe('paperBroker and an oracle', () => {
  it.each([0, 20])(
    'never fills in the bar that was decided on, with a latency of %i ms',
    async (latencyMs) => {
      const { fills, decidedAt } = await playOracle(1_000, latencyMs)
      expect(fills.length, `seed ${seed}`).toBeGreaterThan(1_500)
      for (const [{ type, data }, bar] of fills) {
        if (type !== 'order.filled') throw new Error(`seed ${seed}: ${type}`)
        const arrived = decidedAt.get(data.orderId)! + latencyMs
        // The bar began when the order was there, and the fill lies in the bar.
        if (bar.openTime < arrived) throw new Error(`seed ${seed}: ${data.orderId} saw too much`)
        expect(data.timestamp === bar.openTime || data.timestamp === bar.openTime + minute).toBe(
          true,
        )
        const price = Number(data.lastPrice)
        if (price < Number(bar.low) || price > Number(bar.high)) {
          throw new Error(`seed ${seed}: ${data.orderId} at ${price}, outside of the bar`)
        }
      }
    },
  )
})
