import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromParcel, toParcel } from '../../src/log/sqlite-parcel.ts'

const text = fc.string({ unit: 'binary' })
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined })

const event = fc
  .record({
    type: fc.constantFrom('a.b', 'c.d'),
    timestamp: fc.double({ noNaN: true }),
    source: text,
    correlationId: maybe(text),
    text,
    secret: maybe(text),
    position: maybe(fc.nat()),
  })
  .map(({ position, ...rest }) => (position === undefined ? rest : { ...rest, position }))

describe('a parcel of events', () => {
  it('holds what was put into it, once it has crossed to another thread', () => {
    fc.assert(
      fc.property(fc.array(event), (events) => {
        expect(fromParcel(structuredClone(toParcel(events)))).toEqual(events)
      }),
    )
  })
})
