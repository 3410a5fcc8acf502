import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decimal, encodeEventText, type TradewireEvent, tradingEvents, z } from 'tradewire'
import { type BacktestOptions, csvTrades, runBacktest, type SourceEvent } from 'tradewire/backtest'
import { type Fees, type PaperBroker, paperBroker } from 'tradewire/desk'
import { type EventLog, memoryLog, openLog } from 'tradewire/log'
import { describe, expect, it, onTestFinished } from 'vitest'
import { d, opening, run, tick, ticks } from './run-support.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tradewire-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

async function eventsOf(log: EventLog): Promise<TradewireEvent[]> {
  const events: TradewireEvent[] = []
  for await (const { event } of log.read()) events.push(event)
  return events
}

function digestOf(events: readonly TradewireEvent[]): string {
  const hash = createHash('sha256')
  for (const event of events) hash.update(`${encodeEventText(event, tradingEvents)}\n`)
  return hash.digest('hex')
}

/** Buys one with the first trade, and sells it with the fourth. */
const inAndOut: BacktestOptions['strategy'] = ({ bus, orders }) => {
  let count = 0
  bus.on('market.trade_tick', (event) => {
    count += 1
    if (count === 1) orders.buy('SPX', '1', { cause: event })
    if (count === 4) orders.sell('SPX', '1', { cause: event })
  })
}

describe('runBacktest', () => {
  it('plays the data to a strategy, and tells what it came to', async () => {
    const result = await run({ sources: [ticks(6)], strategy: inAndOut, digest: true })
    // Bought with the trade at 101, sold with the one at 104.
    expect(result.trades).toHaveLength(1)
    expect(result.trades[0]?.pnl.toFixed()).toBe('3')
    expect(result.desk.positions.cash.toFixed()).toBe('100003')
    expect([result.from, result.to]).toEqual([opening, opening + 5_000])
    expect(result.sourceEvents).toBe(6)
    expect(result.eventCounts.get('market.trade_tick')).toBe(6)
    expect(result.eventCounts.get('order.filled')).toBe(2)
    expect(result.openOrders).toEqual([])
    expect(result.sources).toEqual([{ name: 'source-1' }])
    expect(result.elapsedMs).toBeGreaterThan(0)
    expect(result.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(result.trades.length).toBe(1)
  })

  it('takes the desk, the seed and the run that it is given', async () => {
    const ids: string[] = []
    const result = await run({
      sources: [ticks(2)],
      desk: {
        broker: paperBroker({ currency: 'EUR', fees: { maker: '0', taker: '0.01' } }),
        positions: { currency: 'EUR' },
        risk: { maxPosition: '1' },
      },
      run: 'mine',
      seed: 7,
      history: 1,
      statistics: { riskFreeRate: 0.02 },
      strategy: ({ bus, orders, risk }) => {
        expect(risk).toBeDefined()
        bus.once('market.trade_tick', ({ id }) => {
          ids.push(id)
          orders.buy('SPX', '1')
          orders.buy('SPX', '2')
        })
      },
    })
    expect(ids).toEqual(['mine-1'])
    expect(result.desk.positions.currency).toBe('EUR')
    // 100,000 - 101 - 1 % of 101
    expect(result.desk.positions.cash.toFixed()).toBe('99897.99')
    expect(result.eventCounts.get('order.rejected')).toBe(1)
    expect(result.desk.bus.history.query()).toHaveLength(1)
  })

  it('merges sources by time, and then in their order', async () => {
    const seen: string[] = []
    await run({
      sources: [
        [tick(0, 1, 'A'), tick(2_000, 2, 'A')],
        [tick(0, 1, 'B'), tick(1_000, 2, 'B')],
      ],
      strategy: ({ bus }) => {
        bus.on('market.trade_tick', ({ data }) => {
          seen.push(`${data.symbol}${data.price.toFixed()}`)
        })
      },
    })
    expect(seen).toEqual(['A1', 'B1', 'B2', 'A2'])
  })

  it('sorts what goes back in time, if it is told', async () => {
    const result = await run({
      sources: [[tick(1_000), tick(0)]],
      outOfOrder: { sortWithinMs: 5_000 },
    })
    expect([result.from, result.to]).toEqual([opening, opening + 1_000])
  })

  it('plays the data from a time on, before another', async () => {
    const played = async (options: Partial<BacktestOptions>): Promise<number[]> => {
      const { from, to } = await run({ sources: [ticks(3_000)], ...options })
      return [(from - opening) / 1_000, (to - opening) / 1_000]
    }
    expect(await played({ from: opening + 1_500 })).toEqual([2, 2_999])
    expect(await played({ until: opening + 2_000_000 })).toEqual([0, 1_999])
    expect(await played({ from: opening + 5_000, until: opening + 6_000 })).toEqual([5, 5])
  })

  it('runs several strategies on one desk, and calls their ends in turn', async () => {
    const seen: string[] = []
    const result = await run({
      sources: [ticks(3)],
      strategy: [
        ({ bus, orders }) => {
          bus.once('market.trade_tick', () => {
            orders.buy('SPX', '1', { strategyId: 'one' })
          })
          return () => {
            seen.push('end of one')
          }
        },
        ({ positions, orders }) =>
          async () => {
            await Promise.resolve()
            seen.push(`two sees ${positions.quantity('SPX').toFixed()}`)
            orders.sell('SPX', '9', { price: '1000' })
          },
      ],
    })
    expect(seen).toEqual(['end of one', 'two sees 1'])
    expect(result.openOrders).toHaveLength(1)
    expect(result.trades).toHaveLength(1)
  })

  it('runs an asynchronous strategy that waits for events and for time', async () => {
    const seen: number[] = []
    await run({
      sources: [ticks(5)],
      strategy: async ({ bus, clock }) => {
        for await (const { data } of bus.stream('market.trade_tick')) {
          if (seen.push(data.price.toNumber()) === 2) break
        }
        await clock.sleep(1_500)
        seen.push((clock.now() - opening) / 1_000)
      },
    })
    expect(seen).toEqual([100, 101, 2.5])
  })

  it('ends a strategy that still waits with the data', async () => {
    let ended = false
    await run({
      sources: [ticks(5)],
      strategy: async ({ bus }) => {
        try {
          await bus.waitFor('order.filled')
        } finally {
          ended = true
        }
      },
    })
    expect(ended).toBe(true)
  })

  it('fires the timers of the last time, and those that an end leads to', async () => {
    const seen: string[] = []
    await run({
      sources: [ticks(2)],
      strategy: ({ clock }) => {
        clock.setTimer(1_000, () => {
          seen.push('last')
        })
        return () => {
          clock.setTimer(0, () => {
            seen.push('after the end')
          })
        }
      },
    })
    expect(seen).toEqual(['last', 'after the end'])
  })

  it('values what is open at the last price', async () => {
    const result = await run({
      sources: [ticks(4)],
      strategy: ({ bus, orders }) => {
        bus.once('market.trade_tick', () => {
          orders.buy('SPX', '1')
        })
      },
    })
    // Bought at 101, worth 103.
    expect(result.trades[0]?.pnl.toFixed()).toBe('2')
    expect(result.desk.positions.equity.toFixed()).toBe('100002')
  })

  it('keeps prices for the report of bars and trades, of a hundred symbols at most', async () => {
    const many = Array.from({ length: 102 }, (_, index) => tick(index, 1, `S${index}`))
    const bar: SourceEvent = {
      type: 'market.new_bar',
      data: {
        symbol: 'BAR',
        timeframe: '1m',
        openTime: opening - 60_000,
        timestamp: opening,
        open: d(77),
        high: d(77),
        low: d(77),
        close: d(77),
        volume: d(1),
      },
    }
    const another: SourceEvent = { ...bar, data: { ...bar.data, symbol: 'S200' } as never }
    const result = await run({ sources: [[bar], many, [{ ...another, time: opening + 200 }]] })
    const path = join(folder(), 'sub', 'report.html')
    await result.writeReport(path)
    const html = readFileSync(path, 'utf8')
    const has = (symbol: string): boolean => html.includes(`"${symbol}"`)
    expect(['BAR', 'S0', 'S99', 'S200'].map(has)).toEqual([true, true, false, false])
  })

  it('reports the prices of what was traded, with title, facts and digest', async () => {
    const sources = [[...ticks(6), tick(6_000, 5, 'OTHER')]]
    const result = await run({ sources, strategy: inAndOut, digest: true })
    const path = join(folder(), 'report.html')
    await result.writeReport(path, { title: 'In and out', facts: { Patience: 'little' } })
    const html = readFileSync(path, 'utf8')
    const texts = ['In and out', 'Patience', 'little', result.digest!, 'source-1', '"SPX"']
    expect(texts.filter((text) => !html.includes(text))).toEqual([])
    expect(html.includes('"OTHER"')).toBe(false)
    expect(result.summary({ title: 'In and out' })).toContain('In and out')
    expect(result.summary()).toContain('Backtest')
    expect(
      result
        .summary({ width: 60 })
        .split('\n')
        .every((line) => line.length <= 60),
    ).toBe(true)
  })

  it('names all that its summary and its report take, where something else is given', async () => {
    const result = await run({ sources: [ticks(2)] })
    expect(() => result.summary({ tilte: 'x' } as never)).toThrow(
      'summary has no option "tilte". It knows: title, width, colour.',
    )
    expect(() => result.summary({ title: 5 } as never)).toThrow('title must be a string')
    await expect(result.writeReport('x.html', { tilte: 'x' } as never)).rejects.toThrow(
      'writeReport has no option "tilte". It knows: title, facts.',
    )
    await expect(result.writeReport('x.html', { facts: { n: 5 } } as never)).rejects.toThrow(
      'facts must hold texts, but "n" is 5.',
    )
    await expect(result.writeReport(undefined as never)).rejects.toThrow('path must be a string')
  })

  it('names a source by its own name, with its counts', async () => {
    const items = ticks(3)
    const source = {
      name: 'three.csv',
      fraction: 1,
      counts: { read: 4, events: 3, skipped: 1 },
      async *chunks() {
        yield items
      },
      async *[Symbol.asyncIterator]() {
        yield* items
      },
    }
    const uncounted = { ...source, name: 'uncounted', counts: undefined }
    const result = await run({ sources: [source, uncounted as never] })
    expect(result.sources).toEqual([
      { name: 'three.csv', counts: { read: 4, events: 3, skipped: 1 } },
      { name: 'uncounted' },
    ])
  })
})

describe('notices of runBacktest', () => {
  it('are none if all is well', async () => {
    const { notices } = await run({ sources: [ticks(6)], strategy: inAndOut })
    expect(notices).toEqual([])
  })

  it('tell of skipped rows, rejections, orders that stand, warnings and failures', async () => {
    const file = join(folder(), 'trades.csv')
    const times = [0, 1, 2].map((index) => new Date(opening + index * 1_000).toISOString())
    writeFileSync(file, `time,price,size\n${times[0]},1,1\n${times[1]},x,1\n${times[2]},1,1\n`)
    const result = await run({
      sources: [csvTrades(file, { symbol: 'SPX', onBadRow: 'skip' })],
      desk: { risk: { maxPosition: '1' } },
      onFailure: 'continue',
      strategy: ({ bus, orders }) => {
        bus.once('market.trade_tick', (event) => {
          orders.buy('SPX', '5', { cause: event })
          orders.buy('SPX', '6', { cause: event })
          orders.buy('SPXX', '1', { cause: event })
          bus.emitSync('system.warning', { timestamp: opening, code: 'odd', message: 'odd' })
          throw new Error('too odd')
        })
      },
    })
    expect(result.notices).toEqual([
      '1 bad row of trades.csv skipped.',
      'Handlers failed 1 time.',
      'Orders were rejected: RISK_POSITION_SIZE (2).',
      '1 order still stood at the end.',
      'There is an order for SPXX, of which there were no data.',
      'Warnings: odd (1).',
    ])
    const summary = result.summary()
    for (const notice of result.notices) expect(summary).toContain(`! ${notice}`)
    const path = join(folder(), 'report.html')
    await result.writeReport(path)
    expect(readFileSync(path, 'utf8')).toContain('<li>1 order still stood at the end.</li>')
  })

  it('tell of fees that are in no figure, which a paper broker without a currency has none of', async () => {
    const fees = { maker: '0', taker: '0.01' }
    const of = async (broker: PaperBroker) =>
      run({
        sources: [ticks(6)],
        desk: { broker, positions: { currency: 'EUR' } },
        strategy: inAndOut,
      })
    const inDollars: Fees = ({ price, quantity }) => ({
      amount: price.times(quantity).times('0.01'),
      currency: 'USD',
    })
    const apart = await of(paperBroker({ fees: inDollars }))
    expect(apart.notices).toEqual([
      'Fees of 2.05 USD are in no figure: they could not be converted to the currency of what was traded.',
      'Warnings: currency_unknown (1).',
    ])
    const counted = await of(paperBroker({ fees }))
    expect(counted.notices).toEqual([])
    expect(counted.statistics.fees.toFixed()).toBe('2.05')
    expect(counted.desk.positions.equity.toFixed()).toBe('100000.95')
  })
})

describe('runBacktest with a log', () => {
  it('records all events, and the digest is that of what is recorded', async () => {
    await using log = memoryLog()
    const result = await run({ sources: [ticks(20)], strategy: inAndOut, log, digest: true })
    const events = await eventsOf(log)
    const all = [...result.eventCounts.values()].reduce((sum, count) => sum + count, 0)
    expect(events).toHaveLength(all)
    expect(digestOf(events)).toBe(result.digest)
    expect(log.closed).toBe(false)
  })

  it(
    'waits for a file that is slower than the run, and loses nothing',
    { timeout: 120_000 },
    async () => {
      await using log = await openLog(join(folder(), 'run.db'))
      // Each trade leads to many events more, so that they come faster than a file takes them.
      const count = 1_100
      const result = await run({
        sources: [ticks(count)],
        log,
        digest: true,
        strategy: ({ bus, clock }) => {
          bus.on('market.trade_tick', () => {
            for (let more = 0; more < 50; more += 1) {
              const data = { timestamp: clock.now(), code: 'more', message: `${more}` }
              bus.emitSync('system.warning', data)
            }
          })
        },
      })
      const events = await eventsOf(log)
      expect(events).toHaveLength(count * 51)
      expect(digestOf(events)).toBe(result.digest)
    },
  )

  it('refuses a log that is closed', async () => {
    const log = memoryLog()
    await log.close()
    await expect(run({ sources: [ticks(1)], log })).rejects.toThrow('closed')
  })

  it('leaves the log as it is where the desk cannot start', async () => {
    await using log = memoryLog()
    const desk = { risk: { maxPosition: '-1' } }
    await expect(run({ sources: [ticks(1)], log, desk })).rejects.toThrow('maxPosition')
    await run({ sources: [ticks(1)], log })
    expect(await eventsOf(log)).toHaveLength(1)
  })
})

describe('progress of runBacktest', () => {
  it('is told at the end of a run, however short', async () => {
    const told: unknown[] = []
    const progress = (now: unknown): void => void told.push(now)
    await run({ sources: [ticks(3)], progress })
    expect(told).toEqual([
      {
        events: 3,
        time: opening + 2_000,
        fraction: 1,
        remainingMs: 0,
        eventsPerSecond: expect.any(Number) as number,
      },
    ])
    await run({ sources: [new Set(ticks(3))], progress })
    expect(told[1]).not.toHaveProperty('fraction')
  })

  it('is shown on no stream that is not a terminal', async () => {
    const long = await runBacktest({ sources: [ticks(2_000)], strategy: () => {} })
    const short = await runBacktest({ sources: [ticks(2)], strategy: () => {}, progress: true })
    expect([long.sourceEvents, short.sourceEvents]).toEqual([2_000, 2])
  })
})

describe('runBacktest with a catalog of its own', () => {
  it('plays events of your own to strategies that know them', async () => {
    const catalog = tradingEvents.extend({
      'signal.entry': {
        description: 'Somebody wants to open a position.',
        payload: z.strictObject({ symbol: z.string(), quantity: decimal(), timestamp: z.number() }),
        example: { symbol: 'SPX', quantity: d(1), timestamp: 0 },
      },
    })
    const data = { symbol: 'SPX', quantity: d('2.5'), timestamp: opening + 500 }
    const result = await runBacktest({
      catalog,
      sources: [ticks(3), [{ type: 'signal.entry', data }]],
      progress: false,
      strategy: ({ bus, orders }) => {
        bus.on('signal.entry', (event) => {
          orders.buy(event.data.symbol, event.data.quantity, { cause: event })
        })
      },
    })
    expect(result.eventCounts.get('signal.entry')).toBe(1)
    expect(result.desk.positions.quantity('SPX').toFixed()).toBe('2.5')
  })
})
