import { SimulatedClock, createBus } from 'tradewire'
import { type EventLog, memoryLog, openStore, type Page, type PageQuery } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../src/log/memory-store.ts'
import { all, eventMaker, logCatalog } from '../support/logged-events.ts'

type Log = EventLog<typeof logCatalog.schemas>

const open = (): Log => memoryLog({ catalog: logCatalog })

async function positions(log: Log, query: Parameters<Log['read']>[0]): Promise<number[]> {
  return (await all(log.read(query))).map(({ position }) => position)
}

/** A log in which a chain of three stands between many others. */
async function filled(before: number, between: number, after: number) {
  const log = open()
  const { note } = eventMaker()
  const others = (count: number) => Array.from({ length: count }, () => note('other'))
  const root = note('root')
  const second = note('second', { cause: root, source: 'elsewhere' })
  const third = note('third', { cause: second })
  await log.append([...others(before), root, ...others(between), second, third, ...others(after)])
  const at = [before + 1, before + between + 2, before + between + 3]
  return { log, root, second, third, at, others, note }
}

describe('EventLog.read of a causal chain', () => {
  it('finds its beginning however far it is from the rest', async () => {
    for (const [before, between, after] of [
      [0, 0, 0],
      [3, 700, 2],
      [1_300, 2_100, 1_300],
    ] as const) {
      const { log, root, at } = await filled(before, between, after)
      const correlationId = root.id
      expect(await positions(log, { correlationId })).toEqual(at)
      expect(await positions(log, { correlationId, order: 'backward' })).toEqual(at.toReversed())
      expect(await positions(log, { correlationId, limit: 1 })).toEqual([at[0]])
      expect(await positions(log, { correlationId, limit: 2, order: 'backward' })).toEqual(
        at.slice(1).toReversed(),
      )
    }
  })

  it('leaves the beginning out where it is not asked for', async () => {
    const { log, root, at } = await filled(5, 5, 5)
    const correlationId = root.id
    expect(await positions(log, { correlationId, from: at[0]! + 1 })).toEqual(at.slice(1))
    expect(await positions(log, { correlationId, from: at[0]!, order: 'backward' })).toEqual([
      at[0],
    ])
    expect(await positions(log, { correlationId, source: 'elsewhere' })).toEqual([at[1]])
    expect(await positions(log, { correlationId, pattern: 'alarm.*' })).toEqual([])
    expect(await positions(log, { correlationId, until: 0 })).toEqual([])
    expect(await positions(log, { correlationId: 'nobody' })).toEqual([])
  })

  it('takes no event for the beginning of a chain that it is not in', async () => {
    const { log, second, third, at } = await filled(2, 2, 2)
    // These have causes, and belong to the chain of the first.
    expect(await positions(log, { correlationId: second.id })).toEqual([])
    expect(await positions(log, { correlationId: third.id })).toEqual([])
    expect(at).toHaveLength(3)
  })

  it('takes no text within a payload for an id', async () => {
    const log = open()
    const { note } = eventMaker()
    await log.append([note('"id":"nobody"'), note('{"id":"nobody",')])
    expect(await positions(log, { correlationId: 'nobody' })).toEqual([])
  })

  it('finds the beginning of an event that came encoded, in whatever order its fields are', async () => {
    const log = open()
    const { note } = eventMaker()
    const root = note('root')
    await log.append(root)
    const [entry] = await all(log.readEncoded())
    const turned = Object.fromEntries(Object.entries(entry!.event).toReversed())
    const other = open()
    await other.appendEncoded([{ event: turned as never }])
    expect(await positions(other, { correlationId: root.id })).toEqual([1])
  })

  it('finds ids that need escapes', async () => {
    const log = open()
    const clock = new SimulatedClock()
    for (const run of ['a "run"', 'back\\slash', 'line\nline', '\u2028', 'grüße', '😀']) {
      const bus = createBus({ catalog: logCatalog, clock, run })
      const root = bus.emitSync('note.made', { text: run })
      const [position] = await log.append([
        root,
        bus.emitSync('note.made', { text: 'x' }, { cause: root }),
      ])
      expect(await positions(log, { correlationId: root.id })).toEqual([position, position! + 1])
    }
  })

  it('reads a chain of thousands whose beginning was removed, or is of another home', async () => {
    /** A home that leaves out what it has not encrypted. */
    class PlainStore extends MemoryStore {
      override async page(query: PageQuery): Promise<Page> {
        return { ...(await super.page(query)), secrets: undefined }
      }
    }
    const log: Log = await openStore(new PlainStore(), { catalog: logCatalog })
    const { note } = eventMaker()
    const root = note('root')
    await log.append([root, ...Array.from({ length: 2_500 }, () => note('x', { cause: root }))])
    const correlationId = root.id
    const found = await positions(log, { correlationId })
    expect(found).toEqual(Array.from({ length: 2_501 }, (_, index) => index + 1))
    await log.retain({ before: 2 })
    expect(await positions(log, { correlationId })).toEqual(found.slice(1))
    expect(await positions(log, { correlationId, order: 'backward' })).toEqual(
      found.slice(1).toReversed(),
    )
  })

  it('follows a chain that has not begun yet', async () => {
    const log = open()
    const { note } = eventMaker()
    await log.append([note('other'), note('other')])
    const root = note('root')
    await using tail = log.tail({ correlationId: root.id })
    const first = tail.next()
    await log.append(note('other'))
    await log.append([note('other'), root, note('other')])
    expect((await first).value?.position).toBe(5)
    await log.append([note('other'), note('second', { cause: root })])
    expect((await tail.next()).value?.position).toBe(8)
  })
})
