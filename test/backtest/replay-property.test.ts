import { describe, expect, it } from 'vitest'
import { replaySession } from '../../src/backtest/replay-session.ts'
import type { Strategy } from '../../src/backtest/strategy.ts'
import { paperBroker } from '../../src/desk/paper-broker.ts'
import type { OrderTerms } from '../../src/desk/orders.ts'
import { seededRandom } from '../../src/time/random.ts'
import { bars, recorded } from './replay-support.ts'

const firstSeed = Number(process.env['TRADEWIRE_SEED'] ?? 1)
const runs = Number(process.env['TRADEWIRE_RUNS'] ?? 30)

type Random = () => number

function pick<const Value>(random: Random, values: readonly Value[]): Value {
  return values[Math.floor(random() * values.length)]!
}

/** Terms of an order near a price. */
function termsNear(random: Random, price: number): OrderTerms {
  const [near, far] = [price + random() * 4 - 2, price + random() * 8 - 4]
  const orderType = pick(random, ['market', 'limit', 'stop', 'stop_limit'])
  return {
    symbol: 'SPX',
    side: pick(random, ['buy', 'sell']),
    quantity: String(1 + Math.floor(random() * 9)),
    orderType,
    timeInForce: pick(random, ['gtc', 'ioc', 'day']),
    ...(orderType.includes('limit') && { price: near.toFixed(2) }),
    ...(orderType.includes('stop') && { triggerPrice: far.toFixed(2) }),
  }
}

/** Does at random what strategies do: on bars, on answers, later, and after waiting. */
function erratic(seed: number): Strategy {
  return ({ bus, clock, orders, positions }) => {
    const random = seededRandom(seed)
    let price = 100
    bus.on('market.new_bar', async (event) => {
      price = event.data.close.toNumber()
      for (let count = Math.floor(random() * 3); count > 0; count -= 1) {
        orders.submit(termsNear(random, price), { cause: event })
      }
      if (random() < 0.2) orders.cancelAll('SPX', { cause: event })
      if (random() < 0.1) orders.closePosition('SPX', { cause: event })
      if (random() < 0.1) {
        clock.setTimer(1 + random() * 100_000, () => {
          orders.submit(termsNear(random, price))
        })
      }
      if (random() < 0.2) {
        await Promise.resolve()
        orders.submit(termsNear(random, price), { cause: event })
      }
      if (random() < 0.1) {
        await clock.sleep(random() * 100_000)
        orders.submit(termsNear(random, price), { cause: event })
      }
    })
    bus.on('order.*', (event) => {
      const { orderId } = event.data
      if (event.type === 'order.submitted' || random() < 0.8) return
      if (random() < 0.3) orders.cancel(orderId, { cause: event })
      else if (random() < 0.5) orders.modify(orderId, { quantity: '4' }, { cause: event })
      else if (positions.quantity('SPX').abs().lt(50)) {
        orders.submit(termsNear(random, price), { cause: event })
      }
    })
  }
}

async function check(seed: number): Promise<number> {
  const random = seededRandom(seed + 0.5)
  const latencyMs = pick(random, [0, 20, { min: 0, max: 400 }, { min: 10_000, max: 200_000 }])
  const faults = {
    seed,
    rejectRate: 0.1,
    duplicateFillRate: 0.1,
    partialFillRate: 0.3,
    fillBeforePlacedRate: 0.1,
    fillAfterCancelRate: 0.2,
  }
  const desk = {
    risk: { maxOrderSize: '8', maxPosition: '30' },
    protection: { stopLoss: { percent: 3 } },
  } as unknown as { readonly risk: object; readonly protection: object }
  const strategy = erratic(seed)
  const log = await recorded({
    sources: [bars(60)],
    strategy,
    onFailure: 'continue',
    desk: { ...desk, broker: paperBroker({ latencyMs, seed, barParticipation: '0.001', faults }) },
  })
  const report = await replaySession(log, { strategy, desk })
  expect(report.divergence?.message).toBeUndefined()
  const { events } = await log.stats()
  expect(report.events).toBe(events)
  expect(report.inputs + report.compared).toBe(events)
  return report.compared
}

describe('replaySession', () => {
  it(`finds no difference in ${runs} sessions of a strategy that does anything, at a venue with faults`, async () => {
    let compared = 0
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      try {
        compared += await check(seed)
      } catch (error) {
        console.log(`TRADEWIRE_SEED=${seed} TRADEWIRE_RUNS=1 replays it`)
        throw error
      }
    }
    expect(compared).toBeGreaterThan(runs * 100)
  }, 600_000)
})
