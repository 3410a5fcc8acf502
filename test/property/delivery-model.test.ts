import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mayHang, type Program, programs } from './delivery-program.ts'
import { DeliveryRun } from './delivery-run.ts'
import { requireProperty } from './runs.ts'

/** How many programs there are. `TRADEWIRE_DELIVERY_RUNS` sets it. */
const runs = Number(globalThis.process.env['TRADEWIRE_DELIVERY_RUNS'] ?? 300)

async function logOf(program: Program): Promise<readonly string[]> {
  const run = new DeliveryRun(program)
  for (const step of program.steps) {
    await run.take(step)
    if (run.violations.length > 0) throw new Error(run.violations[0])
  }
  if (!mayHang(program)) await run.finish()
  if (run.violations.length > 0) throw new Error(run.violations[0])
  return run.log
}

describe('deliveries of any kind, in any order', () => {
  it(
    'keep their ledgers, their order and their limits, and do the same twice',
    async () => {
      let calls = 0
      const property = fc.asyncProperty(programs, async (program) => {
        const log = await logOf(program)
        expect(await logOf(program)).toEqual(log)
        calls += log.filter((line) => line.includes(' call ')).length
      })
      expect(await requireProperty('delivery programs', property, runs)).toBe(runs)
      // They have not all been idle.
      expect(calls).toBeGreaterThan(runs)
    },
    10_000 + runs * 100,
  )
})
