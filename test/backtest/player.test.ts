import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Bus, createBus } from '../../src/bus/bus.ts'
import { createPlayer } from '../../src/backtest/create-player.ts'
import type { Player } from '../../src/backtest/player.ts'
import type { PlayerOptions } from '../../src/backtest/player-options.ts'
import type { SourceEvent } from '../../src/backtest/source.ts'
import type { EventLog } from '../../src/log/event-log.ts'
import { openLog } from '../../src/log/open-log.ts'
import { memoryLog } from '../../src/log/open-store.ts'
import { record } from '../../src/log/record.ts'
import { SimulatedClock } from '../../src/time/simulated-clock.ts'
import { nextTurn } from '../../src/time/turn.ts'
import { logSource } from '../../src/backtest/log-source.ts'
import { coded } from '../support/buses.ts'
import { temporaryFolder } from '../support/logged.ts'
import { bars, linesOf, minute, opening, recorded, tick } from './replay-support.ts'

interface Stage {
  readonly bus: Bus
  readonly clock: SimulatedClock
  /** The real time of the test. */
  readonly pace: SimulatedClock
  readonly player: Player
  /** What happened: milliseconds since the opening on the bus, and what. */
  readonly seen: string[]
}

function stage(source: EventLog | readonly SourceEvent[], options: PlayerOptions = {}): Stage {
  const clock = new SimulatedClock({ start: opening })
  const pace = new SimulatedClock({ start: 77 })
  const errors: unknown[] = []
  const bus = createBus({ clock, onError: (error) => errors.push(error) })
  const seen: string[] = []
  bus.on('market.trade_tick', ({ data }) => {
    seen.push(`${clock.now() - opening} tick ${data.price.toFixed()}`)
  })
  const player = createPlayer(bus, source as EventLog, { pace, ...options })
  onTestFinished(async () => {
    await player.close()
    expect(errors).toEqual([])
  })
  return { bus, clock, pace, player, seen }
}

const ticks = [tick(0, 1), tick(1_000, 2), tick(1_000, 3), tick(4_000, 4)]

/** Lets everything run that does not wait for time. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await nextTurn()
}

/** Moves real time in the test, as far as what waits for it can follow. */
async function passes(pace: SimulatedClock, ms: number): Promise<void> {
  await rest()
  for (let step = 0; step < ms; step += 50) {
    await pace.advanceBy(Math.min(50, ms - step))
    await rest()
  }
}

describe('createPlayer', () => {
  it('plays as fast as possible, and moves the time of the bus to that of each event', async () => {
    const { player, seen, clock } = stage(ticks)
    expect(player.state).toBe('idle')
    expect(player.progress).toEqual({ state: 'idle', position: 0, played: 0, skipped: 0 })
    player.play()
    expect(player.state).toBe('playing')
    expect(await player.finished).toEqual({
      state: 'ended',
      position: 4,
      played: 4,
      skipped: 0,
      time: opening + 4_000,
      total: 4,
    })
    expect(seen).toEqual(['0 tick 1', '1000 tick 2', '1000 tick 3', '4000 tick 4'])
    expect(clock.now()).toBe(opening + 4_000)
    expect(player.time).toBe(opening + 4_000)
  })

  it('fires timers before the events of later times, and after those of their own', async () => {
    const { player, seen, clock } = stage(ticks)
    for (const ms of [500, 1_000, 4_000, 4_001]) {
      clock.setTimer(ms, () => {
        seen.push(`${clock.now() - opening} timer`)
      })
    }
    player.play()
    await player.finished
    expect(seen).toEqual([
      '0 tick 1',
      '500 timer',
      '1000 tick 2',
      '1000 tick 3',
      '1000 timer',
      '4000 tick 4',
      '4000 timer',
    ])
  })

  it('waits for handlers before time moves, and for those that sleep on the clock lets it move', async () => {
    const { player, seen, bus, clock } = stage(ticks)
    bus.on('market.trade_tick', async ({ data }) => {
      await nextTurn()
      seen.push(`${clock.now() - opening} handled ${data.price.toFixed()}`)
      if (data.price.eq(2)) {
        await clock.sleep(2_000)
        seen.push(`${clock.now() - opening} woke`)
      }
    })
    player.play()
    await player.finished
    expect(seen).toEqual([
      '0 tick 1',
      '0 handled 1',
      '1000 tick 2',
      '1000 handled 2',
      '1000 tick 3',
      '1000 handled 3',
      '3000 woke',
      '4000 tick 4',
      '4000 handled 4',
    ])
  })

  it('plays so many times real time, without drift', async () => {
    const { player, seen, pace, clock } = stage(ticks, { speed: 10 })
    clock.setTimer(2_500, () => {
      seen.push(`${clock.now() - opening} timer`)
    })
    player.play()
    await rest()
    expect(seen).toEqual(['0 tick 1'])
    await passes(pace, 99)
    expect(seen).toHaveLength(1)
    await passes(pace, 1)
    expect(seen.slice(1)).toEqual(['1000 tick 2', '1000 tick 3'])
    await passes(pace, 150)
    expect(seen.slice(3)).toEqual(['2500 timer'])
    await passes(pace, 149)
    expect(player.state).toBe('playing')
    await passes(pace, 1)
    expect(seen.at(-1)).toBe('4000 tick 4')
    expect(player.state).toBe('ended')
  })

  it('catches up when real time was late, and is in time again', async () => {
    const { player, seen, pace } = stage([tick(0, 1), tick(100, 2), tick(200, 3)], { speed: 1 })
    player.play()
    await rest()
    // A timer that fires late moves real time past its own.
    await pace.advanceBy(0)
    pace.setTimer(100, () => {})
    await pace.advanceBy(170)
    await rest()
    expect(seen).toHaveLength(2)
    await pace.advanceBy(30)
    await rest()
    expect(seen).toHaveLength(3)
  })

  it('changes its speed while it plays', async () => {
    const { player, seen, pace } = stage([tick(0, 1), tick(10_000, 2), tick(20_000, 3)], {
      speed: 1,
    })
    player.play()
    await passes(pace, 4_000)
    expect(player.speed).toBe(1)
    // 6 of 10 seconds are left: 3 at double speed.
    player.speed = 2
    await passes(pace, 2_999)
    expect(seen).toHaveLength(1)
    await passes(pace, 1)
    expect(seen).toHaveLength(2)
    player.speed = Infinity
    await player.finished
    expect(seen).toHaveLength(3)
  })

  it('slows down from as fast as possible to real time', async () => {
    const { player, seen, pace } = stage([tick(0, 1), tick(10, 2), tick(20, 3)])
    expect(await player.until((event) => event.type === 'market.trade_tick')).toBe(true)
    player.speed = 1
    player.play()
    await passes(pace, 9)
    expect(seen).toHaveLength(1)
    await passes(pace, 1)
    expect(seen).toHaveLength(2)
  })

  it('stands while it is paused, and goes on from there', async () => {
    const { player, seen, pace, clock } = stage(ticks, { speed: 1 })
    player.play()
    await passes(pace, 400)
    player.pause()
    player.pause()
    expect(player.state).toBe('paused')
    await passes(pace, 100_000)
    expect(clock.now()).toBe(opening)
    player.play()
    player.play()
    await passes(pace, 599)
    expect(seen).toHaveLength(1)
    await passes(pace, 1)
    expect(seen).toHaveLength(3)
  })

  it('stops at once when a handler pauses it', async () => {
    const { player, seen, bus } = stage(ticks)
    bus.on('market.trade_tick', ({ data }) => {
      if (data.price.eq(2)) player.pause()
    })
    player.play()
    await rest()
    expect(seen).toEqual(['0 tick 1', '1000 tick 2'])
    player.play()
    await player.finished
    expect(seen).toHaveLength(4)
  })

  it('stops before the next event when a timer pauses it', async () => {
    const { player, seen, clock } = stage(ticks)
    clock.setTimer(500, () => player.pause())
    player.play()
    await rest()
    expect(player.state).toBe('paused')
    expect(seen).toEqual(['0 tick 1'])
    player.play()
    await player.finished
    expect(seen).toHaveLength(4)
  })

  it('closes from a timer of the last time', async () => {
    const { player, clock } = stage(ticks)
    clock.setTimer(4_000, () => {
      void player.close()
    })
    player.play()
    expect(await player.finished).toMatchObject({ state: 'closed', played: 4 })
    expect(player.state).toBe('closed')
  })

  it('closes while the source does not answer', async () => {
    const silent = async function* (): AsyncGenerator<SourceEvent> {
      yield tick(0)
      await new Promise(() => {})
    }
    const chunked = {
      name: 'silent',
      async *chunks() {
        for await (const item of silent()) yield [item]
      },
      [Symbol.asyncIterator]: silent,
    }
    const { player, seen } = stage(chunked as unknown as EventLog)
    const step = player.step(2)
    await rest()
    expect(seen).toHaveLength(1)
    await player.close()
    expect(await step).toBe(1)
    expect(player.state).toBe('closed')
  })

  it('steps event by event, whatever the speed', async () => {
    const { player, seen } = stage(ticks, { speed: 1 })
    expect(await player.step()).toBe(1)
    expect(player.state).toBe('paused')
    expect(await Promise.all([player.step(), player.step()])).toEqual([1, 1])
    expect(seen).toEqual(['0 tick 1', '1000 tick 2', '1000 tick 3'])
    expect(await player.step(5)).toBe(1)
    expect(player.state).toBe('ended')
    expect(await player.step()).toBe(0)
    player.play()
    expect(player.state).toBe('ended')
    expect(await player.until(opening + 9_000)).toBe(false)
  })

  it('goes from a step on at its speed', async () => {
    const { player, seen, pace } = stage(ticks, { speed: 1 })
    await player.step()
    player.play()
    await passes(pace, 999)
    expect(seen).toHaveLength(1)
    await passes(pace, 1)
    expect(seen).toHaveLength(3)
    await expect(player.step()).rejects.toThrow(/pause\(\) it first/)
  })

  it('plays until a time, before its first event', async () => {
    const { player, seen, clock } = stage(ticks)
    expect(await player.until(opening + 1_000)).toBe(true)
    expect(seen).toEqual(['0 tick 1'])
    expect(player.state).toBe('paused')
    expect(clock.now()).toBe(opening + 1_000)
    expect(await player.until(opening + 1_001)).toBe(true)
    expect(await player.until(opening)).toBe(true)
    expect(seen).toHaveLength(3)
    expect(await player.until(opening + 5_000)).toBe(false)
    expect(player.state).toBe('ended')
  })

  it('plays until an event', async () => {
    const { player, seen } = stage(ticks)
    const reached = player.until(({ type, data }) => {
      return (
        type === 'market.trade_tick' && (data as { price: { eq(n: number): boolean } }).price.eq(2)
      )
    })
    await expect(player.until(0)).rejects.toThrow(/goes somewhere already/)
    expect(await reached).toBe(true)
    expect(seen).toEqual(['0 tick 1', '1000 tick 2'])
    const failing = player.until(() => {
      throw new Error('no answer')
    })
    await expect(failing).rejects.toThrow('no answer')
    expect(player.state).toBe('paused')
    const ended = player.until(() => false)
    expect(await ended).toBe(false)
    expect(player.state).toBe('ended')
  })

  it('does not reach what it goes to if it is paused before', async () => {
    const { player, pace } = stage(ticks, { speed: 1 })
    const reached = player.until(opening + 1_000)
    await passes(pace, 500)
    player.pause()
    expect(await reached).toBe(false)
    const again = player.until(opening + 1_000)
    await passes(pace, 500)
    expect(await again).toBe(true)
  })

  it('seeks a time or a position without playing what lies before', async () => {
    const { player, seen, pace } = stage(ticks, { speed: 1 })
    expect(await player.seek({ time: opening + 1_000 })).toBe(1)
    expect(player.state).toBe('idle')
    expect(player.time).toBe(opening + 1_000)
    expect(await player.seek({ position: 2 })).toBe(1)
    expect(await player.seek({ position: 0 })).toBe(0)
    expect(await player.seek({ position: 2 })).toBe(2)
    player.play()
    await rest()
    expect(seen).toEqual(['1000 tick 3'])
    expect(player.progress).toMatchObject({ position: 3, played: 1, skipped: 2 })
    await expect(player.seek({ position: 2 })).rejects.toEqual(coded('CONFIGURATION'))
    await expect(player.seek({ time: opening })).rejects.toThrow(/new bus and a new player/)
    expect(player.state).toBe('playing')
    await passes(pace, 3_000)
    expect(seen).toEqual(['1000 tick 3', '4000 tick 4'])
    await expect(player.seek({ position: 0 })).rejects.toEqual(coded('CONFIGURATION'))
  })

  it('seeks while it plays, and plays on from there', async () => {
    const many = Array.from({ length: 50 }, (_, index) => tick(index * 1_000, index))
    const { player, seen, pace } = stage(many, { speed: 1 })
    player.play()
    await passes(pace, 1_000)
    const both = Promise.all([
      player.seek({ time: opening + 39_500 }),
      player.seek({ time: opening + 44_500 }),
    ])
    expect(await both).toEqual([38, 5])
    expect(player.state).toBe('playing')
    await passes(pace, 499)
    expect(seen).toHaveLength(2)
    await passes(pace, 1)
    expect(seen.at(-1)).toBe('45000 tick 45')
    expect(player.progress).toMatchObject({ position: 46, played: 3, skipped: 43 })
  })

  it('seeks past the end, and ends when it plays', async () => {
    const { player, seen } = stage(ticks)
    expect(await player.seek({ position: 9 })).toBe(4)
    player.play()
    await player.finished
    expect(seen).toEqual([])
    expect(player.progress).toMatchObject({ state: 'ended', position: 4, played: 0, skipped: 4 })
    await expect(player.seek({ position: 0 })).rejects.toEqual(coded('CONFIGURATION'))
  })

  it('plays the events of a pattern alone', async () => {
    const source = [bars(1)[0]!, tick(minute, 7), bars(2)[1]!, tick(2 * minute, 8)]
    const { player, seen, bus } = stage(source, { pattern: ['market.trade_tick'] })
    player.play()
    expect(await player.finished).toMatchObject({ played: 2, position: 2 })
    expect(seen).toEqual(['60000 tick 7', '120000 tick 8'])
    expect(bus.eventCounts().has('market.new_bar')).toBe(false)
    const nothing = stage(bars(3), { pattern: 'order.*' })
    nothing.player.play()
    expect(await nothing.player.finished).toMatchObject({ played: 0 })
    const all = stage(ticks, { pattern: ['market.*'] })
    all.player.play()
    expect(await all.player.finished).toMatchObject({ played: 4 })
  })

  it('keeps source and metadata of what was not recorded', async () => {
    const source: SourceEvent[] = [
      { ...tick(0), source: 'venue', metadata: { receivedAt: '5' }, time: opening + 3 },
    ]
    const { player, bus } = stage(source)
    player.play()
    await player.finished
    expect(bus.history.query()).toMatchObject([
      { source: 'venue', metadata: { receivedAt: '5' }, timestamp: opening + 3, id: 'sim-1' },
    ])
  })

  it('closes, and plays no more', async () => {
    const { player, seen, pace } = stage(ticks, { speed: 1 })
    const reached = player.until(opening + 4_000)
    await passes(pace, 1_000)
    await player.close()
    await player.close()
    expect(await reached).toBe(false)
    expect(await player.finished).toMatchObject({ state: 'closed', played: 3 })
    await passes(pace, 10_000)
    expect(seen).toHaveLength(3)
    expect(pace.pendingTimers).toBe(0)
    expect(() => player.play()).toThrow(/closed/)
    await expect(player.step()).rejects.toEqual(coded('CONFIGURATION'))
    await expect(player.until(0)).rejects.toEqual(coded('CONFIGURATION'))
    await expect(player.seek({ time: 0 })).rejects.toEqual(coded('CONFIGURATION'))
  })

  it('closes from a handler, and while a handler never ends', async () => {
    const { player, bus, seen } = stage(ticks)
    bus.once('market.trade_tick', async () => {
      await player.close()
    })
    player.play()
    expect(await player.finished).toMatchObject({ state: 'closed', played: 1 })
    expect(seen).toHaveLength(1)
    const stuck = stage(ticks)
    stuck.bus.once('market.trade_tick', () => new Promise<void>(() => {}))
    const step = stuck.player.step(2)
    await rest()
    await stuck.player[Symbol.asyncDispose]()
    expect(await step).toBe(1)
  })

  it('releases the source when it closes', async () => {
    let released = 0
    const source = {
      async *[Symbol.asyncIterator]() {
        try {
          for (const item of ticks) yield item
          await new Promise(() => {})
        } finally {
          released += 1
        }
      },
    }
    const { player } = stage({
      async *[Symbol.asyncIterator]() {
        for await (const item of source) {
          yield item
          if (item === ticks[3]) return
        }
      },
    } as unknown as EventLog)
    await player.step(2)
    await player.close()
    expect(released).toBe(1)
  })

  it('rejects with the reason of a signal', async () => {
    const controller = new AbortController()
    const { player, pace, seen } = stage(ticks, { speed: 1, signal: controller.signal })
    const reached = player.until(opening + 4_000)
    await passes(pace, 500)
    controller.abort(new Error('enough'))
    await expect(player.finished).rejects.toThrow('enough')
    await expect(reached).rejects.toThrow('enough')
    expect(player.state).toBe('closed')
    expect(seen).toHaveLength(1)
    const before = stage(ticks, { signal: AbortSignal.abort(new Error('too late')) })
    await expect(before.player.finished).rejects.toThrow('too late')
  })

  it('fails with a source that fails, and with an event that the bus refuses', async () => {
    const failing = function* (): Generator<SourceEvent> {
      yield tick(0)
      throw new Error('unreadable')
    }
    const { player, seen } = stage(failing() as unknown as readonly SourceEvent[])
    player.play()
    await expect(player.finished).rejects.toThrow('unreadable')
    expect(seen).toHaveLength(1)
    expect(player.state).toBe('closed')
    const invalid = { ...tick(5), data: { ...tick(5).data, size: 1 } } as unknown as SourceEvent
    const bad = stage([tick(0), invalid])
    await expect(bad.player.step(2)).rejects.toEqual(coded('EVENT_INVALID'))
    await expect(bad.player.finished).rejects.toEqual(coded('EVENT_INVALID'))
    const back = stage([tick(5), tick(0)])
    await expect(back.player.step(2)).rejects.toEqual(coded('SOURCE_ORDER'))
    const sorted = stage([tick(5), tick(0)], { outOfOrder: { sortWithinMs: 5 } })
    expect(await sorted.player.step(2)).toBe(2)
  })

  it('fails with a timer that fails', async () => {
    const { player, clock } = stage(ticks)
    clock.setTimer(500, () => {
      throw new Error('timer')
    })
    await expect(player.step(4)).rejects.toThrow('timer')
  })

  it('refuses to play what lies before the time of the bus', async () => {
    const { player } = stage([tick(-1)])
    await expect(player.step()).rejects.toThrow(/Start the clock at the time of the first event/)
  })

  it('refuses options that cannot work', async () => {
    expect(() => stage(ticks, { speed: 0 })).toThrow(/speed/)
    expect(() => stage(ticks, { speed: Number.NaN })).toThrow(/speed/)
    expect(() => stage(ticks, { identity: 'own' as 'new' })).toThrow(/identity/)
    expect(() => stage(ticks, { pattern: 'nothing.*' })).toThrow(/nothing/)
    expect(() => stage(ticks, { tempo: 1 } as PlayerOptions)).toThrow(/tempo/)
    expect(() => stage(5 as unknown as EventLog)).toThrow(/iterable/)
    const { player } = stage(ticks)
    await expect(player.seek({ position: -1 })).rejects.toThrow(/position/)
    await expect(player.seek({ time: Number.NaN })).rejects.toThrow(/time/)
    await expect(player.seek({} as { time: number })).rejects.toThrow(/either/)
    await expect(player.step(0)).rejects.toThrow(/count/)
    await expect(player.until(Number.NaN)).rejects.toThrow(/until/)
    expect(() => {
      player.speed = -1
    }).toThrow(/speed/)
  })

  it('lets other work of the process have its turn', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => tick(index, index))
    const { player } = stage(many)
    player.play()
    while (player.position === 0) await nextTurn()
    player.pause()
    expect(player.progress.played).toBeGreaterThan(0)
    expect(player.progress.played).toBeLessThan(5_000)
  })

  it('plays on a bus in real time, with the times of the record', async () => {
    const pace = new SimulatedClock()
    const bus = createBus({ run: 'live' })
    const times: number[] = []
    bus.on('market.trade_tick', async (event) => {
      times.push(event.timestamp - opening)
      await nextTurn()
    })
    const player = createPlayer(bus, ticks, { pace })
    await player.step(2)
    player.speed = 10
    player.play()
    await passes(pace, 300)
    await player.finished
    expect(times).toEqual([0, 1_000, 1_000, 4_000])
    await player.close()
  })
})

describe('createPlayer of a log', () => {
  async function rerecorded(log: EventLog, options: PlayerOptions = {}): Promise<string[]> {
    const again = memoryLog()
    const { bus, player, pace } = stage(log, options)
    const recording = record(bus, again)
    player.play()
    if (options.speed !== undefined) await passes(pace, 12_000)
    await player.finished
    await recording.stop()
    return linesOf(again)
  }

  it('plays a session as it was recorded, byte for byte', async () => {
    const log = await recorded()
    const lines = await linesOf(log)
    expect(lines.length).toBeGreaterThan(200)
    expect(await rerecorded(log)).toEqual(lines)
    expect(await rerecorded(log, { speed: 1_000 * 10 })).toEqual(lines)
  })

  it('plays a session from a file', async () => {
    const log = await openLog(join(temporaryFolder(), 'session.db'))
    await recorded({}, log)
    expect(await rerecorded(log)).toEqual(await linesOf(log))
    const { player } = stage(log)
    player.play()
    const { total, played } = await player.finished
    expect(total).toBe(played)
    await log.close()
    const closed = stage(log)
    closed.player.play()
    await expect(closed.player.finished).rejects.toEqual(coded('LOG_CLOSED'))
  })

  it('keeps the numbers of the events that a pattern leaves', async () => {
    const log = await recorded()
    expect(await rerecorded(log, { pattern: 'order.*' })).toEqual(await linesOf(log, 'order.*'))
    const source = logSource(log, { pattern: 'order.*' })
    expect(await rerecorded(source as unknown as EventLog)).toEqual(await linesOf(log, 'order.*'))
  })

  it('plays them as new events if asked', async () => {
    const log = await recorded()
    const { bus, player } = stage(log, { pattern: 'order.filled', identity: 'new' })
    const seen: { sequence: number; source: string; causationId: string | undefined }[] = []
    bus.on('order.filled', ({ sequence, source, causationId }) => {
      seen.push({ sequence, source, causationId })
    })
    await player.step(2)
    expect(seen).toEqual([
      { sequence: 1, source: 'paper-broker', causationId: undefined },
      { sequence: 2, source: 'paper-broker', causationId: undefined },
    ])
  })

  it('plays in the order of the record where its clock was set back', async () => {
    const log = memoryLog()
    const live = createBus({ run: 'live', clock: new SimulatedClock() })
    const recording = record(live, log)
    for (const ms of [0, 500, 200, 700]) {
      const { type, data } = tick(ms, ms)
      live.emitSync(type as 'market.trade_tick', data as never, { timestamp: opening + ms })
    }
    await recording.stop()
    const { player, seen } = stage(log)
    player.play()
    await player.finished
    expect(seen).toEqual(['0 tick 0', '500 tick 500', '500 tick 200', '700 tick 700'])
  })

  it('says that a log of two sessions cannot be played on one bus as it was', async () => {
    const log = memoryLog()
    await recorded({ sources: [bars(3)] }, log)
    await recorded({ sources: [bars(3)] }, log)
    const { player } = stage(log)
    player.play()
    await expect(player.finished).rejects.toThrow(/must follow what the bus has emitted/)
  })
})
