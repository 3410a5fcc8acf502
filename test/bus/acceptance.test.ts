import {
  createBus,
  Decimal,
  decimal,
  type EmitOptions,
  SimulatedClock,
  tradingEvents,
  z,
} from 'tradewire'
import { describe, expect, it } from 'vitest'
import { catalog, coded, hello, setUp, textsOf } from '../support/buses.ts'

const tick = {
  symbol: 'BTCUSDT',
  timestamp: 1,
  price: new Decimal('61659.7'),
  size: new Decimal('0.002'),
  aggressorSide: 'buy',
} as const

function without(key: keyof typeof tick): object {
  return Object.fromEntries(Object.entries(tick).filter(([own]) => own !== key))
}

const makeData = () => ({
  text: 'a',
  list: [{ price: new Decimal(1) }],
  nothing: null,
  when: new Date(0),
})

/** Emits in every way and returns what each was refused with. */
async function refusals(bus: ReturnType<typeof setUp>['bus'], type: unknown, data: unknown) {
  const name = type as 'note.made'
  const payload = data as typeof hello
  const list: unknown[] = []
  const note = (error: unknown): void => {
    list.push(error)
  }
  try {
    bus.emitSync(name, payload)
  } catch (error) {
    note(error)
  }
  await bus.emit(name, payload).catch(note)
  await bus.emit(name, payload, {}).catch(note)
  await bus.emitSerial(name, payload).catch(note)
  await bus.emitBatch([{ type: name, data: payload }]).catch(note)
  return list
}

describe('validation', () => {
  it.each([
    ['a missing field', without('price'), 'price'],
    ['an extra field', { ...tick, colour: 'red' }, 'colour'],
    ['NaN', { ...tick, timestamp: Number.NaN }, 'timestamp'],
    ['Infinity', { ...tick, timestamp: Infinity }, 'timestamp'],
    ['a Decimal that is NaN', { ...tick, price: new Decimal(Number.NaN) }, 'price'],
    ['a Decimal that is infinite', { ...tick, price: new Decimal(Infinity) }, 'price'],
    ['a number in place of a Decimal', { ...tick, price: 61_659.7 }, 'price'],
    ['text in place of a Decimal', { ...tick, price: '61659.7' }, 'price'],
    ['a value out of its set', { ...tick, aggressorSide: 'maker' }, 'aggressorSide'],
    ['a negative size', { ...tick, size: new Decimal('-1') }, 'size'],
  ])('refuses %s, and names type, path and expectation', async (_name, data, path) => {
    const { bus } = setUp()
    const all = await refusals(bus, 'market.trade_tick', data)
    expect(all).toHaveLength(5)
    for (const error of all) {
      expect(error).toMatchObject({ code: 'EVENT_INVALID', type: 'market.trade_tick' })
      expect((error as Error).message).toContain(path)
    }
    expect(bus.history.size).toBe(0)
  })

  it.each([undefined, null, 5, 'text', [], () => hello, new Map(), Symbol('x')])(
    'refuses %o as a payload',
    async (data) => {
      const { bus } = setUp()
      const invalid = coded('EVENT_INVALID')
      expect(await refusals(bus, 'note.made', data)).toEqual(Array(5).fill(invalid))
    },
  )

  it.each(['__proto__', 'constructor', 'toString'])(
    'refuses the key %s in a payload',
    async (key) => {
      const { bus } = setUp()
      const data: unknown = JSON.parse(`{ "text": "hello", "${key}": {} }`)
      expect(await refusals(bus, 'note.made', data)).toEqual(Array(5).fill(coded('EVENT_INVALID')))
    },
  )

  it.each([
    '',
    'note',
    'note.unmade',
    'note.made ',
    '.made',
    '*',
    'note.*',
    'action.{name}.start',
    'action..start',
    '__proto__',
    'constructor',
    'toString',
    undefined,
    null,
    5,
    Symbol('note.made'),
  ])('refuses %o as a type', async (type) => {
    const { bus } = setUp()
    expect(await refusals(bus, type, hello)).toEqual(Array(5).fill(coded('EVENT_UNKNOWN')))
  })

  it('carries events whose tokens are names of Object.prototype', () => {
    const payload = z.strictObject({ constructor: z.string() })
    const example = { constructor: 'x' }
    const odd = catalog.extend({
      'constructor.toString': { description: 'Odd.', payload, example },
      '__proto__.x': { description: 'Odder.', payload, example },
    })
    const bus = createBus({ catalog: odd, clock: new SimulatedClock() })
    const log: string[] = []
    bus.on('constructor.toString', ({ type }) => log.push(type))
    bus.on('__proto__.*', ({ type }) => log.push(type))
    bus.on('action.{name}.start'.replace('{name}', '__proto__') as 'action.x.start', ({ type }) =>
      log.push(type),
    )
    bus.emitSync('constructor.toString', example)
    bus.emitSync('__proto__.x', example)
    bus.emitSync('action.__proto__.start', hello)
    bus.emitSync('action.constructor.start', hello)
    expect(log).toEqual(['constructor.toString', '__proto__.x', 'action.__proto__.start'])
    expect(Object.fromEntries(bus.eventCounts())).toEqual({
      'constructor.toString': 1,
      ['__proto__.x']: 1,
      'action.{name}.start': 2,
    })
  })

  it('dispatches, counts and remembers nothing that was refused', async () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.made')
    await refusals(bus, 'note.made', { text: 5 })
    expect(texts).toEqual([])
    expect(bus.eventCounts().size).toBe(0)
    expect(bus.emitSync('note.made', hello).sequence).toBe(1)
  })

  it('can be turned off', async () => {
    const { bus } = setUp({ validate: false })
    bus.use({ before: ({ data }) => ({ data }) })
    expect(await refusals(bus, 'note.made', { text: 5 })).toEqual([])
    expect(bus.history.size).toBe(5)
    expect(await refusals(bus, 'note.unmade', hello)).toHaveLength(5)
  })
})

describe('EmitOptions', () => {
  it.each<[string, unknown]>([
    ['no object', 5],
    ['null', null],
    ['a list', []],
    ['an unknown option', { sauce: 'x' }],
    ['an empty source', { source: '' }],
    ['a source that is too long', { source: 'x'.repeat(257) }],
    ['a source that is no text', { source: 5 }],
    ['an empty correlation', { correlationId: '' }],
    ['a correlation that is no text', { correlationId: {} }],
    ['a timestamp that is NaN', { timestamp: Number.NaN }],
    ['a timestamp that is infinite', { timestamp: Infinity }],
    ['a timestamp that is text', { timestamp: '2026-01-01' }],
    ['a cause that is an id', { cause: 'sim-1' }],
    ['a cause that only looks like an event', { cause: { id: 'sim-1', correlationId: 'sim-1' } }],
    ['throwOnError that is no boolean', { throwOnError: 1 }],
  ])('refuses %s', async (_name, options) => {
    const { bus } = setUp()
    const bad = options as EmitOptions
    const configuration = { code: 'CONFIGURATION' }
    expect(() => bus.emitSync('note.made', hello, bad)).toThrow(coded('CONFIGURATION'))
    await expect(bus.emit('note.made', hello, bad)).rejects.toMatchObject(configuration)
    await expect(bus.emitSerial('note.made', hello, bad)).rejects.toMatchObject(configuration)
    expect(bus.history.size).toBe(0)
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', ['x']],
    ['a Map', new Map()],
    ['a nested value', { a: {} }],
    ['NaN', { a: Number.NaN }],
    ['a function', { a: () => 1 }],
    ['an empty key', { '': 1 }],
    ['a key __proto__', JSON.parse('{ "__proto__": "x" }')],
    ['65 keys', Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`k${index}`, 1]))],
  ])('refuses %s as metadata', async (_name, metadata) => {
    const { bus } = setUp()
    const options = { metadata } as EmitOptions
    expect(() => bus.emitSync('note.made', hello, options)).toThrow(coded('EVENT_INVALID'))
    await expect(bus.emit('note.made', hello, options)).rejects.toMatchObject({
      code: 'EVENT_INVALID',
    })
    expect(bus.history.size).toBe(0)
  })

  it('takes constructor and toString as keys of metadata', () => {
    const { bus } = setUp()
    const metadata = { constructor: 'x', toString: 'y' } as never
    expect(bus.emitSync('note.made', hello, { metadata }).metadata).toEqual(metadata)
  })
})

describe('freeze', () => {
  const payload = z.strictObject({
    text: z.string(),
    list: z.array(z.strictObject({ price: decimal() })),
    nothing: z.null(),
    when: z.date().optional(),
  })
  const listed = tradingEvents.extend({
    'list.made': {
      description: 'A list was made.',
      payload,
      example: { ...makeData(), when: undefined },
    },
  })

  it('freezes the event and its payload all the way down, Decimals included, other instances not', () => {
    const bus = createBus({ catalog: listed, clock: new SimulatedClock(), freeze: true })
    for (const options of [undefined, {}]) {
      const data = makeData()
      const event = bus.emitSync('list.made', data, options)
      for (const value of [event, data, data.list, data.list[0], data.list[0]!.price]) {
        expect(Object.isFrozen(value)).toBe(true)
      }
      expect(Object.isFrozen(data.when)).toBe(false)
      expect(data.list[0]!.price.plus(1).toString()).toBe('2')
      expect(event.id).toBe(`sim-${event.sequence}`)
    }
  })

  it('makes a handler that changes the payload fail, and nobody else', async () => {
    const bus = createBus({ catalog: listed, clock: new SimulatedClock(), freeze: true })
    const errors: string[] = []
    bus.on('system.error', ({ data }) => errors.push(data.name))
    bus.on('list.made', ({ data }) => {
      data.text = 'changed'
    })
    bus.on('list.made', ({ data }) => {
      expect(data.text).toBe('a')
    })
    await bus.emit('list.made', makeData())
    expect(errors).toEqual(['TypeError'])
  })

  it('freezes what a middleware puts in the place of the payload', () => {
    const { bus } = setUp({ freeze: true })
    bus.use({ before: () => ({ data: { text: 'replaced' } }) })
    expect(Object.isFrozen(bus.emitSync('note.made', { text: 'a' }).data)).toBe(true)
  })

  it('does not touch the payload of another bus, but freezes what arrives here', () => {
    const { bus: from } = setUp()
    const { bus: to } = setUp({ freeze: true, run: 'to' })
    from.forward(to, { map: ({ type }) => ({ type: 'note.read', data: { text: type } }) })
    const sent = from.emitSync('note.made', { text: 'a' })
    expect(Object.isFrozen(sent.data)).toBe(false)
    expect(Object.isFrozen(to.history.query()[0]!.data)).toBe(true)
  })

  it('leaves no gap when a hostile payload refuses to be frozen', async () => {
    const loose = tradingEvents.extend({
      'any.thing': { description: 'Anything.', payload: z.looseObject({}), example: {} },
    })
    const bus = createBus({ catalog: loose, clock: new SimulatedClock(), freeze: true })
    const hostile = new Proxy({}, { preventExtensions: () => false })
    expect(() => bus.emitSync('any.thing', { hostile })).toThrow(TypeError)
    expect(() => bus.emitSync('any.thing', { hostile }, {})).toThrow(TypeError)
    const batch = bus.emitBatch([
      { type: 'any.thing', data: {} },
      { type: 'any.thing', data: { hostile } },
    ])
    await expect(batch).rejects.toThrow(TypeError)
    expect(bus.history.size).toBe(0)
    expect(bus.emitSync('any.thing', {}).sequence).toBe(1)
  })

  it('is off unless asked for', () => {
    const { bus } = setUp()
    const event = bus.emitSync('note.made', { text: 'a' })
    expect(Object.isFrozen(event) || Object.isFrozen(event.data)).toBe(false)
  })
})
