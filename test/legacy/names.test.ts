import {
  createBus,
  type EventSchemas,
  EventType,
  type PayloadSchema,
  tradingEvents,
  z,
} from 'tradewire'
import { createLegacyAdapter } from 'tradewire/legacy'
import { describe, expect, it } from 'vitest'
import { connected, plainFill, spy, typedFill } from './support.ts'

/** The event type that `name` stands for, as a report says it. */
const typeOf = (name: string, options: object = {}): string | undefined => {
  const adapter = createLegacyAdapter(createBus(), options)
  adapter.on(name, () => {})
  return adapter.report().names[0]?.type
}

const definition = (legacyName: string) => ({
  description: 'Is tested.',
  payload: z.strictObject({}) as PayloadSchema,
  example: {},
  legacyName,
})

describe('createLegacyAdapter', () => {
  it('knows the legacy name of every event, in upper case too', () => {
    const entries = [...tradingEvents.entries.values()]
    const named = entries.filter(({ legacyName }) => legacyName !== undefined)
    expect(named.length).toBeGreaterThan(30)
    for (const { name, legacyName } of named) {
      expect(typeOf(legacyName!)).toBe(name)
      expect(typeOf(legacyName!.toUpperCase())).toBe(name)
    }
  })

  it('knows every constant, in lower case too, and every type', () => {
    for (const [constant, type] of Object.entries(EventType)) {
      expect(typeOf(constant)).toBe(type)
      expect(typeOf(constant.toLowerCase())).toBe(type)
      expect(typeOf(type)).toBe(type)
    }
  })

  it('knows no other names', () => {
    for (const name of ['Order_Filled', 'order.*', '*', 'order', '']) {
      expect(typeOf(name)).toBeUndefined()
    }
  })

  it('takes legacy names of your own, and other types for those of the catalog', () => {
    const bus = createBus()
    const adapter = createLegacyAdapter(bus, {
      mapping: { fill: 'order.filled', connected: 'system.disconnected' },
    })
    const listener = spy()
    adapter.on('fill', ({ lastPrice }, { type }) => listener(lastPrice, type))
    adapter.on('connected', ({ willReconnect }) => listener(willReconnect))
    bus.emitSync('order.filled', typedFill)
    adapter.emit('fill', plainFill)
    adapter.emit('connected', { timestamp: 1, endpoint: 'a', willReconnect: true })
    adapter.emit('CONNECTED', connected)
    expect(listener.mock.calls).toEqual([
      ['57.638', 'order.filled'],
      ['57.638', 'order.filled'],
      [true],
    ])
  })

  it('takes any own key of the mapping, __proto__ included', () => {
    const mapping = JSON.parse('{ "__proto__": "order.filled" }') as Record<string, 'order.filled'>
    expect(typeOf('__proto__', { mapping })).toBe('order.filled')
  })

  it.each([
    [{ fill: 'order.fild' }, 'no event type of the catalog. Did you mean "order.filled"?'],
    [{ fill: 7 }, '"fill" stands for 7'],
    [null, 'mapping must be an object'],
    [[], 'mapping must be an object'],
    ['order.filled', 'mapping must be an object'],
  ])('refuses the mapping %o', (mapping, reason) => {
    expect(() => createLegacyAdapter(createBus(), { mapping: mapping as never })).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        message: expect.stringContaining(reason),
      }),
    )
  })

  it.each<[object, string]>([
    [{ maping: {} }, 'has no option "maping"'],
    [{ source: '' }, 'source must be'],
    [{ source: 7 }, 'source must be'],
    [{ source: 'x'.repeat(257) }, 'source must be'],
    [{ decimals: 'float' }, 'decimals must be'],
    [{ payloads: 7 }, 'payloads must be an object'],
    [{ payloads: null }, 'payloads must be an object'],
    [{ payloads: [] }, 'payloads must be an object'],
    [{ payloads: { order_filled: 7 } }, 'payloads["order_filled"] must be a function'],
    [{ payloads: { order_fild: () => ({}) } }, 'Did you mean "order_filled"?'],
    [{ onError: 'log' }, 'onError must be'],
  ])('refuses the options %o', (options, reason) => {
    expect(() => createLegacyAdapter(createBus(), options)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message: expect.stringContaining(reason) }),
    )
  })

  it.each([undefined, null, {}, 'bus', { catalog: {} }, { catalog: tradingEvents }])(
    'refuses %o as a bus',
    (bus) => {
      expect(() => createLegacyAdapter(bus as never)).toThrow(
        expect.objectContaining({
          code: 'CONFIGURATION',
          message: expect.stringContaining('createLegacyAdapter takes a bus'),
        }),
      )
    },
  )

  it('emits with the source that it is given', () => {
    const bus = createBus()
    const adapter = createLegacyAdapter(bus, { source: 'old-bot' })
    const sources: string[] = []
    bus.on('*', ({ source }) => sources.push(source))
    adapter.emit('connected', connected)
    adapter.emit('heartbeat')
    expect(sources).toEqual(['old-bot', 'old-bot'])
  })

  it('knows the legacy names of your own events', () => {
    const catalog = tradingEvents.extend({
      'signal.entry': definition('signal_entry'),
      'signal.{name}.exit': definition('signal_exit'),
    })
    const adapter = createLegacyAdapter(createBus({ catalog }))
    for (const name of ['signal_entry', 'SIGNAL_ENTRY', 'signal.a.exit', 'signal_exit']) {
      adapter.on(name, () => {})
    }
    const { names, unknown } = adapter.report()
    expect(names.map(({ type }) => type)).toEqual(['signal.entry', 'signal.entry', 'signal.a.exit'])
    expect(unknown.map(({ name }) => name)).toEqual(['signal_exit'])
  })

  it('refuses a legacy name that two events have, unless the mapping decides', () => {
    const catalog = tradingEvents.extend({ 'desk.filled': definition('order_filled') })
    const bus = createBus<EventSchemas>({ catalog })
    expect(() => createLegacyAdapter(bus)).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        message:
          'The events "order.filled" and "desk.filled" have the same legacy name "order_filled". Say which one it stands for with mapping.',
      }),
    )
    const adapter = createLegacyAdapter(bus, { mapping: { order_filled: 'desk.filled' } })
    adapter.emit('order_filled', {})
    expect(bus.eventCounts().get('desk.filled')).toBe(1)
  })
})
