import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LogDamagedError } from '../../src/log/errors.ts'
import { SqliteFile } from '../../src/log/sqlite-file.ts'
import {
  group,
  logPlace,
  openFile,
  readAll,
  storedFrom,
  tamper,
  verifyAll,
} from './sqlite-fixture.ts'

const events = storedFrom(1, 2_500, (number) => ({
  type: number % 50 === 0 ? 'rare.one' : 'note.made',
  ...(number % 3 === 0 ? { correlationId: `chain-${number % 9}` } : {}),
}))

/** A closed log of 2,500 records, of which every fiftieth is rare. */
function madeLog(): string {
  const path = logPlace()
  const file = openFile(path)
  file.append(events.slice(0, 1_000), group)
  file.append(events.slice(1_000), group)
  file.close()
  return path
}

function damageOf(act: () => unknown): { first: number; last: number } | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(LogDamagedError)
    const { first, last } = error as LogDamagedError
    return { first, last }
  }
}

describe('SqliteFile.verify', () => {
  it('finds nothing in what is whole, in small steps', () => {
    const file = openFile(madeLog())
    expect(verifyAll(file)).toEqual({ records: 2_500, damaged: [] })
    expect(file.verify(0, 2_500)).toMatchObject({ through: 300, records: 300, done: false })
    expect(file.verify(2_400, 2_500)).toMatchObject({ through: 2_500, records: 100, done: true })
  })

  it.each([
    ['an edited text', `UPDATE records SET event = '{}' WHERE position = 70`, [70, 70]],
    [
      'an edited time',
      'UPDATE records SET timestamp = timestamp + 1 WHERE position = 70',
      [70, 70],
    ],
    ['an edited type', 'UPDATE records SET type_id = 2 WHERE position = 70', [70, 70]],
    ['a missing record', 'DELETE FROM records WHERE position = 70', [70, 70]],
    ['missing records', 'DELETE FROM records WHERE position BETWEEN 70 AND 80', [70, 80]],
    ['a missing first record', 'DELETE FROM records WHERE position = 1', [1, 1]],
  ])('finds %s, and reading does so too', (_, sql, [first, last]) => {
    const path = madeLog()
    tamper(path, sql)
    const file = openFile(path)
    expect(verifyAll(file).damaged).toContainEqual(expect.objectContaining({ first, last }))
    expect(damageOf(() => readAll(file))).toEqual({ first, last })
    expect(damageOf(() => readAll(file, { order: 'backward' }))).toEqual({ first, last })
    expect(readAll(file, { after: 100 }).positions).toHaveLength(2_400)
  })

  it('finds a record that was edited together with its checksum', () => {
    const [path, forgery] = [madeLog(), logPlace()]
    const other = openFile(forgery)
    other.append(
      events.slice(0, 70).map((event, index) => (index < 69 ? event : { ...event, text: '{}' })),
      group,
    )
    other.close()
    tamper(
      path,
      `ATTACH '${forgery}' AS other; UPDATE records SET (event, checksum) = (SELECT event, checksum FROM other.records WHERE position = 70) WHERE position = 70`,
    )
    const file = openFile(path)
    expect(readAll(file, { after: 69, limit: 1 }).texts[0]).toBe('{}')
    expect(verifyAll(file).damaged).toEqual([
      { first: 71, last: 71, reason: 'It does not carry the hash of the one before it.' },
    ])
  })

  it('finds a record that an index has lost', () => {
    const path = madeLog()
    tamper(path, 'DELETE FROM records WHERE position = 100')
    const file = openFile(path)
    expect(damageOf(() => readAll(file, { patterns: ['rare.*'] }))).toEqual({
      first: 1,
      last: 149,
    })
    expect(damageOf(() => readAll(file, { patterns: ['rare.*'], limit: 1, after: 150 }))).toEqual(
      undefined,
    )
  })

  it('finds that the newest records are missing, before anything is appended', () => {
    const path = madeLog()
    tamper(path, 'DELETE FROM records WHERE position > 2490')
    expect(damageOf(() => openFile(path))).toEqual({ first: 2_491, last: 2_500 })
  })

  it('finds more records than there should be', () => {
    const path = madeLog()
    tamper(
      path,
      'INSERT INTO records SELECT 2501, type_id, ordinal, timestamp, source, correlation_id, sealed, event, checksum, previous FROM records WHERE position = 2500',
    )
    expect(damageOf(() => openFile(path))).toEqual({ first: 2_501, last: 2_501 })
  })

  it.each([
    ['the end', 'UPDATE head SET last = 2499'],
    ['the types', 'UPDATE types SET appended = appended + 1'],
    [
      'the hash of the last record',
      `UPDATE records SET previous = zeroblob(32) WHERE position = 2500`,
    ],
  ])('does not open with %s changed', (_, sql) => {
    const path = madeLog()
    tamper(path, sql)
    expect(damageOf(() => openFile(path))).toBeDefined()
  })

  it.each([
    ['changed', 'UPDATE zones SET highest = 5 WHERE zone = 1'],
    ['missing', 'DELETE FROM zones WHERE zone = 1'],
  ])('finds that the times of a stretch are %s, and queries by time do so too', (_, sql) => {
    const path = madeLog()
    tamper(path, sql)
    const file = openFile(path)
    expect(damageOf(() => readAll(file, { since: 1_500, until: 1_600 }))).toBeDefined()
    expect(verifyAll(file).damaged.length).toBeGreaterThan(0)
  })

  it('finds that a hash does not fit what is before it', () => {
    const path = madeLog()
    tamper(path, 'UPDATE records SET previous = zeroblob(32) WHERE position = 70')
    expect(verifyAll(openFile(path)).damaged).toMatchObject([
      { first: 70, last: 71, reason: 'It does not carry the hash of the one before it.' },
    ])
  })

  it('finds encrypted payloads that are changed or missing, without the key', () => {
    const path = logPlace()
    const encryption = { keys: { one: new Uint8Array(32) }, current: 'one' }
    const file = openFile(path, { encryption })
    file.append(
      storedFrom(1, 250, () => ({ secret: '{"data":1}' })),
      group,
    )
    file.close()
    tamper(
      path,
      `UPDATE sealed SET ciphertext = zeroblob(5) WHERE first = 1; DELETE FROM sealed WHERE first = 101`,
    )
    const again = openFile(path, { readOnly: true })
    const positions = verifyAll(again).damaged.map(({ first }) => first)
    expect(positions).toContain(1)
    expect(positions).toContain(101)
    expect(positions).not.toContain(201)
    expect(damageOf(() => readAll(again))).toEqual({ first: 1, last: 1 })
  })

  it('says which records lie on pages that cannot be read, and goes on behind them', () => {
    const path = madeLog()
    const bytes = readFileSync(path)
    // A page in the middle of the file, most likely one of records.
    const at = bytes.indexOf('"run-1200"')
    bytes.fill(0xff, at - (at % 8_192), at - (at % 8_192) + 64)
    writeFileSync(path, bytes)
    const file = openFile(path)
    const { records, damaged } = verifyAll(file)
    expect(records).toBeGreaterThan(2_300)
    expect(damaged.some(({ first, last }) => first <= 1_200 && last >= 1_200)).toBe(true)
    expect(damageOf(() => readAll(file))).toBeDefined()
  })

  it('returns nothing wrong whatever byte is changed', () => {
    const path = logPlace()
    const few = events.slice(0, 60)
    const file = openFile(path)
    file.append(few, group)
    file.close()
    const whole = readFileSync(path)
    const copy = logPlace()
    copyFileSync(path, copy)
    let found = 0
    for (let at = 0; at < whole.length; at += 397) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1 << (at % 8)
      writeFileSync(copy, bytes)
      const changed = new SqliteFile({ path: copy, readOnly: false, repair: false })
      try {
        changed.open()
        const { positions, texts } = readAll(changed)
        expect(positions).toEqual(few.map((_, index) => index + 1))
        expect(texts).toEqual(few.map(({ text }) => text))
        expect(readAll(changed, { patterns: ['rare.*'] }).positions).toEqual([50])
        expect(readAll(changed, { since: 10, until: 20 }).positions).toHaveLength(10)
      } catch (error) {
        found += 1
        expect(
          ['LOG_DAMAGED', 'LOG_FORMAT', 'LOG_STORAGE'],
          `byte ${at}: ${String(error)}`,
        ).toContain((error as LogDamagedError).code)
      } finally {
        changed.close()
      }
    }
    expect(found).toBeGreaterThan(10)
  }, 120_000)
})
