import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SubjectFactory } from './driven-bus.ts'
import { mutants } from './mutants.ts'
import { Race } from './race.ts'
import { requireProperty, runs, seed } from './runs.ts'
import { realBus } from './subject.ts'

const races = Math.ceil(runs / 10)

const keepsItsLedger = (subject: SubjectFactory): fc.IAsyncProperty<[fc.Scheduler, number]> =>
  fc.asyncProperty(fc.scheduler(), fc.nat(), (scheduler, choices) =>
    new Race(subject, scheduler, choices).run(),
  )

describe('Bus', () => {
  it('keeps its ledger in any order of asynchronous handlers', { timeout: 600_000 }, async () => {
    expect(await requireProperty('bus races', keepsItsLedger(realBus), races)).toBe(races)
  })
})

describe('Race', () => {
  it.each([
    'resolves an emit before its handlers have settled',
    'leaves the abort listener of a wait',
    'loses an event in a thousand calls',
  ])('finds out a bus that %s', async (name) => {
    const { failed } = await fc.check(keepsItsLedger(mutants[name]!), {
      numRuns: 5_000,
      seed,
      endOnFailure: true,
    })
    expect(failed).toBe(true)
  })
})
