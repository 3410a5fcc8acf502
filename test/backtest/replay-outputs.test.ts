import { describe, expect, it } from 'vitest'
import { createBus } from '../../src/bus/bus.ts'
import { replaySession } from '../../src/backtest/replay-session.ts'
import type { ReplayOptions } from '../../src/backtest/replay-options.ts'
import type { Strategy } from '../../src/backtest/strategy.ts'
import { type Desk, startDesk } from '../../src/desk/desk.ts'
import { paperBroker } from '../../src/desk/paper-broker.ts'
import type { EventLog } from '../../src/log/event-log.ts'
import { memoryLog } from '../../src/log/open-store.ts'
import { record } from '../../src/log/record.ts'
import type { Clock } from '../../src/time/clock.ts'
import { SimulatedClock } from '../../src/time/simulated-clock.ts'
import { bars, d, minute, opening, recorded, swing } from './replay-support.ts'

/** A clock that goes on while handlers run, and is set back at times, as that of a machine. */
class RestlessClock implements Clock {
  readonly deterministic = false
  readonly base = new SimulatedClock({ start: opening })
  #drift = 0

  now(): number {
    this.#drift = (this.#drift + 0.37) % 40
    return this.base.now() + this.#drift
  }

  monotonic(): number {
    return this.base.monotonic()
  }

  setTimer(delayMs: number, callback: () => void | Promise<void>) {
    return this.base.setTimer(delayMs, callback)
  }

  sleep(delayMs: number): Promise<void> {
    return this.base.sleep(delayMs)
  }
}

/** A session that was recorded as it was live. */
async function live(strategy: Strategy, atEnd?: (desk: Desk) => void): Promise<EventLog> {
  const clock = new RestlessClock()
  const bus = createBus({ clock, run: 'live-7', source: 'bot' })
  const log = memoryLog()
  await using recording = record(bus, log)
  await using desk = startDesk(bus, {
    broker: paperBroker({ latencyMs: 35 }),
    positions: { initialCash: d(100_000) },
  })
  const end = strategy(desk)
  for (const { type, data } of bars(200)) {
    await clock.base.advanceTo((data as { timestamp: number }).timestamp)
    bus.emitSync(type as 'market.new_bar', data as never, { source: 'feed' })
    await bus.idle()
  }
  await clock.base.advanceBy(1_000)
  atEnd?.(desk)
  if (typeof end === 'function') await end()
  await bus.idle()
  await recording.flush()
  return log
}

const outputs: Partial<ReplayOptions> = { compare: 'outputs', source: 'bot' }

describe('replaySession of a live session', () => {
  it('finds the same orders, whatever their times', async () => {
    const log = await live(swing())
    const exact = await replaySession(log, { strategy: swing(), source: 'bot' })
    expect(exact.same).toBe(false)
    const report = await replaySession(log, { strategy: swing(), ...outputs })
    expect(report.divergence?.message).toBeUndefined()
    expect(report.compared).toBeGreaterThan(20)
    const { types, events } = await log.stats()
    expect(report.events).toBe(events)
    expect(types.find(({ type }) => type === 'order.submitted')?.events).toBe(report.compared)
  })

  it('names the first order that differs', async () => {
    const log = await live(swing())
    const report = await replaySession(log, { strategy: swing(97, '11'), ...outputs })
    expect(report.divergence).toMatchObject({
      index: 0,
      expected: { type: 'order.submitted' },
      differences: [{ path: 'data.quantity', expected: '10', actual: '11' }],
    })
    const { position, expected } = report.divergence!
    for await (const entry of log.read({ from: position!, limit: 1 })) {
      expect(entry.event.id).toBe(expected!.id)
    }
  })

  it('finds orders that are missing, and orders that were not recorded', async () => {
    const log = await live(swing())
    const missing = await replaySession(log, { strategy: () => {}, ...outputs })
    expect(missing.divergence).toMatchObject({ index: 0, actual: undefined })
    const quiet = await live(() => {})
    const extra = await replaySession(quiet, { strategy: swing(), ...outputs })
    expect(extra.divergence).toMatchObject({ index: 0, expected: undefined, position: undefined })
    const part = await replaySession(quiet, { strategy: swing(), limit: 100, ...outputs })
    expect(part.same).toBe(true)
  })

  it('waits for orders that come with the end of the session', async () => {
    const closing: Strategy = (desk) => {
      void swing()(desk)
      return () => {
        desk.orders.cancelAll()
        desk.orders.sell('SPX', '7')
      }
    }
    const log = await live(closing)
    expect(await replaySession(log, { strategy: closing, ...outputs })).toMatchObject({
      same: true,
    })
    const more: Strategy = (desk) => {
      void swing()(desk)
      return () => {
        desk.orders.sell('SPX', '7')
        desk.orders.sell('SPX', '8')
      }
    }
    const report = await replaySession(log, { strategy: more, ...outputs })
    expect(report.divergence).toMatchObject({ expected: undefined })
    // A session that did not end in order is none the worse for it.
    const cut = await live(swing())
    expect(await replaySession(cut, { strategy: closing, ...outputs })).toMatchObject({
      same: true,
    })
    const none = await replaySession(log, { strategy: swing(), ...outputs })
    expect(none.divergence).toMatchObject({ actual: undefined })
  })

  it('does not wait for ever for what is missing, or too much', async () => {
    const eager: Strategy = ({ bus, orders }) => {
      bus.on('market.new_bar', (event) => {
        for (let count = 0; count < 20; count += 1)
          orders.buy('SPX', '1', { price: '1', cause: event })
      })
    }
    const log = await recorded({ strategy: eager })
    const missing = await replaySession(log, { strategy: () => {}, compare: 'outputs' })
    expect(missing.divergence).toMatchObject({ actual: undefined })
    expect(missing.events).toBeLessThan(5_000)
    const quiet = await recorded({ strategy: () => {} })
    const extra = await replaySession(quiet, { strategy: eager, compare: 'outputs' })
    expect(extra.divergence).toMatchObject({ expected: undefined })
    expect(extra.events).toBeLessThan(60)
  })

  it('replays timers between the events of the record', async () => {
    const timed: Strategy = ({ clock, orders }) => {
      const arm = (): void => {
        clock.setTimer(45_000, () => {
          orders.buy('SPX', '1', { price: '11' })
          arm()
        })
      }
      arm()
    }
    const log = await recorded({ strategy: timed })
    const report = await replaySession(log, { strategy: timed, compare: 'outputs' })
    expect(report.divergence?.message).toBeUndefined()
    expect(report.compared).toBe(Math.floor((199 * minute) / 45_000))
  })

  it('compares what the last moment brings', async () => {
    const last = (quantity: string): Strategy => {
      return ({ clock, orders }) => {
        clock.setTimer(199 * minute, () => {
          orders.buy('SPX', quantity)
        })
      }
    }
    const log = await recorded({ strategy: last('1') })
    const compare = 'outputs'
    expect(await replaySession(log, { strategy: last('1'), compare })).toMatchObject({ same: true })
    const report = await replaySession(log, { strategy: last('2'), compare })
    expect(report.divergence).toMatchObject({ differences: [{ path: 'data.quantity' }] })
  })

  it('keeps ids and causes of what it feeds', async () => {
    const log = await live(swing())
    const seen: string[] = []
    const watching: Strategy = (desk) => {
      void swing()(desk)
      desk.bus.on('order.placed', ({ id, causationId }) => {
        seen.push(`${id} ${causationId}`)
      })
    }
    await replaySession(log, { strategy: watching, ...outputs })
    const placed: string[] = []
    for await (const { event } of log.read({ pattern: 'order.placed' })) {
      placed.push(`${event.id} ${event.causationId}`)
    }
    expect(seen).toEqual(placed)
  })
})
