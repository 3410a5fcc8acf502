import { fc, test } from '@fast-check/vitest'
import { type Priority, type TradewireEvent } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { Entry } from '../../src/delivery/entry.ts'
import { Line } from '../../src/delivery/line.ts'
import { laneCount } from '../../src/delivery/turns.ts'
import { setUp } from '../support/buses.ts'

/** A line, and what puts a new event into it. */
function lineWith(...priorities: Priority[]) {
  const { bus } = setUp()
  const line = new Line()
  const entries: Entry[] = []
  const push = (priority: Priority): Entry => {
    const entry = new Entry(bus.emitSync('note.made', { text: priority }, { priority }), 0, -1)
    entries.push(entry)
    line.push(entry)
    return entry
  }
  for (const priority of priorities) push(priority)
  return { line, push, entries }
}

/** Sequences of events, which count from 1 in the order of their emission. */
function sequences(entries: readonly { readonly event: TradewireEvent }[]): number[] {
  return entries.map(({ event }) => event.sequence)
}

function takeAll(line: Line): number[] {
  const taken: Entry[] = []
  for (let entry = line.take(); entry !== undefined; entry = line.take()) taken.push(entry)
  return sequences(taken)
}

/** Everything in line, lane by lane, the most urgent first. */
function allOf(line: Line): Entry[] {
  const all: Entry[] = []
  for (let lane = 0; lane < laneCount; lane += 1) {
    for (let entry = line.oldest(lane); entry !== undefined; entry = entry.next) all.push(entry)
  }
  return all
}

describe('Line', () => {
  it('has nothing at first', () => {
    const { line } = lineWith()
    expect(line.size).toBe(0)
    expect(line.take()).toBeUndefined()
    expect([line.mostUrgent, line.leastUrgent]).toEqual([laneCount, -1])
    expect([allOf(line), line.heads()]).toEqual([[], []])
  })

  it('is first in, first out within a lane, and lanes take turns', () => {
    const { line } = lineWith('low', 'normal', 'critical', 'normal', 'critical', 'critical', 'high')
    expect(line.size).toBe(7)
    expect(takeAll(line)).toEqual([3, 7, 5, 2, 6, 4, 1])
    expect(line.size).toBe(0)
  })

  it('knows its most and its least urgent lane as they fill and empty', () => {
    const { line, push, entries } = lineWith('normal')
    expect([line.mostUrgent, line.leastUrgent]).toEqual([2, 2])
    push('low')
    push('critical')
    expect([line.mostUrgent, line.leastUrgent]).toEqual([0, 3])
    line.remove(entries[2]!)
    expect([line.mostUrgent, line.leastUrgent]).toEqual([2, 3])
    line.remove(entries[1]!)
    expect([line.mostUrgent, line.leastUrgent]).toEqual([2, 2])
  })

  it('keeps a lane that still has something after one of it was removed', () => {
    const { line, entries } = lineWith('high', 'high')
    line.remove(entries[0]!)
    expect(line.mostUrgent).toBe(1)
    expect(takeAll(line)).toEqual([2])
  })

  it('tells the oldest and the newest of a lane, the head of each, and all by urgency', () => {
    const { line } = lineWith('low', 'normal', 'low', 'critical', 'normal')
    expect(sequences([line.oldest(3)!, line.newest(3)!, line.oldest(0)!])).toEqual([1, 3, 4])
    expect([line.oldest(1), line.newest(1)]).toEqual([undefined, undefined])
    expect(sequences(line.heads())).toEqual([4, 2, 1])
    expect(sequences(allOf(line))).toEqual([4, 2, 5, 1, 3])
  })

  it.each([0, 1, 2])('puts an entry back where its sequence belongs, at place %i', (index) => {
    const { line, entries } = lineWith('normal', 'normal', 'normal')
    const entry = entries[index]!
    line.remove(entry)
    line.insert(entry)
    expect(sequences(allOf(line))).toEqual([1, 2, 3])
    expect(line.size).toBe(3)
  })

  it('puts an entry back into a lane that is empty', () => {
    const { line, entries } = lineWith('low')
    line.remove(entries[0]!)
    expect(line.leastUrgent).toBe(-1)
    line.insert(entries[0]!)
    expect(line.leastUrgent).toBe(3)
    expect(takeAll(line)).toEqual([1])
  })

  const priority = fc.constantFrom<Priority>('critical', 'high', 'normal', 'low')
  test.prop([fc.array(fc.option(priority, { nil: undefined }), { maxLength: 60 })])(
    'neither loses nor doubles nor reorders events of one priority',
    (steps) => {
      const { line, push } = lineWith()
      const waiting: Record<Priority, number[]> = { critical: [], high: [], normal: [], low: [] }
      let size = 0
      for (const step of steps) {
        if (step !== undefined) {
          waiting[step].push(push(step).event.sequence)
          size += 1
        } else {
          const taken = line.take()
          expect(taken === undefined).toBe(size === 0)
          if (taken === undefined) continue
          expect(waiting[taken.event.priority].shift()).toBe(taken.event.sequence)
          size -= 1
        }
        expect(line.size).toBe(size)
      }
      const { critical, high, normal, low } = waiting
      expect(sequences(allOf(line))).toEqual([critical, high, normal, low].flat())
    },
  )
})
