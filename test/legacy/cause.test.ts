import type { EventEmitter } from 'eventemitter3'
import { createBus, SimulatedClock, type TradewireEvent } from 'tradewire'
import { createLegacyAdapter } from 'tradewire/legacy'
import { describe, expect, it } from 'vitest'
import { connected, idle, plainFill, typedFill } from './support.ts'

const disconnected = { timestamp: 2, endpoint: 'wss://example.test', willReconnect: false }

const setUp = () => {
  const bus = createBus({ clock: new SimulatedClock() })
  const events: TradewireEvent[] = []
  bus.onAny((event) => events.push(event))
  bus.on('system.error', idle)
  const adapter = createLegacyAdapter(bus, { mapping: { warning: false } })
  const emitter: EventEmitter = adapter
  /** Every event but warnings, with that of its cause. */
  const chain = (): unknown[] => {
    const types = new Map(events.map(({ id, type }) => [id, type]))
    return events
      .filter(({ type }) => type !== 'system.warning')
      .map(({ type, causationId }) => [type, types.get(causationId ?? '')])
  }
  return { bus, adapter, emitter, events, chain }
}

describe('LegacyAdapter.emit in a listener', () => {
  it('has the event that the listener hears as cause', () => {
    const { bus, emitter, events, chain } = setUp()
    emitter.on('order_filled', () => emitter.emit('connected', connected))
    emitter.on('connected', () => emitter.emit('disconnected', disconnected))
    bus.emitSync('order.filled', typedFill)
    expect(chain()).toEqual([
      ['order.filled', undefined],
      ['system.connected', 'order.filled'],
      ['system.disconnected', 'system.connected'],
    ])
    expect(new Set(events.map(({ correlationId }) => correlationId)).size).toBe(1)
  })

  it('keeps the cause by way of names that only legacy code knows', () => {
    const { emitter, chain } = setUp()
    emitter.on('order_filled', () => emitter.emit('heartbeat'))
    emitter.on('heartbeat', () => emitter.emit('warning'))
    emitter.on('warning', () => {
      emitter.emit('connected', connected)
      throw new Error('failed')
    })
    emitter.emit('order_filled', plainFill)
    emitter.emit('heartbeat')
    expect(chain()).toEqual([
      ['order.filled', undefined],
      ['system.connected', 'order.filled'],
      ['system.error', 'order.filled'],
      ['system.connected', undefined],
      ['system.error', undefined],
    ])
  })

  it('has none once the listener has returned, thrown or waited', async () => {
    const { bus, adapter, emitter, chain } = setUp()
    adapter.on('order_filled', async () => {
      await Promise.resolve()
      emitter.emit('disconnected', disconnected)
    })
    emitter.once('order_filled', () => {
      throw new Error('failed')
    })
    bus.on('order.filled', () => emitter.emit('connected', connected))
    await bus.emit('order.filled', typedFill)
    emitter.emit('connected', connected)
    expect(chain()).toEqual([
      ['order.filled', undefined],
      ['system.error', 'order.filled'],
      ['system.connected', undefined],
      ['system.disconnected', undefined],
      ['system.connected', undefined],
    ])
  })

  it('goes back to the event of the outer listener where one runs within another', () => {
    const { emitter, chain } = setUp()
    const other = setUp()
    emitter.on('order_filled', () => {
      other.emitter.emit('connected', connected)
      emitter.emit('connected', connected)
    })
    other.emitter.on('connected', () => other.emitter.emit('disconnected', disconnected))
    emitter.emit('order_filled', plainFill)
    other.emitter.emit('disconnected', disconnected)
    expect(chain()).toEqual([
      ['order.filled', undefined],
      ['system.connected', 'order.filled'],
    ])
    expect(other.chain()).toEqual([
      ['system.connected', undefined],
      ['system.disconnected', 'system.connected'],
      ['system.disconnected', undefined],
    ])
  })
})
