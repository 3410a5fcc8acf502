import { tradingEvents } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { reasons } from '../support/payloads.ts'

describe.each(['system.connected', 'system.reconnecting'] as const)('%s', (type) => {
  it('counts attempts from 1', () => {
    expect(reasons(type, { attempt: 1 })).toEqual([])
    expect(reasons(type, { attempt: 0 })).toHaveLength(1)
    expect(reasons(type, { attempt: 1.5 })).toHaveLength(1)
  })
})

describe('system.reconnecting', () => {
  it('waits for 0 ms or more', () => {
    expect(reasons('system.reconnecting', { delayMs: 0 })).toEqual([])
    expect(reasons('system.reconnecting', { delayMs: -1 })).toHaveLength(1)
  })
})

describe('system.error', () => {
  it('is valid with a name and a message alone', () => {
    const bare = {
      originalEvent: undefined,
      subscriptionId: undefined,
      handler: undefined,
      attempts: undefined,
    }
    expect(reasons('system.error', bare)).toEqual([])
    expect(reasons('system.error', { message: '' })).toEqual([])
  })

  it('refuses a message of more than 10,000 characters', () => {
    expect(reasons('system.error', { message: 'x'.repeat(10_000) })).toEqual([])
    expect(reasons('system.error', { message: 'x'.repeat(10_001) })).toHaveLength(1)
  })

  it('refuses anything else about the original event', () => {
    const originalEvent = { id: 'a-1', type: 'order.filled', data: {} }
    expect(reasons('system.error', { originalEvent })).toHaveLength(1)
  })
})

describe('system.warning', () => {
  it('has flat details', () => {
    expect(reasons('system.warning', { details: { a: 'x', b: 1.5, c: false } })).toEqual([])
    expect(reasons('system.warning', { details: undefined })).toEqual([])
  })

  it.each([{ a: {} }, { a: null }, { a: Number.NaN }, { '': 1 }, [1]])(
    'refuses the details %o',
    (details) => {
      expect(reasons('system.warning', { details })).toHaveLength(1)
    },
  )
})

describe('system.warning with details from outside', () => {
  it('refuses a key __proto__ as it refuses any malformed field', () => {
    const entry = tradingEvents.get('system.warning')
    const details: unknown = JSON.parse('{"__proto__": 1}')
    const data = { timestamp: 1, code: 'CODE', message: 'text', details }
    expect(entry.accepts(data)).toBe(false)
    expect(entry.refusal('system.warning', data).issues).toEqual([
      { path: 'details', message: 'expected no key "__proto__"' },
    ])
    expect(entry.accepts({ ...data, details: { key: 1 } })).toBe(true)
  })
})
