// `npm run bench`: runs every scenario in processes of its own, prints the tables, and writes them into
// bench/README.md.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { MeasureOptions, Row } from './measure.ts'
import { Result } from './results.ts'
import { groups, type Scenario } from './scenario.ts'
import { allScenarios } from './scenarios.ts'
import { spreadOf, tablesOf } from './tables.ts'
import { evaluateTargets } from './targets.ts'

const help = `Measures tradewire beside its peers.

Usage: npm run bench -- [options]

  --only GROUP   only ${groups.join(', ')}; writes nothing
  --quick        fewer rounds, for a first look; writes nothing
  --help         this text

A full run takes about twenty minutes and writes its tables into bench/README.md. Close everything else.`

const { only, quick } = readOptions()
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
if (only === undefined && !quick) writeReadme(tables)

/** How an engine compiles a program differs from process to process, so there are several. */
function runScenario(scenario: Scenario): Result {
  const repeats = scenario.exact === true ? 1 : processes
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

function writeReadme(text: string): void {
  const path = join(import.meta.dirname, 'README.md')
  const begin = '<!-- results: written by npm run bench -->'
  const [prose] = readFileSync(path, 'utf8').split(begin)
  const date = new Date().toISOString().slice(0, 10)
  const memory = Math.round(totalmem() / 1024 ** 3)
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, ${memory} GiB`
  const stamp = `Measured on ${date}: ${machine}, ${process.platform}, Node ${process.version}.`
  writeFileSync(path, `${prose}${begin}\n\n## Results\n\n${stamp}\n\n${text}\n`)
}

function readOptions(): { only: string | undefined; quick: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(help)
      return process.exit(0)
    }
    if (values.only !== undefined && !groups.some((group) => group === values.only)) {
      throw new RangeError(`--only takes ${groups.join(', ')}, but is '${values.only}'.`)
    }
    return { only: values.only, quick: values.quick }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    console.error('Try --help.')
    return process.exit(2)
  }
}
