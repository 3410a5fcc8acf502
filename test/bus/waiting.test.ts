import { getEventListeners } from 'node:events'
import { createBus, SimulatedClock, type WaitOptions } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { hello, rest, setUp } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

const code = (name: string) => ({ code: name })

/** A bus, a signal, and what a wait has left behind on bus, clock and signal. */
function watched() {
  const { bus, clock } = setUp()
  const controller = new AbortController()
  const { signal } = controller
  const left = (): number[] => [
    bus.handlerCount(),
    clock.pendingTimers,
    getEventListeners(signal, 'abort').length,
  ]
  return { bus, clock, controller, signal, left }
}

const nothing = [0, 0, 0]

describe('waitFor', () => {
  it('resolves to the next event that its pattern covers', async () => {
    const { bus } = setUp()
    bus.emitSync('note.made', { text: 'before' })
    const wait = bus.waitFor(['note.*', 'alarm.rung'])
    bus.emitSync('action.buy.start', hello)
    bus.emitSync('note.read', { text: 'first' })
    bus.emitSync('alarm.rung', { text: 'second' })
    expect((await wait).data).toEqual({ text: 'first' })
    expect(bus.handlerCount()).toBe(0)
  })

  it('resolves to the first event that its predicate accepts', async () => {
    const { bus } = setUp()
    const wait = bus.waitFor('note.made', { where: ({ data }) => data.text === 'b' })
    for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', { text })
    expect(await wait).toMatchObject({ sequence: 2 })
  })

  it('rejects with what a predicate throws, and leaves nothing behind', async () => {
    const { bus, signal, left } = watched()
    const wait = bus.waitFor('note.made', { where: throwUnsure, signal, timeoutMs: 50 })
    expect(left()).toEqual([1, 1, 1])
    bus.emitSync('note.made', hello)
    await expect(wait).rejects.toThrow(new RangeError('unsure'))
    expect(left()).toEqual(nothing)
    expect(bus.eventCounts().has('system.error')).toBe(false)
  })

  it('rejects when a predicate answers with a promise, which is no answer', async () => {
    const { bus } = setUp()
    const where = (() => Promise.reject(new Error('x'))) as never
    const unhandled = await unhandledDuring(async () => {
      const wait = bus.waitFor('note.made', { where })
      bus.emitSync('note.made', hello)
      await expect(wait).rejects.toMatchObject(code('CONFIGURATION'))
    })
    expect(unhandled).toEqual([])
  })

  it('times out on the clock of the bus', async () => {
    const { bus, clock, signal, left } = watched()
    const wait = bus.waitFor('note.made', { timeoutMs: 50.5, signal })
    await clock.advanceBy(50)
    expect(left()).toEqual([1, 1, 1])
    await clock.advanceBy(0.5)
    await expect(wait).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      pattern: 'note.made',
      timeoutMs: 50.5,
    })
    expect(left()).toEqual(nothing)
  })

  it('times out with 0 as soon as the clock moves on', async () => {
    const { bus, clock } = setUp()
    const wait = bus.waitFor('note.made', { timeoutMs: 0 })
    await clock.advanceBy(0)
    await expect(wait).rejects.toMatchObject(code('WAIT_TIMEOUT'))
  })

  it('rejects with the reason of its signal', async () => {
    const { bus, controller, signal, left } = watched()
    const wait = bus.waitFor('note.made', { signal, timeoutMs: 50 })
    controller.abort('enough')
    await expect(wait).rejects.toBe('enough')
    expect(left()).toEqual(nothing)
  })

  it('rejects at once if its signal is aborted already', async () => {
    const { bus, clock } = setUp()
    const signal = AbortSignal.abort('before')
    await expect(bus.waitFor('note.made', { signal, timeoutMs: 5 })).rejects.toBe('before')
    expect([bus.handlerCount(), clock.pendingTimers]).toEqual([0, 0])
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('rejects when the bus closes', async () => {
    const { bus, signal, left } = watched()
    const wait = bus.waitFor('note.*', { signal, timeoutMs: 50 })
    await bus.close()
    await expect(wait).rejects.toMatchObject(code('BUS_CLOSED'))
    expect(left()).toEqual(nothing)
  })

  const ends = ['event', 'timeout', 'abort', 'close'] as const
  const orders = ends.flatMap((first) =>
    ends.filter((second) => second !== first).map((second) => [first, second] as const),
  )
  it.each(orders)('settles once with %s when %s follows', async (first, second) => {
    const { bus, clock, controller, signal, left } = watched()
    const outcomes: string[] = []
    bus.waitFor('note.made', { signal, timeoutMs: 10 }).then(
      () => outcomes.push('event'),
      (error: unknown) => outcomes.push(outcomeOf(error)),
    )
    const acts = {
      event: () => bus.emit('note.made', hello).catch(() => {}),
      timeout: () => clock.advanceBy(10),
      abort: async () => controller.abort('aborted'),
      close: () => bus.close(),
    }
    // Both in one go: the second comes before anybody has heard of the first.
    await Promise.all([acts[first](), acts[second]()])
    await rest()
    // A clock takes a turn to fire, so a timeout comes after what is done beside it.
    expect(outcomes).toEqual([first === 'timeout' ? second : first])
    expect(left()).toEqual(nothing)
    await acts[second]()
    expect(outcomes).toHaveLength(1)
  })

  it('settles with the timeout when the rest follows', async () => {
    const { bus, clock, controller, signal, left } = watched()
    const wait = bus.waitFor('note.made', { signal, timeoutMs: 10 })
    await clock.advanceBy(10)
    controller.abort('too late')
    bus.emitSync('note.made', hello)
    await bus.close()
    await expect(wait).rejects.toMatchObject(code('WAIT_TIMEOUT'))
    expect(left()).toEqual(nothing)
  })

  it('settles once if its own predicate aborts it, and accepts', async () => {
    const { bus, controller, signal, left } = watched()
    const wait = bus.waitFor('note.made', {
      signal,
      where: () => {
        controller.abort('from within')
        return true
      },
    })
    bus.emitSync('note.made', hello)
    await expect(wait).rejects.toBe('from within')
    expect(left()).toEqual(nothing)
  })

  it('settles with the cause where a handler answers it with the same type', async () => {
    const { bus } = setUp()
    bus.once('note.made', () => bus.emitSync('note.made', { text: 'nested' }))
    const wait = bus.waitFor('note.made')
    bus.emitSync('note.made', { text: 'cause' })
    expect((await wait).data.text).toBe('cause')
  })

  it('is no unhandled rejection if nobody looks at it', async () => {
    const { bus, clock } = setUp()
    const unhandled = await unhandledDuring(async () => {
      void bus.waitFor('note.made', { timeoutMs: 1 })
      void bus.waitFor('note.made', { signal: AbortSignal.abort() })
      await clock.advanceBy(1)
    })
    expect(unhandled).toEqual([])
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['an unknown option', { timeout: 5 }],
    ['a negative timeout', { timeoutMs: -1 }],
    ['a timeout that is NaN', { timeoutMs: Number.NaN }],
    ['a timeout that is infinite', { timeoutMs: Infinity }],
    ['a timeout that is text', { timeoutMs: '5' }],
    ['where that is no function', { where: {} }],
    ['a signal that is none', { signal: {} }],
  ])('rejects for %s as options', async (_name, options) => {
    const { bus } = setUp()
    await expect(bus.waitFor('note.made', options as WaitOptions)).rejects.toMatchObject(
      code('CONFIGURATION'),
    )
    expect(bus.handlerCount()).toBe(0)
  })

  it('rejects for a pattern that is malformed or covers nothing, and after close', async () => {
    const { bus } = setUp()
    await expect(bus.waitFor('' as never)).rejects.toMatchObject(code('CONFIGURATION'))
    await expect(bus.waitFor('note.unmade' as never)).rejects.toMatchObject(code('EVENT_UNKNOWN'))
    await bus.close()
    await expect(bus.waitFor('note.made')).rejects.toMatchObject(code('BUS_CLOSED'))
  })

  it('leaves nothing behind if the clock refuses to set its timer', async () => {
    class Broken extends SimulatedClock {
      override setTimer(): never {
        throw new Error('no timer')
      }
    }
    const bus = createBus({ clock: new Broken() })
    const { signal } = new AbortController()
    const wait = bus.waitFor('order.filled', { timeoutMs: 5, signal })
    await expect(wait).rejects.toThrow('no timer')
    expect(bus.handlerCount()).toBe(0)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

function throwUnsure(): boolean {
  throw new RangeError('unsure')
}

function outcomeOf(error: unknown): string {
  if (error === 'aborted') return 'abort'
  const { code: name } = error as { readonly code: string }
  return name === 'BUS_CLOSED' ? 'close' : 'timeout'
}
