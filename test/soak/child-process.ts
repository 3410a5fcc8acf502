import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** How a child process ended. */
export interface ChildEnd {
  readonly exitCode: number | null
  readonly output: string
  readonly errors: string
  readonly seconds: number
}

/** Runs a TypeScript file beside this one in a process of its own. */
export async function runChild(
  file: string,
  args: readonly string[],
  nodeOptions: readonly string[],
): Promise<ChildEnd> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const startedAt = performance.now()
  const child = spawn(process.execPath, [...nodeOptions, path, ...args])
  let output = ''
  let errors = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { exitCode, output, errors, seconds: (performance.now() - startedAt) / 1_000 }
}
