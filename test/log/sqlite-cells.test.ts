import { describe, expect, it } from 'vitest'
import { LogDamagedError } from '../../src/log/errors.ts'
import { areOfKinds, previousHash } from '../../src/log/sqlite-cells.ts'
import {
  group,
  logPlace,
  openFile,
  readAll,
  storedFrom,
  tamper,
  verifyAll,
} from './sqlite-fixture.ts'

function madeLog(): string {
  const path = logPlace()
  const file = openFile(path)
  file.append(storedFrom(1, 20), group)
  file.close()
  return path
}

describe('areOfKinds', () => {
  it('looks at as many cells as there are kinds', () => {
    const row = [1, 'text', new Uint8Array(2), null]
    expect(areOfKinds(row, ['number', 'text', 'bytes'])).toBe(true)
    expect(areOfKinds(row, ['number', 'bytes'])).toBe(false)
    expect(areOfKinds(row, ['text'])).toBe(false)
    expect(areOfKinds([null], ['number'])).toBe(false)
    expect(areOfKinds([], ['number'])).toBe(false)
  })
})

describe('previousHash', () => {
  it('is that of bytes, and nothing else', () => {
    expect(previousHash(Uint8Array.of(1, 255), 3)).toBe('01ff')
    expect(() => previousHash('01ff', 3)).toThrow(LogDamagedError)
    expect(() => previousHash(null, 3)).toThrow(expect.objectContaining({ first: 3, last: 3 }))
  })
})

describe('SqliteFile, of a file that holds what was never written', () => {
  it('calls a number that is too large damage', () => {
    const path = madeLog()
    tamper(path, 'UPDATE records SET ordinal = 9007199254740993 WHERE position = 7')
    const file = openFile(path)
    expect(() => readAll(file)).toThrow(LogDamagedError)
    expect(readAll(file, { through: 6 }).positions).toHaveLength(6)
    const { damaged } = verifyAll(file)
    expect(damaged.some(({ first, last }) => first <= 7 && last >= 7)).toBe(true)
  })

  it('calls a missing index damage', () => {
    const path = madeLog()
    tamper(path, 'DROP INDEX records_by_correlation')
    const file = openFile(path)
    expect(() => readAll(file, { correlationId: 'x' })).toThrow(LogDamagedError)
    expect(readAll(file).positions).toHaveLength(20)
    expect(verifyAll(file).damaged.length).toBeGreaterThan(0)
  })
})
