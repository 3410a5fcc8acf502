import { type CloseReport, SimulatedClock, type SubscribeOptions } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, errorsOf, hello, rest, setUp } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

const nothing: CloseReport = { delivered: 0, dropped: 0, deadLettered: 0, pending: 0 }
const mailbox = {}

/** Closes, lets `advanceMs` pass, and returns the report, if there is one by then. */
async function closed(
  { bus, clock }: Pick<ReturnType<typeof setUp>, 'bus' | 'clock'>,
  drainMs: number | undefined,
  advanceMs: number,
): Promise<CloseReport | undefined> {
  let report: CloseReport | undefined
  void bus.close(drainMs === undefined ? {} : { drainMs }).then((made) => (report = made))
  await clock.advanceBy(advanceMs)
  return report
}

describe('the report of close', () => {
  it('says nothing where nothing was left to do', async () => {
    const { bus } = setUp()
    expect(await setUp().bus.close()).toEqual(nothing)
    bus.on('note.made', () => {}, { mailbox })
    bus.on('note.made', () => {})
    await bus.emit('note.made', hello)
    await bus.idle()
    expect(await bus.close({ drainMs: 0 })).toEqual(nothing)
  })

  it('counts what mailboxes have delivered since', async () => {
    const made = setUp()
    made.bus.on('note.made', () => made.clock.sleep(10), { mailbox })
    for (let count = 0; count < 3; count += 1) made.bus.emitSync('note.made', hello)
    await made.clock.advanceBy(10)
    expect(made.bus.stats).toMatchObject({ delivered: 1, pending: 2 })
    expect(await closed(made, 19, 19)).toEqual({ ...nothing, delivered: 1, pending: 1 })
  })

  it('waits for as long as it takes without drainMs', async () => {
    const made = setUp()
    made.bus.on('note.made', () => made.clock.sleep(1_000), { mailbox })
    for (let count = 0; count < 3; count += 1) made.bus.emitSync('note.made', hello)
    expect(await closed(made, undefined, 3_000)).toEqual({ ...nothing, delivered: 3 })
    expect(made.clock.pendingTimers).toBe(0)
  })

  it('comes as soon as all is done, however long drainMs is, and leaves no timer', async () => {
    const made = setUp()
    made.bus.on('note.made', () => made.clock.sleep(10), { mailbox })
    made.bus.emitSync('note.made', hello)
    expect(await closed(made, 60_000, 10)).toEqual({ ...nothing, delivered: 1 })
    expect(made.clock.pendingTimers).toBe(0)
  })

  it('counts what a handler failed on, with dead letters and without', async () => {
    const made = setUp()
    const errors = errorsOf(made.bus)
    const fail = async (): Promise<void> => {
      await made.clock.sleep(5)
      throw new Error('planted')
    }
    made.bus.on('note.made', fail, { mailbox })
    made.bus.on('note.made', fail, { deadLetter: true })
    for (let count = 0; count < 2; count += 1) made.bus.emitSync('note.made', hello)
    const report = await closed(made, undefined, 10)
    // Delivered are the four system.errors.
    expect(report).toEqual({ delivered: 4, dropped: 2, deadLettered: 2, pending: 0 })
    expect([errors.length, made.bus.deadLetters.size]).toEqual([4, 2])
  })

  it('counts the event of a handler that hangs, and those behind it, as pending', async () => {
    const made = setUp()
    made.bus.on('note.made', () => new Promise(() => {}), { mailbox })
    for (let count = 0; count < 3; count += 1) made.bus.emitSync('note.made', hello)
    await rest()
    expect(await closed(made, 100, 99)).toBeUndefined()
    const again = await closed(made, undefined, 1)
    expect(again).toEqual({ ...nothing, pending: 3 })
  })

  it('counts an event that each of two handlers has not finished twice', async () => {
    const made = setUp()
    for (let count = 0; count < 2; count += 1) {
      made.bus.on('note.made', () => new Promise(() => {}))
    }
    made.bus.on('note.made', () => {})
    made.bus.emitSync('note.made', hello)
    expect(await closed(made, 10, 10)).toEqual({ ...nothing, pending: 2 })
  })

  it('counts what would have been tried again', async () => {
    const made = setUp()
    const fail = (): void => {
      throw new Error('planted')
    }
    const retry = { attempts: 3, initialMs: 1_000, jitter: 'none' } as const
    const subscription = made.bus.on('note.made', fail, { retry })
    made.bus.emitSync('note.made', hello)
    await rest()
    expect(await closed(made, 500, 500)).toEqual({ ...nothing, pending: 1 })
    expect(subscription.stats).toMatchObject({ accepted: 1, dropped: 1, pending: 0, failed: 1 })
    expect(made.clock.pendingTimers).toBe(0)
  })

  it('counts what waits behind an open breaker', async () => {
    const made = setUp()
    const fail = (): void => {
      throw new Error('planted')
    }
    made.bus.on('note.made', fail, { breaker: { failures: 1, openMs: 1_000 } })
    for (let count = 0; count < 3; count += 1) made.bus.emitSync('note.made', hello)
    await rest()
    expect(made.bus.stats).toMatchObject({ dropped: 1, pending: 2 })
    expect(await closed(made, 500, 500)).toEqual({ ...nothing, pending: 2 })
    expect(made.clock.pendingTimers).toBe(0)
  })

  it('counts what waits in a paused mailbox, for which it does not wait', async () => {
    const { bus } = setUp()
    const subscription = bus.on('note.made', () => {}, { mailbox })
    bus.on('note.read', () => {}, { mailbox })
    subscription.pause()
    for (let count = 0; count < 2; count += 1) bus.emitSync('note.made', hello)
    bus.emitSync('note.read', hello)
    expect(await bus.close()).toEqual({ ...nothing, delivered: 1, pending: 2 })
    expect(subscription.stats).toMatchObject({ accepted: 2, dropped: 2, pending: 0 })
  })

  it('lets an incomplete batch go', async () => {
    const { bus } = setUp()
    const sizes: number[] = []
    bus.onBatch('note.made', (events) => sizes.push(events.length), { maxWaitMs: 60_000 })
    for (let count = 0; count < 3; count += 1) bus.emitSync('note.made', hello)
    expect(await bus.close()).toEqual({ ...nothing, delivered: 3 })
    expect(sizes).toEqual([3])
  })

  it('counts a limit that lets events through too slowly', async () => {
    const made = setUp()
    made.bus.on('note.made', () => {}, { rateLimit: { perSecond: 10, burst: 1 } })
    for (let count = 0; count < 5; count += 1) made.bus.emitSync('note.made', hello)
    await rest()
    expect(await closed(made, 250, 250)).toEqual({ ...nothing, delivered: 2, pending: 2 })
  })

  it('counts the events of subscriptions that have ended, too', async () => {
    const made = setUp()
    const once: SubscribeOptions = { once: true, mailbox }
    made.bus.on('note.made', () => made.clock.sleep(10), once)
    made.bus.emitSync('note.made', hello)
    expect(made.bus.handlerCount()).toBe(0)
    expect(await closed(made, undefined, 10)).toEqual({ ...nothing, delivered: 1 })
  })

  it('gives up what subscriptions that have ended would still have tried again', async () => {
    const made = setUp()
    const fail = (): void => {
      throw new Error('planted')
    }
    const retry = { attempts: 3, initialMs: 1_000, jitter: 'none' } as const
    made.bus.once('note.made', fail, { retry })
    made.bus.emitSync('note.made', hello)
    await rest()
    expect(await closed(made, 10, 10)).toEqual({ ...nothing, pending: 1 })
    expect(made.bus.stats).toMatchObject({ accepted: 1, dropped: 1, pending: 0 })
    expect(made.clock.pendingTimers).toBe(0)
  })

  it('does not count what was before', async () => {
    const { bus } = setUp()
    bus.on('note.made', () => {
      throw new Error('planted')
    })
    bus.on('note.read', () => {}, { mailbox })
    for (let count = 0; count < 3; count += 1) bus.emitSync('note.made', hello)
    bus.emitSync('note.read', hello)
    await bus.idle()
    expect(await bus.close()).toEqual(nothing)
  })
})

describe('close', () => {
  it('ends at the next chance with drainMs 0', async () => {
    const made = setUp()
    let calls = 0
    made.bus.on('note.made', () => (calls += 1), { mailbox })
    for (let count = 0; count < 3; count += 1) made.bus.emitSync('note.made', hello)
    const report = await closed(made, 0, 0)
    expect(report).toEqual({ ...nothing, delivered: calls, pending: 3 - calls })
  })

  it.each([-1, Number.NaN, '5', null, {}])('refuses drainMs %j, and stays open', (drainMs) => {
    const { bus } = setUp()
    // @ts-expect-error -- no duration.
    expect(() => bus.close({ drainMs })).toThrow(coded('CONFIGURATION'))
    expect(bus.closed).toBe(false)
  })

  it.each([{ drain: 5 }, null, 5])('refuses the options %j', (options) => {
    const { bus } = setUp()
    // @ts-expect-error -- no options.
    expect(() => bus.close(options)).toThrow(coded('CONFIGURATION'))
    expect(bus.closed).toBe(false)
  })

  it('reports once: whoever asks again gets the same promise', async () => {
    const { bus, clock } = setUp()
    bus.on('note.made', () => new Promise(() => {}), { mailbox })
    bus.emitSync('note.made', hello)
    const first = bus.close({ drainMs: 10 })
    expect(bus.close({ drainMs: 99_999 })).toBe(first)
    await clock.advanceBy(10)
    expect(bus.close()).toBe(first)
    expect(await first).toEqual({ ...nothing, pending: 1 })
    await bus[Symbol.asyncDispose]()
  })

  it('aborts the signals of handlers that still run, and of no others', async () => {
    const made = setUp()
    const signals: AbortSignal[] = []
    const hang = (_: unknown, { signal }: { signal: AbortSignal }) => {
      signals.push(signal)
      return new Promise(() => {})
    }
    made.bus.on('note.made', hang, { mailbox })
    made.bus.on('note.made', hang)
    made.bus.emitSync('note.made', hello)
    await rest()
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
    expect(await closed(made, 10, 9)).toBeUndefined()
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
    await made.clock.advanceBy(1)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    expect(signals[0]!.reason).toMatchObject({ code: 'SUBSCRIPTION_ENDED' })
  })

  it('counts the late result of a handler once, whichever it is', async () => {
    const { bus, clock } = setUp()
    const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>())
    const subscriptions = gates.map(({ promise }, index) =>
      bus.on('note.made', () => promise, index < 2 ? { mailbox } : {}),
    )
    bus.emitSync('note.made', hello)
    await rest()
    const report = bus.close({ drainMs: 10 })
    await clock.advanceBy(10)
    expect(await report).toEqual({ ...nothing, pending: 4 })
    const unhandled = await unhandledDuring(() => {
      for (const [index, { resolve, reject }] of gates.entries()) {
        if (index % 2 === 0) resolve()
        else reject(new Error('late'))
      }
    })
    expect(unhandled).toEqual([])
    expect(await report).toEqual({ ...nothing, pending: 4 })
    for (const { stats } of subscriptions) {
      const { accepted, delivered, dropped, pending } = stats
      expect([accepted, delivered + dropped, pending]).toEqual([1, 1, 0])
    }
    const { accepted, delivered, dropped, pending } = bus.stats
    expect([accepted, delivered + dropped, pending]).toEqual([4, 4, 0])
  })

  it('runs on the clock of the bus, and needs no advance where nothing waits', async () => {
    const clock = new SimulatedClock({ start: 0 })
    const { bus } = setUp({ clock })
    bus.on('note.made', () => Promise.resolve(), { mailbox })
    for (let count = 0; count < 100; count += 1) bus.emitSync('note.made', hello)
    expect(await bus.close({ drainMs: 1 })).toEqual({ ...nothing, delivered: 100 })
    expect([clock.now(), clock.pendingTimers]).toEqual([0, 0])
  })

  it('leaves no emission that waits for room', async () => {
    const made = setUp()
    const wait = { mailbox: { capacity: 1 } }
    made.bus.on('note.made', () => new Promise(() => {}), wait)
    const settled: string[] = []
    for (const text of ['a', 'b', 'c']) {
      made.bus.emit('note.made', { text }).then(
        () => settled.push(text),
        () => settled.push(text),
      )
      await rest()
    }
    expect(settled).toEqual(['a', 'b'])
    expect(await closed(made, 10, 10)).toEqual({ ...nothing, pending: 3 })
    await rest()
    expect(settled).toEqual(['a', 'b', 'c'])
  })
})
