import { createBus, defineEvents, SimulatedClock, type TradewireEvent, z } from 'tradewire'
import { createLegacyAdapter } from 'tradewire/legacy'
import { describe, expect, it } from 'vitest'
import { connected, idle, plainFill, typedFill } from './support.ts'

const setUp = () => {
  const bus = createBus({ clock: new SimulatedClock() })
  const warnings: TradewireEvent[] = []
  bus.on('system.warning', (event) => warnings.push(event))
  return { bus, adapter: createLegacyAdapter(bus), warnings }
}

describe('LegacyAdapter.report', () => {
  it('is empty before legacy code does anything', () => {
    const { bus, adapter } = setUp()
    bus.clear()
    expect(adapter.report()).toEqual({
      names: [],
      unknown: [],
      unlisted: 0,
      emitted: { legacy: 0, typed: 0, legacyShare: 0 },
      subscriptions: { legacy: 0, typed: 0, legacyShare: 0 },
    })
  })

  it('counts emissions and listeners by the name that was used', () => {
    const { adapter } = setUp()
    adapter.on('order_filled', idle).on('ORDER_FILLED', idle)
    adapter.on('ORDER_FILLED', idle).on('order.placed', idle).off('order.placed', idle)
    adapter.emit('order_filled', plainFill)
    adapter.emit('connected', connected)
    expect(() => adapter.emit('order_filled', {} as never)).toThrow(/was refused/)
    const fill = { type: 'order.filled' }
    expect(adapter.report().names).toEqual([
      {
        ...fill,
        name: 'order_filled',
        emitted: 1,
        refused: 1,
        lastRefusal: expect.anything(),
        listeners: 1,
      },
      { ...fill, name: 'ORDER_FILLED', emitted: 0, refused: 0, listeners: 2 },
      { type: 'order.placed', name: 'order.placed', emitted: 0, refused: 0, listeners: 0 },
      { type: 'system.connected', name: 'connected', emitted: 1, refused: 0, listeners: 0 },
    ])
  })

  it('tells why and when an emission was refused the last time', () => {
    const { bus, adapter } = setUp()
    const refusal = (): unknown => adapter.report().names[0]!.lastRefusal
    adapter.emit('connected', connected)
    expect(adapter.report().names[0]).not.toHaveProperty('lastRefusal')
    const bad = { ...connected, attempt: 'one' }
    expect(() => adapter.emit('connected', bad as never)).toThrow(/was refused/)
    const at = bus.clock.now()
    expect(refusal()).toEqual({ message: expect.stringContaining('attempt: expected'), at })
    const keys = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(100))
    const wide = { ...connected, ...Object.fromEntries(keys.map((key) => [key, 1])) }
    expect(() => adapter.emit('order_filled', wide as never)).toThrow(/expected no key/)
    expect(adapter.report().names[1]!.lastRefusal?.message).toHaveLength(1_000)
  })

  it('counts as typed no system error that bus or adapter make themselves', async () => {
    const bus = createBus({ clock: new SimulatedClock(), onError: idle })
    const fail = (): never => {
      throw new Error('failed')
    }
    bus.on('system.connected', fail)
    bus.emitSync('system.connected', connected)
    const adapter = createLegacyAdapter(bus)
    const seen: unknown[] = []
    bus.on('system.error', () => seen.push(adapter.report().emitted.typed))
    adapter.on('heartbeat', fail).emit('heartbeat')
    adapter.on('connected', () => Promise.reject(new Error('later')))
    bus.emitSync('system.connected', connected)
    await bus.idle()
    expect(seen).toEqual([0, 1, 1])
    expect(adapter.report().emitted).toEqual({ legacy: 0, typed: 1, legacyShare: 0 })
    bus.emitSync('system.error', { timestamp: 1, name: 'Own', message: 'of typed code' })
    expect(adapter.report().emitted.typed).toBe(2)
  })

  it('counts every event where the bus could not make its own', () => {
    const bus = createBus({ clock: new SimulatedClock(), onError: idle })
    const adapter = createLegacyAdapter(bus)
    bus.use({ before: ({ type }) => (type === 'system.error' ? false : undefined) })
    bus.on('system.connected', () => {
      throw new Error('failed')
    })
    bus.emitSync('system.connected', connected)
    expect(adapter.report().emitted.typed).toBe(1)
  })

  it('counts no less than nothing while a report of the bus waits for its turn', () => {
    const bus = createBus({ clock: new SimulatedClock(), onError: idle })
    const adapter = createLegacyAdapter(bus)
    const seen: unknown[] = []
    adapter.on('connected', () => {
      throw new Error('failed')
    })
    adapter.on('connected', () => {
      adapter.emit('error', new Error('own'))
      seen.push(adapter.report().emitted.typed)
    })
    adapter.emit('connected', connected)
    expect(seen).toEqual([0])
    expect(adapter.report().emitted).toEqual({ legacy: 2, typed: 0, legacyShare: 1 })
  })

  it('tells how much is legacy still, from the making of the adapter on', () => {
    const bus = createBus()
    bus.emitSync('order.filled', typedFill)
    const adapter = createLegacyAdapter(bus)
    adapter.on('order_filled', () => {}).on('unknown', () => {})
    bus.on('order.*', () => {})
    bus.on('*', () => {})
    bus.on('*', () => {})
    adapter.emit('order_filled', plainFill)
    for (let index = 0; index < 3; index += 1) bus.emitSync('order.filled', typedFill)
    const { emitted, subscriptions } = adapter.report()
    expect(emitted).toEqual({ legacy: 1, typed: 3, legacyShare: 0.25 })
    expect(subscriptions).toEqual({ legacy: 1, typed: 3, legacyShare: 0.25 })
  })

  it('counts an emission once the bus has accepted it', () => {
    const bus = createBus()
    const adapter = createLegacyAdapter(bus)
    const seen: unknown[] = []
    const look = (where: string): void => {
      const { legacy, typed } = adapter.report().emitted
      seen.push([where, legacy, typed])
    }
    bus.emitSync('system.connected', connected)
    bus.use({ before: () => look('before') })
    bus.on('system.connected', () => look('handler'))
    adapter.emit('connected', connected)
    bus.emitSync('system.connected', connected)
    look('after')
    expect(seen).toEqual([
      ['before', 0, 1],
      ['handler', 1, 1],
      ['before', 1, 1],
      ['handler', 1, 2],
      ['after', 1, 2],
    ])
  })

  it('does not count its own reports, also while they are heard', () => {
    const bus = createBus()
    const adapter = createLegacyAdapter(bus)
    const seen: unknown[] = []
    bus.use({ before: () => void seen.push(adapter.report().emitted) })
    bus.on('system.warning', () => seen.push(adapter.report().emitted))
    adapter.emit('heartbeat')
    const none = { legacy: 0, typed: 0, legacyShare: 0 }
    expect(seen).toEqual([none, none])
  })

  it('counts names that the catalog does not know', () => {
    const { adapter } = setUp()
    const key = Symbol('key')
    adapter.on('heartbeat', () => {})
    adapter.emit('heartbeat')
    adapter.emit('heartbeat')
    adapter.emit(key)
    expect(adapter.report().unknown).toEqual([
      { name: 'heartbeat', emitted: 2, listeners: 1 },
      { name: key, emitted: 1, listeners: 0 },
    ])
  })

  it('warns of each unknown name once, on the bus', () => {
    const { bus, adapter, warnings } = setUp()
    adapter.emit('order_fild')
    adapter.on('order_fild', () => {})
    adapter.emit('order_fild')
    adapter.on('heartbeat', () => {})
    adapter.emit(Symbol('key'))
    expect(warnings.map(({ data }) => data)).toEqual([
      {
        timestamp: bus.clock.now(),
        code: 'LEGACY_UNKNOWN_EVENT',
        message: expect.stringContaining('the name "order_fild"'),
        details: { name: 'order_fild' },
      },
      expect.objectContaining({ details: { name: 'heartbeat' } }),
      expect.objectContaining({ details: { name: 'Symbol(key)' } }),
    ])
    expect(warnings[0]!.data).toMatchObject({
      message: expect.stringContaining('Did you mean "order_filled"?'),
    })
    expect(adapter.report().emitted.typed).toBe(0)
  })

  it('lists 1,000 names, and counts the emissions of the others together', () => {
    const { adapter, warnings } = setUp()
    for (let index = 0; index < 1_010; index += 1) adapter.emit(`reply:${index}`)
    expect(adapter.report().unknown).toHaveLength(1_000)
    expect(adapter.report().unlisted).toBe(10)
    expect(warnings).toHaveLength(1_000)
  })

  it('bounds the list of known names, too', () => {
    const catalog = defineEvents({
      'action.{name}.start': {
        description: 'An action has begun.',
        payload: z.strictObject({ step: z.number() }),
        example: { step: 1 },
      },
    })
    const adapter = createLegacyAdapter(createBus({ catalog }))
    for (let index = 0; index < 1_002; index += 1) {
      adapter.emit(`action.a${index}.start`, { step: index })
    }
    expect(() => adapter.emit('action.b.start', {} as never)).toThrow(/was refused/)
    expect(adapter.report().names).toHaveLength(1_000)
    expect(adapter.report().unlisted).toBe(3)
    expect(adapter.report().emitted).toMatchObject({ legacy: 1_002, typed: 0 })
  })

  it('needs no warning in the catalog', () => {
    const catalog = defineEvents({
      'test.event': { description: 'Is tested.', payload: z.strictObject({}), example: {} },
    })
    const adapter = createLegacyAdapter(createBus({ catalog }))
    adapter.emit('heartbeat')
    expect(adapter.report().unknown).toEqual([{ name: 'heartbeat', emitted: 1, listeners: 0 }])
  })
})
