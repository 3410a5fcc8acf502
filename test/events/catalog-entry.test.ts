import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { CatalogEntry } from '../../src/events/catalog-entry.ts'
import { Decimal, decimal } from '../../src/events/decimal.ts'
import { EventValidationError } from '../../src/events/errors.ts'

const payload = z.strictObject({ price: decimal(), note: z.string().optional() })
const entry = new CatalogEntry('test.price', {
  description: 'A price.',
  payload,
  example: { price: new Decimal('1.5') },
})

const touchy = z.strictObject({ text: z.string() }).refine(() => {
  throw new Error('refinement failed')
})
const broken = new CatalogEntry('test.broken', {
  description: 'A payload whose check throws.',
  payload: touchy,
  example: { text: 'x' },
})

describe('CatalogEntry.accepts', () => {
  it('checks a payload as it stands in the process', () => {
    expect(entry.accepts({ price: new Decimal('1.5') })).toBe(true)
    expect(entry.accepts({ price: '1.5' })).toBe(false)
  })

  it('never throws, whatever reading or checking does', () => {
    const hostile = {
      get price(): Decimal {
        throw new Error('hostile')
      },
    }
    expect(entry.accepts(hostile)).toBe(false)
    expect(broken.accepts({ text: 'x' })).toBe(false)
  })
})

describe('CatalogEntry.refusal', () => {
  it('names every issue by its path', () => {
    const error = entry.refusal('test.price', { price: 1, note: 2 })
    expect(error.issues.map(({ path }) => path)).toEqual(['price', 'note'])
    expect(error.type).toBe('test.price')
  })

  it('keeps what a check threw as its cause', () => {
    const error = broken.refusal('test.broken', { text: 'x' })
    expect(error.message).toContain('reading or checking it threw')
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('says so when the payload is fine at the second look', () => {
    const error = entry.refusal('test.price', { price: new Decimal(1) })
    expect(error.message).toContain('the payload changes as it is read')
  })
})

describe('CatalogEntry.encode', () => {
  it('turns Decimals into strings, and back', () => {
    const encoded = entry.encode('test.price', { price: new Decimal('1.50'), note: 'x' })
    expect(encoded).toEqual({ price: '1.5', note: 'x' })
    expect(entry.decode('test.price', encoded)).toEqual({ price: new Decimal('1.5'), note: 'x' })
  })

  it.each([{ price: 1.5 }, { price: '1.5' }, {}, null, undefined, 'text'])(
    'refuses %o, which is no payload',
    (data) => {
      expect(() => entry.encode('test.price', data)).toThrow(EventValidationError)
    },
  )

  it('says what is wrong with it, and not what a codec made of it', () => {
    expect(() => entry.encode('test.price', { price: 1.5 })).toThrow(
      "price: expected a Decimal, found the number 1.5: use new Decimal('…')",
    )
  })

  it('refuses a payload that its own codec cannot write', () => {
    const codec = z.codec(z.string().max(3), z.number(), {
      decode: Number,
      encode: (value) => {
        if (value < 0) throw new Error('cannot write')
        return String(value)
      },
    })
    const coded = new CatalogEntry('test.coded', {
      description: 'A number that is written as text.',
      payload: z.strictObject({ value: codec }),
      example: { value: 1 },
    })
    expect(coded.encode('test.coded', { value: 12 })).toEqual({ value: '12' })
    expect(() => coded.encode('test.coded', { value: -1 })).toThrow('a codec or a check threw')
    expect(() => coded.encode('test.coded', { value: 1_234 })).toThrow(
      'test.coded was refused: value',
    )
  })
})

describe('CatalogEntry.decode', () => {
  it.each([{ price: 1.5 }, { price: '1e5' }, { price: '1', more: 1 }, null, 'text'])(
    'refuses %o',
    (json) => {
      expect(() => entry.decode('test.price', json)).toThrow(EventValidationError)
    },
  )

  it('refuses what a check of the author throws on', () => {
    expect(() => broken.decode('test.broken', { text: 'x' })).toThrow('a codec or a check threw')
  })
})
