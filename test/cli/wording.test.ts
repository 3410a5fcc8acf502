import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LogDamagedError, openLog } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { inWordsOfOptions } from '../../src/cli/wording.ts'
import { command } from '../support/command-line.ts'
import { appendAll, temporaryFolder, trades } from '../support/logged.ts'

describe('a message of the command line', { timeout: 60_000 }, () => {
  it('speaks of a file that is not there without speaking of functions', async () => {
    const path = join(temporaryFolder(), 'none.db')
    expect(await command(['log', 'read', path])).toEqual({
      code: 1,
      output: '',
      errors: `tradewire: There is no file ${JSON.stringify(path)}. Give the path of a log. (LOG_STORAGE)\n`,
    })
  })

  it('says whom to end where the log is open for writing', async () => {
    const path = join(temporaryFolder(), 'log.db')
    await using log = await openLog(path)
    await appendAll(log, trades(1))
    const { code, errors } = await command(['log', 'import', path])
    expect(code).toBe(1)
    expect(errors).toMatch(/a log has one writer\. End it\. \(LOG_LOCKED\)\n$/)
  })

  it('names the command that looks for damage', async () => {
    const path = join(temporaryFolder(), 'log.db')
    {
      await using log = await openLog(path)
      await appendAll(log, trades(3))
    }
    const { DatabaseSync } = await import('node:sqlite')
    const file = new DatabaseSync(path)
    file.exec('UPDATE records SET timestamp = 5 WHERE position = 2')
    file.close()
    const { errors } = await command(['log', 'read', path])
    expect(errors).toContain('See what tradewire log verify reports;')
  })

  it('leaves what only a program can do to programs', () => {
    const damaged = new LogDamagedError('Open the log with { repair: true } to go on.', 0, 0)
    expect(inWordsOfOptions(damaged.message)).toBe(
      'In a program, open the log with { repair: true } to go on. Nothing damaged was returned. See what tradewire log verify reports; restore the log from an archive or a copy.',
    )
    expect(inWordsOfOptions('Remove both, or give { repair: true }, to begin anew.')).toBe(
      'Remove both.',
    )
  })

  it('asks for a key where there is something to encrypt and none was given', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'log.db')
    const keys = { main: Buffer.alloc(32, 9).toString('base64') }
    {
      await using log = await openLog(path, { encryption: { keys, current: 'main' } })
      await appendAll(log, trades(1))
    }
    const source = join(folder, 'source.ndjson')
    writeFileSync(
      source,
      trades(1)
        .map((event) => JSON.stringify(event))
        .join('\n'),
    )
    const { errors } = await command(['log', 'import', path, source])
    expect(errors).toMatch(
      / Give the key with --key-file name=path, or in TRADEWIRE_LOG_KEYS\. \(LOG_KEY\)\n$/,
    )
  })
})
