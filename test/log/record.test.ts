import { createBus, defineEvents, SimulatedClock, z } from 'tradewire'
import { describe, expect, it } from 'vitest'
import type { EventLog } from '../../src/log/event-log.ts'
import { memoryLog } from '../../src/log/open-store.ts'
import { record } from '../../src/log/record.ts'
import type { RecordOptions } from '../../src/log/recording.ts'
import { catalog, coded, hello, type Schemas, setUp } from '../support/buses.ts'
import { eventsIn, setUpRecording, textsIn, warningsOf } from '../support/recordings.ts'

const note = (text: string): { text: string } => ({ text })

describe('record', () => {
  it('records every event, in order, under its identity', async () => {
    const { bus, log } = await setUpRecording()
    await using recording = record(bus, log)
    const first = await bus.emit('note.made', note('a'), { metadata: { request: 7 } })
    await bus.emit('alarm.rung', note('b'), { cause: first, source: 'desk' })
    await recording.flush()
    const events = await eventsIn(log)
    expect(events.map((event) => JSON.stringify(event))).toEqual(
      bus.history.query().map((event) => JSON.stringify(event)),
    )
    expect(recording.stats).toEqual({
      recorded: 2,
      pending: 0,
      lost: 0,
      refused: 0,
      failing: false,
      failure: undefined,
      position: 2,
    })
  })

  it('keeps the order of the bus where handlers emit', async () => {
    const { bus, log } = await setUpRecording()
    await using recording = record(bus, log)
    bus.on('note.made', ({ data }) => {
      bus.emitSync('note.read', note(`${data.text} read`))
      bus.emitSync('alarm.rung', note(`${data.text} rung`))
    })
    bus.emitSync('note.made', note('a'))
    bus.emitSync('note.made', note('b'))
    await recording.flush()
    expect(await textsIn(log)).toEqual(['a', 'a read', 'a rung', 'b', 'b read', 'b rung'])
    expect((await eventsIn(log)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('writes an event down before its handlers can change it', async () => {
    const { bus, log } = await setUpRecording({ freeze: false })
    await using recording = record(bus, log)
    bus.on('note.made', ({ data }) => {
      data.text = 'changed'
    })
    const data = note('as it was')
    bus.emitSync('note.made', data)
    data.text = 'changed again'
    await recording.flush()
    expect(await textsIn(log)).toEqual(['as it was'])
  })

  it('records from the next event on', async () => {
    const { bus, log } = await setUpRecording()
    bus.emitSync('note.made', note('before'))
    await using recording = record(bus, log)
    bus.emitSync('note.made', note('after'))
    await recording.flush()
    expect(await textsIn(log)).toEqual(['after'])
  })

  it.each([
    ['note.*', ['a', 'b']],
    ['*.read', ['b']],
    [
      ['note.made', 'alarm.*'],
      ['a', 'c'],
    ],
    [
      ['action.**', 'note.made', 'note.*'],
      ['a', 'b', 'd'],
    ],
    ['*', ['a', 'b', 'c', 'd']],
    [undefined, ['a', 'b', 'c', 'd']],
  ] as const)('records what %j covers, each event once', async (pattern, expected) => {
    const { bus, log } = await setUpRecording()
    await using recording = record(bus, log, pattern === undefined ? {} : { pattern })
    bus.emitSync('note.made', note('a'))
    bus.emitSync('note.read', note('b'))
    bus.emitSync('alarm.rung', note('c'))
    bus.emitSync('action.buy.start', note('d'))
    await recording.flush()
    expect(await textsIn(log)).toEqual(expected)
  })

  it('forgets which types it has met where there is no end of them', async () => {
    const { bus, log } = await setUpRecording({ history: 0 })
    await using recording = record(bus, log, { pattern: 'action.**' })
    const types = 10_050
    for (let index = 0; index < types; index += 1) {
      bus.emitSync(`action.a${index}.start`, hello)
      bus.emitSync('note.made', hello)
    }
    bus.emitSync('action.a0.start', hello)
    await recording.flush()
    expect(recording.stats).toMatchObject({ recorded: types + 1, lost: 0 })
  })

  it('records what a bus dispatches while it closes, if the recording is stopped later', async () => {
    const { bus, log } = await setUpRecording()
    const recording = record(bus, log)
    bus.on('note.made', async () => {
      await Promise.resolve()
      throw new Error('made up')
    })
    bus.emitSync('note.made', note('a'))
    await bus.close()
    await recording.stop()
    expect(await textsIn(log)).toEqual(['a', 'system.error'])
  })

  it('records several buses in one log, each in its order', async () => {
    const { bus, log } = await setUpRecording({ run: 'one' })
    const other = setUp({ run: 'two' }).bus
    await using first = record(bus, log)
    await using second = record(other, log)
    for (let index = 0; index < 10; index += 1) {
      bus.emitSync('note.made', note(`one ${index}`))
      other.emitSync('note.made', note(`two ${index}`))
    }
    await Promise.all([first.flush(), second.flush()])
    const ids = (await eventsIn(log)).map(({ id }) => id)
    const numbers = Array.from({ length: 10 }, (_, index) => index + 1)
    expect(ids.filter((id) => id.startsWith('one'))).toEqual(numbers.map((n) => `one-${n}`))
    expect(ids.filter((id) => id.startsWith('two'))).toEqual(numbers.map((n) => `two-${n}`))
    expect(ids).toHaveLength(20)
    expect(first.stats.recorded).toBe(10)
  })

  it('records one bus twice, by what each recording covers', async () => {
    const { bus, log } = await setUpRecording()
    const other = memoryLog({ catalog })
    await using notes = record(bus, log, { pattern: 'note.*', durability: 'each' })
    await using alarms = record(bus, log, { pattern: 'alarm.*', durability: 'lazy' })
    await using all = record(bus, other)
    bus.emitSync('note.made', note('a'))
    bus.emitSync('alarm.rung', note('b'))
    await Promise.all([notes.flush(), alarms.flush(), all.flush()])
    expect((await textsIn(log)).toSorted()).toEqual(['a', 'b'])
    expect(await textsIn(other)).toEqual(['a', 'b'])
    await other.close()
  })

  it('waits for real time alone, on a bus whose clock stands still', async () => {
    const bus = createBus({ catalog, clock: new SimulatedClock() })
    await using log = memoryLog({ catalog })
    const recording = record(bus, log)
    await bus.emit('note.made', note('a'))
    await recording.flush()
    expect(await textsIn(log)).toEqual(['a'])
    await recording.stop()
  })

  it('makes the same log of the same backtest', async () => {
    const run = async (): Promise<string> => {
      const clock = new SimulatedClock({ start: 5 })
      const bus = createBus({ catalog, clock })
      await using log = memoryLog({ catalog })
      await using recording = record(bus, log)
      bus.on('note.made', async ({ data }) => {
        await clock.sleep(3)
        bus.emitSync('note.read', data)
      })
      for (let index = 0; index < 50; index += 1) {
        clock.setTimer(index, () => void bus.emitSync('note.made', note(`${index}`)))
      }
      await clock.advanceBy(100)
      await recording.flush()
      return JSON.stringify(await eventsIn(log))
    }
    const first = await run()
    expect(await run()).toBe(first)
    expect(first).toContain('"timestamp":54')
  })

  it('refuses what the log could not write down', async () => {
    const bus = createBus({ catalog })
    await using log = memoryLog()
    expect(() => record(bus, log)).toThrow(
      'The bus emits "note.made" in version 1, and the log does not know it. Open the log with { catalog: bus.catalog }, or record with a pattern that leaves it out.',
    )
    expect(() => record(bus, log, { pattern: ['order.*', 'action.**'] })).toThrow(
      '"action.{name}.start"',
    )
    await record(bus, log, { pattern: ['order.*', 'system.*'] }).stop()
  })

  it('refuses a log that has another version of an event', async () => {
    const definition = (version: number) => ({
      'own.event': {
        description: 'Has changed.',
        version,
        payload: z.strictObject({ text: z.string() }),
        example: hello,
      },
    })
    const bus = createBus({ catalog: defineEvents(definition(1)) })
    await using log = memoryLog({ catalog: defineEvents(definition(2)) })
    expect(() => record(bus, log)).toThrow(
      'The bus emits "own.event" in version 1, and the log has version 2 of it.',
    )
  })

  it('refuses a log that is read-only or closed', async () => {
    const { bus } = setUp()
    const log = memoryLog({ catalog })
    const writer = (): never => {
      throw new Error('not asked')
    }
    const readOnly = {
      catalog,
      readOnly: true,
      closed: false,
      writer,
    } as unknown as EventLog<Schemas>
    expect(() => record(bus, readOnly)).toThrow('No recording was begun: the log was opened with')
    await log.close()
    expect(() => record(bus, log)).toThrow(coded('LOG_CLOSED'))
    expect(bus.stats.emitted).toBe(0)
  })

  it.each([
    [{ durabilty: 'each' }, 'record has no option "durabilty"'],
    [{ durability: 'most' }, "durability must be 'each', 'group' or 'lazy'"],
    [{ writeAhead: 1 }, 'writeAhead must be true or false, but is 1.'],
    [{ capacity: 0 }, 'capacity must be a whole number of at least 1'],
    [{ overflow: 'wait' }, "overflow must be 'drop-newest', 'drop-oldest' or 'hold'"],
    [{ overflow: 'hold', writeAhead: true }, 'leave one of the two out'],
    [{ retryMs: 0 }, 'retryMs must be a finite number'],
    [{ onWarning: 'log' }, 'onWarning must be a function'],
    [{ pattern: [] }, 'pattern must be a pattern or a list of at least one'],
    [{ pattern: 7 }, 'pattern must be a pattern or a list of at least one'],
    [{ pattern: 'order.*.' }, 'A pattern must be an event type'],
  ])('refuses the options %j', async (options, message) => {
    const { bus, log } = await setUpRecording()
    const attempt = () => record(bus, log, options as RecordOptions<'*'>)
    expect(attempt).toThrow(message)
    expect(attempt).toThrow(coded('CONFIGURATION'))
    // Nothing was left behind.
    await record(bus, log, { writeAhead: true }).stop()
    expect((await log.stats()).pending).toBe(0)
  })

  it('refuses a pattern that covers nothing', async () => {
    const { bus, log } = await setUpRecording()
    expect(() => record(bus, log, { pattern: 'nothing.*' as '*' })).toThrow(coded('EVENT_UNKNOWN'))
  })
})

describe('Recording.stop', () => {
  it('writes what waits, and records nothing more', async () => {
    const { bus, log } = await setUpRecording()
    const clock = new SimulatedClock()
    const recording = record(bus, log, { clock })
    bus.emitSync('note.made', note('a'))
    const stopped = recording.stop()
    bus.emitSync('note.made', note('b'))
    await stopped
    expect(recording.stop()).toBe(stopped)
    expect(clock.pendingTimers).toBe(0)
    bus.emitSync('note.made', note('c'))
    expect(await textsIn(log)).toEqual(['a'])
    expect(recording.stats).toMatchObject({ recorded: 1, pending: 0 })
  })

  it('leaves the log open, and works after it was closed', async () => {
    const { bus, log } = await setUpRecording()
    const recording = record(bus, log)
    bus.emitSync('note.made', note('a'))
    await recording[Symbol.asyncDispose]()
    expect(log.closed).toBe(false)
    const second = record(bus, log)
    bus.emitSync('note.made', note('b'))
    await log.close()
    await second.stop()
    expect(second.stats).toMatchObject({ recorded: 1, lost: 0 })
  })

  it('has a bound in real time, and then says what is not known', async () => {
    const { bus, log, store } = await setUpRecording()
    const clock = new SimulatedClock()
    const warnings = warningsOf(bus)
    const recording = record(bus, log, { clock })
    store.stall()
    bus.emitSync('note.made', note('a'))
    const stopped = recording.stop({ timeoutMs: 50 })
    await Promise.all([
      expect(stopped).rejects.toThrow('has not answered for 50 ms'),
      clock.advanceBy(50),
    ])
    await expect(stopped).rejects.toMatchObject({ code: 'LOG_STORAGE' })
    expect(warnings).toMatchObject([{ code: 'log_unwritten', details: { unwritten: 1 } }])
    expect(recording.stats).toMatchObject({ recorded: 0, pending: 1 })
    store.go()
    await log.close()
  })

  it('refuses options that cannot be', async () => {
    const { bus, log } = await setUpRecording()
    await using recording = record(bus, log)
    expect(() => recording.stop({ timeoutMs: -1 })).toThrow('timeoutMs must be a finite number')
    expect(() => recording.stop({ timeout: 1 } as object)).toThrow('stop has no option "timeout"')
  })
})

describe('record of what is no bus or no log', () => {
  it('says what it takes, and that an await is missing', () => {
    const log = memoryLog()
    const bus = createBus()
    const misuse = record as unknown as (...values: readonly unknown[]) => void
    expect(() => misuse(log, bus)).toThrow(/first/)
    expect(() => misuse(bus, Promise.resolve(log))).toThrow('Await openLog')
    expect(() => misuse(undefined, log)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
    expect(() => misuse(bus, undefined)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
  })

  it('says that a bus has one recording that holds its events', async () => {
    const log = memoryLog()
    const bus = createBus()
    await using _first = record(bus, log, { writeAhead: true })
    expect(() => record(bus, log, { overflow: 'hold' })).toThrow('at most one recording')
  })
})

describe('stop of a recording whose log was closed first', () => {
  it('rejects, and the stats say what is missing', async () => {
    const log = memoryLog()
    const bus = createBus({ onError: () => {} })
    const recording = record(bus, log)
    await log.close()
    bus.emitSync('system.connected', { timestamp: 1, endpoint: 'feed', attempt: 1 })
    expect(recording.stats).toMatchObject({ failing: true, failure: { code: 'LOG_CLOSED' } })
    await expect(recording.stop()).rejects.toThrow('the log was closed first')
  })
})
