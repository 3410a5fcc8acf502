import { readFile } from 'node:fs/promises'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { gzip } from 'node:zlib'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../../src/events/decimal.ts'
import { runBacktest } from '../../src/backtest/run-backtest.ts'
import type { BacktestResult } from '../../src/backtest/backtest-result.ts'
import type { SourceEvent } from '../../src/backtest/source.ts'
import type { Strategy } from '../../src/backtest/strategy.ts'

const start = Date.UTC(2026, 0, 5, 12)
const minuteMs = 60_000

/** Bars whose number, from 0, is their price. */
const bars: readonly SourceEvent[] = Array.from({ length: 300 }, (_, index) => {
  const price = new Decimal(100 + index)
  return {
    type: 'market.new_bar',
    data: {
      symbol: 'X',
      timeframe: '1m',
      openTime: start + index * minuteMs,
      timestamp: start + (index + 1) * minuteMs,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: new Decimal(1_000),
    },
  }
})

async function run(strategy: Strategy): Promise<BacktestResult> {
  return await runBacktest({ sources: [bars], strategy, progress: false, digest: true })
}

/** Waits of the outside world, of another length at each call. */
const delays: readonly (() => Promise<unknown>)[] = [
  () => setTimeout(1 + Math.random() * 4),
  () => setImmediate(),
  () => readFile(import.meta.filename),
  async () => {
    await setTimeout(Math.random() * 4)
    await readFile(import.meta.filename)
    await setImmediate()
  },
]

async function outside(): Promise<void> {
  await delays[Math.floor(Math.random() * delays.length)]!()
}

/** Runs a strategy five times; returns the one result of all. */
async function same(strategy: () => Strategy): Promise<BacktestResult> {
  const first = await run(strategy())
  for (let round = 1; round < 5; round += 1) {
    const { digest, notices } = await run(strategy())
    expect({ digest, notices }).toEqual({ digest: first.digest, notices: first.notices })
  }
  return first
}

/** Minutes of simulated time since the start. */
const minutes = (time: number): number => (time - start) / minuteMs

describe('runBacktest with handlers that wait for the outside world', () => {
  it('awaits them while another handler sleeps', async () => {
    const bought: number[] = []
    const { notices } = await same(() => ({ bus, clock, orders }) => {
      bus.once('market.new_bar', async (bar) => {
        await outside()
        bought.push(minutes(clock.now()))
        orders.buy('X', '1', { cause: bar })
      })
      bus.once('market.new_bar', () => clock.sleep(200 * minuteMs))
    })
    expect(bought).toEqual([1, 1, 1, 1, 1])
    expect(notices).toEqual([])
  })

  it('awaits what an async strategy does between two events of a stream, and before the first', async () => {
    const seen: number[] = []
    await same(() => async ({ bus, clock, orders }) => {
      await outside()
      let count = 0
      for await (const bar of bus.stream('market.new_bar')) {
        count += 1
        if (count % 50 !== 1) continue
        await outside()
        seen.push(minutes(clock.now()))
        orders.buy('X', '1', { cause: bar })
      }
    })
    expect(seen.slice(0, 6)).toEqual([1, 51, 101, 151, 201, 251])
  })

  it('awaits them while a stream stays open that nobody reads', async () => {
    const bought: number[] = []
    await same(() => ({ bus, clock, orders }) => {
      bus.stream('market.new_bar', { capacity: 1 })
      bus.once('market.new_bar', async (bar) => {
        await outside()
        bought.push(minutes(clock.now()))
        orders.buy('X', '1', { cause: bar })
      })
    })
    expect(bought).toEqual([1, 1, 1, 1, 1])
  })

  it('ends the run by what the outside world has failed with, at its time', async () => {
    const failed = run(({ bus, clock }) => {
      bus.once('market.new_bar', () => clock.sleep(200 * minuteMs))
      bus.once('market.new_bar', async () => {
        await setTimeout(3)
        throw new Error('no answer')
      })
    })
    await expect(failed).rejects.toMatchObject({
      code: 'BACKTEST_FAILED',
      cause: { message: 'no answer' },
    })
    await expect(failed).rejects.toThrow('2026-01-05T12:01:00.000Z')
  })

  it('gives what Node does not show a second, if somebody waits for neither time nor events', async () => {
    const zipped: number[] = []
    const { notices } = await same(() => ({ bus, clock, orders }) => {
      bus.once('market.new_bar', () => clock.sleep(200 * minuteMs))
      bus.once('market.new_bar', async (bar) => {
        // Threads do the work, and no timer, file or connection shows it.
        await promisify(gzip)(new Uint8Array(50_000))
        zipped.push(minutes(clock.now()))
        orders.buy('X', '1', { cause: bar })
      })
    })
    expect(zipped).toEqual([1, 1, 1, 1, 1])
    expect(notices).toEqual([])
  })
})

/** Whoever holds it has the others wait. */
class Mutex {
  #last: Promise<void> = Promise.resolve()

  async run(work: () => Promise<void>): Promise<void> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    await before
    try {
      await work()
    } finally {
      resolve()
    }
  }
}

describe('runBacktest with handlers that wait for each other', () => {
  it('goes on while one has what another one waits for and sleeps, and says so', async () => {
    const seen: string[] = []
    const { notices } = await run(({ bus, clock }) => {
      const mutex = new Mutex()
      const note = (what: string): void => void seen.push(`${minutes(clock.now())} ${what}`)
      bus.on('market.new_bar', async () => {
        if (minutes(clock.now()) % 100 !== 1) return
        await mutex.run(async () => {
          await outside()
          await clock.sleep(10 * minuteMs)
          note('held')
        })
      })
      bus.on('market.new_bar', async () => {
        if (minutes(clock.now()) % 100 !== 1) return
        await mutex.run(async () => {
          await outside()
          note('followed')
        })
      })
    })
    expect(seen).toEqual([
      '11 held',
      '11 followed',
      '111 held',
      '111 followed',
      '211 held',
      '211 followed',
    ])
    expect(notices).toEqual([
      expect.stringMatching(
        /^At 2026-01-05T12:01:00\.000Z, and 2 times more, time went on while the handler of subscription .* was unfinished, and something waited for neither simulated time nor an event nor anything that Node shows\./,
      ),
    ])
  })

  it('takes a handler that awaits the handlers of its own emission for one that waits as they do', async () => {
    const seen: number[] = []
    const { notices } = await run(({ bus, clock }) => {
      bus.on('system.warning', () => clock.sleep(5 * minuteMs))
      bus.once('market.new_bar', async ({ timestamp }) => {
        await bus.emit('system.warning', { timestamp, code: 'a', message: 'a' })
        seen.push(minutes(clock.now()))
      })
    })
    expect(seen).toEqual([6])
    expect(notices).toEqual(['Warnings: a (1).'])
  })

  it('goes on while a strategy waits for what its handlers are to tell it', async () => {
    const seen: number[] = []
    const { notices } = await run(async ({ bus, clock }) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      bus.on('market.new_bar', () => {
        if (minutes(clock.now()) === 7) resolve()
      })
      await promise
      seen.push(minutes(clock.now()))
    })
    expect(seen).toEqual([7])
    expect(notices).toEqual([expect.stringContaining('time went on while the strategy was')])
  })
})
