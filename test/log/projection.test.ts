import * as fc from 'fast-check'
import type { Decimal } from 'tradewire'
import { openStore } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { project, stateAt } from '../../src/log/projection.ts'
import { requireProperty } from '../property/runs.ts'
import { coded } from '../support/buses.ts'
import { noted, type NotedLog, NoteStore } from '../support/consumed.ts'
import { eventMaker, logCatalog } from '../support/logged-events.ts'
import { afterFill } from '../support/projected.ts'

/** The texts of all notes, and how many events it was given. */
function words(calls: number[] = []) {
  return {
    name: 'words',
    pattern: 'note.made',
    initial: (): string[] => [],
    reduce: (state: string[], event: { data: { text: string } }, position: number): string[] => {
      calls.push(position)
      return [...state, event.data.text]
    },
  } as const
}

describe('project', () => {
  it('comes to the state that follows from the events of the pattern', async () => {
    const { log, append } = await noted()
    await append('ab!c')
    const state: string[] = await project(log, words())
    expect(state).toEqual(['a', 'b', 'c'])
  })

  it('takes all events where no pattern is given, and types what it is given', async () => {
    const { log, append } = await noted()
    await append('a!')
    const types = await project(log, {
      name: 'types',
      initial: () => new Set<string>(),
      reduce: (state, event) => (event.type === 'note.made' ? state.add(event.data.text) : state),
    })
    expect(types).toEqual(new Set(['a']))
  })

  it('may be given state that it changes', async () => {
    const { log, maker } = await noted()
    const example = logCatalog.get('order.filled').example as Parameters<typeof afterFill>[1]
    for (const side of ['buy', 'buy', 'sell'] as const) {
      const event = maker.bus.emitSync('order.filled', { ...example, side } as never)
      await log.append(event, { durability: 'each' })
    }
    const held = await project(log, {
      name: 'held',
      pattern: 'order.filled',
      initial: () => new Map<string, Decimal>(),
      reduce: (state, { data }) => afterFill(state, data),
    })
    expect(held).toEqual(new Map([[example.symbol, example.lastQuantity]]))
  })

  it('begins and ends where it is told to', async () => {
    const { log, append } = await noted()
    await append('abcdef')
    expect(await project(log, words(), { from: 3, through: 4 })).toEqual(['c', 'd'])
    expect(await project(log, words(), { through: 0 })).toEqual([])
    expect(await project(log, words(), { from: 7 })).toEqual([])
  })

  it('begins at the newest snapshot, and writes one every so often and at the end', async () => {
    const { log, append } = await noted()
    await append('abcde')
    const calls: number[] = []
    expect(await project(log, words(calls), { snapshotEvery: 2 })).toHaveLength(5)
    expect(await log.snapshots.list('words@1')).toEqual([2, 4, 5])
    await append('f')
    expect(await project(log, words(calls))).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    expect(calls).toEqual([1, 2, 3, 4, 5, 6])
    expect(await project(log, words(calls), { through: 3 })).toEqual(['a', 'b', 'c'])
    expect(calls).toEqual([1, 2, 3, 4, 5, 6, 3])
    expect(await log.snapshots.list('words@1')).toEqual([2, 4, 5])
  })

  it('writes no snapshot where nothing is new', async () => {
    const { log, store, append } = await noted()
    await append('ab')
    await project(log, words(), { snapshotEvery: 2 })
    const { writes } = store
    await project(log, words(), { snapshotEvery: 2 })
    expect(store.writes).toBe(writes)
  })

  it('looks at no snapshot of another version, or of another beginning', async () => {
    const { log, append } = await noted()
    await append('abc')
    await project(log, words(), { snapshotEvery: 1 })
    const shout = { ...words(), version: 2, reduce: (state: string[]) => [...state, 'X'] }
    expect(await project(log, shout, { snapshotEvery: 3 })).toEqual(['X', 'X', 'X'])
    expect(await project(log, words(), { from: 2, snapshotEvery: 3 })).toEqual(['b', 'c'])
    expect(await project(log, words(), { from: 2 })).toEqual(['b', 'c'])
    expect(await log.snapshots.list('words@2')).toEqual([3])
    expect(await log.snapshots.list('words@1+2')).toEqual([3])
  })

  it('knows from a snapshot what the log has forgotten', async () => {
    const { log, append } = await noted()
    await append('abc')
    await project(log, words(), { snapshotEvery: 10 })
    await log.retain({ maxEvents: 0 })
    await append('d')
    expect(await project(log, words())).toEqual(['a', 'b', 'c', 'd'])
  })

  it('does not combine an older snapshot with what is left', async () => {
    const { log, append } = await noted()
    await append('ab')
    await project(log, words(), { snapshotEvery: 10 })
    await append('c!d')
    await log.retain({ before: 4 })
    const failure = await project(log, words()).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'EVENTS_REMOVED', after: 2, through: 3 })
    expect((failure as Error).message).toContain('{ from: 4 }')
    expect(await project(log, words(), { through: 2 })).toEqual(['a', 'b'])
    await expect(project(log, words(), { through: 3 })).rejects.toEqual(coded('EVENTS_REMOVED'))
    expect(await project(log, words(), { from: 4, snapshotEvery: 1 })).toEqual(['d'])
    expect(await log.snapshots.list('words@1')).toEqual([2])
  })

  it('does not take what is left for everything', async () => {
    const { log, append } = await noted()
    await append('a!b')
    await log.retain({ before: 2 })
    await expect(project(log, words())).rejects.toEqual(coded('EVENTS_REMOVED'))
    await expect(project(log, words(), { from: 1 })).rejects.toEqual(coded('EVENTS_REMOVED'))
    expect(await project(log, words(), { from: 2 })).toEqual(['b'])
    expect(await project(log, words(), { through: 0 })).toEqual([])
    const alarms = { ...words(), name: 'alarms', pattern: 'alarm.rung' } as const
    expect(await project(log, alarms)).toEqual(['!'])
  })

  it('goes on from a snapshot of the same beginning while more and more is removed', async () => {
    const { log, append } = await noted()
    await append('abc')
    await log.retain({ before: 2 })
    expect(await project(log, words(), { from: 2, snapshotEvery: 5 })).toEqual(['b', 'c'])
    await log.retain({ maxEvents: 0 })
    await append('d')
    expect(await project(log, words(), { from: 2 })).toEqual(['b', 'c', 'd'])
  })

  /** A log of 3,500 notes, of which `before` positions are removed once that many were taken. */
  async function removing(taken: number, before: number): Promise<readonly string[]> {
    const { log, maker } = await noted()
    const texts = Array.from({ length: 3_500 }, (_, index) => String(index + 1))
    await log.append(texts.map((text) => maker.note(text)))
    const reducer = {
      ...words(),
      reduce: (state: string[], { data }: { data: { text: string } }, position: number) => {
        if (position === taken) void log.retain({ before })
        state.push(data.text)
        return state
      },
    }
    return project(log, reducer)
  }

  it('fails when events are removed that it has not come to', async () => {
    await expect(removing(500, 3_400)).rejects.toMatchObject({
      code: 'EVENTS_REMOVED',
      through: 3_399,
    })
  })

  it('does not mind that events are removed that it has been given', async () => {
    expect(await removing(1_700, 1_600)).toHaveLength(3_500)
  })

  it('refuses a snapshot of another pattern, or one that cannot be decoded', async () => {
    const { log, append } = await noted()
    await append('a!')
    await project(log, words(), { snapshotEvery: 1 })
    const other = { ...words(), pattern: 'alarm.rung' } as const
    await expect(project(log, other)).rejects.toThrow('of another pattern. Raise the version')
    const broken = {
      ...words(),
      encode: (state: string[]) => state.join(),
      decode: () => {
        throw new Error('made up by a test')
      },
    }
    await expect(project(log, broken)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      cause: { message: 'made up by a test' },
    })
  })

  it('encodes and decodes as the reducer does', async () => {
    const { log, append } = await noted()
    await append('ab')
    const own = {
      ...words(),
      encode: (state: string[]) => state.join('|'),
      decode: (text: string) => text.split('|'),
    }
    await project(log, own, { snapshotEvery: 2 })
    expect((await log.snapshots.latest('words@1'))!.text).toContain('"a|b"')
    await append('c')
    expect(await project(log, own)).toEqual(['a', 'b', 'c'])
  })

  it('writes no snapshot into a log that is only read', async () => {
    const { store, append } = await noted()
    await append('abc')
    const readOnly = new Proxy(store, {
      get: (target, key) => {
        const value: unknown = key === 'readOnly' ? true : Reflect.get(target, key)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
    const log: NotedLog = await openStore(readOnly, { catalog: logCatalog })
    expect(await project(log, words(), { snapshotEvery: 1 })).toHaveLength(3)
    expect(await log.snapshots.list('words@1')).toEqual([])
    await expect(log.snapshots.save('words@1', 1, '')).rejects.toEqual(coded('LOG_READ_ONLY'))
    await expect(log.snapshots.discard('words@1')).rejects.toEqual(coded('LOG_READ_ONLY'))
  })

  it('tells where the reducer has thrown, and of what kind the event was', async () => {
    const { log, append } = await noted()
    await append('abc')
    const cause = new Error('made up by a test')
    const failing = {
      name: 'failing',
      initial: () => 0,
      reduce: (count: number, _: unknown, position: number) => {
        if (position === 2) throw cause
        return count + 1
      },
    }
    const failure = await project(log, failing, { snapshotEvery: 1 }).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'REDUCER_FAILED', position: 2, cause })
    expect((failure as Error).message).toContain('note.made "maker-2" at position 2')
    expect(await log.snapshots.list('failing@1')).toEqual([1])
  })

  it('refuses an async reducer, and leaves no rejection behind', async () => {
    const { log, append } = await noted()
    await append('a')
    const reducer = {
      name: 'later',
      initial: (): unknown => 0,
      reduce: (): unknown => Promise.reject(new Error('made up by a test')),
    }
    await expect(project(log, reducer)).rejects.toThrow('It must return the state')
  })

  it('tells how far it has come', async () => {
    const { log, maker } = await noted()
    await log.append(Array.from({ length: 2_500 }, () => maker.note('n')))
    const told: unknown[] = []
    await project(log, words(), { onProgress: (progress) => told.push(progress) })
    expect(told).toEqual([
      { done: 1_000, total: undefined },
      { done: 2_000, total: undefined },
      { done: 2_500, total: 2_500 },
    ])
  })

  it('ends when its signal aborts', async () => {
    const { log, append } = await noted()
    await append('abc')
    const controller = new AbortController()
    const reason = new Error('enough')
    const projecting = project(
      log,
      {
        ...words(),
        reduce: (state: string[]) => {
          controller.abort(reason)
          return state
        },
      },
      { signal: controller.signal },
    )
    await expect(projecting).rejects.toBe(reason)
  })

  for (const [what, reducer, options] of [
    ['an unknown option', {}, { every: 1 }],
    ['a bad start', {}, { from: 0 }],
    ['a bad end', {}, { through: -1 }],
    ['a bad distance of snapshots', {}, { snapshotEvery: 0.5 }],
    ['progress that is no function', {}, { onProgress: 1 }],
    ['a reducer without a name', { name: '' }, {}],
    ['a reducer with a bad version', { version: 0 }, {}],
    ['a reducer without a beginning', { initial: 1 }, {}],
    ['a reducer that does not reduce', { reduce: undefined }, {}],
    ['a reducer with half a codec', { encode: String }, {}],
    ['a reducer with the other half', { decode: String }, {}],
    ['an unknown part of a reducer', { state: 1 }, {}],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { log } = await noted()
      // What the compiler would refuse.
      const bad = { ...words(), ...reducer } as unknown as ReturnType<typeof words>
      await expect(project(log, bad, options as object)).rejects.toEqual(coded('CONFIGURATION'))
    })
  }
})

describe('stateAt', () => {
  async function timed(times: readonly number[]): Promise<NotedLog> {
    const { log } = await noted()
    // A clock never goes back, but the clocks of two processes do not agree.
    for (const [index, time] of times.entries()) {
      const event = eventMaker(`run-${index}`, time).note(`${time}`)
      await log.append(event, { durability: 'each' })
    }
    return log
  }

  it('comes to the state after all events up to a time', async () => {
    const log = await timed([1_000, 2_000, 2_000.5, 3_000])
    expect(await stateAt(log, words(), 999)).toEqual([])
    expect(await stateAt(log, words(), 2_000)).toEqual(['1000', '2000'])
    expect(await stateAt(log, words(), 2_000.5)).toEqual(['1000', '2000', '2000.5'])
    expect(await stateAt(log, words(), Number.MAX_VALUE)).toHaveLength(4)
  })

  it('leaves out later events that stand before earlier ones', async () => {
    const log = await timed([1_000, 5_000, 2_000, 6_000, 3_000])
    expect(await stateAt(log, words(), 3_000)).toEqual(['1000', '2000', '3000'])
  })

  it('begins at a snapshot only where it holds nothing of a later time', async () => {
    const log = await timed([1_000, 2_000, 5_000, 3_000])
    await project(log, words(), { snapshotEvery: 1 })
    const calls: number[] = []
    expect(await stateAt(log, words(calls), 4_000)).toEqual(['1000', '2000', '3000'])
    expect(calls).toEqual([4])
    expect(await stateAt(log, words(calls), 500)).toEqual([])
    expect(await log.snapshots.list('words@1')).toEqual([1, 2, 3, 4])
  })

  it('begins only at a snapshot that knows of what was removed', async () => {
    const log = await timed([1_000, 2_000, 3_000])
    await project(log, words(), { snapshotEvery: 1 })
    await log.append(eventMaker('later', 4_000).note('4000'))
    await log.retain({ before: 3 })
    expect(await stateAt(log, words(), 4_000)).toHaveLength(4)
    expect(await stateAt(log, words(), 2_000)).toEqual(['1000', '2000'])
    await expect(stateAt(log, words(), 1_500)).rejects.toEqual(coded('EVENTS_REMOVED'))
    expect(await stateAt(log, words(), 3_500, { from: 3 })).toEqual(['3000'])
    await log.retain({ maxEvents: 0 })
    await expect(stateAt(log, words(), 9_000)).rejects.toEqual(coded('EVENTS_REMOVED'))
  })

  it('refuses what is no time', async () => {
    const { log } = await noted()
    await expect(stateAt(log, words(), NaN)).rejects.toEqual(coded('CONFIGURATION'))
    const odd = { through: 1 } as object
    await expect(stateAt(log, words(), 1, odd)).rejects.toEqual(coded('CONFIGURATION'))
    await expect(stateAt(log, words(), 1, { from: 0 })).rejects.toEqual(coded('CONFIGURATION'))
  })
})

it('a projection comes to the same with snapshots and without, at any position and time', async () => {
  const plan = fc.record({
    times: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 40 }),
    parts: fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 5 }),
    every: fc.integer({ min: 1, max: 9 }),
    through: fc.integer({ min: 0, max: 45 }),
    time: fc.integer({ min: 0, max: 21 }),
  })
  const property = fc.asyncProperty(plan, async ({ times, parts, every, through, time }) => {
    const { log } = await noted(new NoteStore())
    let index = 0
    for (const part of [...parts, times.length]) {
      for (const at of times.slice(index, index + part)) {
        index += 1
        const event = eventMaker(`run-${index}`, at).note(`${at}`)
        await log.append(event, { durability: 'each' })
      }
      await project(log, words(), { snapshotEvery: every })
    }
    const all = times.map(String)
    expect(await project(log, words())).toEqual(all)
    expect(await project(log, words(), { through })).toEqual(all.slice(0, through))
    expect(await stateAt(log, words(), time)).toEqual(all.filter((at) => Number(at) <= time))
  })
  expect(await requireProperty('projections', property, 200)).toBe(200)
}, 60_000)

it('a projection of a log that forgets is right, or says what is gone', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('append' as const), letters: fc.stringMatching(/^[ab!]{1,6}$/) }),
    fc.record({
      kind: fc.constant('retain' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.record({
      kind: fc.constant('forget' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.record({ kind: fc.constant('retain' as const), share: fc.constant(1) }),
    fc.record({ kind: fc.constant('snapshot' as const), every: fc.integer({ min: 1, max: 3 }) }),
  )
  const outcomes = { right: 0, refused: 0 }
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 5, maxLength: 20 }),
    async (steps) => {
      const { log, append } = await noted(new NoteStore())
      /** All that was ever appended, at its position. */
      let all = ''
      let gone = 0
      for (const one of steps) {
        if (one.kind === 'append') {
          await append(one.letters)
          all += one.letters
        } else if (one.kind === 'snapshot') {
          await project(log, words(), { snapshotEvery: one.every }).catch(requireRemoved)
        } else {
          const before = 1 + Math.floor(one.share * all.length)
          const pattern = one.kind === 'retain' ? '*' : 'alarm.rung'
          await log.retain({ before, pattern })
          const notes = all
            .slice(0, before - 1)
            .replaceAll('!', ' ')
            .trimEnd()
          if (one.kind === 'retain') gone = Math.max(gone, notes.length)
        }
        const expected = Array.from(all.replaceAll('!', ''))
        const newest = (await log.snapshots.list('words@1')).at(-1) ?? 0
        const state = await project(log, words()).catch(requireRemoved)
        if (newest >= gone) expect(state).toEqual(expected)
        else expect(state).toBe(undefined)
        outcomes[state === undefined ? 'refused' : 'right'] += 1
      }
      for (let through = 0; through <= all.length; through += 3) {
        const part = await project(log, words(), { through }).catch(requireRemoved)
        const upTo = Array.from(all.slice(0, through).replaceAll('!', ''))
        if (part !== undefined) expect(part).toEqual(upTo)
      }
    },
  )
  expect(await requireProperty('projections that forget', property, 100)).toBe(100)
  // Programs that never come to the one or the other would prove nothing.
  expect(outcomes.right).toBeGreaterThan(20)
  expect(outcomes.refused).toBeGreaterThan(10)
}, 120_000)

/** Events may be gone; nothing else may be wrong. */
function requireRemoved(error: unknown): undefined {
  expect(error).toEqual(coded('EVENTS_REMOVED'))
  return undefined
}
