import { defineEvents, type EventDefinition, z } from 'tradewire'
import { describe, expect, it } from 'vitest'

const define = (notes: unknown): ReturnType<typeof defineEvents> => {
  const definition = {
    description: 'Text.',
    payload: z.strictObject({ a: z.string() }),
    example: { a: 'x' },
    notes,
  }
  return defineEvents({ 'a.b': definition as EventDefinition })
}

describe('notes of an event', () => {
  it('are kept with its entry', () => {
    const notes = {
      emittedWhen: 'A thing happens.',
      emittedBy: 'the bot',
      invariants: ['It is text.'],
      before: ['order.filled'],
      after: ['order.cancelled'],
    }
    expect(define(notes).get('a.b').notes).toEqual(notes)
    expect(define({}).get('a.b').notes).toEqual({})
    expect(define(undefined).get('a.b').notes).toBeUndefined()
  })

  it.each([
    [5, 'The options of the notes of a.b must be an object, but are 5.'],
    [{ befor: [] }, 'befor'],
    [{ emittedWhen: '' }, 'notes.emittedWhen of a.b must be a string that is not empty'],
    [{ emittedBy: 5 }, 'notes.emittedBy of a.b must be a string that is not empty, but is 5'],
    [{ before: 'order.filled' }, 'notes.before of a.b must be an array of texts, but is "order.'],
    [{ after: [5] }, 'Every text of notes.after of a.b must be a string that is not empty'],
    [{ invariants: [''] }, 'Every text of notes.invariants of a.b must be a string'],
  ])('are refused where they are %j', (notes, message) => {
    expect(() => define(notes)).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        message: expect.stringContaining(message) as string,
      }),
    )
  })
})
