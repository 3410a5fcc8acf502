import * as fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { MemoryHome, type ModelHome, SqliteHereHome, SqliteHome } from './log-model-homes.ts'
import { programs } from './log-model-program.ts'
import { type Activity, LogRun } from './log-model-run.ts'
import { requireProperty, runs } from './runs.ts'

const directory = mkdtempSync(join(tmpdir(), 'tradewire-'))

afterAll(() => rmSync(directory, { recursive: true, force: true }))

let files = 0

function nextDirectory(): string {
  files += 1
  return join(directory, `${files}`)
}

const homes: readonly {
  readonly name: string
  readonly count: number
  readonly make: () => ModelHome
}[] = [
  { name: 'memory', count: Math.ceil(runs / 500), make: () => new MemoryHome() },
  {
    name: 'an SQLite file of this thread',
    count: Math.ceil(runs / 2_000),
    make: () => new SqliteHereHome(nextDirectory()),
  },
  {
    name: 'an SQLite file of its own thread',
    count: Math.ceil(runs / 12_500),
    make: () => new SqliteHome(nextDirectory()),
  },
]

describe('a log, whatever is done with it in any order', () => {
  for (const { name, count, make } of homes) {
    it(
      `is a list that outlives crashes, in ${name}`,
      async () => {
        const activity: Activity = {
          events: 0,
          crashes: 0,
          taken: 0,
          left: 0,
          reads: 0,
          tailed: 0,
          removed: 0,
          handled: 0,
          letters: 0,
        }
        const property = fc.asyncProperty(programs, async (program) => {
          const home = make()
          try {
            await new LogRun(home, program, activity).run(program.steps)
          } finally {
            await home.end()
          }
        })
        expect(await requireProperty(`logs in ${name}`, property, count)).toBe(count)
        console.log(`logs in ${name}: ${JSON.stringify(activity)}`)
        // They have not all been idle; of a few, some may be.
        const least = count < 40 ? 0 : 1
        expect(Object.entries(activity).filter(([, times]) => times < least)).toEqual([])
      },
      60_000 + count * 2_000,
    )
  }
})
