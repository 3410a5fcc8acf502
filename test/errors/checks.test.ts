import { describe, expect, it } from 'vitest'
import {
  describeValue,
  requireFunction,
  requireInteger,
  requireNumber,
  requireOptions,
  requireText,
} from '../../src/errors/checks.ts'
import { ConfigurationError, TradewireError } from '../../src/errors/tradewire-error.ts'

function book(): void {}

describe('describeValue', () => {
  it.each<[unknown, string]>([
    ['plain', '"plain"'],
    ['two\nlines', String.raw`"two\nlines"`],
    [12n, '12n'],
    [Number.NaN, 'NaN'],
    [-0, '0'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [Symbol('key'), 'Symbol(key)'],
    [[1, 2, 3], 'an array of 3'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [new Date(0), 'a Date'],
    [{ constructor: { name: 7 } }, 'an object'],
    [book, 'function "book"'],
  ])('prints %o in one line', (value, printed) => {
    expect(describeValue(value)).toBe(printed)
  })

  it('shortens long text', () => {
    expect(describeValue('x'.repeat(1_000))).toBe(`"${'x'.repeat(79)}…`)
  })

  it('never throws, whatever the value does when it is read', () => {
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error('hostile')
        },
      },
    )
    expect(describeValue(hostile)).toBe('an unreadable value')
  })
})

describe('requireInteger', () => {
  it.each([0, 7, Number.MAX_SAFE_INTEGER])('returns %d', (value) => {
    expect(requireInteger('capacity', value)).toBe(value)
  })

  it.each([-1, 1.5, Number.NaN, Infinity, 2 ** 53, '5', null, undefined])('refuses %o', (value) => {
    expect(() => requireInteger('capacity', value)).toThrow(
      /^capacity must be a whole number of at least 0, but is /,
    )
  })

  it('names both ends of a range', () => {
    expect(requireInteger('port', 5, 5, 5)).toBe(5)
    expect(() => requireInteger('port', 6, 1, 5)).toThrow(
      'port must be a whole number from 1 to 5, but is 6.',
    )
    expect(() => requireInteger('port', 0, 1, 5)).toThrow(ConfigurationError)
  })
})

describe('requireNumber', () => {
  it('returns any finite number, and one at the minimum', () => {
    expect(requireNumber('start', -1.5)).toBe(-1.5)
    expect(requireNumber('delayMs', 0, 0)).toBe(0)
  })

  it.each([Number.NaN, Infinity, -Infinity, '1', null, 1n])('refuses %o', (value) => {
    expect(() => requireNumber('start', value)).toThrow(/^start must be a finite number, but is /)
  })

  it('refuses a number below the minimum, and names the minimum', () => {
    expect(() => requireNumber('delayMs', -0.5, 0)).toThrow(
      'delayMs must be a finite number of at least 0, but is -0.5.',
    )
  })
})

describe('requireFunction', () => {
  it('accepts a function and refuses everything else', () => {
    expect(() => requireFunction('handler', () => {})).not.toThrow()
    expect(() => requireFunction('handler', undefined)).toThrow(
      'handler must be a function, but is undefined.',
    )
  })
})

describe('requireText', () => {
  it('returns text that is not empty', () => {
    expect(requireText('id', 'desk')).toBe('desk')
  })

  it.each(['', 5, null, undefined, ['desk']])('refuses %o', (value) => {
    expect(() => requireText('id', value)).toThrow(
      /^id must be a string that is not empty, but is /,
    )
  })
})

describe('requireOptions', () => {
  it('accepts known options, and none', () => {
    expect(() => requireOptions('createBus', {}, ['run'])).not.toThrow()
    expect(() => requireOptions('createBus', { run: 'a' }, ['run'])).not.toThrow()
  })

  it.each([null, 5, 'run', [], undefined])('refuses %o in the place of options', (value) => {
    expect(() => requireOptions('createBus', value, ['run'])).toThrow(
      /^The options of createBus must be an object, but are /,
    )
  })

  it.each(['rnu', 'constructor', 'toString'])('refuses the unknown option %s', (key) => {
    expect(() => requireOptions('createBus', { [key]: 1 }, ['run', 'clock'])).toThrow(
      `createBus has no option "${key}". It knows: run, clock.`,
    )
  })

  it('refuses an own __proto__', () => {
    expect(() => requireOptions('createBus', JSON.parse('{"__proto__":1}'), ['run'])).toThrow(
      'createBus has no option "__proto__"',
    )
  })
})

describe('ConfigurationError', () => {
  it('is a TradewireError with a stable code, a name and its cause', () => {
    const cause = new Error('origin')
    const error = new ConfigurationError('capacity is negative', { cause })
    expect(error).toBeInstanceOf(TradewireError)
    expect(error).toBeInstanceOf(Error)
    expect(error.code).toBe('CONFIGURATION')
    expect(error.name).toBe('ConfigurationError')
    expect(error.cause).toBe(cause)
  })
})
