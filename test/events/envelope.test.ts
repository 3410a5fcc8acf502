import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../../src/events/decimal.ts'
import { Envelope, type EventIdentity, type TradewireEvent } from '../../src/events/envelope.ts'

interface Plan {
  run?: string
  cause?: TradewireEvent
  correlation?: string
  identity?: EventIdentity
}

function event(
  sequence: number,
  { run = 'run', cause, correlation, identity }: Plan = {},
): Envelope {
  const data = { price: new Decimal('1.50') }
  return new Envelope(
    run,
    sequence,
    'test.price',
    data,
    5,
    'desk',
    2,
    'normal',
    { a: 1 },
    cause,
    correlation,
    identity,
  )
}

const ids = ({ id, correlationId, causationId }: TradewireEvent) => [id, correlationId, causationId]

describe('Envelope', () => {
  it('starts a correlation of its own without a cause', () => {
    expect(ids(event(7))).toEqual(['run-7', 'run-7', undefined])
    expect(ids(event(7, { correlation: 'trade' }))).toEqual(['run-7', 'trade', undefined])
  })

  it('inherits the correlation of its cause, along a whole chain', () => {
    const first = event(1)
    const second = event(2, { cause: first })
    const third = event(3, { cause: second })
    expect(ids(second)).toEqual(['run-2', 'run-1', 'run-1'])
    expect(ids(third)).toEqual(['run-3', 'run-1', 'run-2'])
    const named = event(4, { correlation: 'trade' })
    expect(ids(event(5, { cause: named }))).toEqual(['run-5', 'trade', 'run-4'])
    expect(ids(event(6, { cause: first, correlation: 'other' }))).toEqual([
      'run-6',
      'other',
      'run-1',
    ])
  })

  it('takes a cause from another run by its id', () => {
    const far = event(9, { run: 'elsewhere', correlation: 'trade' })
    expect(ids(event(2, { cause: far }))).toEqual(['run-2', 'trade', 'elsewhere-9'])
    expect(ids(event(2, { cause: event(9, { run: 'elsewhere' }) }))).toEqual([
      'run-2',
      'elsewhere-9',
      'elsewhere-9',
    ])
  })

  it('takes a cause that is no envelope by its id', () => {
    const plain = {
      ...event(3).toJSON(),
      id: 'x-3',
      correlationId: 'x-1',
    } as unknown as TradewireEvent
    expect(ids(event(4, { cause: plain }))).toEqual(['run-4', 'x-1', 'x-3'])
  })

  it('keeps an identity that was decided elsewhere, and hands it on', () => {
    const identity = { id: 'far-1', correlationId: 'far-0', causationId: 'far-0' }
    const replayed = event(1, { identity })
    expect(ids(replayed)).toEqual(['far-1', 'far-0', 'far-0'])
    expect(ids(event(2, { cause: replayed }))).toEqual(['run-2', 'far-0', 'far-1'])
    const root = { id: 'far-5', correlationId: 'far-5', causationId: undefined }
    expect(ids(event(3, { identity: root }))).toEqual(['far-5', 'far-5', undefined])
  })

  it('prints all of its fields as JSON and in the console', () => {
    const printed = {
      id: 'run-2',
      type: 'test.price',
      data: { price: '1.5' },
      timestamp: 5,
      sequence: 2,
      source: 'desk',
      correlationId: 'run-1',
      causationId: 'run-1',
      version: 2,
      priority: 'normal',
      metadata: { a: 1 },
    }
    const second = event(2, { cause: event(1) })
    expect(JSON.parse(JSON.stringify(second))).toEqual(printed)
    expect(inspect(second)).toContain("id: 'run-2'")
    expect(inspect(second)).toContain("causationId: 'run-1'")
  })
})
