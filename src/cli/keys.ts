import { readFile } from 'node:fs/promises'
import type { EncryptionOptions } from '../log/sealing.ts'
import type { Given, OptionSpecs, Room } from './command.ts'
import { UsageError } from './usage-error.ts'

export const keyOptions: OptionSpecs = {
  'key-file': {
    value: 'name=path',
    repeatable: true,
    help: 'A key of an encrypted log: a file of 32 bytes, or of their base64 text.',
  },
}

const variable = 'TRADEWIRE_LOG_KEYS'
const keyBytes = 32

/**
 * The keys that were given, by files and by the environment; undefined if there are none. The first one
 * encrypts what is written. No message repeats anything of a key.
 *
 * @throws UsageError if they cannot be read.
 */
export async function readKeys(
  given: Given,
  { environment }: Pick<Room, 'environment'>,
): Promise<EncryptionOptions | undefined> {
  const keys = new Map<string, Uint8Array | string>()
  for (const text of given.list('key-file')) {
    const at = text.indexOf('=')
    if (at < 1) throw new UsageError('--key-file needs name=path.')
    keys.set(text.slice(0, at), await readKey(text.slice(at + 1)))
  }
  for (const [name, key] of keysOf(environment[variable])) if (!keys.has(name)) keys.set(name, key)
  const [current] = keys.keys()
  return current === undefined ? undefined : { keys: Object.fromEntries(keys), current }
}

async function readKey(path: string): Promise<Uint8Array | string> {
  try {
    const bytes = await readFile(path)
    return bytes.length === keyBytes ? bytes : bytes.toString().trim()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new UsageError(`The key file ${JSON.stringify(path)} cannot be read: ${code}.`, { cause })
  }
}

function keysOf(text: string | undefined): readonly (readonly [string, string])[] {
  if (text === undefined || text === '') return []
  const entries = Object.entries(parsed(text))
  if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
    return entries
  }
  throw notKeys()
}

function parsed(text: string): object {
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json
  } catch {
    // The message of the parser repeats what it was given.
  }
  throw notKeys()
}

function notKeys(): UsageError {
  return new UsageError(`${variable} must be JSON: an object of base64 texts by the names of keys.`)
}
