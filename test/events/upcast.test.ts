import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'
import { type Catalog, defineEvents } from '../../src/events/catalog.ts'
import { Decimal, decimal } from '../../src/events/decimal.ts'
import type { EventDefinition } from '../../src/events/definition.ts'
import { decodeEvent, decodeTrusted, encodeEvent } from '../../src/events/encoding.ts'
import { EventValidationError, EventVersionError } from '../../src/events/errors.ts'

function catalogWith(version: number, upcast: unknown): Catalog {
  const definition: EventDefinition = {
    description: 'A signal.',
    payload: z.strictObject({ price: decimal(), side: z.enum(['buy', 'sell']) }),
    example: { price: new Decimal(1), side: 'buy' },
    version,
    upcast: upcast as NonNullable<EventDefinition['upcast']>,
  }
  return defineEvents({ 'test.signal': definition })
}

const upcast = {
  1: (data: unknown) => ({ price: String((data as { price: number }).price) }),
  2: (data: unknown) => ({ ...(data as object), side: 'sell' }),
}

const encoded = (version: number, data: unknown): unknown => ({
  id: 'run-1',
  type: 'test.signal',
  data,
  timestamp: 1,
  sequence: 1,
  source: 'desk',
  correlationId: 'run-1',
  version,
})

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe.each([
  ['decodeEvent', decodeEvent],
  ['decodeTrusted', decodeTrusted],
])('%s of older versions', (_, decode) => {
  it('lifts them step by step, and the event carries the current version', () => {
    const catalog = catalogWith(3, upcast)
    const data = { price: '1.5', side: 'sell' }
    for (const [version, old] of [
      [1, { price: 1.5 }],
      [2, { price: '1.5' }],
      [3, data],
    ] as const) {
      const event = decode(encoded(version, old), catalog)
      expect(event.version).toBe(3)
      expect(encodeEvent(event, catalog)).toStrictEqual(encoded(3, data))
    }
  })

  it('refuses one from the future and one that is too old, and says which', () => {
    const error = thrownBy(() => decode(encoded(4, {}), catalogWith(3, upcast)))
    expect(error).toBeInstanceOf(EventVersionError)
    expect(error).toMatchObject({
      code: 'EVENT_VERSION',
      type: 'test.signal',
      found: 4,
      expected: 3,
      message:
        'test.signal has version 4, and this catalog defines version 3: a newer program has written it. Update this program, or its catalog.',
    })
    for (const some of [undefined, {}, { 2: upcast[2] }]) {
      expect(() => decode(encoded(1, { price: 1 }), catalogWith(3, some))).toThrow(
        'test.signal has version 1, and this catalog defines version 3: nothing lifts version 1. Add upcast[1] to the definition of the event.',
      )
    }
  })

  it('checks what was lifted', () => {
    const catalog = catalogWith(2, { 1: () => ({ price: 5, side: 'buy' }) })
    expect(() => decode(encoded(1, {}), catalog)).toThrow(EventValidationError)
  })

  it('names the upcast that threw, and keeps its error', () => {
    const cause = new Error('no price')
    const failing = () => {
      throw cause
    }
    const error = thrownBy(() => decode(encoded(1, {}), catalogWith(3, { 1: failing, 2: failing })))
    expect(error).toBeInstanceOf(EventValidationError)
    expect(error).toMatchObject({ cause, issues: [{ path: 'data' }] })
    expect((error as Error).message).toContain('the upcast from version 1 threw')
  })
})

describe('EventDefinition.upcast', () => {
  const nothing = (data: unknown): unknown => data
  it.each<[string, unknown, string]>([
    ['no object', 5, 'must be an object of functions by version, but is 5'],
    ['null', null, 'must be an object of functions by version, but is null'],
    ['the version 0', { 0: nothing }, 'but has the key "0"'],
    ['its own version', { 3: nothing }, 'but has the key "3"'],
    ['a later version', { 4: nothing }, 'but has the key "4"'],
    ['a fraction', { 1.5: nothing }, 'but has the key "1.5"'],
    ['a word', { one: nothing }, 'but has the key "one"'],
    ['another spelling', { '01': nothing, 2: nothing }, 'but has the key "01"'],
    ['no function', { 2: 5 }, 'must be a function, but is 5'],
    ['a gap at the end', { 1: nothing }, 'lacks version 2'],
  ])('refuses %s', (_, given, message) => {
    expect(() => catalogWith(3, given)).toThrow(ConfigurationError)
    expect(() => catalogWith(3, given)).toThrow(message)
  })

  it('refuses a gap in the middle', () => {
    expect(() => catalogWith(4, { 1: nothing, 3: nothing })).toThrow('lacks version 2')
  })

  it('is copied: what is added to the object later lifts nothing', () => {
    const given: Record<number, (data: unknown) => unknown> = {}
    const catalog = catalogWith(2, given)
    given[1] = nothing
    expect(() => decodeEvent(encoded(1, {}), catalog)).toThrow(EventVersionError)
  })
})
