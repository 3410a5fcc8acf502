import { commonOptions } from './arguments.ts'
import type { Command, OptionSpecs } from './command.ts'

/** The help of `tradewire` itself. */
export function programHelp(): string {
  return `Usage: tradewire log <command> <file> [options]
       tradewire catalog --format format [options]

Looks into the event logs of tradewire, checks, copies and archives them, and describes events.

Commands:
  log           Work with an event log; see tradewire log --help.
  catalog       Describe the events of a catalog; see tradewire catalog --help.

Options:
  --help        Show this help.
  --version     Show the version.
`
}

/** The help of `tradewire log`. */
export function groupHelp(commands: readonly Command[]): string {
  return `Usage: tradewire log <command> <file> [options]

Commands:
${table(commands.map(({ name, summary }) => [name, summary]))}

tradewire log <command> --help shows the options of a command, with an example.

Exit codes: 0 fine, 1 failed or damage found, 2 the command line was not understood.
Encrypted logs: give --key-file name=path, or set TRADEWIRE_LOG_KEYS to {"name":"<base64>"}. The first
key encrypts what is written. Keys are never given on the command line.
`
}

/** The help of one command, behind the words that lead to it: `tradewire log` or `tradewire`. */
export function commandHelp(
  { name, summary, positionals, needs, options, example }: Command,
  behind: string,
): string {
  const usage = [name, ...positionals, ...(needs === undefined ? [] : [needs]), '[options]']
  return `Usage: ${behind} ${usage.join(' ')}

${summary}

Options:
${table(rowsOf({ ...options, ...commonOptions }))}

Example:
  ${example}
`
}

function rowsOf(options: OptionSpecs): readonly (readonly [string, string])[] {
  return Object.entries(options).map(([name, { value, help, repeatable }]) => [
    value === undefined ? `--${name}` : `--${name} ${value}`,
    repeatable === true ? `${help} May be given more than once.` : help,
  ])
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
