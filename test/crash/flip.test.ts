import { spawnSync } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { randomSeed, seededRandom } from '../../src/time/random.ts'
import { isSound, readIn, tryOpen, type Way, ways, writeLog } from './log-file.ts'

/** `TRADEWIRE_SOAK=full` asks for every bit; the short form flips one in so many bytes of each file. */
const full = process.env['TRADEWIRE_SOAK'] === 'full'
const flipsOfFile = 2_500
const flipsOfWal = 400
/** Its tables and indexes take eleven pages of 8 KiB; these fill most of them, and some more. */
const events = 250

const directory = mkdtempSync(join(tmpdir(), 'tradewire-'))
const path = join(directory, 'a.db')

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A bit of a file. */
interface Flip {
  readonly byte: number
  readonly bit: number
}

/** Every bit, or as many as `wanted`, spread evenly over all bytes. */
function* flipsOf(bytes: number, wanted: number, seed: number): Generator<Flip, void> {
  const random = seededRandom(seed)
  const step = full ? 1 / 8 : bytes / wanted
  for (let at = 0; at < bytes; at += step) {
    if (full) yield { byte: Math.floor(at), bit: (at * 8) % 8 }
    else
      yield {
        byte: Math.floor(at + random() * Math.min(step, bytes - at)),
        bit: Math.floor(random() * 8),
      }
  }
}

/** What became of the flips. */
class Tally {
  flips = 0
  /** How many logs were not opened at all. */
  closed = 0
  /** How many had a read that was refused. */
  refused = 0
  /** How many were read in full, in every way. */
  complete = 0
  /** In how many only `verify` finds that an index leads to less than it should. */
  parts = 0
  readonly lies: string[] = []

  /** Opens a log and reads it in all ways. */
  take({ byte, bit }: Flip, readOnly: boolean): void {
    const file = tryOpen(path, readOnly)
    this.flips++
    if (file === undefined) {
      this.closed++
      return
    }
    const endings = Object.entries<Way>(ways).map(([name, way]) => {
      const ending = readIn(file, way, events)
      const short = ending.kind === 'part' && way.trusting !== true
      if (short) this.lies.push(`byte ${byte}, bit ${bit}, by ${name}: gave only a part`)
      if (ending.kind === 'lie')
        this.lies.push(`byte ${byte}, bit ${bit}, by ${name}: ${ending.what}`)
      return ending.kind
    })
    if (endings.every((kind) => kind === 'complete')) this.complete++
    else if (isSound(file)) this.lies.push(`byte ${byte}, bit ${bit}: verify finds nothing`)
    if (endings.includes('refused')) this.refused++
    if (endings.includes('part')) this.parts++
    file.close()
  }

  report(what: string, bytes: number, seed: number): void {
    console.log(
      `${this.flips} flips in ${what} of ${bytes} bytes, seed ${seed}: ${this.closed} not opened, ${this.refused} refused to a reader, ${this.complete} read in full, ${this.parts} incomplete by an index and found by verify, ${this.lies.length} not found`,
    )
  }
}

describe('a log of which one bit has changed', { timeout: 21_600_000 }, () => {
  it('gives what was written or an error, never anything else', () => {
    writeLog(path, events, 20)
    const bytes = readFileSync(path)
    const seed = randomSeed()
    const tally = new Tally()
    // One that is kept open: were it closed while SQLite has the file, its locks would end.
    const raw = openSync(path, 'r+')
    for (const { byte, bit } of flipsOf(bytes.length, flipsOfFile, seed)) {
      writeSync(raw, Uint8Array.of(bytes[byte]! ^ (1 << bit)), 0, 1, byte)
      tally.take({ byte, bit }, true)
      writeSync(raw, bytes, byte, 1, byte)
    }
    closeSync(raw)
    tally.report('the file', bytes.length, seed)
    expect(tally.lies).toEqual([])
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  it('gives them where the bit is one of the write-ahead log', () => {
    const live = join(directory, 'live.db')
    const copy = join(directory, 'copy.db')
    // As a crash leaves them: another process copies them, so that this one keeps its locks.
    writeLog(live, events, 20, (last) => {
      if (last < events) return
      spawnSync('cp', [live, copy])
      spawnSync('cp', [`${live}-wal`, `${copy}-wal`])
    })
    const wal = readFileSync(`${copy}-wal`)
    const seed = randomSeed()
    const tally = new Tally()
    for (const { byte, bit } of flipsOf(wal.length, flipsOfWal, seed)) {
      copyFileSync(copy, path)
      const flipped = Buffer.from(wal)
      flipped[byte]! ^= 1 << bit
      writeFileSync(`${path}-wal`, flipped)
      tally.take({ byte, bit }, false)
      rmSync(`${path}-wal`, { force: true })
      rmSync(`${path}-shm`, { force: true })
    }
    tally.report('the write-ahead log', wal.length, seed)
    expect(tally.lies).toEqual([])
  })
})
