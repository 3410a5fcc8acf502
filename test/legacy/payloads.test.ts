import type { EventEmitter } from 'eventemitter3'
import { createBus, SimulatedClock, type TradewireEvent } from 'tradewire'
import { createLegacyAdapter, type LegacyAdapterOptions, type NoMapping } from 'tradewire/legacy'
import { describe, expect, it } from 'vitest'
import { connected, plainFill } from './support.ts'

type Payloads = NonNullable<LegacyAdapterOptions<NoMapping>['payloads']>

/** An adapter as old code sees it, and all events on its bus. */
const setUp = (payloads?: Payloads) => {
  const bus = createBus({ clock: new SimulatedClock() })
  const events: TradewireEvent[] = []
  bus.onAny((event) => events.push(event))
  const adapter = createLegacyAdapter(bus, payloads === undefined ? {} : { payloads })
  const emitter: EventEmitter = adapter
  return { bus, adapter, emitter, events }
}

describe('LegacyAdapterOptions.payloads', () => {
  it('makes payloads of all that old code emits', () => {
    const { emitter, events } = setUp({
      connected: () => connected,
      order_filled: (orderId: string, price: number) => ({
        ...plainFill,
        orderId,
        lastPrice: price,
      }),
    })
    emitter.emit('connected')
    emitter.emit('order_filled', 'old-1', 57.5)
    expect(events).toMatchObject([
      { type: 'system.connected', data: connected },
      { type: 'order.filled', data: { orderId: 'old-1' } },
    ])
  })

  it('goes by the very name of the emission', () => {
    const { emitter, events } = setUp({ CONNECTED: () => ({ ...connected, attempt: 7 }) })
    emitter.emit('connected', connected)
    emitter.emit('CONNECTED')
    expect(events).toMatchObject([{ data: { attempt: 1 } }, { data: { attempt: 7 } }])
  })

  it('goes before the reading of thrown values', () => {
    const { bus, emitter, events } = setUp({
      error: (message: string) => ({ timestamp: bus.clock.now(), name: 'Old', message }),
    })
    emitter.emit('error', 'no route')
    expect(events).toMatchObject([{ data: { name: 'Old', message: 'no route' } }])
  })

  it('refuses what is no payload, without an unhandled rejection', () => {
    const { adapter, emitter, events } = setUp({
      connected: () => ({ endpoint: 7 }),
      disconnected: () => Promise.reject(new Error('late')),
    })
    const refused = expect.objectContaining({ code: 'EVENT_INVALID' })
    expect(() => emitter.emit('connected')).toThrow(refused)
    expect(() => emitter.emit('disconnected')).toThrow(refused)
    expect(events).toEqual([])
    expect(adapter.report().names).toMatchObject([{ refused: 1 }, { refused: 1 }])
  })

  it('refuses the emission if it throws', () => {
    const failure = new Error('no such field')
    const { emitter } = setUp({
      connected: () => {
        throw failure
      },
    })
    expect(() => emitter.emit('connected')).toThrow(
      expect.objectContaining({
        code: 'EVENT_INVALID',
        message: 'system.connected was refused: payloads["connected"] threw: no such field.',
        cause: failure,
      }),
    )
  })
})

describe('LegacyAdapter.emit', () => {
  it.each([[], ['text'], [{ endpoint: 7 }]])('says how to give a payload for %o', (...args) => {
    const { emitter, events } = setUp()
    expect(() => emitter.emit('connected', ...args)).toThrow(
      /takes an object such as \{ timestamp, .*endpoint.*payloads: \{ "connected": \(old\) => /,
    )
    expect(events).toEqual([])
  })

  it('refuses further arguments, which nobody would hear', () => {
    const { adapter, emitter, events } = setUp()
    expect(() => emitter.emit('connected', connected, 'extra', 7)).toThrow(
      expect.objectContaining({
        code: 'EVENT_INVALID',
        message: expect.stringMatching(
          /takes one payload, and got 3 arguments; .*payloads: \{ "connected": \(\.\.\.old\) => /,
        ),
      }),
    )
    expect(events).toEqual([])
    expect(adapter.report().names).toMatchObject([{ name: 'connected', emitted: 0, refused: 1 }])
  })

  it('loses no error for what stands behind it', () => {
    const { emitter, events } = setUp()
    emitter.emit('error', new Error('no route'), { attempt: 7 })
    expect(events).toMatchObject([{ data: { message: 'no route' } }])
    const payload = { timestamp: 5, name: 'Old', message: 'no route' }
    expect(() => emitter.emit('error', payload, 7)).toThrow(/got 2 arguments/)
  })

  it('lets a stack overflow pass as what it is', () => {
    const { emitter } = setUp()
    const names = new Set<string>()
    const dive = (): void => {
      try {
        dive()
      } finally {
        // At each depth the stack ends somewhere else.
        try {
          emitter.emit('connected', connected)
        } catch (error) {
          names.add((error as Error).name)
        }
      }
    }
    expect(dive).toThrow(RangeError)
    expect(names).toContain('RangeError')
  })

  it.each<[unknown[], object]>([
    [['no route'], { name: 'NonError', message: 'no route' }],
    [[7], { name: 'NonError', message: '7' }],
    [[], { name: 'NonError', message: 'undefined' }],
    [[{ code: 'E_OLD', message: 'no route' }], { code: 'E_OLD', message: 'no route' }],
    [[Object.assign(new RangeError('low'), { timestamp: 1 })], { name: 'RangeError' }],
  ])('takes the thrown value of %o for a system error', (args, data) => {
    const { bus, emitter, events } = setUp()
    emitter.emit('error', ...args)
    expect(events).toMatchObject([
      { type: 'system.error', data: { timestamp: bus.clock.now(), ...data } },
    ])
  })

  it('takes a thrown value that cannot be read for a system error', () => {
    const { emitter, events } = setUp()
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    emitter.emit('error', proxy)
    expect(events).toMatchObject([{ data: { name: 'NonError' } }])
  })

  it('takes the payload of a system error as it is', () => {
    const { emitter, events } = setUp()
    emitter.emit('error', { timestamp: 5, name: 'Old', message: 'no route' })
    expect(events).toMatchObject([{ data: { timestamp: 5, name: 'Old' } }])
    expect(() => emitter.emit('error', { timestamp: 5 })).toThrow(/was refused/)
  })
})
