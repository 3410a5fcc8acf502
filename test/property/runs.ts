import * as fc from 'fast-check'
import { someSeed } from '../support/start-seed.ts'

const environment = globalThis.process.env

/** The seed of all random tests of this run. `TRADEWIRE_SEED` replays one. */
export const seed = Number(environment['TRADEWIRE_SEED'] ?? someSeed)

const usual = environment['TRADEWIRE_SOAK'] === 'short' ? 50_000 : 100_000

/** How many random sequences there are in all. `TRADEWIRE_RUNS` sets it; `TRADEWIRE_SOAK=short` halves it. */
export const runs = Number(environment['TRADEWIRE_RUNS'] ?? usual)

/**
 * Checks a property, and prints how to check it again, whether it holds or not. Returns how many
 * sequences it held for: all.
 */
export async function requireProperty<Values>(
  name: string,
  property: fc.IAsyncProperty<Values>,
  numRuns: number,
): Promise<number> {
  const startedAt = performance.now()
  try {
    await fc.assert(property, { numRuns, seed })
    return numRuns
  } finally {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
    console.log(`${name}: ${numRuns} sequences, ${seconds} s; TRADEWIRE_SEED=${seed} replays them`)
  }
}
