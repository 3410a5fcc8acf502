import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Strategy } from '../../src/backtest/strategy.ts'
import { replaySession } from '../../src/backtest/replay-session.ts'
import type { ReplayOptions } from '../../src/backtest/replay-options.ts'
import type { EventLog, LogEntry } from '../../src/log/event-log.ts'
import { openLog } from '../../src/log/open-log.ts'
import { memoryLog } from '../../src/log/open-store.ts'
import { paperBroker } from '../../src/desk/paper-broker.ts'
import { coded } from '../support/buses.ts'
import { temporaryFolder } from '../support/logged.ts'
import { bars, d, minute, opening, recorded, swing } from './replay-support.ts'

/** Records a backtest of a strategy, and replays it. */
async function again(
  strategy: Strategy,
  replayed: Strategy = strategy,
  more: Partial<ReplayOptions> = {},
) {
  const log = await recorded({ strategy, ...(more.desk !== undefined && { desk: more.desk }) })
  return replaySession(log, { strategy: replayed, ...more })
}

async function entriesOf(log: EventLog): Promise<LogEntry[]> {
  const entries: LogEntry[] = []
  for await (const entry of log.read()) entries.push(entry)
  return entries
}

describe('replaySession', () => {
  it('finds that the same strategy does the same again', async () => {
    const log = await recorded()
    const report = await replaySession(log, { strategy: swing() })
    expect(report.divergence?.message).toBeUndefined()
    expect(report).toMatchObject({ same: true, events: (await entriesOf(log)).length })
    expect(report.inputs).toBeGreaterThan(200)
    expect(report.compared).toBeGreaterThan(40)
    expect(report.inputs + report.compared).toBe(report.events)
    expect(report.message).toBe(`All ${report.compared} events that were compared are the same.`)
  })

  it('replays a session from a file', async () => {
    await using log = await openLog(join(temporaryFolder(), 'session.db'))
    await recorded({}, log)
    expect(await replaySession(log, { strategy: [swing()] })).toMatchObject({ same: true })
  })

  it.each([
    ['latency', { latencyMs: 90_000 }],
    ['latency within a bar', { latencyMs: 20 }],
    ['fees', { fees: { maker: '0.0002', taker: '0.0005' } }],
  ] as const)('replays the answers of a broker with %s', async (_, options) => {
    const log = await recorded({ desk: { broker: paperBroker(options) } })
    const report = await replaySession(log, { strategy: swing() })
    expect(report.divergence?.message).toBeUndefined()
    expect(report.compared).toBeGreaterThan(40)
  })

  it('replays limits and protection, and compares what they emit', async () => {
    const desk = {
      positions: { initialCash: d(5_000) },
      risk: { maxOrderSize: '15', maxPosition: '15' },
      protection: { stopLoss: { percent: 2 }, takeProfit: { percent: 3 } },
    } as unknown as NonNullable<ReplayOptions['desk']>
    const log = await recorded({ desk })
    const types = new Set((await entriesOf(log)).map(({ event }) => event.source))
    expect(types).toContain('risk-guard')
    expect(types).toContain('protection')
    const report = await replaySession(log, { strategy: swing(), desk })
    expect(report.divergence?.message).toBeUndefined()
    expect(report.same).toBe(true)
  })

  it('feeds the answer to one order before what the answer to another leads to', async () => {
    // Both orders are placed before anybody hears of either; the strategy reacts to the first.
    const pair: Strategy = ({ bus, orders }) => {
      bus.once('market.new_bar', (event) => {
        orders.buy('SPX', '1', { price: '50', cause: event })
        orders.buy('SPX', '2', { price: '51', cause: event })
      })
      bus.on('order.placed', (event) => {
        if (event.data.quantity.gt(2)) return
        orders.sell('SPX', '3', { price: '500', cause: event })
        orders.modify(event.data.orderId, { price: '52' }, { cause: event })
        orders.cancel(event.data.orderId, { cause: event })
        orders.sell('SPX', '4', { price: '501', cause: event })
      })
    }
    expect(await again(pair)).toMatchObject({ same: true })
  })

  it('replays what timers, the start and the end of a session emit', async () => {
    const timed: Strategy = ({ clock, orders }) => {
      orders.buy('SPX', '1', { price: '10' })
      const arm = (): void => {
        clock.setTimer(90_000, () => {
          orders.buy('SPX', '1', { price: '11' })
          arm()
        })
      }
      arm()
      clock.setTimer(3 * minute, () => {
        orders.buy('SPX', '1', { price: '12' })
      })
      return () => {
        orders.closePosition('SPX')
        orders.cancelAll()
        orders.sell('SPX', '5')
      }
    }
    const both: Strategy = (desk) => {
      void swing()(desk)
      return timed(desk)
    }
    const report = await again(both)
    expect(report.divergence?.message).toBeUndefined()
    expect(report.same).toBe(true)
  })

  it('replays handlers and strategies that are asynchronous', async () => {
    const slow: Strategy = async ({ bus, clock, orders }) => {
      bus.on('market.new_bar', async (event) => {
        await Promise.resolve()
        if (event.sequence % 7 !== 0) return
        await clock.sleep(30_000)
        orders.buy('SPX', '1', { price: '90', cause: event })
      })
      for await (const event of bus.stream('market.new_bar')) {
        if (event.data.timestamp > opening + 150 * minute) return
        if (event.data.close.gt(108)) orders.sell('SPX', '1', { price: '140', cause: event })
      }
    }
    const report = await again(slow)
    expect(report.divergence?.message).toBeUndefined()
    expect(report.compared).toBeGreaterThan(30)
  })

  it('finds the first event at which another strategy does otherwise', async () => {
    const log = await recorded({ strategy: swing(97, '10') })
    const report = await replaySession(log, { strategy: swing(97, '11') })
    const entries = await entriesOf(log)
    const first = entries.find(({ event }) => event.type === 'order.submitted')!
    expect(report.same).toBe(false)
    expect(report.divergence).toMatchObject({
      index: first.position - 1,
      position: first.position,
      expected: { id: first.event.id },
      actual: { id: first.event.id },
      differences: [{ path: 'data.quantity', expected: '10', actual: '11' }],
    })
    expect(report.message).toContain('data.quantity is "11" instead of "10"')
  })

  it('finds an order that is missing', async () => {
    const report = await again(swing(97), () => {})
    expect(report.divergence).toMatchObject({
      expected: { type: 'order.submitted' },
      actual: undefined,
      differences: [],
    })
    expect(report.message).toMatch(/expected order\.submitted .*, found none\.$/)
  })

  it('finds an order that was not recorded', async () => {
    const eager: Strategy = (desk) => {
      void swing()(desk)
      desk.bus.on('market.new_bar', (event) => {
        if (event.data.timestamp === opening + 20 * minute)
          desk.orders.buy('SPX', '3', { cause: event })
      })
    }
    const report = await again(swing(), eager)
    expect(report.divergence).toMatchObject({
      expected: undefined,
      actual: { type: 'order.submitted', timestamp: opening + 20 * minute },
    })
    expect(report.message).toMatch(/expected no event, found order\.submitted/)
  })

  it('finds an order that comes with the end of the session alone', async () => {
    const report = await again(swing(), (desk) => {
      void swing()(desk)
      return () => {
        desk.orders.buy('SPX', '3')
      }
    })
    expect(report.divergence).toMatchObject({ position: undefined, expected: undefined })
  })

  it('finds a position that another calculation gives', async () => {
    const log = await recorded()
    const report = await replaySession(log, {
      strategy: swing(),
      desk: { positions: { currency: 'EUR' } },
    })
    expect(report.divergence).toMatchObject({
      expected: { type: 'position.opened' },
      differences: [{ path: 'data.currency', expected: 'USD', actual: 'EUR' }],
    })
  })

  it('compares the failures of handlers, too', async () => {
    const failing: Strategy = ({ bus }) => {
      bus.on('market.new_bar', ({ data }) => {
        if (data.timestamp === opening + 5 * minute) throw new Error('five')
      })
    }
    const log = await recorded({ strategy: failing, onFailure: 'continue' })
    expect(await replaySession(log, { strategy: failing })).toMatchObject({ same: true })
    const quiet = await recorded({ strategy: () => {} })
    const report = await replaySession(quiet, { strategy: failing })
    expect(report.divergence).toMatchObject({ actual: { type: 'system.error' } })
    // Of who does not run now, a failure is fed as anything else.
    expect(await replaySession(log, { strategy: () => {} })).toMatchObject({ same: true })
  })

  it('replays the first events of a session alone', async () => {
    const log = await recorded()
    const report = await replaySession(log, { strategy: swing(), limit: 60 })
    expect(report).toMatchObject({ same: true, events: 60 })
  })

  it('replays events that have their ids from elsewhere', async () => {
    const log = memoryLog()
    for await (const { event } of (await recorded({ strategy: () => {} })).readEncoded()) {
      await log.appendEncoded([{ event: { ...event, id: `venue:${event.sequence}` } }])
    }
    expect(await replaySession(log, { strategy: () => {} })).toMatchObject({
      same: true,
      inputs: 200,
    })
  })

  it('replays one session of several', async () => {
    const log = memoryLog()
    await recorded({}, log)
    const { last } = await log.stats()
    await recorded({ strategy: swing(96), run: 'other' }, log)
    await expect(replaySession(log, { strategy: swing() })).rejects.toThrow(/more than one session/)
    const report = await replaySession(log, { strategy: swing(96), from: last + 1 })
    expect(report).toMatchObject({ same: true })
  })

  it('replays a session of which a part was recorded', async () => {
    const whole = await recorded()
    const log = memoryLog()
    const pattern = ['market.*', 'order.*'] as const
    for await (const { event } of whole.read({ pattern })) await log.append(event)
    const strategy = swing()
    expect(await replaySession(log, { strategy, recorded: pattern })).toMatchObject({ same: true })
    const report = await replaySession(log, { strategy })
    expect(report.divergence).toMatchObject({ actual: { source: 'position-keeper' } })
  })

  it('compares outputs of other types', async () => {
    const warns = (code: string): Strategy => {
      return ({ bus }) => {
        bus.on('market.new_bar', (event) => {
          const { timestamp } = event.data
          bus.emitSync('system.warning', { timestamp, code, message: 'bar' }, { cause: event })
        })
      }
    }
    const outputs = 'system.warning'
    expect(await again(warns('a'), warns('a'), { outputs })).toMatchObject({ same: true })
    const other = await again(warns('a'), warns('b'), { outputs })
    expect(other.divergence).toMatchObject({ position: 2, differences: [{ path: 'data.code' }] })
    // What is no output, but is emitted again, is compared as well.
    expect(await again(warns('a'))).toMatchObject({ same: true })
    const missing = await again(warns('a'), () => {})
    expect(missing).toMatchObject({ same: true, compared: 0 })
  })

  it('ends with the reason of a signal, and with the failure of a strategy', async () => {
    const log = await recorded()
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(replaySession(log, { strategy: swing(), signal })).rejects.toThrow('enough')
    const controller = new AbortController()
    const aborting: Strategy = ({ bus }) => {
      bus.once('market.new_bar', () => controller.abort(new Error('now')))
    }
    const long = await recorded({ sources: [bars(5_000)], strategy: () => {} })
    await expect(
      replaySession(long, { strategy: aborting, signal: controller.signal }),
    ).rejects.toThrow('now')
    const failing: Strategy = async ({ bus }) => {
      await bus.waitFor('market.new_bar')
      throw new Error('lost')
    }
    await expect(replaySession(log, { strategy: failing })).rejects.toThrow('lost')
  })

  it('refuses what cannot work', async () => {
    const log = memoryLog()
    await expect(replaySession(log, { strategy: swing() })).rejects.toThrow(/no event to replay/)
    const bad: [object, RegExp][] = [
      [{ strategy: 5 }, /strategy must be a function/],
      [{ strategy: swing(), outputs: 'nothing.*' }, /nothing/],
      [{ strategy: swing(), compare: 'nothing' }, /compare/],
      [{ strategy: swing(), desk: { broker: paperBroker() } }, /broker/],
      [{ strategy: swing(), seed: 0.5 }, /seed/],
      [{ strategy: swing(), other: 1 }, /other/],
    ]
    for (const [options, message] of bad) {
      await expect(replaySession(log, options as ReplayOptions)).rejects.toThrow(message)
    }
    await expect(
      replaySession(Promise.resolve(log) as unknown as EventLog, { strategy: swing() }),
    ).rejects.toEqual(coded('CONFIGURATION'))
  })
})
