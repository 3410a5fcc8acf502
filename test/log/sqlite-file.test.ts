import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  group,
  logPlace,
  openFile,
  opening,
  readAll,
  removeAll,
  stored,
  storedFrom,
  tamper,
  thrown,
  verifyAll,
} from './sqlite-fixture.ts'

/** Lets the next statement of this text fail, before or after it has run. */
function failOnce(text: string, when: 'before' | 'after', times = 1): void {
  vi.restoreAllMocks()
  const exec = DatabaseSync.prototype.exec
  let left = times
  const spy = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (
    this: DatabaseSync,
    sql: string,
  ) {
    const fails = sql === text && left > 0
    if (fails) left -= 1
    if (!fails || when === 'after') exec.call(this, sql)
    if (fails) throw Object.assign(new Error('disk I/O error'), { errcode: 778 })
  })
  onTestFinished(() => spy.mockRestore())
}

describe('SqliteFile.open', () => {
  it('makes a file that says what it is, and leaves only that one when it is closed', () => {
    const path = logPlace()
    const file = openFile(path)
    expect(file.last()).toBe(0)
    expect(readAll(file)).toEqual({ positions: [], texts: [], secrets: [], pages: 1 })
    file.append([stored(1)], group)
    file.close()
    expect(readdirSync(dirname(path)).toSorted()).toEqual(['log.db', 'log.db-lock'])
    const header = readFileSync(path)
    expect(header.readUInt32BE(68)).toBe(0x54_57_4c_47)
    expect(header.readUInt32BE(60)).toBe(1)
    expect(header.readUInt16BE(16)).toBe(8_192)
  })

  it('finds again what was appended', () => {
    const path = logPlace()
    const file = openFile(path)
    expect(file.append(storedFrom(1, 3), group)).toEqual([1, 2, 3])
    file.close()
    const again = openFile(path)
    expect(again.last()).toBe(3)
    expect(again.append([stored(4)], group)).toEqual([4])
    expect(readAll(again).texts).toEqual(storedFrom(1, 4).map(({ text }) => text))
    expect(verifyAll(again)).toEqual({ records: 4, damaged: [] })
  })

  it('fills an empty file that is there', () => {
    const path = logPlace()
    writeFileSync(path, '')
    expect(openFile(path).append([stored(1)], group)).toEqual([1])
  })

  it('begins anew after a crash that came while a file was made', () => {
    const path = logPlace()
    writeFileSync(`${path}-new`, 'half a file')
    expect(openFile(path).last()).toBe(0)
    expect(existsSync(`${path}-new`)).toBe(false)
  })

  it('refuses a second writer at once, and welcomes readers', () => {
    const path = logPlace()
    const file = openFile(path)
    file.append([stored(1)], group)
    expect(thrown(opening(path))).toMatchObject({ code: 'LOG_LOCKED', holder: process.pid })
    expect(openFile(path, { readOnly: true }).last()).toBe(1)
    file.close()
    expect(openFile(path).last()).toBe(1)
  })

  it('makes the folders that are missing, for a writer alone', () => {
    const path = join(dirname(logPlace()), 'runs', 'today', 'log.db')
    expect(thrown(opening(path, { readOnly: true })).code).toBe('LOG_STORAGE')
    expect(existsSync(dirname(dirname(path)))).toBe(false)
    expect(openFile(path).last()).toBe(0)
    expect(existsSync(path)).toBe(true)
  })

  it('says that it cannot make the folder', () => {
    const place = logPlace()
    writeFileSync(place, 'a file where a folder would be')
    expect(thrown(opening(join(place, 'runs', 'log.db')))).toMatchObject({
      code: 'LOG_STORAGE',
      message: expect.stringContaining('to make that where it is missing'),
    })
    expect(readFileSync(place, 'utf8')).toBe('a file where a folder would be')
  })

  it('makes nothing for a reader', () => {
    const path = logPlace()
    expect(thrown(opening(path, { readOnly: true }))).toMatchObject({
      code: 'LOG_STORAGE',
      message: expect.stringContaining('There is no file'),
    })
    expect(existsSync(path)).toBe(false)
  })

  it('refuses what is no log', () => {
    const path = logPlace()
    writeFileSync(path, 'time,price\n'.repeat(100))
    for (const readOnly of [false, true]) {
      expect(thrown(opening(path, { readOnly }))).toMatchObject({
        code: 'LOG_FORMAT',
        message: expect.stringContaining('no SQLite file'),
      })
    }
    expect(readFileSync(path, 'utf8')).toBe('time,price\n'.repeat(100))
    const directory = join(dirname(path), 'directory')
    mkdirSync(directory)
    expect(thrown(opening(directory)).code).toBe('LOG_FORMAT')
  })

  it('refuses an SQLite file of another program', () => {
    const path = logPlace()
    tamper(path, 'CREATE TABLE t (a)')
    expect(thrown(opening(path))).toMatchObject({
      code: 'LOG_FORMAT',
      message: expect.stringContaining('another program'),
    })
  })

  it.each([
    [2, 'newer tradewire'],
    [0, 'no tradewire'],
  ])('refuses version %i', (version, message) => {
    const path = logPlace()
    openFile(path).close()
    tamper(path, `PRAGMA user_version = ${version}`)
    expect(thrown(opening(path))).toMatchObject({
      code: 'LOG_FORMAT',
      message: expect.stringContaining(message),
    })
  })

  it('gives the lock back when it has failed', () => {
    const path = logPlace()
    openFile(path).close()
    tamper(path, 'PRAGMA user_version = 2')
    expect(thrown(opening(path)).code).toBe('LOG_FORMAT')
    tamper(path, 'PRAGMA user_version = 1')
    expect(opening(path)()).toBe(0)
  })

  it.skipIf(process.getuid?.() === 0)('says that a file may not be written', () => {
    const path = logPlace()
    openFile(path).close()
    chmodSync(path, 0o400)
    expect(thrown(opening(path)).code).toBe('LOG_STORAGE')
  })

  it.each([
    ['ALTER TABLE types RENAME TO t; CREATE VIEW types AS SELECT * FROM t', 'a view "types"'],
    ['ALTER TABLE head RENAME TO h; CREATE VIEW Head AS SELECT * FROM h', 'a view "Head"'],
    ['CREATE VIRTUAL TABLE words USING fts5(text)', 'a table "words"'],
    ['CREATE TRIGGER rot AFTER INSERT ON records BEGIN DELETE FROM types; END', 'a trigger "rot"'],
  ])('refuses a log that somebody has made act by itself: %s', (sql, message) => {
    const path = logPlace()
    openFile(path).close()
    tamper(path, sql)
    for (const readOnly of [true, false]) {
      expect(thrown(opening(path, { readOnly }))).toMatchObject({
        code: 'LOG_FORMAT',
        message: expect.stringContaining(message),
      })
    }
  })

  it('welcomes views that a reader has made for people', () => {
    const path = logPlace()
    openFile(path).close()
    tamper(path, 'CREATE VIEW mine AS SELECT * FROM events')
    expect(opening(path, { readOnly: true })()).toBe(0)
  })

  it('refuses a write-ahead log that is damaged in the middle, unless it is to be repaired', () => {
    const path = logPlace()
    const file = openFile(path)
    for (let number = 1; number <= 20; number += 1) file.append([stored(number)], group)
    const copy = logPlace()
    const wal = readFileSync(`${path}-wal`)
    wal[wal.length >> 1]! ^= 1
    writeFileSync(copy, readFileSync(path))
    writeFileSync(`${copy}-wal`, wal)
    expect(thrown(opening(copy)).code).toBe('LOG_DAMAGED')
    expect(thrown(opening(copy, { readOnly: true })).code).toBe('LOG_DAMAGED')
    const repaired = openFile(copy, { repair: true })
    const { positions } = readAll(repaired)
    expect(positions.length).toBeGreaterThan(0)
    expect(positions.length).toBeLessThan(20)
    expect(positions).toEqual(positions.map((_, index) => index + 1))
    expect(verifyAll(repaired).damaged).toEqual([])
  })
})

describe('SqliteFile.append', () => {
  it('appends all or none', () => {
    const file = openFile()
    file.append([stored(1)], group)
    const bad = stored(3, { source: null as never })
    // What is wrong with a program is no fault of the storage.
    expect(() => file.append([stored(2), bad], group)).toThrow(TypeError)
    expect(readAll(file).positions).toEqual([1])
    expect(file.append([stored(2)], { ...group, durability: 'lazy' })).toEqual([2])
    expect(file.append([stored(3)], { ...group, durability: 'each' })).toEqual([3])
    expect(verifyAll(file)).toEqual({ records: 3, damaged: [] })
  })

  it('keeps text of any kind', () => {
    const file = openFile()
    const odd = 'a\u0000b\n"\u{1F4C8}'
    file.append([stored(1, { source: odd, correlationId: odd, text: JSON.stringify(odd) })], group)
    expect(readAll(file, { source: odd, correlationId: odd }).texts).toEqual([JSON.stringify(odd)])
  })

  it('leaves out the positions that are given so, and refuses those that do not rise', () => {
    const file = openFile()
    expect(file.append([stored(1, { position: 5 }), stored(2)], group)).toEqual([5, 6])
    expect(file.append([stored(3, { position: 5_000 })], group)).toEqual([5_000])
    const code = 'CONFIGURATION'
    expect(thrown(() => file.append([stored(4, { position: 5_000 })], group)).code).toBe(code)
    expect(readAll(file).positions).toEqual([5, 6, 5_000])
    expect(readAll(file, { order: 'backward' }).positions).toEqual([5_000, 6, 5])
    expect(readAll(file, { after: 100 }).positions).toEqual([5_000])
    expect(readAll(file, { since: 2 }).positions).toEqual([6, 5_000])
    expect(verifyAll(file)).toEqual({ records: 3, damaged: [] })
  })

  it('lets no append of a lane overtake one that has failed', () => {
    const file = openFile()
    const lane = (attempt: number) =>
      ({ durability: 'group', lane: { name: 'a', attempt } }) as const
    expect(file.append([stored(1)], lane(0))).toEqual([1])
    expect(thrown(() => file.append([stored(2, { text: null as never })], lane(0))).code).toBe(
      'LOG_STORAGE',
    )
    expect(thrown(() => file.append([stored(3)], lane(0))).code).toBe('LOG_STORAGE')
    expect(file.append([stored(9)], group)).toEqual([2])
    expect(file.append([stored(2)], lane(1))).toEqual([3])
    expect(file.append([stored(3)], lane(1))).toEqual([4])
  })

  it('acknowledges a commit that has failed and is there all the same', () => {
    const file = openFile()
    file.append([stored(1)], group)
    failOnce('COMMIT', 'after')
    expect(file.append([stored(2)], group)).toEqual([2])
    expect(file.append([stored(3)], group)).toEqual([3])
    expect(verifyAll(file)).toEqual({ records: 3, damaged: [] })
  })

  it('goes on after a commit that has failed', () => {
    const file = openFile()
    file.append([stored(1)], group)
    failOnce('COMMIT', 'before')
    expect(thrown(() => file.append([stored(2)], group))).toMatchObject({
      code: 'LOG_STORAGE',
      message: expect.stringContaining('disk I/O error'),
    })
    expect(readAll(file).positions).toEqual([1])
    expect(file.append([stored(2)], group)).toEqual([2])
    expect(verifyAll(file)).toEqual({ records: 2, damaged: [] })
  })

  it('removes what has come to the disk after it was refused', () => {
    const file = openFile(logPlace(), { encryption: keys })
    const secret = '{"data":1}'
    file.append([stored(1, { secret })], group)
    const prepare = DatabaseSync.prototype.prepare
    failOnce('COMMIT', 'after')
    const spy = vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (
      this: DatabaseSync,
      sql: string,
    ) {
      if (sql.includes('wal_checkpoint')) throw Object.assign(new Error('full'), { errcode: 13 })
      return prepare.call(this, sql)
    })
    const lost = [stored(2, { secret }), stored(3, { type: 'b.c', position: 9 })]
    expect(thrown(() => file.append(lost, group)).code).toBe('LOG_STORAGE')
    // While it cannot be synced, what was acknowledged is still read, and nothing is appended.
    expect(readAll(file).positions).toEqual([1])
    expect(thrown(() => file.append([stored(4)], group)).code).toBe('LOG_STORAGE')
    spy.mockRestore()
    expect(file.append([stored(5, { secret })], group)).toEqual([2])
    expect(readAll(file).texts).toEqual([stored(1).text, stored(5).text])
    expect(readAll(file, { patterns: ['b.*'] }).positions).toEqual([])
    expect(verifyAll(file)).toEqual({ records: 2, damaged: [] })
  })
})

describe('SqliteFile while somebody reads', () => {
  it('waits with what a failed commit has left, until all of it can be synced anew', () => {
    const path = logPlace()
    const file = openFile(path)
    file.append([stored(1)], group)
    const reader = new DatabaseSync(path, { readOnly: true })
    onTestFinished(() => reader.close())
    reader.exec('BEGIN')
    expect(reader.prepare('SELECT count(*) AS events FROM records').get()).toEqual({ events: 1 })
    failOnce('COMMIT', 'after')
    expect(thrown(() => file.append([stored(2)], group)).code).toBe('LOG_STORAGE')
    expect(thrown(() => file.append([stored(3)], group)).code).toBe('LOG_STORAGE')
    expect(readAll(file).positions).toEqual([1])
    reader.exec('COMMIT')
    failOnce('COMMIT', 'before')
    expect(thrown(() => file.append([stored(4)], group)).code).toBe('LOG_STORAGE')
    expect(readAll(file).positions).toEqual([1])
    expect(file.append([stored(5)], group)).toEqual([2])
    expect(readAll(file).texts).toEqual([stored(1).text, stored(5).text])
    expect(verifyAll(file)).toEqual({ records: 2, damaged: [] })
  })
})

const keys = { keys: { one: new Uint8Array(32).fill(1) }, current: 'one' }

describe('SqliteFile.page', () => {
  const types = ['a.a', 'a.b', 'b.a']
  const events = storedFrom(1, 3_000, (number) => ({
    type: number % 100 === 0 ? 'rare.one' : types[number % 3]!,
    // A clock that is set back by an hour in the middle.
    timestamp: number < 2_000 ? number * 10 : number * 10 - 3_600,
    source: number % 2 === 0 ? 'even' : 'odd',
    ...(number % 7 === 0 ? { correlationId: `chain-${number % 5}` } : {}),
  }))
  const all = events.map((event, index) => ({ event, position: index + 1 }))

  function expected(matches: (event: (typeof events)[number]) => boolean): number[] {
    return all.filter(({ event }) => matches(event)).map(({ position }) => position)
  }

  it.each([
    ['all', {}, () => true],
    ['a type', { patterns: ['rare.one'] }, ({ type }) => type === 'rare.one'],
    ['two types', { patterns: ['rare.*', 'nobody.*'] }, ({ type }) => type === 'rare.one'],
    ['many types', { patterns: ['a.*'] }, ({ type }) => type.startsWith('a.')],
    ['nobody', { patterns: ['c.*'] }, () => false],
    ['a source', { source: 'odd' }, ({ source }) => source === 'odd'],
    ['a chain', { correlationId: 'chain-2' }, (e) => e.correlationId === 'chain-2'],
    ['since', { since: 16_000 }, ({ timestamp }) => timestamp >= 16_000],
    ['until', { until: 500 }, ({ timestamp }) => timestamp < 500],
    [
      'a time that comes twice, of a type',
      { since: 16_500, until: 19_000, patterns: ['rare.*'] },
      (e) => e.timestamp >= 16_500 && e.timestamp < 19_000 && e.type === 'rare.one',
    ],
  ] as [string, object, (event: (typeof events)[number]) => boolean][])(
    'finds %s, in both orders and from anywhere',
    (_, query, matches) => {
      const file = openFile()
      for (let index = 0; index < events.length; index += 500) {
        file.append(events.slice(index, index + 500), group)
      }
      const positions = expected(matches)
      for (const limit of [7, 1_000]) {
        expect(readAll(file, { ...query, limit }).positions).toEqual(positions)
        const back = readAll(file, { ...query, limit, order: 'backward' })
        expect(back.positions).toEqual(positions.toReversed())
      }
      expect(readAll(file, { ...query, after: 700, through: 2_100 }).positions).toEqual(
        positions.filter((position) => position > 700 && position <= 2_100),
      )
    },
  )

  it('finds its way through many zones', () => {
    const file = openFile()
    const far = storedFrom(1, 1_100, (number) => ({ position: number * 1_024 }))
    file.append(far, group)
    const last = 1_100 * 1_024
    expect(readAll(file, { since: 1_090 }).positions).toHaveLength(11)
    expect(readAll(file, { until: 3, order: 'backward' }).positions).toEqual([2_048, 1_024])
    expect(readAll(file, { since: 1, through: last }).positions).toHaveLength(1_100)
    const nothing = { patterns: undefined, maxEvents: undefined, maxBytes: undefined }
    expect(file.cut({ ...nothing, before: 3 })).toBe(3_071)
    expect(file.cut({ ...nothing, before: undefined, maxBytes: 0 })).toBe(last)
    expect(verifyAll(file)).toEqual({ records: 1_100, damaged: [] })
  })

  it('ends a page at a megabyte', () => {
    const file = openFile()
    const text = JSON.stringify('x'.repeat(400_000))
    file.append(
      storedFrom(1, 8, () => ({ text })),
      group,
    )
    expect(readAll(file)).toMatchObject({ positions: [1, 2, 3, 4, 5, 6, 7, 8], pages: 3 })
  })

  it('reads what another connection appends', () => {
    const path = logPlace()
    const file = openFile(path)
    const reader = openFile(path, { readOnly: true })
    expect(reader.last()).toBe(0)
    file.append([stored(1)], group)
    expect(reader.last()).toBe(1)
    file.append([stored(2, { type: 'new.type' })], group)
    expect(readAll(reader, { patterns: ['new.*'] }).positions).toEqual([2])
    expect(thrown(() => reader.append([stored(3)], group)).code).toBe('LOG_STORAGE')
  })
})

describe('SqliteFile with keys', () => {
  const secret = (number: number): string => JSON.stringify({ data: { canary: `hush-${number}` } })

  it('writes no secret anywhere, and reads it with the key', () => {
    const path = logPlace()
    const file = openFile(path, { encryption: keys })
    const events = storedFrom(1, 250, (number) => (number % 3 ? { secret: secret(number) } : {}))
    file.append(events, group)
    file.writeNotes([{ kind: 'snapshot', name: 's', number: 1, text: '"hush"' }], [])
    for (const name of readdirSync(dirname(path))) {
      const place = join(dirname(path), name)
      if (statSync(place).isFile()) expect(readFileSync(place).includes('hush')).toBe(false)
    }
    expect(readAll(file, { limit: 60 }).secrets).toEqual(events.map((event) => event.secret))
    expect(file.noteUpTo({ kind: 'snapshot', name: 's', number: 5 })?.text).toBe('"hush"')
  })

  it('reads nothing without the key, and checks all the same', () => {
    const path = logPlace()
    const file = openFile(path, { encryption: keys })
    file.append([stored(1, { secret: secret(1) })], group)
    file.writeNotes([{ kind: 'dead-letter', name: 'c', number: 1, text: '{}' }], [])
    file.close()
    const blind = openFile(path, { readOnly: true })
    expect(thrown(() => readAll(blind))).toMatchObject({ code: 'LOG_KEY', keyName: 'one' })
    expect(thrown(() => blind.notes('dead-letter'))).toMatchObject({ code: 'LOG_KEY' })
    expect(verifyAll(blind)).toEqual({ records: 1, damaged: [] })
  })

  it('removes what is encrypted with its records', () => {
    const path = logPlace()
    const file = openFile(path, { encryption: keys })
    file.append(
      storedFrom(1, 250, (number) => ({ secret: secret(number) })),
      group,
    )
    removeAll(file, 150)
    expect(readAll(file).secrets).toEqual(storedFrom(151, 250).map((_, i) => secret(151 + i)))
    file.close()
    const database = new DatabaseSync(path)
    expect(database.prepare('SELECT first FROM sealed').all()).toEqual([
      { first: 101 },
      { first: 201 },
    ])
    database.close()
  })
})

describe('SqliteFile.notes', () => {
  it('writes, finds and forgets notes', () => {
    const path = logPlace()
    const file = openFile(path)
    const note = (name: string, number: number) =>
      ({ kind: 'snapshot', name, number, text: `"${name}${number}"` }) as const
    file.writeNotes([note('b', 2), note('a', 10), note('a', 1)], [])
    expect(file.notes('snapshot')).toEqual([note('a', 1), note('a', 10), note('b', 2)])
    expect(file.notes('snapshot', 'a')).toEqual([note('a', 1), note('a', 10)])
    expect(file.notes('consumer')).toEqual([])
    expect(file.noteUpTo({ kind: 'snapshot', name: 'a', number: 9 })).toEqual(note('a', 1))
    expect(file.noteUpTo({ kind: 'snapshot', name: 'b', number: 1 })).toBeUndefined()
    file.writeNotes([note('b', 2)], [note('a', 1)])
    file.close()
    expect(openFile(path).notes('snapshot')).toEqual([note('a', 10), note('b', 2)])
  })

  it('does not hand over a note that was changed', () => {
    const path = logPlace()
    const file = openFile(path)
    file.writeNotes([{ kind: 'consumer', name: 'c', number: 0, text: '{"position":1}' }], [])
    file.close()
    tamper(path, `UPDATE notes SET text = '{"position":2}'`)
    const again = openFile(path)
    expect(thrown(() => again.notes('consumer')).code).toBe('LOG_DAMAGED')
    expect(verifyAll(again).damaged).toEqual([
      { first: 0, last: 0, reason: 'A note of kind consumer is not what was written.' },
    ])
  })
})
