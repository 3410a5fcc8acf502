import { createBus, defineEvents, SimulatedClock, type SystemWarning, z } from 'tradewire'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { memoryLog, openStore } from '../../src/log/open-store.ts'
import { record } from '../../src/log/record.ts'
import { hello, rest, setUp } from '../support/buses.ts'
import { FailingStore } from '../support/failing-store.ts'
import { eventsIn, setUpRecording, textsIn, warningsOf } from '../support/recordings.ts'
import { unhandledDuring } from '../support/rejections.ts'

const note = (text: string): { text: string } => ({ text })

afterEach(() => vi.restoreAllMocks())

// The storage is a double that fails on command.
describe('record while the storage fails', () => {
  it('keeps events in memory, says so once, and writes them in order once it works', async () => {
    const { bus, log, store, storage } = await setUpRecording()
    const clock = new SimulatedClock()
    const warnings = warningsOf(bus)
    await using recording = record(bus, log, { clock })
    bus.emitSync('note.made', note('a'))
    await recording.flush()
    store.fail()
    bus.emitSync('note.made', note('b'))
    await storage.advanceBy(10)
    expect(recording.stats).toMatchObject({ recorded: 1, failing: true, lost: 0, position: 1 })
    expect(recording.stats.failure).toBe(store.failure)
    for (const text of ['c', 'd', 'e']) {
      bus.emitSync('note.made', note(text))
      await storage.advanceBy(10_000)
    }
    // b, the warning, c, d and e.
    expect(recording.stats).toMatchObject({ recorded: 1, pending: 5, lost: 0 })
    await clock.advanceBy(1_500)
    store.mend()
    await storage.advanceBy(10_000)
    await recording.flush()
    expect(await textsIn(log)).toEqual(['a', 'b', 'log_failing', 'c', 'd', 'e', 'log_recovered'])
    expect(recording.stats).toMatchObject({ recorded: 7, pending: 0, failing: false, lost: 0 })
    expect(warnings).toMatchObject([
      {
        code: 'log_failing',
        details: {
          pending: 1,
          capacity: 100_000,
          error: 'LogStorageError',
          errorCode: 'LOG_STORAGE',
        },
      },
      { code: 'log_recovered', details: { pending: 0, lost: 0, failedMs: 1_500, pattern: '*' } },
    ])
  })

  it('says it again the next time', async () => {
    const { bus, log, store, storage } = await setUpRecording()
    const warnings = warningsOf(bus)
    await using _ = record(bus, log)
    for (const text of ['a', 'b']) {
      store.fail()
      bus.emitSync('note.made', note(text))
      await storage.advanceBy(1_000)
      store.mend()
      await storage.advanceBy(10_000)
    }
    const twice = ['log_failing', 'log_recovered', 'log_failing', 'log_recovered']
    expect(warnings.map(({ code }) => code)).toEqual(twice)
  })

  it('counts as one time of trouble what fails again before all is written', async () => {
    const { bus, log, store, storage } = await setUpRecording()
    const warnings = warningsOf(bus)
    await using recording = record(bus, log, { durability: 'each' })
    store.fail()
    for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', note(text))
    await storage.advanceBy(1_000)
    store.mend()
    // It works for one event, and fails with the next.
    const append = vi.spyOn(store, 'append')
    append.mockImplementationOnce(async (...call) => {
      const positions = await FailingStore.prototype.append.apply(store, call)
      store.fail()
      return positions
    })
    await storage.advanceBy(10_000)
    expect(recording.stats).toMatchObject({ recorded: 1, failing: true })
    store.mend()
    await storage.advanceBy(10_000)
    expect(warnings.map(({ code }) => code)).toEqual(['log_failing', 'log_recovered'])
    expect(await textsIn(log)).toEqual(['a', 'b', 'c', 'log_failing', 'log_recovered'])
  })

  it('loses the newest where there is no room, counts them, and says so once', async () => {
    const { bus, log, store, storage } = await setUpRecording()
    const warnings = warningsOf(bus)
    await using recording = record(bus, log, { capacity: 3 })
    store.fail()
    bus.emitSync('note.made', note('a'))
    await storage.advanceBy(10)
    for (const text of ['b', 'c', 'd', 'e']) bus.emitSync('note.made', note(text))
    // a, log_failing and b fill the buffer; c, d, e and log_buffer_full are lost.
    expect(recording.stats).toMatchObject({ pending: 3, lost: 4, recorded: 0, refused: 0 })
    store.mend()
    await storage.advanceBy(10_000)
    bus.emitSync('note.made', note('f'))
    await recording.flush()
    expect(await textsIn(log)).toEqual(['a', 'log_failing', 'b', 'log_recovered', 'f'])
    expect(warnings.map(({ code }) => code)).toEqual([
      'log_failing',
      'log_buffer_full',
      'log_recovered',
    ])
    expect(warnings.at(-1)?.details).toMatchObject({ lost: 4 })
  })

  it('loses the oldest, if asked', async () => {
    const { bus, log, store, storage } = await setUpRecording()
    await using recording = record(bus, log, {
      capacity: 3,
      overflow: 'drop-oldest',
      pattern: 'note.*',
    })
    store.fail()
    bus.emitSync('note.made', note('a'))
    await storage.advanceBy(10)
    for (const text of ['b', 'c', 'd', 'e']) bus.emitSync('note.made', note(text))
    expect(recording.stats).toMatchObject({ pending: 3, lost: 2 })
    store.mend()
    await storage.advanceBy(10_000)
    expect(await textsIn(log)).toEqual(['c', 'd', 'e'])
  })

  it('says that a storage that only is too slow has cost events, and when that has ended', async () => {
    const { bus, log, store } = await setUpRecording()
    const warnings = warningsOf(bus)
    await using recording = record(bus, log, { capacity: 2, pattern: 'note.*' })
    store.stall()
    for (const text of ['a', 'b', 'c', 'd']) bus.emitSync('note.made', note(text))
    expect(warnings).toMatchObject([
      { code: 'log_buffer_full', details: { pending: 2, capacity: 2, policy: 'drop-newest' } },
    ])
    store.go()
    await recording.flush()
    await rest()
    expect(warnings.at(-1)).toMatchObject({ code: 'log_recovered', details: { lost: 2 } })
    expect(recording.stats).toMatchObject({ recorded: 2, lost: 2, failing: false })
    store.stall()
    for (const text of ['e', 'f', 'g']) bus.emitSync('note.made', note(text))
    store.go()
    await recording.flush()
    await rest()
    expect(warnings.slice(2)).toMatchObject([
      { code: 'log_buffer_full' },
      { code: 'log_recovered', details: { lost: 1 } },
    ])
    expect(recording.stats).toMatchObject({ recorded: 4, lost: 3 })
  })

  it('does not take for recovery that all that waited was lost', async () => {
    const { bus, log, store, storage } = await setUpRecording()
    const warnings = warningsOf(bus)
    const options = { capacity: 2, overflow: 'drop-oldest', pattern: 'note.*' } as const
    await using recording = record(bus, log, options)
    const codes = () => warnings.map(({ code }) => code)
    for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', note(text))
    store.fail()
    await storage.advanceBy(10)
    for (const text of ['d', 'e']) bus.emitSync('note.made', note(text))
    await rest()
    expect(codes()).toEqual(['log_buffer_full', 'log_failing'])
    expect(recording.stats).toMatchObject({ pending: 2, lost: 3, failing: true })
    store.mend()
    await storage.advanceBy(10_000)
    expect(codes()).toEqual(['log_buffer_full', 'log_failing', 'log_recovered'])
    expect(warnings.at(-1)?.details).toMatchObject({ lost: 3 })
    expect(await textsIn(log)).toEqual(['d', 'e'])
  })

  it('does not hold up dispatch', async () => {
    const { bus, log, store } = await setUpRecording()
    store.stall()
    const recording = record(bus, log)
    let heard = 0
    bus.on('note.made', () => {
      heard += 1
    })
    for (let index = 0; index < 1_000; index += 1) await bus.emit('note.made', hello)
    expect(heard).toBe(1_000)
    expect(recording.stats.pending).toBe(1_000)
    store.go()
    await recording.stop()
    expect(recording.stats.recorded).toBe(1_000)
  })

  it('loses events that come after the log was closed, and says so', async () => {
    const { bus, log } = await setUpRecording()
    const warnings = warningsOf(bus)
    const recording = record(bus, log, { pattern: 'note.*' })
    await log.close()
    bus.emitSync('note.made', note('a'))
    bus.emitSync('note.made', note('b'))
    expect(warnings).toMatchObject([{ code: 'log_failing', details: { errorCode: 'LOG_CLOSED' } }])
    expect(recording.stats).toMatchObject({ recorded: 0, lost: 2, pending: 0, failing: true })
    await expect(recording.stop()).rejects.toThrow('2 of its events')
  })

  it('says of an event that cannot be written down which one it is, not what it holds', async () => {
    const { bus, log } = await setUpRecording()
    const warnings = warningsOf(bus)
    await using recording = record(bus, log)
    const secret = 'canary'.repeat(200_000)
    bus.emitSync('note.made', note('a'))
    const refused = bus.emitSync('note.made', note(secret))
    bus.emitSync('note.made', note('b'))
    await recording.flush()
    expect(await textsIn(log)).toEqual(['a', 'log_refused', 'b'])
    expect(warnings).toMatchObject([
      {
        code: 'log_refused',
        details: {
          eventId: refused.id,
          eventType: 'note.made',
          error: 'EventTooLargeError',
          errorCode: 'EVENT_TOO_LARGE',
        },
      },
    ])
    expect((await eventsIn(log))[1]).toMatchObject({ causationId: refused.id, source: 'log' })
    expect(JSON.stringify(warnings)).not.toContain('canary')
    expect(recording.stats).toMatchObject({ recorded: 3, refused: 1, lost: 0 })
  })

  it('does not warn of a warning of its own that cannot be written down', async () => {
    const { bus, log } = await setUpRecording({ validate: false, freeze: false })
    const warnings = warningsOf(bus)
    bus.use({
      before: ({ type, data }) => {
        if (type === 'system.warning') return { data: { ...data, code: 7 as never } }
        return undefined
      },
    })
    await using recording = record(bus, log)
    bus.emitSync('note.made', note('x'.repeat(2_000_000)))
    expect(warnings).toHaveLength(1)
    expect(recording.stats).toMatchObject({ refused: 2, pending: 0 })
  })

  it('tells onWarning, at once, and survives that it fails', async () => {
    const { bus, log } = await setUpRecording()
    const heard: SystemWarning[] = []
    const complaints = vi.spyOn(console, 'error').mockReturnValue()
    const onWarning = (warning: SystemWarning): Promise<void> => {
      heard.push(warning)
      if (heard.length === 1) throw new Error('made up')
      return Promise.reject(new Error('made up, too'))
    }
    await using recording = record(bus, log, { onWarning })
    const unhandled = await unhandledDuring(() => {
      for (const length of [2_000_000, 3_000_000])
        bus.emitSync('note.made', note('x'.repeat(length)))
    })
    expect(unhandled).toEqual([])
    expect(heard.map(({ code, timestamp }) => [code, timestamp])).toEqual([
      ['log_refused', 1_000],
      ['log_refused', 1_000],
    ])
    expect(complaints).toHaveBeenCalledTimes(2)
    expect(recording.stats.refused).toBe(2)
  })

  it('tells onWarning where the bus is closed, knows no warning, or refuses it', async () => {
    const codes: string[] = []
    const onWarning = ({ code }: SystemWarning): void => void codes.push(code)
    const catalog = defineEvents({
      'own.event': {
        description: 'Is alone.',
        payload: z.strictObject({ text: z.string() }),
        example: hello,
      },
    })
    const tooLarge = note('x'.repeat(2_000_000))
    const alone = createBus({ catalog })
    await using first = record(alone, memoryLog({ catalog }), { onWarning })
    alone.emitSync('own.event', tooLarge)
    expect(codes).toEqual(['log_refused'])
    expect(alone.stats.emitted).toBe(1)

    const { bus, log } = await setUpRecording({ allow: { '*': ['bot'] }, source: 'bot' })
    await using second = record(bus, log, { onWarning })
    bus.emitSync('note.made', tooLarge)
    expect(codes).toHaveLength(2)
    expect(bus.stats).toMatchObject({ emitted: 1 })

    const closed = await setUpRecording()
    const third = record(closed.bus, closed.log, { onWarning })
    closed.store.fail()
    closed.bus.emitSync('note.made', hello)
    await closed.bus.close()
    await expect(third.stop()).rejects.toThrow('1 of its events')
    expect(codes.slice(2)).toEqual(['log_failing', 'log_unwritten'])
    expect(closed.bus.stats).toMatchObject({ emitted: 1, refused: 0 })
    expect([first, second, third].map(({ stats }) => stats.refused)).toEqual([1, 1, 0])
  })

  it('names what the storage fails with where that is no error of ours', async () => {
    const { bus, log, store, storage } = await setUpRecording()
    const warnings = warningsOf(bus)
    await using _ = record(bus, log)
    store.fail(new TypeError('secret'))
    bus.emitSync('note.made', note('a'))
    await storage.advanceBy(10)
    store.mend()
    await storage.advanceBy(10_000)
    expect(warnings[0]?.details).toMatchObject({ error: 'TypeError' })
    expect(warnings[0]?.details).not.toHaveProperty('errorCode')
    expect(JSON.stringify(warnings)).not.toContain('secret')
  })
})

describe('Recording.stop while the storage fails', () => {
  it('tries once more', async () => {
    const { bus, log, store, storage } = await setUpRecording()
    const recording = record(bus, log)
    store.fail()
    bus.emitSync('note.made', note('a'))
    await storage.advanceBy(10)
    store.mend()
    await recording.stop()
    expect(await textsIn(log)).toEqual(['a', 'log_failing'])
  })

  it('rejects, says how many are not in the log, and does not hang', async () => {
    const { bus, log, store } = await setUpRecording()
    const warnings = warningsOf(bus)
    const recording = record(bus, log, { pattern: 'note.*' })
    store.fail()
    for (const text of ['a', 'b']) bus.emitSync('note.made', note(text))
    await expect(recording.stop()).rejects.toMatchObject({
      code: 'LOG_STORAGE',
      message: expect.stringContaining('2 of its events are not known to be in the log'),
      cause: store.failure,
    })
    expect(warnings.map(({ code }) => code)).toEqual(['log_failing', 'log_unwritten'])
    expect(warnings[1]?.details).toMatchObject({ unwritten: 2, error: 'LogStorageError' })
    expect(recording.stats).toMatchObject({ recorded: 0, pending: 0, lost: 2 })
    expect(await textsIn(log)).toEqual([])
  })

  it('is no unhandled rejection where nobody looks', async () => {
    const { bus, log, store } = await setUpRecording()
    const recording = record(bus, log)
    store.fail()
    bus.emitSync('note.made', note('a'))
    const unhandled = await unhandledDuring(async () => {
      void recording.stop()
      await rest()
    })
    expect(unhandled).toEqual([])
    expect(recording.stats.lost).toBeGreaterThan(0)
  })

  it('says what the log has lost as it was closed first', async () => {
    const store = new FailingStore()
    const { bus } = setUp()
    const log = await openStore(store, { catalog: bus.catalog, clock: new SimulatedClock() })
    const recording = record(bus, log, { pattern: 'note.*' })
    store.fail()
    bus.emitSync('note.made', note('a'))
    await log.close()
    await expect(recording.stop()).rejects.toThrow('1 of its events are not known')
  })
})
