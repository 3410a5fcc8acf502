// One scenario in a process of its own: `node --expose-gc bench/child.ts <id> <options as JSON>`. The
// rows go to standard output as JSON.
import { allScenarios } from './scenarios.ts'
import type { MeasureOptions } from './measure.ts'

const [id, options] = process.argv.slice(2)
const scenario = allScenarios.find((candidate) => candidate.id === id)
if (scenario === undefined || options === undefined) throw new Error(`No scenario ${id}`)
const rows = await scenario.run(JSON.parse(options) as MeasureOptions)
process.stdout.write(JSON.stringify(rows))
