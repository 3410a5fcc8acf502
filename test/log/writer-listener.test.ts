import { SimulatedClock } from 'tradewire'
import { type LogWriterOptions, openStore } from 'tradewire/log'
import { afterEach, describe, expect, it } from 'vitest'
import { nextTurn } from '../../src/time/turn.ts'
import { FailingStore } from '../support/failing-store.ts'
import { all, eventMaker, logCatalog } from '../support/logged-events.ts'

const unhandled: unknown[] = []
const onUnhandled = (reason: unknown): void => void unhandled.push(reason)

afterEach(() => {
  expect(unhandled.splice(0)).toEqual([])
  process.off('unhandledRejection', onUnhandled)
})

async function setUp(options: LogWriterOptions) {
  process.on('unhandledRejection', onUnhandled)
  const store = new FailingStore()
  const clock = new SimulatedClock()
  const log = await openStore(store, { catalog: logCatalog, clock })
  return { store, clock, log, writer: log.writer(options), note: eventMaker().note }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn()
}

describe('LogWriter', () => {
  it('goes on whatever becomes of who is told of its states', async () => {
    let told = 0
    const hostile: readonly (() => unknown)[] = [
      () => {
        told += 1
        throw new Error('Nobody listens.')
      },
      async () => {
        told += 1
        throw new Error('Nobody listens later.')
      },
    ]
    for (const onState of hostile) {
      told = 0
      const { store, clock, log, writer, note } = await setUp({ onState })
      store.fail()
      for (const words of ['a', 'b']) writer.write(note(words))
      await settle()
      store.mend()
      await clock.advanceBy(100)
      await writer.flush()
      expect(told).toBe(2)
      expect(writer).toMatchObject({ written: 2, lost: 0, pending: 0 })
      expect(await all(log.read())).toHaveLength(2)
    }
  })

  it('can be written to, and closed, by who is told of its states', async () => {
    const { store, clock, writer, note } = await setUp({
      onState: ({ kind }) => {
        writer.write(note(kind))
        if (kind === 'recovered') void writer.close()
      },
    })
    store.fail()
    writer.write(note('a'))
    await settle()
    store.mend()
    await clock.advanceBy(100)
    await writer.close()
    expect(writer).toMatchObject({ written: 3, lost: 0 })
  })

  it('tries again also where a home rejects with what is no error', async () => {
    const { store, clock, writer, note } = await setUp({})
    store.fail('out of order' as never)
    writer.write(note('a'))
    await settle()
    expect(writer.failure).toMatchObject({ message: 'out of order' })
    store.mend()
    await clock.advanceBy(100)
    await writer.flush()
    expect(writer.written).toBe(1)
  })

  it('lets go of the oldest that it has lost, however long the storage is silent', async () => {
    const { store, writer, note } = await setUp({ capacity: 10, overflow: 'drop-oldest' })
    store.stall()
    writer.write(note('first'))
    await settle()
    for (let count = 0; count < 30_000; count += 1) writer.write(note(`${count}`))
    expect(writer).toMatchObject({ pending: 10, lost: 29_991 })
    store.go()
    await writer.flush()
    expect(writer).toMatchObject({ written: 10, pending: 0, position: 10 })
  })
})
