import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { binanceCapture } from '../../src/backtest/binance-capture.ts'
import { createPlayer } from '../../src/backtest/create-player.ts'
import { replaySession } from '../../src/backtest/replay-session.ts'
import type { Strategy } from '../../src/backtest/strategy.ts'
import { createBus } from '../../src/bus/bus.ts'
import { paperBroker } from '../../src/desk/paper-broker.ts'
import type { EventLog } from '../../src/log/event-log.ts'
import { memoryLog } from '../../src/log/open-store.ts'
import { record } from '../../src/log/record.ts'
import { SimulatedClock } from '../../src/time/simulated-clock.ts'
import { captureFile } from '../support/capture.ts'
import { linesOf, recorded } from './replay-support.ts'

const file = captureFile()
const messages = 20_000

/** The first messages of the capture. */
async function* capture() {
  let count = 0
  for await (const item of binanceCapture(file!)) {
    if (count === messages) return
    count += 1
    yield item
  }
}

/** Joins the best bid now and then, and lets go of it. */
const joining: Strategy = ({ bus, orders, positions }) => {
  let quotes = 0
  bus.on('market.quote_update', (event) => {
    quotes += 1
    if (quotes % 500 !== 0) return
    const { symbol, bidPrice } = event.data
    orders.cancelAll(symbol, { cause: event })
    if (positions.quantity(symbol).isZero()) {
      orders.buy(symbol, '0.01', { price: bidPrice, cause: event })
    } else orders.closePosition(symbol, { cause: event })
  })
}

async function hashOf(log: EventLog): Promise<string> {
  const hash = createHash('sha256')
  for (const line of await linesOf(log)) hash.update(line)
  return hash.digest('hex')
}

describe.skipIf(file === undefined)('a recorded session of the Binance capture', () => {
  it('is played again with the same hash, and replayed with the same orders', async () => {
    const log = await recorded({
      sources: [capture()],
      strategy: joining,
      desk: { broker: paperBroker({ latencyMs: 12 }) },
    })
    const clock = new SimulatedClock({ start: (await log.stats()).firstTimestamp! })
    const bus = createBus({ clock, history: 0 })
    const again = memoryLog()
    const recording = record(bus, again, { capacity: 1_000_000 })
    await using player = createPlayer(bus, log)
    player.play()
    const { played } = await player.finished
    await recording.stop()
    expect(played).toBeGreaterThan(messages)

    expect(await hashOf(again)).toBe(await hashOf(log))

    const report = await replaySession(log, { strategy: joining })
    expect(report.message).toBe(`All ${report.compared} events that were compared are the same.`)
    expect(report.events).toBe(played)
    expect(report.compared).toBeGreaterThan(60)
  }, 120_000)
})
