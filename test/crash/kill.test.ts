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
/** How many processes are killed at the same time, and how many logs each of them writes. */
const lanes = 2
const logsOfProcess = 4

const childPath = fileURLToPath(new URL('kill.child.ts', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'tradewire-'))

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** When a process is killed: so many milliseconds after it has said a word of so many of its logs. */
interface Moment {
  readonly logs: number
  readonly after: 'opening' | 'ack' | 'closing'
  readonly delayMs: number
}

/** What a process has said of a log before it was killed. */
interface Killed {
  /** What it found when it opened the log; undefined if it did not come so far. */
  readonly opened: number | undefined
  /** The last position that it was told is in the log; 0 if none was. */
  readonly acknowledged: number
}

/** Runs a process that appends, and kills it; or lets it end, without a moment. */
async function run(
  paths: readonly string[],
  seed: number,
  moment: Moment | undefined,
): Promise<readonly Killed[]> {
  const end = moment === undefined || moment.after === 'closing' ? 'close' : 'append'
  const child = spawn(process.execPath, [childPath, String(seed), end, ...paths], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(directory, 'compiled') },
  })
  let said = ''
  let timer: NodeJS.Timeout | undefined
  const pipe = child.stdio[3] as Readable
  pipe.on('data', (text: Buffer) => {
    said += text.toString()
    if (moment === undefined || timer !== undefined || !hasSaid(said, moment)) return
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
  expect(lines.filter((line) => line.includes('wrong'))).toEqual([])
  return paths.map((_, index) => {
    const last = (word: string): number | undefined => {
      const line = lines.findLast((said) => said.startsWith(`${index} ${word} `))
      return line === undefined ? undefined : Number(line.split(' ')[2])
    }
    return { opened: last('open'), acknowledged: last('ack') ?? 0 }
  })
}

function hasSaid(said: string, { after, logs }: Moment): boolean {
  const words = said.split('\n').filter((line) => line.includes(after))
  return new Set(words.map((line) => line.split(' ')[0])).size >= logs
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

  /** A process that wrote it was killed. */
  take(moment: Moment, { opened, acknowledged }: Killed, checks: boolean): void {
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
    if (checks) this.check()
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
  if (kind < 0.1) return { after: 'opening', logs: 1, delayMs: 150 * random() }
  if (kind < 0.2) return { after: 'closing', logs: 2, delayMs: 30 * random() }
  return { after: 'ack', logs: logsOfProcess, delayMs: 55 * random() }
}

/** Kills one process after the other that write the same logs. */
async function killAll(victims: readonly Victim[], rounds: number, seed: number): Promise<void> {
  const random = seededRandom(seed)
  for (let round = 0; round < rounds; round++) {
    const moment = momentOf(random)
    const paths = victims.map(({ path }) => path)
    const killed = await run(paths, seed + round * victims.length, moment)
    for (const [index, victim] of victims.entries()) {
      victim.take(moment, killed[index]!, random() < 0.3)
    }
  }
  for (const victim of victims) {
    victim.check()
    await victim.verify()
  }
}

describe('a log whose process is killed', { timeout: 3_600_000 }, () => {
  it('has all that was acknowledged, once each and in order, and goes on', async () => {
    const seed = randomSeed()
    const startedAt = performance.now()
    // One that ends by itself leaves compiled code for the others, which saves them half of their time.
    await run([join(directory, 'first.db')], seed, undefined)
    const processes = kills / logsOfProcess
    const all = Array.from({ length: lanes }, (_, lane) =>
      Array.from({ length: logsOfProcess }, (_log, index) => {
        return new Victim(join(directory, `${lane}-${index}.db`))
      }),
    )
    await Promise.all(
      all.map((victims, lane) => killAll(victims, processes / lanes, seed + lane * kills)),
    )
    const sum = (name: keyof Victim['counts']): number =>
      all.flat().reduce((total, { counts }) => total + counts[name], 0)
    const events = all.flat().reduce((total, { checked }) => total + checked, 0)
    const seconds = (performance.now() - startedAt) / 1_000
    console.log(
      `${kills} times a log was killed, in ${processes} processes, seed ${seed}: ${events} events; ${sum('opening')} killed while opening, ${sum('ack')} while appending, ${sum('closing')} while closing; ${sum('torn')} left a transaction half written, ${sum('unheard')} one whose acknowledgement was not heard, ${sum('empty')} acknowledged nothing; ${seconds.toFixed(1)} s`,
    )
    expect(sum('opening') + sum('ack') + sum('closing')).toBe(kills)
    expect(events).toBeGreaterThan(kills)
  })
})
