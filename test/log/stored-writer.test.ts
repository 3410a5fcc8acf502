import { SimulatedClock } from 'tradewire'
import { openStore, type WriterState } from 'tradewire/log'
import { afterEach, describe, expect, it } from 'vitest'
import { nextTurn } from '../../src/time/turn.ts'
import { FailingStore } from '../support/failing-store.ts'
import { all, eventMaker, logCatalog } from '../support/logged-events.ts'

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const log of open.splice(0)) await log.close()
})

async function setUp() {
  const store = new FailingStore()
  const clock = new SimulatedClock()
  const log = await openStore(store, { catalog: logCatalog, clock })
  open.push(log)
  const { note } = eventMaker()
  const states: WriterState['kind'][] = []
  const onState = ({ kind }: WriterState): void => void states.push(kind)
  const texts = async (): Promise<unknown[]> =>
    (await all(log.read())).map(({ event }) => (event.data as { text: string }).text)
  return { store, clock, log, note, states, onState, texts }
}

/** Lets everything run that needs no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn()
}

const names = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `${from + index}`)

describe('LogWriter', () => {
  it('sends the first few at once, and then lets many share a commit', async () => {
    const { store, clock, log, note, texts } = await setUp()
    const writer = log.writer()
    for (const name of names(10)) writer.write(note(name))
    await settle()
    expect(store.appends).toBe(1)
    for (const name of names(10, 10)) {
      writer.write(note(name))
      await nextTurn()
    }
    expect(store.appends).toBe(1)
    await clock.advanceBy(4.9)
    expect(store.appends).toBe(1)
    await clock.advanceBy(0.1)
    await settle()
    expect(store.appends).toBe(2)
    expect(await texts()).toEqual(names(20))
  })

  it('does not wait where 1,000 have come', async () => {
    const { store, log, note } = await setUp()
    const writer = log.writer()
    for (const name of names(10)) writer.write(note(name))
    await settle()
    for (const name of names(1_000)) writer.write(note(name))
    await settle()
    expect(store.appends).toBe(2)
    expect(writer.written).toBe(1_010)
  })

  it('keeps two batches on their way, and gathers behind them', async () => {
    const { store, log, note } = await setUp()
    const writer = log.writer()
    store.stall()
    for (const name of names(3_500)) writer.write(note(name))
    await settle()
    expect(store.appends).toBe(2)
    expect(writer).toMatchObject({ pending: 3_500, written: 0 })
    store.go()
    await writer.flush()
    expect(writer).toMatchObject({ pending: 0, written: 3_500, position: 3_500 })
  })

  it('commits one at a time with durability each', async () => {
    const { store, log, note } = await setUp()
    const writer = log.writer({ durability: 'each' })
    for (const name of names(20)) writer.write(note(name))
    await writer.flush()
    expect(store.appends).toBe(20)
  })

  it('keeps what the storage refuses, and writes it in order once it works', async () => {
    const { store, clock, log, note, states, onState, texts } = await setUp()
    const writer = log.writer({ onState, retryMs: 100 })
    writer.write(note('0'))
    await writer.flush()
    store.fail()
    for (const name of names(2_500, 1)) writer.write(note(name))
    await settle()
    expect(states).toEqual(['failing'])
    expect(writer.failure).toMatchObject({ code: 'LOG_STORAGE' })
    expect(writer).toMatchObject({ pending: 2_500, written: 1, lost: 0 })
    const tried = store.appends
    await clock.advanceBy(99)
    expect(store.appends).toBe(tried)
    await clock.advanceBy(1)
    await settle()
    // One at a time while it fails, and each wait is twice the one before.
    expect(store.appends).toBe(tried + 1)
    await clock.advanceBy(199)
    expect(store.appends).toBe(tried + 1)
    store.mend()
    await clock.advanceBy(1)
    await writer.flush()
    expect(states).toEqual(['failing', 'recovered'])
    expect(writer).toMatchObject({ pending: 0, written: 2_501, lost: 0, failure: undefined })
    expect(await texts()).toEqual(names(2_501))
  })

  it('waits no longer than five seconds between two attempts', async () => {
    const { store, clock, log, note } = await setUp()
    const writer = log.writer({ retryMs: 3_000 })
    store.fail()
    writer.write(note('0'))
    await settle()
    await clock.advanceBy(3_000)
    await settle()
    const tried = store.appends
    await clock.advanceBy(5_000)
    await settle()
    expect(store.appends).toBe(tried + 1)
    store.mend()
    await clock.advanceBy(5_000)
    await writer.flush()
    expect(writer.written).toBe(1)
  })

  it('refuses by default what exceeds its capacity', async () => {
    const { store, clock, log, note } = await setUp()
    const writer = log.writer({ capacity: 3 })
    store.fail()
    for (const name of names(3)) writer.write(note(name))
    await settle()
    expect(() => writer.write(note('3'))).toThrow(
      expect.objectContaining({ code: 'LOG_BUFFER_FULL', capacity: 3 }),
    )
    store.mend()
    await clock.advanceBy(100)
    await writer.flush()
    expect(writer).toMatchObject({ written: 3, lost: 0 })
  })

  it('forgets the newest or the oldest that wait, if told to, and says of each that it is lost', async () => {
    for (const [overflow, kept, lost] of [
      ['drop-newest', names(3), [4, 5]],
      ['drop-oldest', names(3, 2), [1, 2]],
    ] as const) {
      const { store, clock, log, note, texts } = await setUp()
      const writer = log.writer({ capacity: 3, overflow })
      store.fail()
      const tickets = [writer.write(note('0'))]
      await settle()
      for (const name of names(4, 1)) tickets.push(writer.write(note(name)))
      expect(writer).toMatchObject({ pending: 3, lost: 2 })
      const waits = tickets.map((ticket) => writer.durable(ticket))
      const settled = Promise.allSettled(waits)
      store.mend()
      await clock.advanceBy(100)
      await writer.flush()
      const outcomes = (await settled).map(({ status }) => status === 'fulfilled')
      expect(outcomes).toEqual(
        tickets.map((ticket) => !(lost as readonly number[]).includes(ticket)),
      )
      await expect(writer.durable(lost[0])).rejects.toMatchObject({ code: 'LOG_BUFFER_FULL' })
      expect(await texts()).toEqual(kept)
    }
  })

  it('loses the one that comes where all that wait are on their way', async () => {
    const { store, log, note } = await setUp()
    const writer = log.writer({ capacity: 2, overflow: 'drop-oldest' })
    store.stall()
    writer.write(note('0'))
    await settle()
    writer.write(note('1'))
    store.go()
    await writer.flush()
    store.stall()
    writer.write(note('2'))
    writer.write(note('3'))
    await settle()
    writer.write(note('4'))
    expect(writer.lost).toBe(1)
    store.go()
    await writer.flush()
    expect(writer.written).toBe(4)
  })

  it('tries once more when it is closed, and then gives up what waits', async () => {
    const { store, log, note } = await setUp()
    const writer = log.writer()
    store.fail()
    const ticket = writer.write(note('0'))
    const durable = writer.durable(ticket)
    durable.catch(() => {})
    await settle()
    const tried = store.appends
    await writer.close()
    expect(store.appends).toBeGreaterThan(tried)
    expect(writer).toMatchObject({ written: 0, lost: 1, pending: 0 })
    await expect(durable).rejects.toMatchObject({ code: 'LOG_STORAGE' })
    await expect(writer.durable(ticket)).rejects.toMatchObject({ code: 'LOG_STORAGE' })
  })

  it('loses nothing where the storage works again as it is closed', async () => {
    const { store, log, note, texts } = await setUp()
    const writer = log.writer()
    store.fail()
    for (const name of names(5)) writer.write(note(name))
    await settle()
    store.mend()
    await writer.close()
    expect(writer).toMatchObject({ written: 5, lost: 0 })
    expect(await texts()).toEqual(names(5))
  })

  it('keeps large events in batches that the storage can bear', async () => {
    const { store, log, note } = await setUp()
    const writer = log.writer()
    store.stall()
    writer.write(note('first'))
    await settle()
    for (const name of names(10)) writer.write(note(name.repeat(1_000_000)))
    store.go()
    await writer.flush()
    // Four million characters at a time.
    expect(store.appends).toBe(1 + 3)
  })

  it('refuses options and tickets that cannot be', async () => {
    const { log } = await setUp()
    for (const options of [
      { durability: 'sometimes' },
      { capacity: 0 },
      { overflow: 'wait' },
      { onState: 1 },
      { retryMs: 0 },
      { reryMs: 1 },
    ]) {
      expect(() => log.writer(options as never)).toThrow(
        expect.objectContaining({ code: 'CONFIGURATION' }),
      )
    }
    expect(() => log.writer().durable(1)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION' }),
    )
  })
})

describe('append', () => {
  it('lets appends share a commit that are made in the same breath', async () => {
    const { store, log, note } = await setUp()
    const lists = names(30).map((name) => log.append(note(name)))
    expect(await Promise.all(lists)).toEqual(names(30, 1).map((name) => [Number(name)]))
    expect(store.appends).toBe(1)
  })

  it('lets later ones gather while a commit is under way, for at most 5 ms', async () => {
    const { store, clock, log, note } = await setUp()
    await Promise.all(names(10).map((name) => log.append(note(name))))
    const later = log.append(note('later'))
    await settle()
    expect(store.appends).toBe(1)
    await clock.advanceBy(5)
    expect(await later).toEqual([11])
  })

  it('rejects all that shared a commit the storage refused, and none of them is there', async () => {
    const { store, log, note, texts } = await setUp()
    store.fail()
    const results = await Promise.allSettled(names(3).map((name) => log.append(note(name))))
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    store.mend()
    expect(await log.append(note('later'))).toEqual([1])
    expect(await texts()).toEqual(['later'])
  })

  it('splits what is more than 1,000 into commits, but never one list', async () => {
    const { store, log, note } = await setUp()
    await Promise.all([
      log.append(names(600).map((name) => note(name))),
      log.append(names(600).map((name) => note(name))),
      log.append(names(2_000).map((name) => note(name))),
    ])
    expect(store.appends).toBe(3)
  })

  it('hurries when the log is closed', async () => {
    const { log, note } = await setUp()
    await Promise.all(names(10).map((name) => log.append(note(name))))
    const last = log.append(note('last'))
    await log.close()
    expect(await last).toEqual([11])
  })
})
