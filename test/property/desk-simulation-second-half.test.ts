import { describe, expect, it } from 'vitest'
import { playWorlds, seedsOf, worldsOfHalf } from './desk-simulation.ts'

describe('startDesk in random markets, second half of the seeds', () => {
  it('keeps orders, positions and money in order to the last digit', async () => {
    const { first, count } = seedsOf(1, worldsOfHalf)
    console.log(`desk, second half: ${count} worlds; TRADEWIRE_SEED=${first} replays the first`)
    const tally = await playWorlds(first, count)
    console.log(JSON.stringify(tally))
    expect(tally.worlds).toBe(count)
    // They have not been idle.
    expect(tally.fills).toBeGreaterThan(count)
  }, 600_000)
})
