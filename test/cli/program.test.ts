import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SimulatedClock } from 'tradewire'
import { openLog } from 'tradewire/log'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ProgressLine } from '../../src/cli/progress-line.ts'
import { command, ended, start } from '../support/command-line.ts'
import { appendAll, temporaryFolder, trade, trades } from '../support/logged.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const names = [
  'stats',
  'read',
  'tail',
  'trace',
  'verify',
  'export',
  'import',
  'archive',
  'restore',
  'dead-letters',
]
const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

describe('tradewire', { timeout: 60_000 }, () => {
  it('shows its help, its version, and those of its commands', async () => {
    expect(await command(['--version'])).toEqual({ code: 0, output: `${version}\n`, errors: '' })
    const help = await command(['--help'])
    expect(help).toMatchObject({ code: 0, errors: '' })
    expect(help.output).toContain('Usage: tradewire log <command> <file> [options]')
    const group = await command(['log', '--help'])
    for (const name of names) expect(group.output).toContain(`\n  ${name} `)
  })

  it.each(names)('shows the help of log %s, with every option and an example', async (name) => {
    const { code, output } = await command(['log', name, '--help'])
    expect(code).toBe(0)
    expect(output).toMatch(new RegExp(`^Usage: tradewire log ${name} <file>`))
    expect(output).toContain('--help')
    expect(output).toContain('--key-file name=path')
    expect(output).toMatch(new RegExp(`Example:\n  tradewire log ${name} `))
  })

  it('shows its help as well where there is nothing else to do, and says so by its exit code', async () => {
    expect((await command([])).code).toBe(2)
    expect(await command(['log'])).toMatchObject({ code: 2 })
    expect((await command(['log'])).output).toContain('dead-letters')
  })

  it.each([
    [['lag'], 'There is no command "lag". Did you mean log? See tradewire --help.'],
    [['foobarbaz'], 'There is no command "foobarbaz". See tradewire --help.'],
    [['log', 'raed'], 'There is no command of tradewire log "raed". Did you mean read?'],
    [['log', 'read'], '<file> is missing. See tradewire log read --help.'],
    [['log', 'trace', 'a'], 'Give one of: the id of a chain or an event, a position, --order id.'],
    [['log', 'trace', 'a', 'b', '--order', '7'], 'Give one of: the id of a chain'],
    [['log', 'read', 'a', 'b'], '"b" is one argument too many.'],
    [['log', 'read', 'a', '--patern', 'b'], 'There is no option --patern. Did you mean --pattern?'],
    [['log', 'read', 'a', '--zzzzzzzz'], 'There is no option --zzzzzzzz. See'],
    [['log', 'read', 'a', '-x'], 'There is no option -x.'],
    [['log', 'read', 'a', '--constructor'], 'There is no option --constructor.'],
    [['log', 'read', 'a', '--since'], '--since needs a value: --since time.'],
    [['log', 'read', 'a', '--since', '--json'], '--since needs a value: --since time.'],
    [['log', 'read', 'a', '--since='], '--since needs a value: --since time.'],
    [['log', 'read', 'a', '--json=yes'], '--json takes no value.'],
    [['log', 'read', 'a', '--since', '1', '--since', '2'], '--since was given twice.'],
    [['log', 'read', 'a', '--since', 'yesterday'], '--since needs a time such as'],
    [['log', 'read', 'a', '--since', '2026-13-45'], '--since needs a time such as'],
    [['log', 'read', 'a', '--since', '2026-02-30'], '--since needs a time such as'],
    [['log', 'read', 'a', '--since', '2026-02-29T12:00:00+01:00'], '--since needs a time such as'],
    [
      ['log', 'read', 'a', '--since', '1795281630'],
      '--since takes milliseconds since the Unix epoch, and 1795281630 of them are 1970-01-21T18:41:21.630Z. If these are seconds, give 1795281630000; if that time is meant, give it as this text.',
    ],
    [
      ['log', 'read', 'a', '--until', '-5'],
      '--until takes milliseconds since the Unix epoch, and -5 of them are 1969-12-31T23:59:59.995Z.',
    ],
    [['log', 'trace', 'a', 'b', '--mermaid', '--json'], 'Give one of --mermaid and --json.'],
    [['log', 'read', 'a', '--from', '0'], '--from needs a whole number of at least 1'],
    [['log', 'read', 'a', '--limit', '1.5'], '--limit needs a whole number of at least 0'],
    [['log', 'read', 'a', '--key-file', 'path'], '--key-file needs name=path.'],
    [['log', 'read', 'a', '--key-file', 'a=/none'], 'The key file "/none" cannot be read: ENOENT.'],
    [['log', 'read', 'a\u001b[2J', '\u001b[2J'], '"\\u001b[2J" is one argument too many'],
  ])('does not understand %j', async (args, message) => {
    const { code, output, errors } = await command(args)
    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toContain(`tradewire: ${message}`)
    expect(errors.trimEnd()).not.toContain('\n')
  })

  it('shows in its help what a command needs', async () => {
    const { output } = await command(['log', 'archive', '--help'])
    const usage = 'log archive <file> <folder> (--until time | --before position) [options]\n'
    expect(output).toContain(usage)
    expect(output).toContain('This or --until is needed.')
  })

  it('takes times before 1970', async () => {
    const { code, errors } = await command(['log', 'read', '/none/a', '--since', '1969-12-31'])
    expect(code).toBe(1)
    expect(errors).toContain('(LOG_STORAGE)')
  })

  it.each(['{', '5', '[]', 'null', '{"a":5}'])(
    'refuses the keys %s and repeats nothing',
    async (keys) => {
      const environment = { TRADEWIRE_LOG_KEYS: keys }
      const { code, errors } = await command(['log', 'read', 'a'], { environment })
      expect(code).toBe(2)
      expect(errors).toContain('TRADEWIRE_LOG_KEYS must be JSON')
      const none = await command(['log', 'read', '/none/a'], {
        environment: { TRADEWIRE_LOG_KEYS: '' },
      })
      expect(none.code).toBe(1)
    },
  )

  it('repeats nothing of a key that is none', async () => {
    const path = join(temporaryFolder(), 'key')
    writeFileSync(path, 'SECRET')
    const { code, errors } = await command(['log', 'read', 'a', '--key-file', `a=${path}`])
    expect(code).toBe(2)
    expect(errors).not.toContain('SECRET')
  })

  it('fails where there is no log', async () => {
    const path = join(temporaryFolder(), 'file')
    expect(await command(['log', 'stats', path])).toMatchObject({ code: 1, output: '' })
    writeFileSync(
      path,
      'This is a text and no log, and long enough for the header of a file.'.repeat(9),
    )
    const { code, errors } = await command(['log', 'stats', path])
    expect(code).toBe(1)
    expect(errors).toContain('(LOG_FORMAT)')
  })

  it('shows progress on a terminal, and clears it', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'log.db')
    {
      await using log = await openLog(path)
      await appendAll(log, trades(1_500))
    }
    const quiet = await command(['log', 'export', path, join(folder, 'a')])
    expect(quiet.errors).toMatch(/^1500 events/)
    const shown = await command(['log', 'export', path, join(folder, 'b')], { terminal: true })
    expect(shown.errors.startsWith('\r\u001b[K1000 of 1500 events (66 %)')).toBe(true)
    expect(shown.errors).toContain('\r\u001b[K1500 events, SHA-256')
  })
})

describe('ProgressLine', () => {
  it('is drawn ten times a second at most', async () => {
    const clock = new SimulatedClock()
    let text = ''
    const line = new ProgressLine({ isTTY: true, write: (more) => (text += more) }, clock)
    line.clear()
    expect(text).toBe('')
    line.show({ done: 1, total: undefined })
    line.show({ done: 2, total: undefined })
    await clock.advanceBy(100)
    line.show({ done: 3, total: 0 })
    expect(text).toBe('\r\u001b[K1 event\r\u001b[K3 events')
  })
})

describe('a process of tradewire', { timeout: 120_000 }, () => {
  async function logFile(count: number): Promise<string> {
    const path = join(temporaryFolder(), 'log.db')
    await using log = await openLog(path)
    await appendAll(log, trades(count))
    return path
  }

  it('answers with its exit code', async () => {
    expect(await ended(start(['--version']))).toEqual({
      code: 0,
      output: `${version}\n`,
      errors: '',
    })
    expect(await ended(start(['log', 'reed']))).toMatchObject({ code: 2, output: '' })
    expect(await ended(start(['log', 'stats', '/none/a']))).toMatchObject({ code: 1, output: '' })
  })

  it('ends quietly when its reader has seen enough', async () => {
    const path = await logFile(20_000)
    const child = start(['log', 'read', path, '--json'])
    child.stdout.once('data', () => child.stdout.destroy())
    let errors = ''
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
  })

  it('follows a log that another process writes, until SIGINT', async () => {
    const path = await logFile(1)
    await using log = await openLog(path)
    const child = start(['log', 'tail', path, '--from', '1', '--json'])
    let output = ''
    const appended: Promise<void>[] = []
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString()
      if (output.includes('run-2')) child.kill('SIGINT')
      else if (appended.length === 0) appended.push(appendAll(log, [trade(2)]))
    })
    const { code, errors } = await ended(child)
    await Promise.all(appended)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output.trimEnd().split('\n')).toHaveLength(2)
  })

  it.skipIf(!existsSync('/dev/full'))('says on one line that its output is full', async () => {
    const path = await logFile(3)
    for (const name of ['stats', 'read', 'export']) {
      const full = openSync('/dev/full', 'w')
      onTestFinished(() => closeSync(full))
      const child = spawn(process.execPath, [main, 'log', name, path], {
        stdio: ['ignore', full, 'pipe'],
      })
      const errors = child.stderr!.setEncoding('utf8').toArray()
      const code = await new Promise((resolve) => child.on('close', resolve))
      expect({ code, errors: (await errors).join('') }).toEqual({
        code: 1,
        errors: 'tradewire: ENOSPC: no space left on device, write\n',
      })
    }
  })

  it('reads and writes pipes', async () => {
    const path = await logFile(3)
    const exported = await ended(start(['log', 'export', path]))
    const child = start(['log', 'import', join(temporaryFolder(), 'copy.db')])
    child.stdin.end(exported.output)
    expect(await ended(child)).toMatchObject({
      code: 0,
      output: '3 events imported, at positions 1 to 3; 0 lines skipped\n',
    })
  })
})
