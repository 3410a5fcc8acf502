import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'
import {
  LogClosedError,
  LogDamagedError,
  LogFormatError,
  LogKeyError,
  LogLockedError,
  LogStorageError,
} from '../../src/log/errors.ts'
import type { SqliteFile } from '../../src/log/sqlite-file.ts'
import { SqliteStore } from '../../src/log/sqlite-store.ts'
import { answer, fromWire, type WireAnswer } from '../../src/log/sqlite-wire.ts'
import type { PageQuery } from '../../src/log/store.ts'
import { group, logPlace, storedFrom } from './sqlite-fixture.ts'

const all: PageQuery = {
  after: 0,
  order: 'forward',
  through: 100,
  limit: 100,
  patterns: undefined,
  since: undefined,
  until: undefined,
  source: undefined,
  correlationId: undefined,
}

function storeAt(path: string): SqliteStore {
  return new SqliteStore({ path, readOnly: false, repair: false })
}

describe('SqliteStore', () => {
  it('asks a thread of its own, and gets all answers in order', async () => {
    const path = logPlace()
    const store = storeAt(path)
    const events = storedFrom(1, 3)
    const note = { kind: 'snapshot', name: 'a', number: 3, text: '{}' } as const
    const answers = await Promise.all([
      store.open(),
      store.append(events, group),
      store.page(all),
      store.last(),
      store.writeNotes([note], []),
      store.notes('snapshot'),
      store.noteUpTo({ ...note, number: 9 }),
      store.countAfter(1, undefined),
      store.cut({ patterns: undefined, before: undefined, maxEvents: 1, maxBytes: undefined }),
      store.verify(0, 3),
      store.remove({ through: 1, patterns: undefined }),
    ])
    expect(answers).toEqual([
      0,
      [1, 2, 3],
      {
        positions: [1, 2, 3],
        texts: events.map(({ text }) => text),
        secrets: undefined,
        next: 100,
        done: true,
      },
      3,
      undefined,
      [note],
      note,
      2,
      2,
      { through: 3, records: 3, damaged: [], done: true },
      { removed: 1, done: false },
    ])
    expect(await store.stats()).toMatchObject({ events: 2, last: 3 })
    await store.close()
    await expect(store.last()).rejects.toThrow(LogClosedError)
    const again = storeAt(path)
    expect(await again.open()).toBe(3)
    await again.close()
  })

  it('rejects with the errors of a log', async () => {
    const path = logPlace()
    const store = storeAt(path)
    await store.open()
    const second = storeAt(path)
    const error = await second.open().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(LogLockedError)
    expect(error).toMatchObject({ holder: process.pid, path: expect.stringContaining('log.db') })
    await expect(second.last()).rejects.toThrow(LogClosedError)
    await store.close()
  })

  it('rejects what cannot be sent', async () => {
    const store = storeAt(logPlace())
    await store.open()
    await expect(
      store.append([{ ...storedFrom(1, 1)[0]!, correlationId: (() => {}) as never }], group),
    ).rejects.toThrow('could not be cloned')
    await store.close()
  })

  it('does not keep the process alive while nothing is under way', () => {
    const url = new URL('../../src/log/sqlite-store.ts', import.meta.url)
    const script = `
      import { SqliteStore } from ${JSON.stringify(fileURLToPath(url))}
      const store = new SqliteStore({ path: process.argv[1], readOnly: false, repair: false })
      await store.open()
      console.log(await store.append(${JSON.stringify(storedFrom(1, 1))}, { durability: 'group' }))`
    const { stdout, status } = spawnSync(
      process.execPath,
      ['--input-type=module-typescript', '-e', script, logPlace()],
      { encoding: 'utf8', timeout: 30_000 },
    )
    expect([stdout.trim(), status]).toEqual(['[ 1 ]', 0])
  }, 60_000)

  it('rejects with what is wrong in the program', async () => {
    const store = new SqliteStore({ path: 5 as never, readOnly: false, repair: false })
    await expect(store.open()).rejects.toThrow(TypeError)
  })
})

describe('answer', () => {
  const cause = Object.assign(new Error('deep'), { code: 'ERR_SQLITE_ERROR' })

  function crossed(error: unknown): Error {
    const file = {
      last: () => {
        throw error
      },
    } as unknown as SqliteFile
    const sent = answer(file, { id: 1, method: 'last', values: [] })
    const received = structuredClone(sent) as WireAnswer & { readonly error: never }
    return fromWire(received.error)
  }

  it.each([
    new ConfigurationError('a'),
    new LogLockedError('/a', 7),
    new LogDamagedError('Broken.', 3, 5, { cause }),
    new LogFormatError('b', { cause: new Error('plain') }),
    new LogKeyError('k', 'c'),
    new LogStorageError('d', { cause: 'text' }),
  ])('lets $code cross as what it is', (error) => {
    const same = crossed(error)
    expect(same).toBeInstanceOf(error.constructor)
    expect(same.message).toBe(error.message)
    expect(same.stack?.startsWith(`${error.name}: ${error.message}\n`)).toBe(true)
    expect(Object.entries(same)).toEqual(Object.entries(error))
    if (error.cause instanceof Error)
      expect(same.cause).toMatchObject({ message: error.cause.message })
  })

  it('calls a mistake in the program by its name, and what else it does not know a failure', () => {
    expect(crossed(new RangeError('odd'))).toEqual(new RangeError('odd'))
    expect(crossed(new TypeError('wrong'))).toEqual(new TypeError('wrong'))
    expect(crossed(new Error('other'))).toEqual(new LogStorageError('other'))
    expect(crossed('text')).toEqual(new LogStorageError('text'))
  })
})
