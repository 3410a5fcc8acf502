import { type HandlerError } from 'tradewire'
import { describe, expect, it, vi } from 'vitest'
import { connected, plainFill, setUp, spy, typedFill, waiting } from './support.ts'

const fail = (): never => {
  throw new Error('failed')
}

describe('LegacyAdapter.on', () => {
  it('gives the plain payload first and the typed event second', async () => {
    const { bus, adapter } = setUp()
    const listener = spy()
    adapter.on('order_filled', listener)
    const event = await bus.emit('order.filled', typedFill)
    expect(listener.mock.calls).toEqual([[plainFill, event]])
    expect(listener.mock.calls[0]![1]).toBe(event)
  })

  it.each(['order_filled', 'ORDER_FILLED', 'order.filled'] as const)('knows %s', (name) => {
    const { bus, adapter } = setUp()
    const listener = spy()
    adapter.on(name, listener)
    bus.emitSync('order.filled', typedFill)
    expect(listener).toHaveBeenCalledTimes(1)
  })

  it('gives all listeners of an event the same payload, and no part of the event', () => {
    const { bus, adapter } = setUp()
    const payloads: unknown[] = []
    adapter.on('order_filled', (payload) => payloads.push(payload))
    adapter.addListener('ORDER_FILLED', (payload) => payloads.push(payload))
    const event = bus.emitSync('order.filled', typedFill)
    expect(payloads[0]).toBe(payloads[1])
    expect(payloads[0]).not.toBe(event.data)
  })

  it('calls a listener with its context, by default the adapter', () => {
    const { adapter } = setUp()
    const contexts: unknown[] = []
    function listener(this: unknown): void {
      contexts.push(this)
    }
    const context = { name: 'old bot' }
    adapter.on('connected', listener).on('connected', listener, context)
    adapter.on('unknown', listener).once('unknown', listener, context)
    adapter.emit('connected', connected)
    adapter.emit('unknown')
    expect(contexts).toEqual([adapter, context, adapter, context])
  })

  it('keeps one order with typed handlers', () => {
    const { bus, adapter } = setUp()
    const heard: string[] = []
    adapter.on('connected', () => heard.push('first'))
    bus.on('system.connected', () => heard.push('second'))
    adapter.on('connected', () => heard.push('third'))
    bus.emitSync('system.connected', connected)
    expect(heard).toEqual(['first', 'second', 'third'])
  })

  it('turns the failure of a listener into a system error that names it', async () => {
    const { adapter, errors } = setUp()
    const after = spy()
    adapter.on('connected', function book() {
      throw new RangeError('no such account')
    })
    adapter.on('connected', async () => {
      await Promise.resolve()
      throw new Error('later')
    })
    adapter.on('connected', after)
    adapter.emit('connected', connected)
    expect(after).toHaveBeenCalledTimes(1)
    await vi.waitFor(() => expect(errors).toHaveLength(2), waiting)
    expect(errors.map(({ data }) => data)).toMatchObject([
      { name: 'RangeError', handler: 'book', originalEvent: { type: 'system.connected' } },
      { message: 'later' },
    ])
  })

  it('names no listener that has no name, or one that is no text', () => {
    const { adapter, errors } = setUp()
    adapter.on('connected', Object.defineProperty(fail, 'name', { value: 7 }))
    adapter.emit('connected', connected)
    expect(errors[0]!.data).not.toHaveProperty('handler')
  })

  it('leaves a failing listener of error to the last resort', () => {
    const { adapter, errors, lastResort } = setUp()
    adapter.on('error', () => {
      throw new Error('in vain')
    })
    adapter.emit('error', new Error('first'))
    expect(errors).toHaveLength(1)
    expect(lastResort.map((error) => (error as HandlerError).cause)).toEqual([new Error('in vain')])
  })

  it('does not let a listener added during dispatch hear the event', () => {
    const { adapter } = setUp()
    const late = spy()
    for (const name of ['connected', 'unknown'] as const) {
      adapter.on(name, () => adapter.on(name, late))
    }
    adapter.emit('connected', connected)
    adapter.emit('unknown')
    expect(late).not.toHaveBeenCalled()
    adapter.emit('connected', connected)
    adapter.emit('unknown')
    expect(late).toHaveBeenCalledTimes(2)
  })

  it('does not call a listener that was removed before its turn', () => {
    const { adapter } = setUp()
    const removed = spy()
    for (const name of ['connected', 'unknown'] as const) {
      adapter.on(name, () => adapter.off(name, removed)).on(name, removed)
    }
    adapter.emit('connected', connected)
    adapter.emit('unknown')
    expect(removed).not.toHaveBeenCalled()
  })

  it.each([undefined, null, 'handler', {}])('throws a TypeError for %o', (listener) => {
    const { adapter } = setUp()
    for (const method of ['on', 'addListener', 'once'] as const) {
      expect(() => adapter[method]('connected', listener as never)).toThrow(TypeError)
      expect(() => adapter[method]('unknown', listener as never)).toThrow(
        /^The listener must be a function, but is /,
      )
    }
    expect(adapter.eventNames()).toEqual([])
    expect(adapter.report().unknown).toEqual([])
  })

  it('refuses names of the catalog once the bus is closed', async () => {
    const { bus, adapter } = setUp()
    await bus.close()
    expect(() => adapter.on('connected', () => {})).toThrow(
      expect.objectContaining({ code: 'BUS_CLOSED' }),
    )
    expect(adapter.listenerCount('connected')).toBe(0)
  })
})
