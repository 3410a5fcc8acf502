import { SimulatedClock, type SystemWarning } from 'tradewire'
import { describe, expect, it, vi } from 'vitest'
import type { LogWriter } from '../../src/log/log-writer.ts'
import { memoryLog } from '../../src/log/open-store.ts'
import { record } from '../../src/log/record.ts'
import { catalog, coded, hello, rest, setUp, textsOf } from '../support/buses.ts'
import { FailingStore } from '../support/failing-store.ts'
import { setUpRecording, textsIn } from '../support/recordings.ts'

const note = (text: string): { text: string } => ({ text })

// The storage is a double that fails and stalls on command.
describe('record with writeAhead', () => {
  it.each(['each', 'group', 'lazy'] as const)(
    'dispatches an event only once it is in the log, with durability %s',
    async (durability) => {
      const { bus, log, store, storage } = await setUpRecording()
      await using recording = record(bus, log, { writeAhead: true, durability })
      const heard = textsOf(bus, 'note.made')
      store.stall()
      const emission = bus.emit('note.made', note('a'))
      await storage.advanceBy(100)
      expect(heard).toEqual([])
      expect(bus.history.size).toBe(0)
      expect(recording.stats).toMatchObject({ pending: 1, recorded: 0 })
      store.go()
      await storage.advanceBy(100)
      await emission
      expect(heard).toEqual(['a'])
      expect(recording.stats).toMatchObject({ pending: 0, recorded: 1, refused: 0 })
    },
  )

  it('keeps the order of the bus, handlers that emit included', async () => {
    const { bus } = setUp()
    await using log = memoryLog({ catalog })
    await using recording = record(bus, log, { writeAhead: true })
    bus.on('note.made', async ({ data }) => {
      await bus.emit('note.read', note(`${data.text} read`))
    })
    const seen: number[] = []
    bus.on('*', ({ sequence }) => void seen.push(sequence))
    const emissions = ['a', 'b', 'c'].map((text) => bus.emit('note.made', note(text)))
    await Promise.all(emissions)
    await bus.idle()
    expect(seen).toEqual([1, 2, 3, 4, 5, 6])
    expect(await textsIn(log)).toEqual(['a', 'b', 'c', 'a read', 'b read', 'c read'])
    expect(recording.stats).toMatchObject({ recorded: 6, refused: 0 })
  })

  it('writes an event down as it was emitted', async () => {
    const { bus, log } = await setUpRecording({ freeze: false })
    await using _ = record(bus, log, { writeAhead: true, durability: 'each' })
    const data = note('as it was')
    const emission = bus.emit('note.made', data)
    data.text = 'changed'
    await emission
    expect(await textsIn(log)).toEqual(['as it was'])
  })

  it('lets events pass that the pattern does not cover', async () => {
    const { bus, log, store } = await setUpRecording()
    await using _ = record(bus, log, { writeAhead: true, pattern: 'note.*' })
    const heard = textsOf(bus, 'alarm.rung')
    store.stall()
    await bus.emit('alarm.rung', note('a'))
    expect(heard).toEqual(['a'])
    void bus.emit('note.made', note('b'))
    const behind = bus.emit('alarm.rung', note('c'))
    await rest()
    expect(heard).toEqual(['a'])
    store.go()
    await Promise.all([_.flush(), behind])
    expect(heard).toEqual(['a', 'c'])
  })

  it('dispatches nothing while the storage fails, says so to onWarning, and goes on', async () => {
    const { bus, log, store, storage } = await setUpRecording()
    const codes: string[] = []
    const onWarning = ({ code }: SystemWarning): void => void codes.push(code)
    await using recording = record(bus, log, { writeAhead: true, onWarning })
    const heard = textsOf(bus, 'note.made')
    store.fail()
    const emission = bus.emit('note.made', note('a'))
    await storage.advanceBy(20_000)
    expect(heard).toEqual([])
    expect(codes).toEqual(['log_failing'])
    expect(recording.stats).toMatchObject({ failing: true, recorded: 0 })
    store.mend()
    await storage.advanceBy(20_000)
    await emission
    expect(heard).toEqual(['a'])
    expect(codes).toEqual(['log_failing', 'log_recovered'])
    await recording.flush()
    expect(await textsIn(log)).toEqual(['a', 'log_failing', 'log_recovered'])
  })

  it('refuses emissions where there is no room', async () => {
    const { bus, log, store, storage, lastResort } = await setUpRecording()
    const codes: string[] = []
    const onWarning = ({ code }: SystemWarning): void => void codes.push(code)
    const options = { writeAhead: true, capacity: 2, pattern: 'note.*', onWarning } as const
    await using recording = record(bus, log, options)
    const heard = textsOf(bus, 'note.made')
    store.stall()
    const emissions = ['a', 'b', 'c'].map((text) => bus.emit('note.made', note(text)))
    await expect(emissions[2]).rejects.toEqual(coded('LOG_BUFFER_FULL'))
    bus.emitSync('note.made', note('d'))
    await rest()
    expect(lastResort).toMatchObject([{ error: coded('LOG_BUFFER_FULL') }])
    expect(codes).toEqual(['log_buffer_full'])
    store.go()
    await storage.advanceBy(100)
    await Promise.all(emissions.slice(0, 2))
    expect(heard).toEqual(['a', 'b'])
    expect(recording.stats).toMatchObject({ recorded: 2, refused: 2, lost: 0 })
    expect(await textsIn(log)).toEqual(['a', 'b'])
  })

  it('refuses an event that cannot be written down, and dispatches those behind it', async () => {
    const { bus, log } = await setUpRecording()
    await using recording = record(bus, log, { writeAhead: true, durability: 'each' })
    const heard = textsOf(bus, 'note.made')
    const tooLarge = bus.emit('note.made', note('x'.repeat(2_000_000)))
    const next = bus.emit('note.made', note('b'))
    await expect(tooLarge).rejects.toEqual(coded('EVENT_TOO_LARGE'))
    await next
    expect(heard).toEqual(['b'])
    expect(recording.stats).toMatchObject({ recorded: 1, refused: 1 })
    expect(bus.stats.refused).toBe(1)
  })

  it('refuses events that are lost as it stops, and lets later ones pass', async () => {
    const { bus, log, store } = await setUpRecording()
    const recording = record(bus, log, { writeAhead: true, pattern: 'note.*' })
    const heard = textsOf(bus, 'note.made')
    store.fail()
    const emission = bus.emit('note.made', note('a'))
    await expect(recording.stop()).rejects.toEqual(coded('LOG_STORAGE'))
    await expect(emission).rejects.toEqual(coded('LOG_STORAGE'))
    expect(recording.stats).toMatchObject({ lost: 1, refused: 1, recorded: 0 })
    await bus.emit('note.made', note('b'))
    expect(heard).toEqual(['b'])
  })

  it('refuses events that the storage gives no answer for as it stops', async () => {
    const { bus, log, store } = await setUpRecording()
    const clock = new SimulatedClock()
    const recording = record(bus, log, { writeAhead: true, clock, pattern: 'note.*' })
    const heard = textsOf(bus, 'note.made')
    store.stall()
    const emissions = ['a', 'b'].map((text) => bus.emit('note.made', note(text)))
    const stopped = recording.stop({ timeoutMs: 50 })
    const outcomes = Promise.allSettled([stopped, ...emissions])
    await clock.advanceBy(50)
    const refused = { status: 'rejected', reason: coded('LOG_STORAGE') }
    expect(await outcomes).toEqual([refused, refused, refused])
    await bus.emit('note.made', note('c'))
    store.go()
    await log.close()
    expect(heard).toEqual(['c'])
    expect(recording.stats.refused).toBe(2)
  })

  it('dispatches what it has written as it stops', async () => {
    const { bus, log } = await setUpRecording()
    const recording = record(bus, log, { writeAhead: true })
    const heard = textsOf(bus, 'note.made')
    const emission = bus.emit('note.made', note('a'))
    await recording.stop()
    await emission
    expect(heard).toEqual(['a'])
    expect(await textsIn(log)).toEqual(['a'])
  })

  it('refuses events once the log is closed, and says so', async () => {
    const { bus, log } = await setUpRecording()
    const warned: SystemWarning[] = []
    const onWarning = (warning: SystemWarning): void => void warned.push(warning)
    await using recording = record(bus, log, { writeAhead: true, onWarning })
    const heard = textsOf(bus, 'note.made')
    await log.close()
    await expect(bus.emit('note.made', hello)).rejects.toEqual(coded('LOG_CLOSED'))
    expect(heard).toEqual([])
    // The warning that says so is an event, which is refused, too.
    expect(recording.stats).toMatchObject({ refused: 2, lost: 0 })
    expect(warned).toMatchObject([{ code: 'log_failing' }])
  })

  it('lets a bus close with all it has accepted recorded and handled', async () => {
    const { bus, log } = await setUpRecording()
    await using recording = record(bus, log, { writeAhead: true })
    const heard = textsOf(bus, 'note.made')
    for (const text of ['a', 'b']) bus.emitSync('note.made', note(text))
    const closing = bus.close()
    await recording.flush()
    await closing
    expect(heard).toEqual(['a', 'b'])
    expect(await textsIn(log)).toEqual(['a', 'b'])
  })

  it('is for one recording of a bus', async () => {
    const { bus, log } = await setUpRecording()
    const first = record(bus, log, { writeAhead: true })
    const writer = vi.spyOn(log, 'writer')
    expect(() => record(bus, log, { overflow: 'hold' })).toThrow(coded('CONFIGURATION'))
    await first.stop()
    const again = record(bus, log, { writeAhead: true })
    const event = await bus.emit('note.made', hello)
    await again.stop()
    // Nor was a writer left behind.
    expect(writer).toHaveBeenCalledTimes(2)
    const [refused] = writer.mock.results as { readonly value: LogWriter }[]
    expect(() => refused!.value.write(event)).toThrow(coded('LOG_CLOSED'))
  })
})

describe("record with overflow 'hold'", () => {
  it('holds dispatch while as many wait as may, and loses nothing', async () => {
    const { bus, log, store, storage } = await setUpRecording()
    await using recording = record(bus, log, { overflow: 'hold', capacity: 2 })
    const heard = textsOf(bus, 'note.made')
    store.stall()
    const emissions = ['a', 'b', 'c', 'd'].map((text) => bus.emit('note.made', note(text)))
    expect(heard).toEqual(['a', 'b'])
    await rest()
    expect(heard).toEqual(['a', 'b'])
    expect(recording.stats).toMatchObject({ pending: 4, lost: 0 })
    store.go()
    await storage.advanceBy(100)
    await Promise.all(emissions)
    expect(heard).toEqual(['a', 'b', 'c', 'd'])
    expect(await textsIn(log)).toEqual(['a', 'b', 'c', 'd'])
    expect(recording.stats).toMatchObject({ recorded: 4, lost: 0, refused: 0 })
  })

  it('lets one event go for each that has become durable', async () => {
    const { bus, log, store } = await setUpRecording()
    const options = { overflow: 'hold', capacity: 2, durability: 'each' } as const
    await using recording = record(bus, log, options)
    const heard = textsOf(bus, 'note.made')
    store.stall()
    // The first append gets an answer.
    const work = FailingStore.prototype.append
    vi.spyOn(store, 'append').mockImplementationOnce((...call) =>
      work.apply(new FailingStore(), call),
    )
    const emissions = ['a', 'b', 'c', 'd'].map((text) => bus.emit('note.made', note(text)))
    await rest()
    expect(heard).toEqual(['a', 'b', 'c'])
    store.go()
    await Promise.all(emissions)
    expect(recording.stats.lost).toBe(0)
  })

  it('makes who awaits as fast as the storage, and no faster', async () => {
    const { bus } = setUp({ history: 0 })
    await using log = memoryLog({ catalog })
    await using recording = record(bus, log, { overflow: 'hold', capacity: 100 })
    let most = 0
    for (let index = 0; index < 3_000; index += 1) {
      await bus.emit('note.made', hello)
      most = Math.max(most, recording.stats.pending)
    }
    await recording.flush()
    expect(most).toBeLessThanOrEqual(100)
    expect(recording.stats).toMatchObject({ recorded: 3_000, lost: 0 })
  })

  it('dispatches, and warns of, an event that cannot be written down', async () => {
    const { bus, log } = await setUpRecording()
    await using recording = record(bus, log, { overflow: 'hold' })
    const heard = textsOf(bus, 'note.made')
    bus.emitSync('note.made', note('x'.repeat(2_000_000)))
    await recording.flush()
    expect(heard).toHaveLength(1)
    expect(await textsIn(log)).toEqual(['log_refused'])
    expect(recording.stats).toMatchObject({ refused: 1, recorded: 1 })
  })

  it('lets go what the storage gives no answer for as it stops', async () => {
    const { bus, log, store } = await setUpRecording()
    const clock = new SimulatedClock()
    const options = { overflow: 'hold', capacity: 1, clock } as const
    const recording = record(bus, log, options)
    const heard = textsOf(bus, 'note.made')
    store.stall()
    const emissions = ['a', 'b', 'c'].map((text) => bus.emit('note.made', note(text)))
    const stopped = recording.stop({ timeoutMs: 50 })
    await clock.advanceBy(50)
    await expect(stopped).rejects.toThrow('for 50 ms')
    await Promise.all(emissions)
    expect(heard).toEqual(['a', 'b', 'c'])
    store.go()
    await log.close()
  })

  it('lets go what it holds as it stops while the storage fails', async () => {
    const { bus, log, store } = await setUpRecording()
    const recording = record(bus, log, { overflow: 'hold', capacity: 1, pattern: 'note.*' })
    const heard = textsOf(bus, 'note.made')
    store.fail()
    const emissions = ['a', 'b', 'c'].map((text) => bus.emit('note.made', note(text)))
    await expect(recording.stop()).rejects.toThrow('3 of its events')
    await Promise.all(emissions)
    expect(heard).toEqual(['a', 'b', 'c'])
  })
})
