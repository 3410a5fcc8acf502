import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { PassThrough, Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { runProgram } from '../../src/cli/program.ts'

/** What a command line has come to. */
export interface Outcome {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** What a run is given beside its arguments. */
export interface Surroundings {
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  readonly terminal?: boolean
  readonly signal?: AbortSignal
  /** Is told what is written to the output. */
  readonly heard?: (text: string) => void
  /** In place of an output that takes everything. */
  readonly stdout?: Writable
}

/** Runs the program in this process. */
export async function command(
  args: readonly string[],
  { environment = {}, input = '', terminal = false, signal, heard, stdout }: Surroundings = {},
): Promise<Outcome> {
  let output = ''
  let errors = ''
  const taken = new Writable({
    write(chunk: Buffer, _, done) {
      output += chunk.toString()
      heard?.(chunk.toString())
      done()
    },
  })
  const code = await runProgram(args, {
    stdin: Readable.from([input]),
    stdout: Object.assign(stdout ?? taken, { isTTY: terminal }),
    stderr: { isTTY: terminal, write: (text) => (errors += text) },
    environment,
    signal: signal ?? new AbortController().signal,
  })
  return { code, output, errors }
}

/** Starts the program in a process of its own. */
export function start(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams {
  const path = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
  return spawn(process.execPath, [path, ...args], { env: { ...process.env, ...environment } })
}

/** How a process ends that was started. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  const [output, errors] = [child.stdout, child.stderr].map((stream) => {
    const text = stream.pipe(new PassThrough())
    return text.setEncoding('utf8').toArray()
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { code, output: (await output!).join(''), errors: (await errors!).join('') }
}
