import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkWal } from '../../src/log/wal-check.ts'
import {
  everything,
  isSound,
  readAll,
  readIn,
  storedAt,
  tryOpen,
  type Way,
  ways,
  writeLog,
} from './log-file.ts'

const events = 60
const cutBytes = 4_096
/** In CI, every so many bytes; `TRADEWIRE_SOAK=full` cuts each one away. */
const step = process.env['TRADEWIRE_SOAK'] === 'full' ? 1 : 7

const directory = mkdtempSync(join(tmpdir(), 'tradewire-'))
const path = join(directory, 'a.db')

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A log, as a crash would leave it, when it holds all events. */
interface Crashed {
  readonly file: string
  /** Where the write-ahead log ended after each commit, and how many events there were then. */
  readonly commits: readonly (readonly [end: number, last: number])[]
}

function crash(together: number): Crashed {
  const live = join(directory, `live-${together}.db`)
  const file = join(directory, `copy-${together}.db`)
  const commits: (readonly [number, number])[] = [[0, 0]]
  writeLog(live, events, together, (last) => {
    commits.push([statSync(`${live}-wal`).size, last])
    if (last < events) return
    // Another process copies it, so that this one keeps its locks.
    spawnSync('cp', [live, file])
    spawnSync('cp', [`${live}-wal`, `${file}-wal`])
  })
  return { file, commits }
}

/** Each of the last bytes, or every `step`, and some places far before them. */
function cuts(size: number): number[] {
  const list = []
  for (let cut = 1; cut <= cutBytes; cut += step) list.push(cut)
  for (let cut = cutBytes; cut < size; cut += 4_999) list.push(cut)
  return list
}

function clean(): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
}

describe('a log of which the end is cut away', { timeout: 1_800_000 }, () => {
  it('says that its file is damaged, or has all that was written', () => {
    const closed = join(directory, 'closed.db')
    writeLog(closed, events, 20)
    const { size } = statSync(closed)
    let refused = 0
    const wrong: string[] = []
    for (let cut = 1; cut <= cutBytes; cut += step) {
      clean()
      copyFileSync(closed, path)
      truncateSync(path, size - cut)
      const file = tryOpen(path, cut % 2 === 0)
      if (file === undefined) {
        refused++
        continue
      }
      for (const [name, way] of Object.entries<Way>(ways)) {
        const { kind } = readIn(file, way, events)
        if (kind === 'refused') refused++
        else if (kind !== 'complete') wrong.push(`${cut} bytes, by ${name}: ${kind}`)
      }
      if (isSound(file)) wrong.push(`${cut} bytes: verify finds nothing`)
      file.close()
    }
    console.log(`${Math.ceil(cutBytes / step)} cuts of the file: ${refused} times refused`)
    expect(wrong).toEqual([])
    expect(refused).toBeGreaterThan(0)
  })

  it('has every transaction that is whole in its write-ahead log, and none that is not', () => {
    const { file: crashed, commits } = crash(3)
    const wal = readFileSync(`${crashed}-wal`)
    const wrong: string[] = []
    const counts = new Set<number>()
    for (const cut of cuts(wal.length)) {
      const left = wal.length - cut
      const whole = Math.max(...commits.map(([end, last]) => (end <= left ? last : 0)))
      counts.add(whole)
      clean()
      copyFileSync(crashed, path)
      writeFileSync(`${path}-wal`, wal.subarray(0, left))
      if (checkWal(path).kind === 'damaged') wrong.push(`${cut} bytes: damaged`)
      const file = tryOpen(path, false)
      if (file?.last() !== whole) wrong.push(`${cut} bytes: ${file?.last()} in place of ${whole}`)
      if (file === undefined) continue
      for (const [name, way] of Object.entries<Way>(ways)) {
        const { kind } = readIn(file, way, whole)
        if (kind !== 'complete') wrong.push(`${cut} bytes, by ${name}: ${kind}`)
      }
      if (!isSound(file)) wrong.push(`${cut} bytes: verify`)
      file.close()
    }
    console.log(`cuts of the write-ahead log: left ${counts.size} different numbers of events`)
    expect(wrong).toEqual([])
    expect(counts.size).toBeGreaterThan(events / 3 - 2)
  })

  it('is not taken for damaged later, by what a torn transaction has left', () => {
    const { file: crashed, commits } = crash(20)
    clean()
    copyFileSync(crashed, path)
    const wal = readFileSync(`${crashed}-wal`)
    const [start, last] = commits.at(-2)!
    // A page in the middle of the last transaction is not on the disk; its end is.
    wal.fill(0, start + 100, start + 4_000)
    writeFileSync(`${path}-wal`, wal)
    expect(checkWal(path)).toMatchObject({ kind: 'torn', end: start })
    const file = tryOpen(path, false)!
    const { positions } = readAll(file, everything)
    expect(positions.at(-1)).toBe(last)
    file.append([storedAt(last + 1)], { durability: 'group', lane: undefined })
    spawnSync('cp', [path, crashed])
    spawnSync('cp', [`${path}-wal`, `${crashed}-wal`])
    file.close()
    expect(checkWal(crashed)).toMatchObject({ kind: 'sound' })
    const again = tryOpen(crashed, false)!
    expect(again.last()).toBe(last + 1)
    expect(isSound(again)).toBe(true)
    again.close()
  })
})
