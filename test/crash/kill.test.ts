import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { openLog } from 'tradewire/log'
import { afterAll, describe, expect, it } from 'vitest'
import { SqliteFile } from '../../src/log/sqlite-file.ts'
import { checkWal } from '../../src/log/wal-check.ts'
import { randomSeed, seededRandom } from '../../src/time/random.ts'
import { everything, readAll } from './log-file.ts'
import { numberedCatalog, textOf, typeOf } from './numbered.ts'

/** `TRADEWIRE_SOAK=full` asks for 1,000 kills; the short form has a fifth of that. */
const kills = process.env['TRADEWIRE_SOAK'] === 'full' ? 1_000 : 200
/** How many files are written, and killed, at the same time. */
const lanes = 2

const childPath = fileURLToPath(new URL('kill.child.ts', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'tradewire-'))

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** When a process is killed: so many milliseconds after it has said a word. */
interface Moment {
  readonly after: 'opening' | 'ack' | 'closing'
  readonly delayMs: number
}

/** What a process has said before it was killed. */
interface Killed {
  readonly lines: readonly string[]
  /** What it found when it opened the log; undefined if it did not come so far. */
  readonly opened: number | undefined
  /** The last position that it was told is in the log; 0 if none was. */
  readonly acknowledged: number
}

/** Runs a process that appends, and kills it; or lets it end, without a moment. */
async function run(path: string, seed: number, moment: Moment | undefined): Promise<Killed> {
  const end = moment === undefined || moment.after === 'closing' ? ['close'] : []
  const child = spawn(process.execPath, [childPath, path, String(seed), ...end], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(directory, 'compiled') },
  })
  let said = ''
  let timer: NodeJS.Timeout | undefined
  const pipe = child.stdio[3] as Readable
  pipe.on('data', (text: Buffer) => {
    said += text.toString()
    if (moment === undefined || timer !== undefined || !said.includes(moment.after)) return
    timer = setTimeout(() => child.kill('SIGKILL'), moment.delayMs)
  })
  const [code, signal] = await new Promise<readonly unknown[]>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (...values) => resolve(values))
  })
  clearTimeout(timer)
  // One that closed before its time came has ended well.
  if (signal !== 'SIGKILL') expect({ code, said }).toMatchObject({ code: 0 })
  // A line that was not finished was said all the same, but may lack digits.
  const lines = said.split('\n').slice(0, -1)
  const last = (word: string): number | undefined =>
    lines
      .filter((line) => line.startsWith(word))
      .map((line) => Number(line.split(' ')[1]))
      .at(-1)
  expect(lines.filter((line) => line.startsWith('wrong'))).toEqual([])
  return { lines, opened: last('open '), acknowledged: last('ack ') ?? 0 }
}

/** One file, and all that is known of what must be in it. */
class Victim {
  readonly path: string
  readonly counts = { opening: 0, ack: 0, closing: 0, torn: 0, unheard: 0, empty: 0 }
  #acknowledged = 0
  #checked = 0

  constructor(path: string) {
    this.path = path
  }

  get checked(): number {
    return this.#checked
  }

  async kill(seed: number): Promise<void> {
    const random = seededRandom(seed)
    const moment = momentOf(random)
    const { opened, acknowledged } = await run(this.path, seed, moment)
    this.counts[moment.after]++
    if (opened !== undefined) {
      if (opened > this.#acknowledged) this.counts.unheard++
      // What was acknowledged before is there, whatever became of the processes in between.
      expect(opened).toBeGreaterThanOrEqual(this.#acknowledged)
      this.#acknowledged = opened
    }
    if (acknowledged === 0) this.counts.empty++
    this.#acknowledged = Math.max(this.#acknowledged, acknowledged)
    const wal = checkWal(this.path)
    expect(wal).not.toMatchObject({ kind: 'damaged' })
    if (wal.kind === 'torn') this.counts.torn++
    // Otherwise the next process finds the file as the kill has left it.
    if (random() < 0.3) this.check()
  }

  /** Opens the log, and looks at every event that was not looked at before. */
  check(): void {
    const file = new SqliteFile({ path: this.path, readOnly: false, repair: false })
    file.open()
    const { positions, texts } = readAll(file, { ...everything, after: this.#checked })
    file.close()
    for (const [index, position] of positions.entries()) {
      this.#checked++
      const { type, data } = JSON.parse(texts[index]!) as { type: unknown; data: unknown }
      if (position !== this.#checked) expect.fail(`At ${this.#checked} stands ${position}.`)
      if (type === typeOf(position) && isDeepStrictEqual(data, { text: textOf(position) })) continue
      expect.fail(`The event at ${position} is another one.`)
    }
    expect(this.#checked).toBeGreaterThanOrEqual(this.#acknowledged)
    this.#acknowledged = this.#checked
  }

  /** Reads all of it once more, as everybody does, and verifies it. */
  async verify(): Promise<void> {
    await using log = await openLog(this.path, { catalog: numberedCatalog })
    let last = 0
    for await (const { position, event } of log.read()) {
      last++
      if (position === last && event.type === typeOf(last)) continue
      expect.fail(`At ${last} stands ${event.type} with position ${position}.`)
    }
    expect(last).toBe(this.#checked)
    expect(await log.verify()).toEqual({ ok: true, records: last, damaged: [] })
  }
}

function momentOf(random: () => number): Moment {
  const kind = random()
  if (kind < 0.1) return { after: 'opening', delayMs: 150 * random() }
  if (kind < 0.2) return { after: 'closing', delayMs: 8 * random() }
  return { after: 'ack', delayMs: 55 * random() }
}

describe('a log whose process is killed', { timeout: 3_600_000 }, () => {
  it('has all that was acknowledged, once each and in order, and goes on', async () => {
    const seed = randomSeed()
    const startedAt = performance.now()
    // One that ends by itself leaves compiled code for the others, which saves them half of their time.
    await run(join(directory, 'first.db'), seed, undefined)
    const victims = Array.from({ length: lanes }, (_, lane) => {
      return new Victim(join(directory, `${lane}.db`))
    })
    await Promise.all(
      victims.map(async (victim, lane) => {
        for (let kill = lane; kill < kills; kill += lanes) await victim.kill(seed + kill)
        victim.check()
        await victim.verify()
      }),
    )
    const sum = (name: keyof Victim['counts']): number =>
      victims.reduce((total, { counts }) => total + counts[name], 0)
    const events = victims.reduce((total, { checked }) => total + checked, 0)
    const seconds = (performance.now() - startedAt) / 1_000
    console.log(
      `${kills} kills, seed ${seed}: ${events} events; ${sum('opening')} killed while opening, ${sum('ack')} while appending, ${sum('closing')} while closing; ${sum('torn')} left a transaction half written, ${sum('unheard')} one whose acknowledgement was not heard, ${sum('empty')} acknowledged nothing; ${seconds.toFixed(1)} s`,
    )
    expect(events).toBeGreaterThan(kills)
  })
})
