import { describe, expect, it } from 'vitest'
import { TradewireError } from '../../src/errors/tradewire-error.ts'
import { EventValidationError, UnknownEventError } from '../../src/events/errors.ts'

describe('EventValidationError', () => {
  it('names type, path and expectation', () => {
    const issues = [
      { path: 'bids.0.1', message: 'expected a Decimal' },
      { path: '', message: 'expected an object' },
    ]
    const error = new EventValidationError('market.depth_update', issues, { cause: 'origin' })
    expect(error.message).toBe(
      'market.depth_update was refused: bids.0.1: expected a Decimal; expected an object.',
    )
    expect(error).toMatchObject({
      code: 'EVENT_INVALID',
      name: 'EventValidationError',
      type: 'market.depth_update',
      issues,
      cause: 'origin',
    })
    expect(error).toBeInstanceOf(TradewireError)
  })
})

describe('UnknownEventError', () => {
  it('keeps the type that was asked for', () => {
    const error = new UnknownEventError('order.filed', 'no such event')
    expect(error).toMatchObject({
      code: 'EVENT_UNKNOWN',
      name: 'UnknownEventError',
      type: 'order.filed',
      message: 'no such event',
    })
  })
})
