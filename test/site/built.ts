import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A site that was built for a test. */
export interface BuiltSite extends Disposable {
  readonly folder: string
  /** What the build said, warnings included. */
  readonly output: string
  /** 0 if it went well. */
  readonly exitCode: number
}

/** Builds the site into a folder of its own, which goes with the returned value. */
export async function buildSite(): Promise<BuiltSite> {
  const folder = mkdtempSync(join(tmpdir(), 'tradewire-site-'))
  const script = fileURLToPath(new URL('../../docs/build/build.ts', import.meta.url))
  const built = await new Promise<{ output: string; exitCode: number }>((resolve) => {
    const child = execFile(process.execPath, [script, '--out', folder], (_, stdout, stderr) => {
      resolve({ output: `${stdout}${stderr}`, exitCode: child.exitCode ?? 1 })
    })
  })
  return {
    ...built,
    folder,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
