import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBus, SimulatedClock } from 'tradewire'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openLog } from '../../src/log/open-log.ts'
import { memoryLog, openStore } from '../../src/log/open-store.ts'
import { record } from '../../src/log/record.ts'
import type { RecordOptions } from '../../src/log/recording.ts'
import { Choice } from '../property/choice.ts'
import { requireProperty } from '../property/runs.ts'
import { catalog, rest, setUp, type TestBus } from '../support/buses.ts'
import { FailingStore } from '../support/failing-store.ts'
import { eventsIn } from '../support/recordings.ts'

const types = ['note.made', 'note.read', 'alarm.rung'] as const
const policies: readonly RecordOptions<'*'>[] = [
  {},
  { durability: 'each' },
  { overflow: 'drop-oldest' },
  { overflow: 'hold', capacity: 3 },
  { overflow: 'hold', capacity: 1, durability: 'each' },
  { writeAhead: true },
  { writeAhead: true, durability: 'lazy' },
]

/** Handlers that emit now and then, at once and later, awaited and not, and fail at times. */
function addHandlers(bus: TestBus, choice: Choice): void {
  for (const type of types) {
    bus.on(type, async ({ data }) => {
      const next = { text: `${data.text}.` }
      if (data.text.length < 12 && choice.chance(3)) bus.emitSync(choice.of(types), next)
      if (choice.chance(4)) await Promise.resolve()
      if (data.text.length < 12 && choice.chance(4)) void bus.emit(choice.of(types), next)
      if (choice.chance(10)) throw new Error('made up')
    })
  }
}

/** Random traffic while the storage comes and goes; resolves to what was dispatched and recorded. */
async function run(seed: number): Promise<{ dispatched: string[]; recorded: string[] }> {
  const choice = new Choice(seed)
  const { bus } = setUp({ history: 10_000 })
  const store = new FailingStore()
  const storage = new SimulatedClock()
  const log = await openStore(store, { catalog, clock: storage })
  const recording = record(bus, log, choice.of(policies))
  addHandlers(bus, choice)
  const emissions: Promise<unknown>[] = []
  for (let index = 0; index < 30; index += 1) {
    if (choice.chance(6)) store.fail()
    if (choice.chance(3)) store.mend()
    if (choice.chance(8)) store.stall()
    if (choice.chance(3)) store.go()
    const type = choice.of(types)
    if (choice.chance(2)) bus.emitSync(type, { text: `${index}` })
    else emissions.push(bus.emit(type, { text: `${index}` }))
    if (choice.chance(3)) await storage.advanceBy(choice.below(300))
  }
  store.mend()
  store.go()
  // A retry is at most 5 s away.
  for (let step = 0; step < 5; step += 1) await storage.advanceBy(5_000)
  await Promise.all(emissions)
  await bus.idle()
  const closing = bus.close()
  await Promise.all([closing, recording.stop()])
  const text = (event: object): string => JSON.stringify(event)
  const result = {
    dispatched: bus.history.query().map(text),
    recorded: (await eventsIn(log)).map(text),
  }
  expect(recording.stats).toMatchObject({ lost: 0, refused: 0, pending: 0 })
  await log.close()
  return result
}

describe('record', () => {
  it('records what was dispatched, in that order, whatever the storage does', async () => {
    const property = fc.asyncProperty(fc.integer(), async (seed) => {
      const { dispatched, recorded } = await run(seed)
      expect(dispatched.length).toBeGreaterThanOrEqual(30)
      expect(recorded).toEqual(dispatched)
    })
    expect(await requireProperty('record', property, 200)).toBe(200)
  }, 120_000)

  it.each([{ writeAhead: true }, { overflow: 'hold' }, {}] as const)(
    'makes a file of %j that holds what was dispatched',
    async (options) => {
      const folder = mkdtempSync(join(tmpdir(), 'tradewire-'))
      try {
        const { bus } = setUp({ history: 10_000 })
        const log = await openLog(join(folder, 'log.db'), { catalog })
        const recording = record(bus, log, options)
        addHandlers(bus, new Choice(7))
        for (let index = 0; index < 200; index += 1) {
          if (index % 10 === 0) await bus.emit('note.made', { text: `${index}` })
          else bus.emitSync('note.made', { text: `${index}` })
        }
        await bus.idle()
        await recording.stop()
        await log.close()
        await using again = await openLog(join(folder, 'log.db'), { catalog, readOnly: true })
        const recorded = await eventsIn(again)
        const text = (event: object): string => JSON.stringify(event)
        expect(recorded.map(text)).toEqual(bus.history.query().map(text))
        expect(recording.stats).toMatchObject({ recorded: recorded.length, pending: 0, lost: 0 })
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  )

  it('records 100,000 events, and keeps only what waits', async () => {
    const bus = createBus({ catalog, history: 0 })
    await using log = memoryLog({ catalog })
    await using recording = record(bus, log, { pattern: 'note.*' })
    let most = 0
    for (let index = 1; index <= 100_000; index += 1) {
      bus.emitSync('note.made', { text: 'hello' })
      if (index % 1_000 > 0) continue
      most = Math.max(most, recording.stats.pending)
      await rest()
    }
    await recording.flush()
    expect(recording.stats).toMatchObject({ recorded: 100_000, lost: 0, position: 100_000 })
    expect(most).toBeLessThan(10_000)
  }, 120_000)
})
