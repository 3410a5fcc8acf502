import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { group, logPlace, opening, openFile, readAll, stored, thrown } from './sqlite-fixture.ts'

const keys = (byte: number, name = 'one') => ({
  keys: { [name]: new Uint8Array(32).fill(byte) },
  current: name,
})

describe('SqliteFile.open', () => {
  it('refuses what is no file, before anything is made there', () => {
    const path = logPlace()
    mkdirSync(path)
    expect(thrown(opening(path)).code).toBe('LOG_FORMAT')
    expect(thrown(opening(path, { readOnly: true })).code).toBe('LOG_FORMAT')
  })

  it('does not begin anew while the write-ahead log of a file that is gone holds something', () => {
    const path = logPlace()
    writeFileSync(`${path}-wal`, 'events')
    expect(thrown(opening(path)).code).toBe('LOG_DAMAGED')
    expect(readAll(openFile(path, { repair: true })).positions).toEqual([])
  })

  it('refuses to write what is encrypted without its key, or with another one of its name', () => {
    const path = logPlace()
    const file = openFile(path, { encryption: keys(1) })
    file.append([stored(1, { secret: '{"data":1}' })], group)
    file.close()
    expect(thrown(opening(path))).toMatchObject({ code: 'LOG_KEY', keyName: 'one' })
    expect(thrown(opening(path, { encryption: keys(2) }))).toMatchObject({ code: 'LOG_KEY' })
    const rotated = openFile(path, { encryption: keys(2, 'two') })
    rotated.append([stored(2, { secret: '{"data":2}' })], group)
    expect(thrown(() => readAll(rotated))).toMatchObject({ code: 'LOG_KEY', keyName: 'one' })
    rotated.close()
    const blind = openFile(path, { readOnly: true })
    expect(thrown(() => readAll(blind))).toMatchObject({ code: 'LOG_KEY', keyName: 'one' })
  })
})

describe('SqliteFile.append', () => {
  it('refuses secrets where there is no key', () => {
    const file = openFile()
    expect(thrown(() => file.append([stored(1, { secret: '{}' })], group)).code).toBe('LOG_KEY')
    expect(file.append([stored(1)], group)).toEqual([1])
  })
})
