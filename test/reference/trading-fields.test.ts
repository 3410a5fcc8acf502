import { describe, expect, it } from 'vitest'
import { readFieldSentences } from '../../docs/build/field-sentences.ts'
import { tradingFields } from '../../src/reference/trading-fields.ts'
import { payloadShapes } from '../../src/reference/payload-fields.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'

describe('tradingFields', () => {
  it('has the sentences of the doc comments as they are now', { timeout: 120_000 }, () => {
    expect(
      tradingFields,
      'A doc comment of a field has changed: run "node docs/build/field-sentences.ts", then "oxfmt src/reference".',
    ).toEqual(readFieldSentences())
  })

  it.each([...tradingEvents.entries.values()])(
    'has a sentence on every field of $name',
    (entry) => {
      const [shape, ...others] = payloadShapes(entry)
      expect(others).toEqual([])
      for (const { path, meaning } of shape!.fields) {
        expect({ path, meaning }).toEqual({ path, meaning: tradingFields[entry.name]![path] })
        expect(meaning.length).toBeGreaterThan(10)
      }
      const known = Object.keys(tradingFields[entry.name]!)
      expect(known.toSorted()).toEqual(shape!.fields.map(({ path }) => path).toSorted())
    },
  )
})
