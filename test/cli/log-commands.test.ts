import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { openLog } from 'tradewire/log'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EncodedEvent } from '../../src/events/encoding.ts'
import { command, ended, type Outcome, start } from '../support/command-line.ts'
import { appendAll, entriesOf, temporaryFolder, trade, trades } from '../support/logged.ts'

const secretKey = Buffer.alloc(32, 9).toString('base64')
const encryption = { keys: { main: secretKey }, current: 'main' }
const catalogModule = fileURLToPath(new URL('../support/own-catalog.ts', import.meta.url))

async function fileOf(
  events: readonly EncodedEvent[],
  options: Parameters<typeof openLog>[1] = {},
): Promise<string> {
  const path = join(temporaryFolder(), 'log.db')
  await using log = await openLog(path, options)
  await appendAll(log, events)
  return path
}

async function eventsIn(path: string): Promise<EncodedEvent[]> {
  await using log = await openLog(path, { readOnly: true })
  return (await entriesOf(log)).map(({ event }) => event)
}

const json = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const evil = 'a\u001b[2J\u009b\u202e\n'

describe('tradewire log stats', { timeout: 60_000 }, () => {
  it('shows what a log holds, as text and as JSON', async () => {
    const path = await fileOf([...trades(2), trade(3, { type: 'their.own' })])
    const { code, output } = await command(['log', 'stats', path])
    expect(code).toBe(0)
    expect(output).toContain('events        3\n')
    expect(output).toContain('last          3 (2026-01-01T00:00:00.003Z)\n')
    expect(output).toContain('type          their.own  1\n')
    const [stats] = json((await command(['log', 'stats', path, '--json'])).output)
    expect(stats).toMatchObject({ events: 3, first: 1, last: 3, deadLetters: 0 })
    expect(stats).not.toHaveProperty('pending')
  })

  it('shows an empty log and its consumers', async () => {
    const path = join(temporaryFolder(), 'log.db')
    {
      await using log = await openLog(path)
      const consumer = await log.consume('reconciler', () => {})
      await consumer.stop()
    }
    const { output } = await command(['log', 'stats', path])
    expect(output).toContain('first         0\n')
    expect(output).toContain('consumer      reconciler  at 0\n')
  })
})

describe('tradewire log read', { timeout: 60_000 }, () => {
  it('shows events as lines, and all of them as JSON', async () => {
    const path = await fileOf(trades(3))
    const { code, output } = await command(['log', 'read', path])
    expect(code).toBe(0)
    expect(output.split('\n')[1]).toBe(
      `2  2026-01-01T00:00:00.002Z  market.trade_tick  feed  ${JSON.stringify(trade(2).data)}`,
    )
    const lines = json((await command(['log', 'read', path, '--json'])).output)
    expect(lines).toEqual(trades(3).map((event, index) => ({ position: index + 1, ...event })))
  })

  it('takes every filter', async () => {
    const path = await fileOf([
      ...trades(9),
      trade(10, {
        type: 'their.own',
        source: 'them',
        correlationId: 'run-3',
        causationId: 'run-3',
      }),
    ])
    const positions = async (...options: readonly string[]): Promise<unknown[]> => {
      const { code, output, errors } = await command(['log', 'read', path, '--json', ...options])
      expect({ code, errors }).toEqual({ code: 0, errors: '' })
      return output === '' ? [] : json(output).map(({ position }) => position)
    }
    expect(await positions('--pattern', 'their.*')).toEqual([10])
    expect(await positions('--pattern=their.own', '--pattern', 'order.*')).toEqual([10])
    expect(await positions('--source', 'them')).toEqual([10])
    expect(await positions('--correlation', 'run-3')).toEqual([3, 10])
    expect(await positions('--from', '9')).toEqual([9, 10])
    expect(await positions('--limit', '2', '--backward')).toEqual([10, 9])
    expect(await positions('--limit', '0')).toEqual([])
    expect(await positions('--since', '2026-01-01T00:00:00.009Z')).toEqual([9, 10])
    expect(await positions('--since', '2026-01-01T01:00:00.009+01:00')).toEqual([9, 10])
    expect(await positions('--until', '2026-01-01T00:00:00.003')).toEqual([1, 2])
    expect(await positions('--until', '1767225600002.5')).toEqual([1, 2])
    expect(await positions('--until', '2026-01-01')).toEqual([])
  })

  it('escapes what controls a terminal, in text and JSON', async () => {
    const path = await fileOf([trade(1, { type: 'their.own', source: evil, data: { evil } })])
    for (const options of [[], ['--json']]) {
      const { output } = await command(['log', 'read', path, ...options])
      // eslint-disable-next-line no-control-regex
      expect(output).toMatch(/^[\u0020-\u007e]+\n$/)
    }
    const [line] = json((await command(['log', 'read', path, '--json'])).output)
    expect(line).toMatchObject({ source: evil, data: { evil } })
  })

  it('cuts long payloads in text', async () => {
    const path = await fileOf([trade(1, { type: 'their.own', data: 'x'.repeat(5_000) })])
    const { output } = await command(['log', 'read', path])
    expect(output.length).toBeLessThan(300)
    expect(output).toContain('…')
  })

  it('colours on a terminal only, and not with NO_COLOR', async () => {
    const path = await fileOf(trades(1))
    const colour = '\u001b[1mmarket.trade_tick\u001b[22m'
    const read = async (terminal: boolean, environment = {}): Promise<string> =>
      (await command(['log', 'read', path], { terminal, environment })).output
    expect(await read(true)).toContain(colour)
    expect(await read(true, { NO_COLOR: '' })).toContain(colour)
    expect(await read(true, { NO_COLOR: '1' })).not.toContain('\u001b')
    expect(await read(false)).not.toContain('\u001b')
  })

  it('fails where the log is damaged, and verify says where', async () => {
    const path = await fileOf(trades(3))
    const { DatabaseSync } = await import('node:sqlite')
    const file = new DatabaseSync(path)
    file.exec('UPDATE records SET timestamp = 5 WHERE position = 2')
    file.close()
    const { code, errors } = await command(['log', 'read', path])
    expect(code).toBe(1)
    expect(errors).toMatch(/^tradewire: .*\(LOG_DAMAGED\)\n$/)
    const verified = await command(['log', 'verify', path])
    expect(verified.code).toBe(1)
    const report = json((await command(['log', 'verify', path, '--json'])).output)
    expect(report[0]).toMatchObject({ ok: false, records: 3 })
    expect((await command(['log', 'verify', `${path}.none`])).code).toBe(1)
    expect(verified.output).toMatch(/damaged: 2\b.*\n3 records, damage was found/)
  })

  it('ends quietly when nobody reads on, and with the error of its output', async () => {
    const path = await fileOf(trades(2_000))
    const broken = (code: string): Writable =>
      new Writable({
        write: (_, __, done) => done(Object.assign(new Error(`write ${code}`), { code })),
      })
    for (const name of ['read', 'export', 'tail']) {
      const options = name === 'tail' ? ['--from', '1'] : []
      const run = command(['log', name, path, ...options], { stdout: broken('EPIPE') })
      expect(await run).toMatchObject({ code: 0, errors: '' })
    }
    const { code, errors } = await command(['log', 'read', path], { stdout: broken('EIO') })
    expect(code).toBe(1)
    expect(errors).toContain('write EIO')
    const full = Object.assign(new Error('ENOSPC: no space left'), { syscall: 'write' })
    const stdout = new Writable({ write: (_, __, done) => done(full) })
    expect(await command(['log', 'stats', path], { stdout })).toEqual({
      code: 1,
      output: '',
      errors: 'tradewire: ENOSPC: no space left\n',
    })
  })

  it('says that it was interrupted', async () => {
    const path = await fileOf(trades(2))
    const signal = AbortSignal.abort(new Error('Ended by SIGINT.'))
    expect(await command(['log', 'read', path], { signal })).toMatchObject({
      code: 1,
      errors: 'tradewire: interrupted\n',
    })
  })
})

describe('--pattern', { timeout: 60_000 }, () => {
  it('says that it covers nothing, and what may have been meant', async () => {
    const path = await fileOf([trade(1), trade(2, { type: 'their.own' })])
    const run = async (name: string, ...patterns: readonly string[]): Promise<string> => {
      const options = patterns.flatMap((pattern) => ['--pattern', pattern])
      const end = name === 'tail' ? ['--limit', '0'] : []
      const { code, errors } = await command(['log', name, path, ...options, ...end])
      expect(code).toBe(0)
      return errors
    }
    const strange =
      'The pattern "ordr.*" covers no type of the catalog, and none in the log. Did you mean order.*?\n'
    for (const name of ['read', 'tail', 'export']) {
      expect(await run(name, 'ordr.*', 'order.*')).toContain(strange)
    }
    expect(await run('read', 'their.won', 'nobody.knows.it')).toBe(
      'The pattern "their.won" covers no type of the catalog, and none in the log. Did you mean their.own?\n' +
        'The pattern "nobody.knows.it" covers no type of the catalog, and none in the log.\n',
    )
    expect(await run('read', 'risk.*', 'their.own', '*.own', '**', '*')).toBe('')
    const malformed = await command(['log', 'read', path, '--pattern', 'a..b'])
    expect(malformed.code).toBe(2)
  })
})

describe('tradewire log tail', { timeout: 60_000 }, () => {
  it('shows what is appended until it is interrupted, and ends well', async () => {
    const path = await fileOf(trades(3))
    await using log = await openLog(path)
    const stop = new AbortController()
    const about = { data: evil, metadata: { a: 1 }, causationId: 'run-2' }
    const unknown = trade(20, { type: 'their.own', ...about })
    const appended: Promise<void>[] = []
    const heard = (text: string): void => {
      if (text.includes('run-2') && !text.includes('run-20')) {
        appended.push(appendAll(log, [unknown]))
      }
      if (text.includes('run-20')) stop.abort()
    }
    const options = ['--from', '2', '--json']
    const run = await command(['log', 'tail', path, ...options], { signal: stop.signal, heard })
    await Promise.all(appended)
    expect(run).toMatchObject({ code: 0, errors: '' })
    const lines = json(run.output)
    expect(lines.map(({ position }) => position)).toEqual([2, 3, 4])
    expect(lines[2]).toEqual({
      position: 4,
      ...unknown,
    })
  })

  it('begins after the last event of now', async () => {
    const path = await fileOf(trades(3))
    const { code, output } = await command(['log', 'tail', path, '--limit', '0'])
    expect({ code, output }).toEqual({ code: 0, output: '' })
    const text = await command(['log', 'tail', path, '--from', '3', '--limit', '1'])
    expect(text.output).toMatch(/^3 {2}2026-01-01T00:00:00.003Z {2}market.trade_tick {2}feed {2}\{/)
  })
})

describe('tradewire log trace', { timeout: 60_000 }, () => {
  it('shows the tree of a chain as text, Mermaid and JSON', async () => {
    const path = await fileOf([
      trade(1),
      trade(2, { correlationId: 'run-1', causationId: 'run-1' }),
      trade(3),
    ])
    const run = async (...options: readonly string[]): Promise<string> => {
      const { code, output } = await command(['log', 'trace', path, 'run-1', ...options])
      expect(code).toBe(0)
      return output
    }
    expect(await run()).toContain('\n└─ market.trade_tick  feed  +1 ms  #2')
    expect(await run('--mermaid')).toContain('n1 -->|"+1 ms"| n2\n')
    expect(json(await run('--json'))[0]).toMatchObject({ events: 2, truncated: false })
    expect(await run('--limit', '1')).toContain('… and more')
    const nothing = await command(['log', 'trace', path, 'run-9'])
    expect(nothing).toEqual({
      code: 1,
      output: 'No event belongs to run-9.\n',
      errors: 'tradewire log read shows the positions of events, and with --json their ids.\n',
    })
    expect((await command(['log', 'trace', path, 'run-2'])).output).toBe(await run())
  })

  it('takes the position of an event, unless a chain has this number for its id', async () => {
    const chain = (position: number, type: string): EncodedEvent =>
      trade(position, { type, correlationId: '3', causationId: 'run-4' })
    const path = await fileOf([
      trade(1),
      trade(2, { correlationId: 'run-1', causationId: 'run-1' }),
      trade(3),
      chain(4, 'their.own'),
      trade(5, { id: '77' }),
    ])
    {
      await using log = await openLog(path)
      await log.retain({ maxEvents: 4 })
    }
    const traced = async (id: string): Promise<unknown> => {
      const { code, output } = await command(['log', 'trace', path, id, '--json'])
      const [tree] = json(output)
      return [code, tree!['correlationId'], tree!['events']]
    }
    expect(await traced('2')).toEqual([0, 'run-1', 1])
    expect(await traced('3')).toEqual([0, '3', 1])
    expect(await traced('5')).toEqual([0, 'run-5', 1])
    expect(await traced('77')).toEqual([0, 'run-5', 1])
    // The event at 1 was removed: that the log goes on at 2 is not what was asked for.
    expect(await traced('1')).toEqual([1, '1', 0])
    for (const none of ['6', '0', '2.0', '99999999999999999999']) {
      expect(await traced(none)).toEqual([1, none, 0])
    }
  })

  it('finds the newest event of an order', async () => {
    const about = (sequence: number, data: unknown): EncodedEvent =>
      trade(sequence, { type: 'their.own', correlationId: `chain-${sequence}`, data })
    const path = await fileOf([
      about(1, { orderId: 'A-7' }),
      about(2, { orderId: 'A-7' }),
      about(3, { orderId: 7 }),
      about(4, null),
      about(5, { id: 'A-7' }),
      about(6, { orderId: { toString: 5 } }),
    ])
    const traced = (order: string): ReturnType<typeof command> =>
      command(['log', 'trace', path, '--order', order, '--json'])
    expect(json((await traced('A-7')).output)[0]).toMatchObject({ correlationId: 'chain-2' })
    expect(json((await traced('7')).output)[0]).toMatchObject({ correlationId: 'chain-3' })
    // The id of a chain is no order.
    for (const none of ['chain-1', 'undefined']) {
      expect(await traced(none)).toEqual({
        code: 1,
        output: '',
        errors: `No event has the orderId "${none}".\n`,
      })
    }
  })
})

describe('tradewire log export and import', { timeout: 60_000 }, () => {
  it('copy a log through a file, and through a pipe', async () => {
    const path = await fileOf([...trades(3), trade(4, { type: 'their.own', data: [1] })])
    const folder = temporaryFolder()
    const file = join(folder, 'a.ndjson.gz')
    const exported = await command(['log', 'export', path, file])
    expect(exported).toMatchObject({ code: 0, output: '' })
    expect(exported.errors).toMatch(/^4 events, SHA-256 of the NDJSON [0-9a-f]{64}\n$/)
    const told = await command(['log', 'export', path, join(folder, 'b'), '--json'])
    expect(told.errors).toBe('')
    const sha256 = exported.errors.trimEnd().split(' ').at(-1)!
    expect(json(told.output)).toEqual([{ events: 4, first: 1, last: 4, sha256 }])
    const one = await command(['log', 'export', path, '--from', '4', '--json'])
    expect(json(one.errors)[0]).toMatchObject({ events: 1, first: 4 })
    expect(json(one.output)).toHaveLength(1)
    const again = await command(['log', 'export', path, file])
    expect(again.code).toBe(2)
    expect(again.errors).toContain('exists already. Give another name, or --overwrite. See')
    expect((await command(['log', 'export', path, file, '--overwrite'])).code).toBe(0)
    const copy = join(folder, 'copy.db')
    expect(await command(['log', 'import', copy, file])).toMatchObject({
      code: 0,
      output: '4 events imported, at positions 1 to 4; 0 lines skipped\n',
    })
    const piped = await command(['log', 'export', path, '-', '--pattern', 'their.*'])
    const more = await command(['log', 'import', copy, '--json'], { input: piped.output })
    expect(json(more.output)[0]).toMatchObject({ events: 1, firstPosition: 5 })
    expect(await eventsIn(copy)).toEqual([...(await eventsIn(path)), (await eventsIn(path))[3]])
    const read = await command(['log', 'read', path, '--json', '--limit', '1'])
    expect((await command(['log', 'import', copy, '-'], { input: read.output })).code).toBe(0)
  })

  it('say which line is bad, or skip it', async () => {
    const path = join(temporaryFolder(), 'log.db')
    const input = `${JSON.stringify(trade(1))}\n{"secret\n`
    const bad = await command(['log', 'import', path], { input })
    expect(bad.code).toBe(1)
    expect(bad.errors).toContain(
      'the stream:2: expected JSON. 1 event before it was imported, up to position 1; mend the line, or skip such lines with --skip-bad-lines.',
    )
    expect(bad.errors).not.toContain('secret')
    const skipped = await command(['log', 'import', path, '-', '--skip-bad-lines'], {
      input: '{"secret\n',
    })
    expect(skipped).toMatchObject({ code: 0, output: '0 events imported; 1 line skipped\n' })
    const one = await command(['log', 'import', path], { input: JSON.stringify(trade(2)) })
    expect(one.output).toBe('1 event imported, at position 2; 0 lines skipped\n')
  })

  it('leave nothing behind where nothing gets in', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'log.db')
    const none = await command(['log', 'import', path, join(folder, 'none.ndjson')])
    expect(none.code).toBe(1)
    expect(none.errors).toMatch(/^tradewire: There is no file ".*" to import\..*\(LOG_STORAGE\)\n$/)
    const bad = await command(['log', 'import', path], { input: 'no event\n' })
    expect(bad.code).toBe(1)
    const restored = await command(['log', 'restore', path, join(folder, 'none')])
    expect(restored.code).toBe(1)
    expect(restored.errors).toContain('holds no archive')
    expect(readdirSync(folder)).toEqual([])
    expect((await command(['log', 'import', path])).output).toBe(
      '0 events imported; 0 lines skipped\n',
    )
    expect(await eventsIn(path)).toEqual([])
  })
})

describe('tradewire log archive and restore', { timeout: 60_000 }, () => {
  it('keep a log in a folder, and give it back', async () => {
    const path = await fileOf(trades(5))
    const folder = join(temporaryFolder(), 'archive')
    const archived = await command(['log', 'archive', path, folder, '--before', '3'])
    expect(archived).toMatchObject({ code: 0, output: '2 events archived, positions 1 to 2\n' })
    const rest = await command(['log', 'archive', path, folder, '--until', '2027-01-01', '--json'])
    expect(json(rest.output)[0]).toMatchObject({ format: 'tradewire-archive', first: 3, last: 5 })
    const none = ['log', 'archive', path, folder, '--before', '3']
    expect((await command(none)).output).toBe('0 events archived: there is nothing new\n')
    expect(json((await command([...none, '--json'])).output)).toEqual([{ events: 0 }])
    expect(await command(['log', 'verify', folder])).toMatchObject({
      code: 0,
      output: '2 archives, 5 events, all as they were written\n',
    })
    const copy = join(temporaryFolder(), 'copy.db')
    const restored = await command(['log', 'restore', copy, folder])
    expect(restored).toMatchObject({
      code: 0,
      output: '5 events restored from 2 archives, positions 1 to 5\n',
    })
    expect(await eventsIn(copy)).toEqual(await eventsIn(path))
    const twice = await command(['log', 'restore', copy, folder, '--json'])
    expect(twice.code).toBe(2)
    const third = join(temporaryFolder(), 'copy.db')
    const report = await command(['log', 'restore', third, folder, '--json'])
    expect(json(report.output)[0]).toMatchObject({ events: 5 })
    writeFileSync(join(folder, '000000000001-000000000002.ndjson.gz'), 'x')
    const verified = await command(['log', 'verify', folder, '--json'])
    expect(verified.code).toBe(1)
    expect(json(verified.output)[0]).toMatchObject({ ok: false, damaged: [{}] })
  })

  it('speak of one as of one', async () => {
    const path = await fileOf(trades(1))
    const folder = join(temporaryFolder(), 'archive')
    const run = async (...args: readonly string[]): Promise<string> =>
      (await command(['log', ...args])).output
    expect(await run('archive', path, folder, '--before', '9')).toBe(
      '1 event archived, position 1\n',
    )
    expect(await run('verify', folder)).toBe('1 archive, 1 event, all as they were written\n')
    const copy = join(temporaryFolder(), 'copy.db')
    expect(await run('restore', copy, folder)).toBe('1 event restored from 1 archive, position 1\n')
    expect(await run('verify', copy)).toBe('1 record, all as they were written\n')
    const exported = await command(['log', 'export', copy])
    expect(exported.errors).toMatch(/^1 event, SHA-256/)
  })

  it.each([[[]], [['--until', '5000000000000', '--before', '5']]])(
    'want one end: %j',
    async (options) => {
      const run = await command(['log', 'archive', 'a', 'b', ...options])
      expect(run).toMatchObject({ code: 2 })
      expect(run.errors).toContain('Give one of --until time and --before position.')
    },
  )

  it('keep encrypted logs encrypted, with keys from files and the environment', async () => {
    const secret = trade(1, { metadata: { canary: 'CANARY' } })
    const path = await fileOf([secret], { encryption })
    const folder = join(temporaryFolder(), 'archive')
    const keyFile = join(temporaryFolder(), 'key')
    writeFileSync(keyFile, `${secretKey}\n`)
    const keys = ['--key-file', `main=${keyFile}`]
    expect((await command(['log', 'archive', path, folder, '--before', '9', ...keys])).code).toBe(0)
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name), 'latin1')).not.toContain('CANARY')
    }
    const without = await command(['log', 'verify', folder])
    expect(without.code).toBe(2)
    const byKeyFile = 'Give the key with --key-file name=path, or in TRADEWIRE_LOG_KEYS.'
    const hint = `is encrypted with the key "main". ${byKeyFile}`
    expect(without.errors).toContain(hint)
    const plain = join(temporaryFolder(), 'plain.db')
    const intoPlain = await command(['log', 'restore', plain, folder])
    expect(intoPlain.code).toBe(2)
    expect(intoPlain.errors).toContain(`its secrets would be written in plain. ${byKeyFile} See`)
    expect(existsSync(plain)).toBe(false)
    const environment = { TRADEWIRE_LOG_KEYS: JSON.stringify({ main: secretKey }) }
    expect((await command(['log', 'verify', folder], { environment })).code).toBe(0)
    const copy = join(temporaryFolder(), 'copy.db')
    expect((await command(['log', 'restore', copy, folder, ...keys])).code).toBe(0)
    const read = await command(['log', 'read', copy, '--json'], { environment })
    expect(json(read.output)).toEqual([{ position: 1, ...secret }])
    const unread = await command(['log', 'read', copy])
    expect(unread.code).toBe(1)
    expect(unread.errors).toContain(`${byKeyFile} (LOG_KEY)`)
    const other = { TRADEWIRE_LOG_KEYS: JSON.stringify({ other: secretKey }) }
    const unopened = await command(['log', 'read', copy], { environment: other })
    expect(unopened.errors).toContain(`was not given. ${byKeyFile} (LOG_KEY)`)
    const short = { TRADEWIRE_LOG_KEYS: JSON.stringify({ main: 'c2hvcnQ=' }) }
    const malformed = await command(['log', 'read', copy], { environment: short })
    expect(malformed.errors).toContain('tradewire: The key "main" must be the base64 text')
    writeFileSync(keyFile, Buffer.alloc(32, 9))
    expect((await command(['log', 'read', copy, ...keys], { environment })).code).toBe(0)
  })
})

describe('tradewire log dead-letters', { timeout: 60_000 }, () => {
  async function withLetters(): Promise<string> {
    const path = join(temporaryFolder(), 'log.db')
    await using log = await openLog(path)
    await appendAll(log, trades(2))
    for (const name of ['one', 'two']) {
      const failing = (): void => {
        throw new Error(evil)
      }
      const consumer = await log.consume(name, failing, { retry: { attempts: 1 } })
      await consumer.caughtUp()
      await consumer.stop()
    }
    return path
  }

  it('lists them, and forgets them', async () => {
    const path = await withLetters()
    const run = async (...args: readonly string[]): Promise<string> => {
      const { code, output, errors } = await command(['log', 'dead-letters', path, ...args])
      expect({ code, errors }).toEqual({ code: 0, errors: '' })
      return output
    }
    const text = await run()
    expect(text.trimEnd().split('\n')).toHaveLength(4)
    expect(text).toMatch(/^1 {2}market.trade_tick {2}one {2}1 attempt {2}.* {2}Error: a\\u001b\[2J/)
    const lines = json(await run('list', '--consumer', 'two', '--position', '2', '--json'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ consumer: 'two', position: 2, event: { id: 'run-2' } })
    expect(await run('discard', '--consumer', 'one', '--position', '1')).toBe('1 discarded\n')
    expect(await run('discard', '--consumer', 'two', '--json')).toBe('{"discarded":2}\n')
    expect((await run()).trimEnd().split('\n')).toHaveLength(1)
  })

  it('says that there is no such consumer', async () => {
    const path = await withLetters()
    const discard = await command(['log', 'dead-letters', path, 'discard', '--consumer', 'tow'])
    expect(discard).toEqual({
      code: 1,
      output: '',
      errors: 'tradewire: The log has no consumer "tow".\n',
    })
    const list = await command(['log', 'dead-letters', path, '--consumer', 'twoo'])
    expect(list).toEqual({
      code: 0,
      output: '',
      errors: 'tradewire: The log has no consumer "twoo". Did you mean "two"?\n',
    })
    const none = ['log', 'dead-letters', path, 'discard', '--consumer', 'one', '--position', '9']
    expect(await command(none)).toMatchObject({ code: 0, output: '0 discarded\n' })
  })

  it('shows those whose event was removed', async () => {
    const path = await withLetters()
    {
      await using log = await openLog(path)
      await log.retain({ maxEvents: 0 })
    }
    expect((await command(['log', 'dead-letters', path])).output).toContain('(removed)')
    const lines = json((await command(['log', 'dead-letters', path, '--json'])).output)
    expect(lines[0]).not.toHaveProperty('event')
  })

  it.each([
    [['redeliver'], 'is no action: give list or discard'],
    [['discard'], 'discard needs --consumer name'],
    [['discard', '--consumer', 'a'], 'There is no file'],
  ])('refuses %j', async (args, message) => {
    const path = join(temporaryFolder(), 'none.db')
    const { code, errors } = await command(['log', 'dead-letters', path, ...args])
    expect(code).toBe(2)
    expect(errors).toContain(message)
    expect(existsSync(path)).toBe(false)
  })
})

describe('--module', { timeout: 60_000 }, () => {
  it('brings a catalog of events of your own', async () => {
    const event = trade(1, { type: 'signal.entry', data: { price: '1.5' } })
    const path = join(temporaryFolder(), 'log.db')
    const bad = JSON.stringify({ ...event, data: { price: 'high' } })
    const own = ['--module', catalogModule]
    expect((await command(['log', 'import', path, ...own], { input: bad })).errors).toContain(
      'price:',
    )
    const input = JSON.stringify(event)
    expect((await command(['log', 'import', path, ...own], { input })).code).toBe(0)
    const tail = ['log', 'tail', path, '--from', '1', '--limit', '1', '--json']
    for (const options of [[], own]) {
      expect(json((await command([...tail, ...options])).output)).toEqual([
        { position: 1, ...event },
      ])
    }
  })

  it('says what is wrong with it', async () => {
    const path = await fileOf([])
    const none = await command(['log', 'read', path, '--module', './none.ts'])
    expect(none).toMatchObject({ code: 2 })
    expect(none.errors).toContain('cannot be loaded')
    const module = join(temporaryFolder(), 'empty.mjs')
    writeFileSync(module, 'export const catalog = {}')
    const empty = await command(['log', 'read', path, '--module', module])
    expect(empty.errors).toContain('must export a catalog as "catalog", but that is')
    expect(empty.errors).toContain('Make one with tradingEvents.extend({…})')
  })

  it('takes a catalog of another copy of the package, and checks payloads with it', async () => {
    mkdirSync('test/types/scale', { recursive: true })
    const folder = mkdtempSync('test/types/scale/copy-')
    onTestFinished(() => rmSync(folder, { recursive: true }))
    cpSync('src', join(folder, 'src'), { recursive: true })
    const module = join(folder, 'events.ts')
    writeFileSync(module, readFileSync(catalogModule, 'utf8').replaceAll('../../src', './src'))
    const path = join(temporaryFolder(), 'log.db')
    const imported = async (price: string): Promise<Outcome> => {
      const child = start(['log', 'import', path, '--module', module])
      child.stdin.end(JSON.stringify(trade(1, { type: 'signal.entry', data: { price } })))
      return ended(child)
    }
    const bad = await imported('high')
    expect(bad.errors).toMatch(/the stream:1: price: .*\(ARCHIVE_INVALID\)\n$/)
    expect(bad.code).toBe(1)
    expect(await imported('1.5')).toMatchObject({ code: 0, errors: '' })
    const tail = ['log', 'tail', path, '--from', '1', '--limit', '1', '--json']
    const tailed = await ended(start([...tail, '--module', module]))
    expect(json(tailed.output)).toMatchObject([{ position: 1, data: { price: '1.5' } }])
  })
})
