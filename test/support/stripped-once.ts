import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLog } from 'tradewire/log'

/**
 * Before all tests: lets Node remember what it makes of TypeScript, and has it do so for the thread of a log.
 *
 * Node strips types with WebAssembly, in each thread anew. Tests open hundreds of logs in one process, each with
 * a thread that runs the sources; with so many instances that come and go, V8 ends the process now and then
 * (nodejs/node#64500). Who installs the package has no such instances: its threads run JavaScript.
 */
export default async function setup(): Promise<void> {
  const cache = fileURLToPath(new URL('../../node_modules/.cache/node', import.meta.url))
  process.env['NODE_COMPILE_CACHE'] ??= cache
  const directory = mkdtempSync(join(tmpdir(), 'tradewire-'))
  const log = await openLog(join(directory, 'log.db'))
  // A thread writes down what it has compiled when it ends, which closing waits for.
  await log.close()
  rmSync(directory, { recursive: true })
}
