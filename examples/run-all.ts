// Runs every numbered example in a process of its own. Exits with 1 if one fails.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { styleText } from 'node:util'

const folder = import.meta.dirname
const examples = readdirSync(folder).filter((name) => /^\d\d-.*\.ts$/.test(name))
let failed = 0

for (const name of examples.toSorted()) {
  const startedAt = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, name)], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  const time = `${Math.round(performance.now() - startedAt)} ms`.padStart(8)
  if (status === 0) {
    console.log(`${styleText('green', 'ok    ')} ${name.padEnd(40)} ${time}`)
    continue
  }
  failed += 1
  console.log(`${styleText('red', 'FAILED')} ${name.padEnd(40)} ${time}\n${stdout}${stderr}`)
}

console.log(`${examples.length - failed} of ${examples.length} examples passed`)
process.exitCode = failed === 0 && examples.length > 0 ? 0 : 1
