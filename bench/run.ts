// `npm run bench`: runs every scenario in processes of its own, prints the tables, and writes them into
// bench/README.md.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { MeasureOptions, Row } from './measure.ts'
import { writeGroup, writeResults } from './readme.ts'
import { Result } from './results.ts'
import { type Group, groups, type Scenario } from './scenario.ts'
import { allScenarios } from './scenarios.ts'
import { spreadOf, tablesOf } from './tables.ts'
import { evaluateTargets } from './targets.ts'

const help = `Measures tradewire beside its peers.

Usage: npm run bench -- [options]

  --only GROUP   only ${groups.join(', ')}; writes nothing
  --write        with --only: writes the tables of this group into bench/README.md
  --quick        fewer rounds, for a first look; writes nothing
  --help         this text

A full run takes about half an hour and writes its tables into bench/README.md. Close everything else.`

const { only, quick, write } = readOptions()
const options: MeasureOptions = quick
  ? { rounds: 5, warmupRounds: 4, batchMs: 5, quick }
  : { rounds: 11, warmupRounds: 8, batchMs: 12, quick }
const processes = quick ? 1 : 5

const startedAt = performance.now()
const results = new Map<string, Result>()
for (const scenario of allScenarios) {
  if (only !== undefined && scenario.group !== only) continue
  results.set(scenario.id, runScenario(scenario))
}
const tables = [spreadOf(results), tablesOf(results, evaluateTargets(results))].join('\n\n')
console.log(`\n${tables}`)
console.error(`\n${Math.round((performance.now() - startedAt) / 1000)} s`)
if (write && only !== undefined) writeGroup(only, tables)
else if (only === undefined && !quick) writeResults(tables)

/** How an engine compiles a program differs from process to process, so there are several. */
function runScenario(scenario: Scenario): Result {
  const most = scenario.exact === true ? 1 : (scenario.processes ?? processes)
  const repeats = Math.min(most, processes)
  process.stderr.write(`${scenario.title} `)
  const runs = Array.from({ length: repeats }, () => {
    process.stderr.write('.')
    return runChild(scenario)
  })
  process.stderr.write('\n')
  return new Result(scenario, runs)
}

function runChild({ id, nodeFlags = [] }: Scenario): readonly Row[] {
  const flags = ['--expose-gc', ...nodeFlags]
  const program = [join(import.meta.dirname, 'child.ts'), id, JSON.stringify(options)]
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, ...program], {
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`The scenario ${id} failed.\n${stderr}`)
  // What it could not do is said aloud.
  process.stderr.write(stderr)
  return JSON.parse(stdout) as readonly Row[]
}

function readOptions(): { only: Group | undefined; quick: boolean; write: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(help)
      return process.exit(0)
    }
    const { only, quick, write } = values
    const group = groups.find((name) => name === only)
    if (only !== undefined && group === undefined) {
      throw new RangeError(`--only takes ${groups.join(', ')}, but is '${only}'.`)
    }
    if (write && (group === undefined || quick)) {
      throw new RangeError('--write goes with --only, and without --quick.')
    }
    return { only: group, quick, write }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    console.error('Try --help.')
    return process.exit(2)
  }
}
