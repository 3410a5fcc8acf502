import { createBus, Decimal, decimal, type PayloadSchema, z } from 'tradewire'
import { createLegacyAdapter, type DecimalForm } from 'tradewire/legacy'
import { describe, expect, it } from 'vitest'
import { provenEvents } from '../../src/events/catalog.ts'
import { spy } from './support.ts'

/** What a legacy listener gets when typed code emits `data`, and what was emitted. */
function heard(schema: PayloadSchema, data: object, decimals?: DecimalForm): unknown {
  const catalog = provenEvents({
    'test.event': { description: 'Is tested.', payload: schema, example: {} },
  })
  const bus = createBus({ catalog })
  const listener = spy()
  createLegacyAdapter(bus, { decimals }).on('test.event', listener)
  const event = bus.emitSync('test.event', data)
  expect(listener.mock.calls[0]![1]).toBe(event)
  return listener.mock.calls[0]![0]
}

const at = (text: string): Decimal => new Decimal(text)

const schema = z.strictObject({
  price: decimal(),
  size: decimal().optional(),
  nothing: z.null(),
  text: z.string(),
  levels: z.array(z.tuple([decimal(), z.number()])),
  byName: z.record(z.string(), z.strictObject({ price: decimal() })),
  flag: z.boolean(),
})

const data = {
  price: at('0.30000000000000000001'),
  nothing: null,
  text: '7',
  levels: [[at('1e-7'), 2]],
  byName: { a: { price: at('57.638') } },
  flag: true,
}

describe('LegacyAdapter.on', () => {
  it('gives decimals as text, exact to the last digit', () => {
    const plain = {
      ...data,
      price: '0.30000000000000000001',
      levels: [['0.0000001', 2]],
      byName: { a: { price: '57.638' } },
    }
    expect(heard(schema, data)).toEqual(plain)
    expect(heard(schema, data, 'text')).toEqual(plain)
  })

  it('gives decimals as numbers if it is asked to', () => {
    expect(heard(schema, data, 'number')).toEqual({
      ...data,
      price: 0.3,
      levels: [[1e-7, 2]],
      byName: { a: { price: 57.638 } },
    })
  })

  it('leaves text alone that a codec of yours writes in another shape', () => {
    const seconds = z.codec(z.strictObject({ at: z.string() }), z.number(), {
      decode: (plain) => Number(plain.at),
      encode: (number) => ({ at: String(number) }),
    })
    const reshaped = z.strictObject({ seconds, price: decimal() })
    const payload = { seconds: 7, price: at('1.5') }
    expect(heard(reshaped, payload, 'number')).toEqual({ seconds: { at: '7' }, price: 1.5 })
  })

  it('makes a payload that cannot be written a failure of the listener', () => {
    const bus = createBus({ validate: false })
    const listener = spy()
    const failed = spy()
    createLegacyAdapter(bus).on('order_rejected', listener)
    bus.on('system.error', ({ data: { code } }) => failed(code))
    bus.emitSync('order.rejected', {} as never)
    expect(listener).not.toHaveBeenCalled()
    expect(failed.mock.calls).toEqual([['EVENT_INVALID']])
  })
})
