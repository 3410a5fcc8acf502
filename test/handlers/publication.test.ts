import { describe, expect, it } from 'vitest'
import type { SubscribeOptions } from 'tradewire'
import { bindHandlers, decoratorsFor } from '../../src/handlers.ts'
import { catalog, errorsOf, hello, setUp, textsOf } from '../support/buses.ts'
import { decorated } from './applied-decorators.ts'

const { subscribeTo, publishes } = decoratorsFor(catalog)
const retry = { attempts: 3, jitter: 'none' } as const

/** A bound method that publishes what `answer` returns for each call, counted from 1. */
function publishing(answer: (call: number) => unknown, ...options: readonly SubscribeOptions[]) {
  const { bus, clock } = setUp()
  let calls = 0
  const read = (): unknown => {
    calls += 1
    return answer(calls)
  }
  const subscribed = options.map((each) => subscribeTo('note.made', each))
  const binding = bindHandlers(
    bus,
    decorated([...subscribed, publishes('note.read')], 'read', read),
  )
  return { bus, clock, binding, texts: textsOf(bus, 'note.read'), calls: () => calls }
}

describe('publishes, with a method whose attempt is given up', () => {
  it('emits once where who hears of it takes longer than the attempt may', async () => {
    const { bus, clock, texts, calls } = publishing((call) => ({ text: `call ${call}` }), {
      timeoutMs: 1_000,
      retry,
    })
    const errors = errorsOf(bus)
    bus.on('note.read', async () => clock.sleep(1_500))
    bus.emitSync('note.made', hello)
    await clock.advanceBy(60_000)
    expect(texts).toEqual(['call 1'])
    expect(calls()).toBe(1)
    expect(errors).toEqual([])
  })

  it('emits once for an event that comes back from the dead letters', async () => {
    const { bus, clock, texts } = publishing(() => hello, { timeoutMs: 1_000, deadLetter: true })
    bus.on('note.read', async () => clock.sleep(1_500))
    bus.emitSync('note.made', hello)
    await clock.advanceBy(60_000)
    expect(bus.deadLetters.redeliver('dead-1')).toBe(1)
    await clock.advanceBy(60_000)
    expect(texts).toEqual(['hello'])
    expect(bus.deadLetters.size).toBe(0)
  })

  it('emits what the attempt that is in time returns, and not what comes too late', async () => {
    const { bus, clock, texts } = publishing(
      async (call) => {
        await clock.sleep(call === 1 ? 1_500 : 10)
        return { text: `call ${call}` }
      },
      { timeoutMs: 1_000, retry },
    )
    bus.emitSync('note.made', hello)
    await clock.advanceBy(60_000)
    expect(texts).toEqual(['call 2'])
  })

  it('emits nothing that comes after the last attempt has timed out', async () => {
    const { bus, clock, texts } = publishing(
      async () => {
        await clock.sleep(1_500)
        return hello
      },
      { timeoutMs: 1_000 },
    )
    const errors = errorsOf(bus)
    bus.emitSync('note.made', hello)
    await clock.advanceBy(60_000)
    expect(errors).toMatchObject([{ name: 'HandlerTimeoutError' }])
    expect(texts).toEqual([])
  })

  it.each([{}, { retry }])(
    'emits nothing after the binding has ended, with %j',
    async (options) => {
      const { bus, clock, texts, binding } = publishing(async () => {
        await clock.sleep(10)
        return hello
      }, options)
      bus.emitSync('note.made', hello)
      await clock.advanceBy(5)
      binding.unsubscribe()
      await clock.advanceBy(60_000)
      expect(texts).toEqual([])
    },
  )
})

describe('publishes', () => {
  it('calls the method again where the bus has refused what it returned', async () => {
    const answer = (call: number): unknown => (call < 3 ? { text: call } : hello)
    const { bus, clock, texts, calls } = publishing(answer, { retry })
    bus.emitSync('note.made', hello)
    await clock.advanceBy(60_000)
    expect(calls()).toBe(3)
    expect(texts).toEqual(['hello'])
  })

  it.each([{}, { retry }])(
    'emits for a subscription that hears one event, with %j',
    async (options) => {
      const { bus, clock, texts } = publishing(async () => hello, { once: true, ...options })
      bus.emitSync('note.made', hello)
      bus.emitSync('note.made', hello)
      await clock.advanceBy(1)
      expect(texts).toEqual(['hello'])
    },
  )

  it('emits for each subscription of the method', async () => {
    const { bus, texts } = publishing((call) => ({ text: `call ${call}` }), {}, {})
    await bus.emit('note.made', hello)
    expect(texts).toEqual(['call 1', 'call 2'])
  })
})
