import type { HandlerContext } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { hello, setUp } from '../support/buses.ts'

/** A bus whose one handler notes what it is told beside the event. */
function listening(read: (context: HandlerContext) => unknown = () => undefined) {
  const made = setUp()
  const contexts: HandlerContext[] = []
  const subscription = made.bus.on('note.made', (_event, context) => {
    contexts.push(context)
    read(context)
  })
  return { ...made, contexts, subscription }
}

describe('the context of a handler without a mailbox', () => {
  it('names the subscription, and the first attempt', async () => {
    const { bus, contexts, subscription } = listening()
    bus.emitSync('note.made', hello)
    void bus.emitSerial('note.made', hello)
    await bus.emitBatch([{ type: 'note.made', data: hello }])
    expect(contexts).toHaveLength(3)
    for (const context of contexts) {
      expect(context.subscription).toBe(subscription)
      expect(context.attempt).toBe(1)
    }
  })

  it('is the same for every event of a subscription, and of no other', () => {
    const { bus, contexts } = listening()
    bus.on('note.made', (_event, context) => contexts.push(context))
    for (let count = 0; count < 2; count += 1) bus.emitSync('note.made', hello)
    expect(contexts[0]).toBe(contexts[2])
    expect(contexts[1]).toBe(contexts[3])
    expect(contexts[0]).not.toBe(contexts[1])
  })

  it('has one signal, which aborts as the subscription ends, with the reason', () => {
    const { bus, contexts, subscription } = listening(({ signal }) => signal)
    bus.emitSync('note.made', hello)
    const { signal } = contexts[0]!
    const reasons: unknown[] = []
    signal.addEventListener('abort', () => reasons.push(signal.reason))
    bus.emitSync('note.made', hello)
    expect(contexts[1]!.signal).toBe(signal)
    expect(signal.aborted).toBe(false)
    subscription.unsubscribe()
    subscription.unsubscribe()
    const reason = { code: 'SUBSCRIPTION_ENDED', subscriptionId: subscription.id }
    expect(reasons).toMatchObject([reason])
  })

  it('has a signal that has aborted already where it is read only after the end', () => {
    const { bus, contexts, subscription } = listening()
    bus.emitSync('note.made', hello)
    subscription.unsubscribe()
    const { signal } = contexts[0]!
    expect([signal.aborted, contexts[0]!.signal === signal]).toEqual([true, true])
    expect(signal.reason).toMatchObject({ code: 'SUBSCRIPTION_ENDED' })
  })

  it.each([
    ['off', ({ bus, subscription }: ReturnType<typeof listening>) => bus.off(subscription)],
    ['clear', ({ bus }: ReturnType<typeof listening>) => bus.clear()],
    ['close', ({ bus }: ReturnType<typeof listening>) => bus.close()],
  ])('aborts by %s, too', async (_, end) => {
    const made = listening(({ signal }) => signal)
    made.bus.emitSync('note.made', hello)
    await end(made)
    expect(made.contexts[0]!.signal.aborted).toBe(true)
  })

  it('does not abort for a once handler, which is consumed before it is called', () => {
    const { bus } = setUp()
    let aborted: boolean | undefined
    bus.once('note.made', (_event, { signal }) => (aborted = signal.aborted))
    bus.emitSync('note.made', hello)
    expect(aborted).toBe(false)
  })

  it('aborts with the signal of the options', () => {
    const { bus } = setUp()
    const controller = new AbortController()
    let context: HandlerContext | undefined
    bus.on('note.made', (_event, given) => (context = given), { signal: controller.signal })
    bus.emitSync('note.made', hello)
    expect(context!.signal.aborted).toBe(false)
    controller.abort()
    expect(context!.signal.aborted).toBe(true)
  })

  it('comes to the handlers of onAny and of patterns', () => {
    const { bus } = setUp()
    const ids: string[] = []
    const note = (_event: unknown, { subscription }: HandlerContext): void => {
      ids.push(subscription.id)
    }
    bus.onAny(note, { id: 'any' })
    bus.on('note.*', note, { id: 'pattern' })
    bus.on(['note.made', 'alarm.rung'], note, { id: 'list' })
    bus.emitSync('note.made', hello)
    expect(ids).toEqual(['any', 'pattern', 'list'])
  })
})
