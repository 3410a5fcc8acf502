import type { SimulatedClock } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { setUp, type TestBus } from '../support/buses.ts'
import { Choice } from '../property/choice.ts'
import { seed } from '../property/runs.ts'

const types = ['note.made', 'note.read', 'alarm.rung'] as const
const runs = 300

/** Emits what the seed says, at top level and in handlers, and returns who was called with what. */
async function callsOf(bus: TestBus, clock: SimulatedClock, ownSeed: number): Promise<string[]> {
  const choice = new Choice(ownSeed)
  const calls: string[] = []
  for (let handler = 0; handler < 4; handler += 1) {
    const pattern = choice.of([...types, 'note.*', '*'] as const)
    const nested = choice.of(types)
    const many = choice.below(3)
    const slow = choice.chance(3)
    bus.on(pattern, ({ type, data, sequence }) => {
      calls.push(`${handler} ${type} ${sequence}`)
      const { text } = data as { readonly text: string }
      if (text.length < 3) {
        for (let count = 0; count < many; count += 1) bus.emitSync(nested, { text: `${text}.` })
      }
      return slow ? clock.sleep(1) : undefined
    })
  }
  for (let count = 0; count < 8; count += 1) {
    const type = choice.of(types)
    const method = choice.below(3)
    if (method === 0) bus.emitSync(type, { text: '.' })
    else if (method === 1) void bus.emit(type, { text: '.' })
    else
      void bus.emitBatch([
        { type, data: { text: '.' } },
        { type: 'note.read', data: { text: '' } },
      ])
    // Nobody emits while something is held, so that both buses give the same numbers.
    await clock.advanceBy(1_000)
  }
  return calls
}

describe('a bus whose gate answers at any time', () => {
  it('calls the same handlers with the same events in the same order as one without', async () => {
    let held = 0
    for (let run = 0; run < runs; run += 1) {
      const ownSeed = seed + run
      const free = setUp({ history: 0 })
      const gated = setUp({ history: 0 })
      const choice = new Choice(ownSeed)
      gated.bus.hold(() => {
        if (choice.chance(3)) return undefined
        held += 1
        return choice.chance(4) ? Promise.resolve() : gated.clock.sleep(choice.below(5))
      })
      const expected = await callsOf(free.bus, free.clock, ownSeed)
      const calls = await callsOf(gated.bus, gated.clock, ownSeed)
      expect(calls, `TRADEWIRE_SEED=${ownSeed} replays it`).toEqual(expected)
      expect(gated.bus.stats.emitted).toBe(free.bus.stats.emitted)
    }
    console.log(`held order: ${runs} programs, ${held} events held; TRADEWIRE_SEED=${seed}`)
    expect(held).toBeGreaterThan(runs)
  })

  it('loses and doubles nothing where all is emitted at once', async () => {
    const { bus, clock } = setUp()
    const choice = new Choice(seed)
    const sequences: number[] = []
    bus.onAny(({ sequence }) => sequences.push(sequence))
    bus.hold(() => (choice.chance(5) ? undefined : clock.sleep(choice.below(20))))
    const emitted: number[] = []
    for (let count = 0; count < 1_000; count += 1) {
      emitted.push(bus.emitSync('note.made', { text: '.' }).sequence)
      if (choice.chance(10)) await clock.advanceBy(choice.below(5))
    }
    await clock.advanceBy(20)
    expect(sequences, `TRADEWIRE_SEED=${seed} replays it`).toEqual(emitted)
  })
})
