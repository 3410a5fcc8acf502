import { describe, expect, it } from 'vitest'
import { PermanentError, TemporaryError } from '../../src/delivery/errors-of-handlers.ts'
import { ConfigurationError, TradewireError } from '../../src/errors/tradewire-error.ts'

describe('TemporaryError', () => {
  it('has a code, a name, its message, and the cause', () => {
    const cause = new Error('429')
    const error = new TemporaryError('The venue is busy.', { cause, retryAfterMs: 1_500 })
    expect(error).toBeInstanceOf(TradewireError)
    expect(error).toMatchObject({
      name: 'TemporaryError',
      code: 'TEMPORARY',
      message: 'The venue is busy.',
      retryAfterMs: 1_500,
    })
    expect(error.cause).toBe(cause)
  })

  it('leaves the wait to the backoff by default', () => {
    const error = new TemporaryError('Disconnected.')
    expect(error.retryAfterMs).toBeUndefined()
    expect('cause' in error).toBe(false)
    expect(new TemporaryError('At once.', { retryAfterMs: 0 }).retryAfterMs).toBe(0)
  })

  it.each([-1, Infinity, Number.NaN, '5', null])('refuses to wait for %o', (retryAfterMs) => {
    const options = { retryAfterMs: retryAfterMs as number }
    expect(() => new TemporaryError('Busy.', options)).toThrow(ConfigurationError)
  })

  it('refuses an option that it does not know', () => {
    expect(() => new TemporaryError('Busy.', { retryAfter: 5 } as object)).toThrow(
      'It knows: cause, retryAfterMs.',
    )
  })
})

describe('PermanentError', () => {
  it('has a code, a name, its message, and the cause', () => {
    const error = new PermanentError('Unknown symbol.', { cause: 'XYZ' })
    expect(error).toBeInstanceOf(TradewireError)
    expect(error).toMatchObject({
      name: 'PermanentError',
      code: 'PERMANENT',
      message: 'Unknown symbol.',
      cause: 'XYZ',
    })
    expect('cause' in new PermanentError('Refused.')).toBe(false)
  })

  it('refuses an option that it does not know, such as a time to wait', () => {
    const options = { retryAfterMs: 5 } as object
    expect(() => new PermanentError('Refused.', options)).toThrow(ConfigurationError)
  })
})
