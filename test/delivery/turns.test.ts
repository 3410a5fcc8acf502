import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { laneCount, laneOf, Turns } from '../../src/delivery/turns.ts'
import { priorities } from '../../src/events/priority.ts'

/** The lanes that are next, for each mask of lanes that have something. */
function lanesAt(turns: Turns, masks: readonly number[]): string {
  return masks.map((mask) => turns.next(mask)).join('')
}

const mask = fc.integer({ min: 1, max: 15 })

describe('laneOf', () => {
  it('numbers the priorities from the most urgent one on', () => {
    expect(priorities.map(laneOf)).toEqual([0, 1, 2, 3])
    expect(laneCount).toBe(4)
  })
})

describe('Turns', () => {
  it('gives turns to full lanes as a ruler has its marks, 8 : 4 : 2 : 1 over 15', () => {
    const all = Array.from({ length: 30 }, () => 0b1111)
    expect(lanesAt(new Turns(), all)).toBe('010201030102010'.repeat(2))
  })

  it('gives the turn of an empty lane to the most urgent one that has something', () => {
    const lowest = Array.from({ length: 15 }, () => 0b1100)
    expect(lanesAt(new Turns(), lowest)).toBe('222222232222222')
    const outer = Array.from({ length: 15 }, () => 0b1001)
    expect(lanesAt(new Turns(), outer)).toBe('000000030000000')
  })

  it('counts no turn of a lane that is alone', () => {
    const turns = new Turns()
    expect(lanesAt(turns, [0b0011, 0b1000, 0b1000, 0b0100, 0b0001])).toBe('03320')
    expect(lanesAt(turns, [0b0011])).toBe('1')
  })

  test.prop([fc.integer({ min: 0, max: 3 }), fc.array(mask, { minLength: 1, maxLength: 200 })])(
    'lets a lane that has something wait for at most 1, 3, 7 or 14 turns of others',
    (lane, masks) => {
      const turns = new Turns()
      const bound = [1, 3, 7, 14][lane]!
      let waited = 0
      // The lane has something all the time; what the others have changes from turn to turn.
      for (const others of masks) {
        const next = turns.next(others | (1 << lane))
        waited = next === lane ? 0 : waited + 1
        expect(waited).toBeLessThanOrEqual(bound)
      }
    },
  )

  test.prop([fc.array(mask)])('only ever names a lane that has something', (masks) => {
    const turns = new Turns()
    for (const lanes of masks) expect(lanes & (1 << turns.next(lanes))).not.toBe(0)
  })

  it.each([
    [0, 1],
    [1, 3],
    [2, 7],
    [3, 14],
  ])('lets lane %i wait for as many as %i turns: the bound is a tight one', (lane, bound) => {
    const turns = new Turns()
    let waited = 0
    let longest = 0
    for (let turn = 0; turn < 60; turn += 1) {
      waited = turns.next(0b1111) === lane ? 0 : waited + 1
      longest = Math.max(longest, waited)
    }
    expect(longest).toBe(bound)
  })
})
