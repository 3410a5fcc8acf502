import type { HandlerContext } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, hello, rest, setUp, type TestBus } from '../support/buses.ts'

function contextsOf(bus: TestBus, options: object): HandlerContext[] {
  const contexts: HandlerContext[] = []
  bus.on('note.made', (_, context) => void contexts.push(context), options)
  return contexts
}

const kinds = [
  ['without a mailbox', {}],
  ['with a mailbox', { concurrency: 1 }],
] as const

describe('the context of a handler', () => {
  it.each(kinds)('names the subscription and the first attempt %s', async (_, options) => {
    const { bus } = setUp()
    const contexts = contextsOf(bus, { id: 'desk', ...options })
    bus.emitSync('note.made', hello)
    await bus.idle()
    const [subscription] = bus.subscriptions()
    expect(contexts.map(({ attempt }) => attempt)).toEqual([1])
    expect(contexts[0]!.subscription).toBe(subscription)
    expect(subscription!.id).toBe('desk')
  })

  it.each(kinds)('has one signal, however often it is read, %s', async (_, options) => {
    const { bus } = setUp()
    const contexts = contextsOf(bus, options)
    bus.emitSync('note.made', hello)
    await bus.idle()
    const [context] = contexts
    expect(context!.signal).toBeInstanceOf(AbortSignal)
    expect(context!.signal).toBe(context!.signal)
    expect(context!.signal.aborted).toBe(false)
  })

  it.each(kinds)(
    'aborts its signal when the subscription ends during the call, %s',
    async (...of) => {
      const { bus } = setUp()
      const reasons: unknown[] = []
      const subscription = bus.on(
        'note.made',
        async (_, { signal }) => {
          signal.addEventListener('abort', () => void reasons.push(signal.reason))
          await new Promise(() => {})
        },
        of[1],
      )
      bus.emitSync('note.made', hello)
      await rest()
      expect(reasons).toEqual([])
      subscription.unsubscribe()
      expect(reasons).toEqual([coded('SUBSCRIPTION_ENDED')])
    },
  )

  it.each(kinds)(
    'has a signal that is aborted if it is first read after the end, %s',
    async (...of) => {
      const { bus } = setUp()
      const contexts: HandlerContext[] = []
      const subscription = bus.on(
        'note.made',
        (_, context) => {
          contexts.push(context)
          return new Promise(() => {})
        },
        of[1],
      )
      bus.emitSync('note.made', hello)
      await rest()
      subscription.unsubscribe()
      const { signal } = contexts[0]!
      expect(signal.aborted).toBe(true)
      expect(signal.reason).toEqual(coded('SUBSCRIPTION_ENDED'))
    },
  )

  it.each(kinds)('leaves the signal of a once handler alone %s', async (_, options) => {
    const { bus, clock } = setUp()
    const aborted: boolean[] = []
    bus.once(
      'note.made',
      async (_event, { signal }) => {
        aborted.push(signal.aborted)
        await clock.sleep(10)
        aborted.push(signal.aborted)
      },
      options,
    )
    bus.emitSync('note.made', hello)
    await clock.advanceBy(10)
    await bus.idle()
    expect(aborted).toEqual([false, false])
  })

  it('is the same for every event without a mailbox', () => {
    const { bus } = setUp()
    const contexts = contextsOf(bus, {})
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    expect(contexts[0]).toBe(contexts[1])
  })

  it('is another one for every attempt with a mailbox, each with a signal of its own', async () => {
    const { bus, clock } = setUp()
    const contexts: HandlerContext[] = []
    bus.on(
      'note.made',
      (_, context) => {
        contexts.push(context)
        if (context.attempt < 3) throw new Error('busy')
      },
      { retry: { attempts: 3, initialMs: 10, jitter: 'none' } },
    )
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    await clock.advanceBy(100)
    expect(contexts.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 1, 2, 3])
    expect(new Set(contexts.map(({ signal }) => signal)).size).toBe(6)
  })

  it('makes no AbortController before the signal is read', async () => {
    const original = globalThis.AbortController
    let made = 0
    globalThis.AbortController = class extends original {
      constructor() {
        super()
        made += 1
      }
    }
    try {
      const { bus } = setUp()
      let read = false
      for (const [, options] of kinds) {
        bus.on('note.made', (_, context) => (read ? void context.signal : undefined), options)
      }
      await bus.emit('note.made', hello)
      await bus.idle()
      expect(made).toBe(0)
      read = true
      await bus.emit('note.made', hello)
      await bus.idle()
      expect(made).toBe(2)
    } finally {
      globalThis.AbortController = original
    }
  })

  it('aborts the signal of a call that runs when the bus is closed and does not wait', async () => {
    const { bus, clock } = setUp()
    const contexts: HandlerContext[] = []
    bus.on(
      'note.made',
      (_, context) => {
        contexts.push(context)
        return new Promise(() => {})
      },
      { concurrency: 1 },
    )
    bus.emitSync('note.made', hello)
    await rest()
    const closed = bus.close({ drainMs: 10 })
    await clock.advanceBy(10)
    expect(await closed).toMatchObject({ pending: 1 })
    expect(contexts[0]!.signal.aborted).toBe(true)
  })
})
