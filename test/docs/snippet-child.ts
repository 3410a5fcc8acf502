import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SnippetJob, SnippetReport } from './snippet-runner.ts'

process.setSourceMapsEnabled(true)
// The sources stand for the package.
registerHooks({
  resolve: (specifier, context, next) => {
    const [name, door = 'index'] = specifier.split('/')
    if (name !== 'tradewire') return next(specifier, context)
    return next(new URL(`../../src/${door}.ts`, import.meta.url).href, context)
  },
})
const { begin, end, stir } = await import('./snippet-runtime.ts')

const [jobsFile = '', files = ''] = process.argv.slice(2)
const jobs = JSON.parse(readFileSync(jobsFile, 'utf8')) as SnippetJob[]
const home = process.cwd()
const write = process.stdout.write.bind(process.stdout)
for (const level of ['log', 'warn', 'error', 'table', 'info'] as const) console[level] = () => {}

class VenueSocket extends EventTarget {
  binaryType = 'blob'
  readyState = 0
  constructor() {
    super()
    setImmediate(() => {
      this.readyState = 1
      this.dispatchEvent(new Event('open'))
    })
  }
  send(): void {}
  close(): void {
    this.readyState = 3
    this.dispatchEvent(new CloseEvent('close', { code: 1000 }))
  }
}
// No page reaches for the network here.
Object.assign(globalThis, { fetch: async () => new Response('{}'), WebSocket: VenueSocket })

const stray: string[] = []
process.on('unhandledRejection', (error) => stray.push(`unhandled rejection: ${String(error)}`))
process.on('uncaughtException', (error) => stray.push(`uncaught: ${String(error)}`))

/** What keeps the process alive, apart from its pipes. */
const alive = (): string[] =>
  process.getActiveResourcesInfo().filter((kind) => !/^(?:Pipe|TTY|File)|^Immediate$/.test(kind))

/** Where in the page an error was thrown. */
function described(error: unknown, file: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const line = new RegExp(
    `${basename(file, extname(file)).replaceAll('.', String.raw`\.`)}\\.[jt]s:(\\d+)`,
  ).exec(stack)?.[1]
  const causes = error instanceof AggregateError ? error.errors.map(String).join(', ') : ''
  return `:${line ?? '?'}: ${String(error)} ${causes}`.trimEnd()
}

/** Runs a program, and lets things happen while it waits. */
async function settled(run: typeof current, file: string, limitMs: number) {
  const program = import(pathToFileURL(file).href).then(
    () => ({ problem: undefined }),
    (error: unknown) => ({ problem: described(error, file) }),
  )
  for (let waited = 0; waited < limitMs; waited += turnMs) {
    const end = await Promise.race([program, sleep(turnMs)])
    if (end !== undefined) return end.problem
    await stir(run, waited / turnMs)
  }
  return `:?: does not end within ${limitMs} ms`
}

/** Takes turns of the event loop without a timer, which would itself be alive, until nothing else is. */
async function quiet(): Promise<string | undefined> {
  const until = performance.now() + 2_000
  while (alive().length > left) {
    if (performance.now() > until) {
      left = alive().length
      return `:?: leaves something behind that keeps the process alive: ${alive().join(', ')}`
    }
    await new Promise(setImmediate)
  }
  return undefined
}

async function report({ name, file, limitMs }: SnippetJob): Promise<SnippetReport> {
  const started = performance.now()
  current = begin()
  const problems = [await settled(current, file, limitMs)]
  await end(current).catch((error: unknown) => problems.push(`:?: closing: ${String(error)}`))
  problems.push(await quiet(), ...current.problems, ...stray.splice(0).map((it) => `:?: ${it}`))
  process.removeAllListeners('SIGINT')
  process.removeAllListeners('SIGTERM')
  const ms = Math.round(performance.now() - started)
  return { name, problems: problems.filter((problem) => problem !== undefined), ms }
}

const turnMs = 25
/** How much programs have left behind that have been told so. */
let left = 0
let current = begin()

for (const job of jobs) {
  const folder = mkdtempSync(join(tmpdir(), 'tradewire-'))
  cpSync(files, folder, { recursive: true })
  process.chdir(folder)
  write(`${JSON.stringify(await report(job))}\n`)
  process.chdir(home)
  rmSync(folder, { recursive: true })
}
process.exit()
