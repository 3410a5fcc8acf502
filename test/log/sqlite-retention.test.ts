import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  stored,
  group,
  logPlace,
  openFile,
  readAll,
  removeAll,
  storedFrom,
  tamper,
  verifyAll,
} from './sqlite-fixture.ts'

const everyTenth = (number: number): { type: string } => ({
  type: number % 10 === 0 ? 'rare.one' : 'note.made',
})
const rare = ['rare.*']

function filled(count: number, path = logPlace()): ReturnType<typeof openFile> {
  const file = openFile(path)
  file.append(storedFrom(1, count, everyTenth), group)
  return file
}

function numbers(first: number, last: number, step = 1): number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step)
}

describe('SqliteFile.cut', () => {
  const nothing = {
    patterns: undefined,
    before: undefined,
    maxEvents: undefined,
    maxBytes: undefined,
  }

  it('finds the last before the first that is young enough, also where old ones come late', () => {
    const file = filled(3_000)
    expect(file.cut({ ...nothing, before: 1_500 })).toBe(1_499)
    expect(file.cut({ ...nothing, before: 1_500, patterns: rare })).toBe(1_499)
    expect(file.cut({ ...nothing, before: 1 })).toBe(0)
    file.append(
      storedFrom(3_001, 3_005, () => ({ timestamp: 7 })),
      group,
    )
    expect(file.cut({ ...nothing, before: 1_500 })).toBe(1_499)
    expect(file.cut({ ...nothing, before: 1_500, patterns: rare })).toBe(1_499)
    expect(file.cut({ ...nothing, before: 9_999 })).toBe(3_005)
  })

  it('finds the record behind the newest so many', () => {
    const file = filled(3_000)
    expect(file.cut({ ...nothing, maxEvents: 0 })).toBe(3_000)
    expect(file.cut({ ...nothing, maxEvents: 1_000 })).toBe(2_000)
    expect(file.cut({ ...nothing, maxEvents: 3_000 })).toBe(0)
    expect(file.cut({ ...nothing, maxEvents: 10, patterns: rare })).toBe(2_900)
    expect(file.cut({ ...nothing, maxEvents: 10, patterns: ['nobody.*'] })).toBe(0)
  })

  it('finds the record behind the newest that take so many bytes', () => {
    const file = filled(3_000)
    const { bytes } = file.stats()
    const half = file.cut({ ...nothing, maxBytes: bytes / 2 })
    expect(half).toBeGreaterThan(1_300)
    expect(half).toBeLessThan(1_700)
    expect(file.cut({ ...nothing, maxBytes: 0 })).toBe(3_000)
    expect(file.cut({ ...nothing, maxBytes: bytes })).toBe(0)
    expect(file.cut({ ...nothing, maxBytes: bytes / 20, patterns: rare }) % 10).toBe(0)
    expect(openFile().cut({ ...nothing, maxBytes: 0 })).toBe(0)
  })
})

describe('SqliteFile.remove', () => {
  it('removes the oldest in small steps, and gives their storage back', () => {
    const path = logPlace()
    const file = filled(5_000, path)
    const before = file.stats().bytes
    const { removed, steps } = removeAll(file, 4_000)
    expect(removed).toBe(4_000)
    expect(steps).toBeGreaterThan(20)
    expect(file.stats()).toMatchObject({ events: 1_000, first: 4_001, last: 5_000 })
    expect(file.stats().bytes).toBeLessThan(before / 3)
    expect(readAll(file).positions).toEqual(numbers(4_001, 5_000))
    expect(readAll(file, { patterns: rare }).positions).toEqual(numbers(4_010, 5_000, 10))
    expect(readAll(file, { since: 4_500 }).positions).toEqual(numbers(4_500, 5_000))
    expect(verifyAll(file)).toEqual({ records: 1_000, damaged: [] })
    expect(removeAll(file, 4_000).removed).toBe(0)
    file.close()
    expect(readFileSync(path).includes('"run-17"')).toBe(false)
    expect(openFile(path).append(storedFrom(1, 1), group)).toEqual([5_001])
  })

  it('removes some types, and still knows whether all others are there', () => {
    const path = logPlace()
    const file = filled(3_000, path)
    expect(removeAll(file, 2_500, ['note.*', 'nobody.*']).removed).toBe(2_250)
    const positions = [...numbers(10, 2_500, 10), ...numbers(2_501, 3_000)]
    expect(readAll(file).positions).toEqual(positions)
    expect(readAll(file, { order: 'backward', limit: 17 }).positions).toEqual(
      positions.toReversed(),
    )
    expect(readAll(file, { since: 2_000, until: 2_505 }).positions).toEqual([
      ...numbers(2_000, 2_500, 10),
      ...numbers(2_501, 2_504),
    ])
    expect(file.countAfter(1_000, undefined)).toBe(150 + 500)
    expect(file.countAfter(1_000, ['note.*'])).toBe(450)
    expect(file.countAfter(0, rare)).toBe(300)
    expect(verifyAll(file)).toEqual({ records: 750, damaged: [] })
    file.close()
    tamper(path, 'DELETE FROM records WHERE position = 500')
    const again = openFile(path)
    expect(() => readAll(again)).toThrow('Not all events of type rare.one')
    expect(verifyAll(again).damaged.length).toBeGreaterThan(0)
  })

  it('removes all there is, and goes on counting', () => {
    const path = logPlace()
    const file = filled(30, path)
    expect(removeAll(file, 30).removed).toBe(30)
    expect(file.stats()).toMatchObject({ events: 0, first: 0, last: 30, types: [] })
    expect(verifyAll(file)).toEqual({ records: 0, damaged: [] })
    file.close()
    const again = openFile(path)
    expect(again.last()).toBe(30)
    expect(again.append(storedFrom(31, 31), group)).toEqual([31])
    expect(readAll(again).positions).toEqual([31])
    expect(verifyAll(again)).toEqual({ records: 1, damaged: [] })
  })

  it('removes few at a time where they are large', () => {
    const file = openFile()
    const text = JSON.stringify('x'.repeat(200_000))
    file.append(
      storedFrom(1, 6, () => ({ text })),
      group,
    )
    expect(file.remove({ through: 6, patterns: undefined })).toEqual({ removed: 1, done: false })
    expect(removeAll(file, 6).removed).toBe(5)
  })

  it('goes over the gaps that an archive has left', () => {
    const file = openFile()
    file.append(
      [5, 6, 3_000, 3_001].map((position) => ({ ...storedFrom(position, position)[0]!, position })),
      group,
    )
    expect(removeAll(file, 2_000).removed).toBe(2)
    expect(readAll(file).positions).toEqual([3_000, 3_001])
    expect(readAll(file, { since: 3_001 }).positions).toEqual([3_001])
    expect(verifyAll(file)).toEqual({ records: 2, damaged: [] })
  })
})

describe('SqliteFile.removedThrough', () => {
  it('is the highest position at which an event of the patterns was removed', () => {
    const path = logPlace()
    const file = filled(3_000, path)
    expect(file.removedThrough(undefined)).toBe(0)
    removeAll(file, 2_505, ['note.*'])
    expect(file.removedThrough(undefined)).toBe(2_505)
    expect(file.removedThrough(['note.made'])).toBe(2_505)
    expect(file.removedThrough(rare)).toBe(0)
    removeAll(file, 1_009)
    expect(file.removedThrough(rare)).toBe(1_000)
    expect(file.removedThrough(['nobody.*', 'rare.*'])).toBe(1_000)
    expect(file.removedThrough(['nobody.*'])).toBe(0)
    file.close()
    expect(openFile(path).removedThrough(rare)).toBe(1_000)
  })

  it('counts what an archive has left out, which may have been of any type', () => {
    const path = logPlace()
    const file = openFile(path)
    file.append(
      [5, 6, 30].map((position) => ({ ...storedFrom(position, position)[0]!, position })),
      group,
    )
    expect(file.removedThrough(['nobody.*'])).toBe(29)
    file.close()
    tamper(path, 'UPDATE gaps SET last = 20 WHERE first = 7')
    const damaged = openFile(path)
    expect(() => damaged.removedThrough(undefined)).toThrow(
      expect.objectContaining({ code: 'LOG_DAMAGED' }),
    )
  })
})

describe('SqliteFile.removedThrough', () => {
  it('never sinks, also where a gap is passed by retention', () => {
    const file = openFile()
    file.append([stored(1, { position: 5 }), stored(2, { position: 9 })], group)
    expect(file.removedThrough(['nobody.*'])).toBe(8)
    removeAll(file, 9)
    expect(file.removedThrough(['nobody.*'])).toBe(8)
    expect(verifyAll(file)).toEqual({ records: 0, damaged: [] })
  })
})
