import { createBus, defineEvents, type ErrorContext, z } from 'tradewire'
import { createLegacyAdapter, type LegacyAdapterOptions, type NoMapping } from 'tradewire/legacy'
import { describe, expect, it, vi } from 'vitest'
import { idle, spy, waiting } from './support.ts'

/** A bus whose system errors nobody hears, and what its last resort is told. */
const setUp = (options?: LegacyAdapterOptions<NoMapping>) => {
  const told: [error: unknown, context: ErrorContext][] = []
  const bus = createBus({ onError: (...call) => told.push(call) })
  return { bus, adapter: createLegacyAdapter(bus, options), told }
}

describe('LegacyAdapter without a listener of system.error', () => {
  it('tells onError of the bus what a listener of an unknown name throws or rejects with', async () => {
    const { adapter, told } = setUp()
    const [thrown, rejected] = [new Error('thrown'), new Error('rejected')]
    adapter.on('heartbeat', () => {
      throw thrown
    })
    adapter.on('heartbeat', () => Promise.reject(rejected))
    adapter.emit('heartbeat')
    await vi.waitFor(() => expect(told).toHaveLength(2), waiting)
    expect(told).toEqual([
      [thrown, { origin: 'handler', event: expect.objectContaining({ type: 'system.error' }) }],
      [rejected, { origin: 'handler', event: expect.objectContaining({ type: 'system.error' }) }],
    ])
  })

  it('tells onError of the bus of an emitted error', () => {
    const { adapter, told } = setUp()
    const failure = new Error('no route')
    expect(adapter.emit('error', failure)).toBe(false)
    adapter.emit('error', 'a text')
    adapter.emit('error', { timestamp: 5, name: 'Old', message: 'a payload' })
    expect(told[0]![0]).toBe(failure)
    expect(told).toMatchObject([
      [failure, { origin: 'handler', event: { data: { message: 'no route' } } }],
      [{ message: 'a text' }, { event: { data: { name: 'NonError' } } }],
      [{ message: 'a payload' }, { event: { data: { name: 'Old' } } }],
    ])
    expect(told.every(([error]) => error instanceof Error)).toBe(true)
  })

  it('prints it where the bus was given no onError', () => {
    const error = vi.fn<(...args: unknown[]) => void>()
    const adapter = createLegacyAdapter(createBus({ logger: { ...console, error } }))
    adapter.emit('error', new Error('no route'))
    expect(error).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('Error: no route'),
      new Error('no route'),
    )
  })

  it('tells it of an emitted error where the catalog knows none', () => {
    const catalog = defineEvents({
      'test.event': { description: 'Is tested.', payload: z.strictObject({}), example: {} },
    })
    const onError = spy()
    const adapter = createLegacyAdapter(createBus({ catalog, onError }))
    const failure = new Error('no route')
    adapter.emit('error', failure)
    adapter.emit('error', 7)
    adapter.emit('heartbeat', failure)
    adapter.on('error', idle).emit('error', failure)
    expect(onError.mock.calls).toEqual([
      [failure, { origin: 'handler', event: undefined }],
      [new Error('7'), { origin: 'handler', event: undefined }],
    ])
  })

  it('tells it nothing once somebody listens, or where the adapter has an onError', () => {
    const { bus, adapter, told } = setUp()
    const fail = (): never => {
      throw new Error('failed')
    }
    bus.on('system.*', idle)
    adapter.on('heartbeat', fail)
    adapter.emit('heartbeat')
    adapter.emit('error', new Error('heard'))
    const own = setUp({ onError: idle })
    own.adapter.on('heartbeat', fail)
    own.adapter.emit('heartbeat')
    expect([...told, ...own.told]).toEqual([])
  })
})
