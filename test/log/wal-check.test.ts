import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkWal, cutWal, type WalState } from '../../src/log/wal-check.ts'

const headerBytes = 32
const frameBytes = 24 + 512

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tradewire-'))
  path = join(directory, 'a.db')
})
afterEach(() => rmSync(directory, { recursive: true }))

/** A database with small pages, of which nothing is moved out of its write-ahead log by itself. */
function openDatabase(file = join(directory, 'live.db')): DatabaseSync {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA page_size = 512; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0')
  return database
}

/** Copies the database that is open, with its write-ahead log, as a crash would leave it. */
function crash(): Buffer {
  copyFileSync(join(directory, 'live.db'), path)
  copyFileSync(join(directory, 'live.db-wal'), `${path}-wal`)
  return readFileSync(`${path}-wal`)
}

/** A write-ahead log of `transactions` rows, each of which was committed by itself. */
function walOf(transactions: number, size = 10): Buffer {
  const database = openDatabase()
  database.exec('CREATE TABLE t (x)')
  for (let at = 1; at < transactions; at++) {
    database.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(size))
  }
  const wal = crash()
  database.close()
  return wal
}

/** Which frames of a write-ahead log end a transaction: indexes from 0. */
function commitsOf(wal: Buffer): number[] {
  const commits = []
  for (let frame = 0; headerBytes + (frame + 1) * frameBytes <= wal.length; frame++) {
    if (wal.readUInt32BE(headerBytes + frame * frameBytes + 4) !== 0) commits.push(frame)
  }
  return commits
}

/** What is found of a write-ahead log after some bytes of a copy of it were changed. */
function checkChanged(wal: Buffer, change: (copy: Buffer) => void): WalState {
  const copy = Buffer.from(wal)
  change(copy)
  writeFileSync(`${path}-wal`, copy)
  return checkWal(path)
}

function place(frame: number): number {
  return headerBytes + frame * frameBytes
}

/** How many rows SQLite finds. */
function rows(): number {
  const database = new DatabaseSync(path)
  try {
    return database.prepare('SELECT count(*) AS rows FROM t').get()!['rows'] as number
  } finally {
    database.close()
  }
}

describe('checkWal', () => {
  it('finds none where there is no file, or an empty one', () => {
    expect(checkWal(path)).toEqual({ kind: 'none' })
    writeFileSync(`${path}-wal`, '')
    expect(checkWal(path)).toEqual({ kind: 'none' })
  })

  it('throws what the file system says if it cannot be read', () => {
    writeFileSync(path, '')
    expect(() => checkWal(join(path, 'b.db'))).toThrow('ENOTDIR')
  })

  it('counts what was committed, up to the end of the file', () => {
    const wal = walOf(4)
    const commits = commitsOf(wal)
    expect(commits).toHaveLength(4)
    expect(checkWal(path)).toEqual({
      kind: 'sound',
      frames: commits.at(-1)! + 1,
      committed: commits.at(-1)! + 1,
      end: wal.length,
      badAt: undefined,
    })
  })

  it('takes frames of an earlier round for what they are', () => {
    const database = openDatabase()
    database.exec('CREATE TABLE t (x)')
    for (let at = 0; at < 10; at++) database.exec(`INSERT INTO t VALUES (${at})`)
    database.exec('PRAGMA wal_checkpoint(RESTART)')
    database.exec('INSERT INTO t VALUES (10)')
    const wal = crash()
    database.close()
    const state = checkWal(path)
    expect(state).toMatchObject({ kind: 'sound', committed: 1, badAt: place(1) })
    expect(wal.length).toBeGreaterThan(place(1))
    expect(rows()).toBe(11)
  })

  it('is quick about a long one', () => {
    const database = openDatabase()
    database.exec('PRAGMA cache_size = 100')
    database.exec('CREATE TABLE t (x); BEGIN')
    const insert = database.prepare('INSERT INTO t VALUES (zeroblob(4000))')
    for (let at = 0; at < 3_000; at++) insert.run()
    database.exec('COMMIT')
    const wal = crash()
    database.close()
    expect(wal.length).toBeGreaterThan(10_000_000)
    // What it takes of the processor: a machine may have much else to do.
    const before = process.cpuUsage()
    expect(checkWal(path).kind).toBe('sound')
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(1_000)
  })

  it('takes no flipped bit of anything committed for a torn or a sound end', () => {
    const wal = walOf(3)
    const file = openSync(`${path}-wal`, 'r+')
    const missed: string[] = []
    for (let byte = 0; byte < wal.length; byte++) {
      for (let bit = 0; bit < 8; bit++) {
        writeSync(file, Uint8Array.of(wal[byte]! ^ (1 << bit)), 0, 1, byte)
        const { kind } = checkWal(path)
        if (kind !== 'damaged') missed.push(`${byte}:${bit} ${kind}`)
      }
      writeSync(file, wal, byte, 1, byte)
    }
    closeSync(file)
    expect(missed).toEqual([])
    expect(checkWal(path).kind).toBe('sound')
  }, 120_000)

  it('takes what was never committed for torn, unless a flipped bit makes it look like a commit', () => {
    const database = openDatabase()
    database.exec('PRAGMA cache_size = 10; CREATE TABLE t (x); INSERT INTO t VALUES (1)')
    const committed = crash().length
    database.exec('BEGIN')
    // More than the cache holds is written ahead of the commit.
    for (let at = 0; at < 40; at++) database.exec('INSERT INTO t VALUES (zeroblob(400))')
    const wal = crash()
    database.close()
    expect(wal.length).toBeGreaterThan(committed)
    expect(checkWal(path)).toMatchObject({ kind: 'torn', end: committed, badAt: undefined })
    for (let byte = committed; byte < wal.length; byte += 37) {
      const inFrame = (byte - headerBytes) % frameBytes
      if (inFrame >= 4 && inFrame < 8) continue
      const state = checkChanged(wal, (copy) => (copy[byte]! ^= 1 << (byte % 8)))
      expect({ byte, state }).toMatchObject({ byte, state: { kind: 'torn', end: committed } })
    }
  })

  it('takes a last transaction that is cut short anywhere for torn', () => {
    const wal = walOf(4, 600)
    const commits = commitsOf(wal)
    const before = place(commits.at(-2)! + 1)
    for (let length = wal.length - 1; length > before; length--) {
      truncateSync(`${path}-wal`, length)
      expect(checkWal(path)).toMatchObject({ kind: 'torn', end: before })
    }
    truncateSync(`${path}-wal`, before)
    expect(checkWal(path)).toMatchObject({ kind: 'sound', end: before })
  })

  it('takes sectors of the last transaction that were not written for torn', () => {
    const wal = walOf(4, 2_000)
    const commits = commitsOf(wal)
    const before = place(commits.at(-2)! + 1)
    expect(wal.length - before).toBeGreaterThan(2 * frameBytes)
    for (let start = before; start + 64 <= wal.length; start += 64) {
      const state = checkChanged(wal, (copy) => copy.fill(0xa5, start, start + 64))
      // One whose salts are gone looks like one of an earlier round: it is dropped as well.
      expect(state).toMatchObject({ kind: expect.stringMatching('torn|sound'), end: before })
    }
  })

  it('takes bytes that changed in an earlier transaction for damage', () => {
    const wal = walOf(6, 600)
    const last = commitsOf(wal).at(-3)! + 1
    for (let start = 0; start + 16 <= place(last); start += 16) {
      const state = checkChanged(wal, (copy) => copy.fill(0xa5, start, start + 16))
      expect(state.kind).toBe('damaged')
    }
  })

  it('says where what is whole ends', () => {
    const wal = walOf(6)
    const [first, second] = commitsOf(wal) as [number, number]
    const state = checkChanged(wal, (copy) =>
      copy.fill(1, place(second) + 100, place(second) + 200),
    )
    expect(state).toMatchObject({
      kind: 'damaged',
      frames: second,
      committed: first + 1,
      end: place(first + 1),
      badAt: place(second),
      reason: 'what was committed later follows',
    })
  })

  it('takes the other byte order', () => {
    const wal = walOf(3, 600)
    const other = otherOrder(wal)
    const state = checkChanged(other, () => {})
    expect(state).toMatchObject({ kind: 'sound', end: wal.length })
    expect(rows()).toBe(2)
    expect(checkChanged(other, (copy) => (copy[place(1) + 100]! ^= 4)).kind).toBe('damaged')
  })

  it('takes a header that was never written for torn, unless frames follow it', () => {
    const wal = walOf(3)
    writeFileSync(`${path}-wal`, wal.subarray(0, 20))
    expect(checkWal(path)).toEqual({ kind: 'torn', frames: 0, committed: 0, end: 0, badAt: 0 })
    writeFileSync(`${path}-wal`, Buffer.alloc(wal.length))
    expect(checkWal(path)).toMatchObject({ kind: 'torn', end: 0 })
    const damaged = { kind: 'damaged', end: 0, reason: 'its header is not as it was written' }
    expect(checkChanged(wal, (copy) => copy.fill(0, 0, 32))).toMatchObject(damaged)
    expect(checkChanged(otherOrder(wal), (copy) => copy.fill(0, 0, 32))).toMatchObject(damaged)
    expect(checkChanged(wal, (copy) => copy.fill(7, 0, 32))).toMatchObject(damaged)
    expect(checkChanged(wal, (copy) => copy.fill(7, 4, 8))).toMatchObject(damaged)
    expect(checkChanged(wal, (copy) => copy.fill(7, 8, 12))).toMatchObject(damaged)
  })
})

describe('cutWal', () => {
  it('leaves what was committed before, for SQLite to read', () => {
    const wal = walOf(6)
    const third = commitsOf(wal)[2]!
    const state = checkChanged(wal, (copy) => copy.fill(1, place(third) + 100, place(third) + 200))
    cutWal(path, state)
    expect(readFileSync(`${path}-wal`)).toEqual(wal.subarray(0, place(third)))
    expect(checkWal(path)).toMatchObject({ kind: 'sound', end: place(third) })
    expect(rows()).toBe(1)
  })

  it('empties one whose header is damaged, and leaves alone what is not there', () => {
    const wal = walOf(3)
    cutWal(
      path,
      checkChanged(wal, (copy) => copy.fill(7, 0, 32)),
    )
    expect(checkWal(path)).toEqual({ kind: 'none' })
    rmSync(`${path}-wal`)
    cutWal(path, checkWal(path))
    expect(checkWal(path)).toEqual({ kind: 'none' })
  })
})

/** The same write-ahead log as a machine of the other byte order writes it. */
function otherOrder(wal: Buffer): Buffer {
  const other = Buffer.from(wal)
  other.writeUInt32BE(wal.readUInt32BE(0) ^ 1, 0)
  const bigEndian = (other.readUInt32BE(0) & 1) === 1
  const word = (at: number): number => (bigEndian ? other.readUInt32BE(at) : other.readUInt32LE(at))
  let [first, second] = [0, 0]
  const add = (start: number, end: number): void => {
    for (let at = start; at < end; at += 8) {
      first = (first + word(at) + second) >>> 0
      second = (second + word(at + 4) + first) >>> 0
    }
  }
  const write = (at: number): void => {
    other.writeUInt32BE(first, at)
    other.writeUInt32BE(second, at + 4)
  }
  add(0, 24)
  write(24)
  for (let start = headerBytes; start < wal.length; start += frameBytes) {
    add(start, start + 8)
    add(start + 24, start + frameBytes)
    write(start + 16)
  }
  return other
}
