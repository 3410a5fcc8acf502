import { readFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { inspect } from 'node:util'
import { ConfigurationError, TradewireError } from '../errors/tradewire-error.ts'
import { closestTo } from '../events/suggestion.ts'
import { onOneLine } from '../log/trace-line.ts'
import { SystemClock } from '../time/system-clock.ts'
import { parseGiven } from './arguments.ts'
import { catalogCommand } from './catalog.ts'
import type { Command, Room } from './command.ts'
import { commandHelp, groupHelp, programHelp } from './help.ts'
import { archiveCommand } from './log-archive.ts'
import { deadLettersCommand } from './log-dead-letters.ts'
import { exportCommand } from './log-export.ts'
import { importCommand } from './log-import.ts'
import { readCommand } from './log-read.ts'
import { restoreCommand } from './log-restore.ts'
import { statsCommand } from './log-stats.ts'
import { tailCommand } from './log-tail.ts'
import { traceCommand } from './log-trace.ts'
import { verifyCommand } from './log-verify.ts'
import { Output, OutputClosedError } from './output.ts'
import { type ErrorStream, ProgressLine } from './progress-line.ts'
import { UsageError } from './usage-error.ts'
import { inWordsOfOptions } from './wording.ts'

/** What a process gives to the program. */
export interface Host {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly stderr: ErrorStream
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Aborts when the person wants it to end. */
  readonly signal: AbortSignal
}

const commands: readonly Command[] = [
  statsCommand,
  readCommand,
  tailCommand,
  traceCommand,
  verifyCommand,
  exportCommand,
  importCommand,
  archiveCommand,
  restoreCommand,
  deadLettersCommand,
]

/** Runs a command line. Resolves to the exit code: 0 fine, 1 failed, 2 not understood. */
export async function runProgram(args: readonly string[], host: Host): Promise<number> {
  const { stdout, stderr, environment } = host
  const out = new Output(stdout)
  const progress = new ProgressLine(stderr, new SystemClock())
  const noColour = environment['NO_COLOR']
  const room: Room = {
    out,
    progress,
    note: (text) => stderr.write(`${onOneLine(text)}\n`),
    colour: stdout.isTTY === true && (noColour === undefined || noColour === ''),
    environment,
    input: host.stdin,
    signal: host.signal,
  }
  try {
    const code = await dispatch(args, room)
    await out.flush()
    return code
  } catch (error) {
    progress.clear()
    return failed(error, args, room)
  }
}

async function dispatch(args: readonly string[], room: Room): Promise<number> {
  const [first, second, ...rest] = args
  if (first === undefined || first === '--help') return say(room, programHelp(), first)
  if (first === '--version') return say(room, `${version()}\n`, first)
  if (first === 'catalog') return runCommand(catalogCommand, 'tradewire', args.slice(1), room)
  if (first !== 'log') throw unknown('command', first, ['log', 'catalog', '--help', '--version'])
  if (second === undefined || second === '--help') return say(room, groupHelp(commands), second)
  const command = find(second)
  if (command === undefined) {
    const names = commands.map(({ name }) => name)
    throw unknown('command of tradewire log', second, names)
  }
  return runCommand(command, 'tradewire log', rest, room)
}

/** `behind` are the words that lead to the command. */
async function runCommand(
  command: Command,
  behind: string,
  args: readonly string[],
  room: Room,
): Promise<number> {
  const given = parseGiven(command, args)
  if (given.flag('help')) return say(room, commandHelp(command, behind), '--help')
  return command.run(given, room)
}

function find(asked: string | undefined): Command | undefined {
  return commands.find(({ name }) => name === asked)
}

/** Help that nobody has asked for by name is what remains to be said of an incomplete command line. */
async function say({ out }: Room, text: string, asked: string | undefined): Promise<number> {
  await out.line(text.trimEnd())
  return asked === undefined ? 2 : 0
}

function unknown(what: string, asked: string, names: readonly string[]): UsageError {
  const closest = closestTo(asked, names)
  const hint = closest === undefined ? '' : ` Did you mean ${closest}?`
  return new UsageError(`There is no ${what} ${JSON.stringify(asked)}.${hint}`)
}

function version(): string {
  // The same way from src and from dist.
  const path = new URL('../../package.json', import.meta.url)
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }
  return manifest.version
}

/** Whether nobody reads the output any more: what they wanted, they have. */
function isClosed(error: unknown): boolean {
  return (
    error instanceof OutputClosedError || (error as { code?: unknown } | null)?.code === 'EPIPE'
  )
}

async function failed(error: unknown, args: readonly string[], room: Room): Promise<number> {
  if (isClosed(error)) return 0
  if (error instanceof UsageError || error instanceof ConfigurationError) {
    const message = inWordsOfOptions(error.message)
    const sentence = /[.?!]$/.test(message) ? message : `${message}.`
    room.note(`tradewire: ${sentence} See ${['tradewire', ...pathOf(args), '--help'].join(' ')}.`)
    return 2
  }
  // What was found before the failure is not held back.
  await room.out.flush().catch(() => {})
  room.note(`tradewire: ${reasonOf(error, room)}`)
  return 1
}

/** The words of a command line that name its command, as far as they do. */
function pathOf(args: readonly string[]): readonly string[] {
  if (args[0] === 'catalog') return ['catalog']
  return args[0] === 'log' ? args.slice(0, find(args[1]) === undefined ? 1 : 2) : []
}

function reasonOf(error: unknown, { signal }: Room): string {
  if (signal.aborted) return 'interrupted'
  if (error instanceof TradewireError) return `${inWordsOfOptions(error.message)} (${error.code})`
  // What the system refuses, such as an output on a full disk, is said in its message.
  if (error instanceof Error && 'syscall' in error) return error.message
  return inspect(error)
}
