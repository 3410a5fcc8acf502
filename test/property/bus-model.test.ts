import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reference, requireAgreement } from './agreement.ts'
import type { SubjectFactory } from './driven-bus.ts'
import { mutants } from './mutants.ts'
import { requireProperty, runs, seed } from './runs.ts'
import { realBus } from './subject.ts'

// A program shrinks by losing acts; what an act is follows from the whole of its number.
const programs = fc.array(fc.noShrink(fc.nat()), { minLength: 2, maxLength: 40, size: 'max' })

const agreesWithReference = (subject: SubjectFactory): fc.IAsyncProperty<[number[]]> =>
  fc.asyncProperty(programs, (numbers) => requireAgreement(subject, numbers))

describe('Bus', () => {
  it('does what the reference does, whatever is done to it', { timeout: 600_000 }, async () => {
    expect(await requireProperty('bus model', agreesWithReference(realBus), runs)).toBe(runs)
  })
})

describe('ReferenceBus', () => {
  it('agrees with itself', async () => {
    expect(await requireProperty('reference', agreesWithReference(reference), 500)).toBe(500)
  })

  it.each(Object.entries(mutants))('disagrees with a bus that %s', async (_, mutant) => {
    const { failed, numRuns } = await fc.check(agreesWithReference(mutant), {
      numRuns: 5_000,
      seed,
      endOnFailure: true,
    })
    expect(failed).toBe(true)
    expect(numRuns).toBeLessThan(5_000)
  })
})
