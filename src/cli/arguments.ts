import { parseArgs } from 'node:util'
import { closestTo } from '../events/suggestion.ts'
import type { Command, Given, OptionSpecs } from './command.ts'
import { UsageError } from './usage-error.ts'

/** What every command knows. */
export const commonOptions: OptionSpecs = { help: { help: 'Show this help.' } }

/**
 * What was given to a command.
 *
 * @throws UsageError if an option is unknown, lacks its value, or is given too often, or there are too
 * many or too few arguments.
 */
export function parseGiven(command: Command, args: readonly string[]): Given {
  const specs = { ...command.options, ...commonOptions }
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(specs).map(([name, { value }]) => [
        name,
        { type: value === undefined ? 'boolean' : 'string' } as const,
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const values = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const value = requireOption(specs, token)
    const before = values.get(token.name)
    if (before === undefined) values.set(token.name, [value])
    else if (specs[token.name]!.repeatable === true) before.push(value)
    else throw new UsageError(`--${token.name} was given twice.`)
  }
  if (!values.has('help')) requireCount(command, positionals)
  return {
    positionals,
    flag: (name) => values.has(name),
    text: (name) => values.get(name)?.[0],
    list: (name) => values.get(name) ?? [],
  }
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string
  readonly inlineValue?: boolean
}

/** The value of an option; empty for a switch. */
function requireOption(
  specs: OptionSpecs,
  { name, rawName, value, inlineValue }: OptionToken,
): string {
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
  if (spec === undefined) {
    throw new UsageError(`There is no option ${rawName}.${suggestion(name, specs)}`)
  }
  if (spec.value === undefined) {
    if (value === undefined) return ''
    throw new UsageError(`${rawName} takes no value.`)
  }
  const another = inlineValue !== true && value !== undefined && /^-\D/.test(value)
  if (value !== undefined && value !== '' && !another) return value
  throw new UsageError(`${rawName} needs a value: ${rawName} ${spec.value}.`)
}

function suggestion(name: string, specs: OptionSpecs): string {
  const closest = closestTo(name, Object.keys(specs))
  return closest === undefined ? '' : ` Did you mean --${closest}?`
}

function requireCount({ positionals: names }: Command, given: readonly string[]): void {
  const missing = names.find((name, index) => name.startsWith('<') && given[index] === undefined)
  if (missing !== undefined) throw new UsageError(`${missing} is missing.`)
  if (given.length > names.length) {
    throw new UsageError(`${JSON.stringify(given[names.length])} is one argument too many.`)
  }
}
