import { describe, expect, it } from 'vitest'
import { type Bus, createBus } from '../../src/bus/bus.ts'
import { Decimal } from '../../src/events/decimal.ts'
import { Driver } from '../../src/backtest/driver.ts'
import { mergeSources } from '../../src/backtest/merge.ts'
import type { SourceEvent } from '../../src/backtest/source.ts'
import { SimulatedClock } from '../../src/time/simulated-clock.ts'

const start = 1_000_000

function tick(time: number, price = '100'): SourceEvent {
  return {
    type: 'market.trade_tick',
    data: {
      symbol: 'BTCUSDT',
      timestamp: time,
      price: new Decimal(price),
      size: new Decimal(1),
      aggressorSide: 'buy',
    },
  }
}

interface Setup {
  readonly bus: Bus
  readonly clock: SimulatedClock
  readonly seen: string[]
  /** Writes down that something happens now. */
  note(what: string): void
}

function setup(): Setup {
  const clock = new SimulatedClock({ start })
  const bus = createBus({ clock, onError: () => {} })
  const seen: string[] = []
  return { bus, clock, seen, note: (what) => seen.push(`${clock.now() - start} ${what}`) }
}

async function play(
  { bus, clock }: Setup,
  items: readonly SourceEvent[],
  options: { readonly signal?: AbortSignal; readonly stopsAtFailure?: boolean } = {},
): Promise<Driver> {
  const host = { moving: () => {}, played: () => {}, turn: () => undefined }
  const driver = new Driver(bus, clock, host, { names: ['data'], stopsAtFailure: true, ...options })
  await driver.begin()
  for await (const chunk of mergeSources([items])) await driver.play(chunk)
  await driver.rest()
  await driver.end()
  return driver
}

describe('Driver', () => {
  it('fires timers before T, then plays the data of T, then fires the timers at T', async () => {
    const run = setup()
    run.clock.setTimer(10, () => run.note('timer at 10'))
    run.clock.setTimer(5, () => run.note('timer at 5'))
    run.clock.setTimer(10, () => run.note('second timer at 10'))
    run.bus.on('market.trade_tick', ({ data }) => run.note(`tick ${data.price.toFixed()}`))
    await play(run, [
      tick(start, '1'),
      tick(start + 10, '2'),
      tick(start + 10, '3'),
      tick(start + 11, '4'),
    ])
    expect(run.seen).toEqual([
      '0 tick 1',
      '5 timer at 5',
      '10 tick 2',
      '10 tick 3',
      '10 timer at 10',
      '10 second timer at 10',
      '11 tick 4',
    ])
  })

  it('fires a timer that a timer has set in its turn, at its own time', async () => {
    const run = setup()
    run.clock.setTimer(4, () => {
      run.note('first')
      run.clock.setTimer(3, () => run.note('chained'))
    })
    run.clock.setTimer(6, () => run.note('between'))
    await play(run, [tick(start), tick(start + 20)])
    expect(run.seen).toEqual(['4 first', '6 between', '7 chained'])
  })

  it('fires the timers of the last time', async () => {
    const run = setup()
    run.clock.setTimer(10, () => run.note('timer'))
    run.clock.setTimer(11, () => run.note('never'))
    await play(run, [tick(start + 10)])
    expect(run.seen).toEqual(['10 timer'])
  })

  it('awaits what handlers return before it emits the next event', async () => {
    const run = setup()
    run.bus.on('market.trade_tick', async ({ data }) => {
      for (let hop = 0; hop < 20; hop += 1) await Promise.resolve()
      run.note(`handled ${data.price.toFixed()}`)
    })
    await play(run, [tick(start, '1'), tick(start, '2'), tick(start + 1, '3')])
    expect(run.seen).toEqual(['0 handled 1', '0 handled 2', '1 handled 3'])
  })

  it('awaits a handler that waits for the outside world', async () => {
    const run = setup()
    run.bus.on('market.trade_tick', async () => {
      // Another thread of the process does the work: no promise of this one is ready meanwhile.
      await crypto.subtle.digest('SHA-256', new Uint8Array(1_000_000))
      run.note('digested')
    })
    run.clock.setTimer(1, () => run.note('timer'))
    await play(run, [tick(start), tick(start + 2)])
    expect(run.seen).toEqual(['0 digested', '1 timer', '2 digested'])
  })

  it('moves time on while a handler sleeps on the clock', async () => {
    const run = setup()
    run.bus.on('market.trade_tick', async ({ data }) => {
      await run.clock.sleep(15)
      run.note(`woke for ${data.price.toFixed()}`)
    })
    await play(run, [tick(start, '1'), tick(start + 10, '2'), tick(start + 30, '3')])
    expect(run.seen).toEqual(['15 woke for 1', '25 woke for 2'])
    await run.clock.advanceBy(15)
    expect(run.seen.at(-1)).toBe('45 woke for 3')
  })

  it('moves time on while a handler waits for an event', async () => {
    const run = setup()
    run.bus.once('market.trade_tick', async () => {
      const next = await run.bus.waitFor('market.trade_tick')
      run.note(`heard ${next.data.price.toFixed()}`)
    })
    await play(run, [tick(start, '1'), tick(start + 10, '2')])
    expect(run.seen).toEqual(['10 heard 2'])
  })

  it('lets a stream react to each event before time moves', async () => {
    const run = setup()
    const reading = (async () => {
      for await (const { data } of run.bus.stream('market.trade_tick')) {
        run.note(`read ${data.price.toFixed()}`)
        if (data.price.eq(3)) return
      }
    })()
    await play(run, [tick(start, '1'), tick(start + 1, '2'), tick(start + 2, '3')])
    await reading
    expect(run.seen).toEqual(['0 read 1', '1 read 2', '2 read 3'])
  })

  it('moves time on while a mailbox backs off, and retries at the right time', async () => {
    const run = setup()
    let attempts = 0
    run.bus.on(
      'market.trade_tick',
      () => {
        attempts += 1
        run.note(`attempt ${attempts}`)
        if (attempts < 3) throw new Error('not yet')
      },
      { retry: { attempts: 3, initialMs: 10, factor: 2, jitter: 'none' } },
    )
    await play(run, [tick(start), tick(start + 100)])
    expect(run.seen.slice(0, 3)).toEqual(['0 attempt 1', '10 attempt 2', '30 attempt 3'])
  })

  it('stops at a handler that fails, and tells which one and why', async () => {
    const run = setup()
    run.bus.on('market.trade_tick', () => {
      throw new RangeError('no such price')
    })
    const failed = play(run, [tick(start), tick(start + 1)])
    await expect(failed).rejects.toMatchObject({
      code: 'BACKTEST_FAILED',
      cause: { message: 'no such price' },
    })
    await expect(failed).rejects.toThrow(
      /1970-01-01T00:16:40\.000Z.*market\.trade_tick.*no such price/s,
    )
    expect(run.bus.eventCounts().get('market.trade_tick')).toBe(1)
  })

  it('goes on in spite of failures if it is told to', async () => {
    const run = setup()
    run.bus.on('market.trade_tick', () => {
      throw new Error('no such price')
    })
    const { events } = await play(run, [tick(start), tick(start + 1)], { stopsAtFailure: false })
    expect(events).toBe(2)
  })

  it('refuses work that no handler waits for, once that emits', async () => {
    const run = setup()
    run.bus.once('market.trade_tick', () => {
      // Started, and neither awaited nor returned.
      void (async () => {
        await Promise.resolve()
        await Promise.resolve()
        run.bus.emitSync('system.warning', { timestamp: 1, code: 'late', message: 'late' })
      })()
    })
    const items = Array.from({ length: 5_000 }, (_, index) => tick(start + index))
    await expect(play(run, items)).rejects.toMatchObject({ code: 'STRAY_WORK' })
  })

  it('finds such work in a run of a few events, too', async () => {
    const run = setup()
    run.bus.once('market.trade_tick', () => {
      void Promise.resolve().then(() =>
        run.bus.emitSync('system.warning', { timestamp: 1, code: 'late', message: 'late' }),
      )
    })
    await expect(play(run, [tick(start), tick(start + 1)])).rejects.toMatchObject({
      code: 'STRAY_WORK',
    })
  })

  it('heeds a signal in a run of a few events, too', async () => {
    const run = setup()
    const controller = new AbortController()
    run.bus.on('market.trade_tick', () => controller.abort(new Error('enough')))
    await expect(play(run, [tick(start)], { signal: controller.signal })).rejects.toThrow('enough')
  })

  it('refuses a bar that would be seen as it opens', async () => {
    const run = setup()
    const price = new Decimal(1)
    const data = {
      symbol: 'BTCUSDT',
      timeframe: '1m',
      openTime: start,
      timestamp: start + 60_000,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: price,
    }
    const seen = (time: number): SourceEvent => ({ type: 'market.new_bar', data, time })
    await play(run, [seen(start + 59_999)])
    const late = setup()
    await expect(play(late, [seen(start)])).rejects.toThrow(
      /"data", event 0: a bar that opens at 1970-01-01T00:16:40\.000Z is to be seen at 1970/,
    )
    expect(late.bus.history.query()).toEqual([])
  })

  it('emits by the name of the source', async () => {
    const run = setup()
    await play(run, [tick(start)])
    expect(run.bus.history.query()[0]?.source).toBe('data')
  })

  it('ends with the reason of a signal that aborts', async () => {
    const run = setup()
    const controller = new AbortController()
    run.bus.on('market.trade_tick', ({ sequence }) => {
      if (sequence === 1_500) controller.abort(new Error('enough'))
    })
    const items = Array.from({ length: 5_000 }, (_, index) => tick(start + index))
    await expect(play(run, items, { signal: controller.signal })).rejects.toThrow('enough')
    expect(run.bus.eventCounts().get('market.trade_tick')).toBe(2_048)
  })

  it('ends a handler that never settles by the signal', async () => {
    const run = setup()
    const controller = new AbortController()
    run.bus.on('market.trade_tick', () => {
      setImmediate(() => controller.abort(new Error('enough')))
      return new Promise(() => {})
    })
    await expect(play(run, [tick(start)], { signal: controller.signal })).rejects.toThrow('enough')
  })

  it('emits by the source and with the metadata that an item has', async () => {
    const run = setup()
    await play(run, [
      { ...tick(start), source: 'binance' },
      { ...tick(start), metadata: { line: 7 } },
    ])
    const [first, second] = run.bus.history.query()
    expect([first?.source, first?.metadata]).toEqual(['binance', undefined])
    expect([second?.source, second?.metadata]).toEqual(['data', { line: 7 }])
  })

  it('ends with the rejection of what it follows', async () => {
    const run = setup()
    const host = { moving: () => {}, played: () => {}, turn: () => undefined }
    const driver = new Driver(run.bus, run.clock, host, { names: [], stopsAtFailure: true })
    driver.follow(Promise.reject(new Error('the strategy has failed')))
    await expect(driver.begin()).rejects.toThrow('the strategy has failed')
  })
})
