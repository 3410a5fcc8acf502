import assert from 'node:assert/strict'
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { createBus, type TradewireEvent } from 'tradewire'
import { openLog, record } from 'tradewire/log'
import { emitted, inDirectory, payloadOf } from './log-work.ts'
import type { Row } from './measure.ts'
import type { Scenario } from './scenario.ts'

/** How many events share a sync to the disk. */
const together = 1_000

export const appendRows = {
  ready: 'NDJSON of ready lines, fdatasync per 1,000: the limit',
  stringified: 'NDJSON by JSON.stringify, fdatasync per 1,000',
  observed: 'NDJSON by JSON.stringify in an observer of a bus',
  sqlite: 'ready lines in node:sqlite, same thread, an index on the type',
  append: 'tradewire, append of 1,000 at a time',
  record: 'tradewire, record of a bus',
} as const

interface Side {
  readonly name: string
  /** Stores all of them; resolves once all are durable. */
  run(directory: string): Promise<void>
  /** How many events are in what it has written. */
  count(directory: string): Promise<number>
}

/** Events on their way to the disk, from a list that is ready or from emissions. */
export const appendScenario: Scenario = {
  id: 'log-append',
  group: 'log',
  unit: 'ns',
  title: 'Durable appends: from event to disk',
  reference: appendRows.ready,
  exact: true,
  async run({ quick }) {
    const size = quick ? 20_000 : 100_000
    const sides = sidesOf(size, emitted(size))
    const samples = new Map(sides.map(({ name }) => [name, [] as number[]]))
    for (let round = -1; round < (quick ? 3 : 9); round += 1) {
      for (const side of sides) {
        const nanoseconds = await inDirectory(async (directory) => {
          globalThis.gc?.()
          const startedAt = process.hrtime.bigint()
          await side.run(directory)
          const took = Number(process.hrtime.bigint() - startedAt)
          assert.equal(await side.count(directory), size, side.name)
          return took
        })
        if (round >= 0) samples.get(side.name)!.push(nanoseconds / size)
      }
    }
    return [...samples].map(([name, list]): Row => ({ name, samples: list }))
  },
}

function sidesOf(size: number, events: readonly TradewireEvent[]): readonly Side[] {
  const lines = events.map((event) => JSON.stringify(event))
  return [
    {
      name: appendRows.ready,
      run: async (directory) => {
        const file = new Lines(directory)
        for (const line of lines) file.add(line)
        file.close()
      },
      count: countLines,
    },
    {
      name: appendRows.stringified,
      run: async (directory) => {
        const file = new Lines(directory)
        for (const event of events) file.add(JSON.stringify(event))
        file.close()
      },
      count: countLines,
    },
    {
      name: appendRows.observed,
      run: async (directory) => {
        const file = new Lines(directory)
        const bus = createBus({ history: 0 })
        bus.observe({ onEmitted: (event) => file.add(JSON.stringify(event)) })
        await emitAll(bus, size)
        file.close()
      },
      count: countLines,
    },
    {
      name: appendRows.sqlite,
      run: async (directory) => intoSqlite(directory, lines),
      count: countRows,
    },
    {
      name: appendRows.append,
      run: async (directory) => {
        await using log = await openLog(join(directory, 'log.db'))
        const appends: Promise<unknown>[] = []
        for (let index = 0; index < size; index += together) {
          appends.push(log.append(events.slice(index, index + together)))
          if (appends.length > 4) await appends.shift()
        }
        await Promise.all(appends)
      },
      count: countRecords,
    },
    {
      name: appendRows.record,
      run: async (directory) => {
        await using log = await openLog(join(directory, 'log.db'))
        const bus = createBus({ history: 0 })
        await using recording = record(bus, log)
        await emitAll(bus, size)
        await recording.flush()
      },
      count: countRecords,
    },
  ]
}

/** Emits as a feed does: some at a time, with turns of the event loop between them. */
async function emitAll(bus: ReturnType<typeof createBus>, size: number): Promise<void> {
  for (let index = 0; index < size; index += 1) {
    const [type, data] = payloadOf(index)
    bus.emitSync(type as 'market.quote_update', data as never)
    if (index % 250 === 249) await turn()
  }
}

/** A file of lines, synced each thousand. */
class Lines {
  readonly #file: number
  #lines: string[] = []

  constructor(directory: string) {
    this.#file = openSync(join(directory, 'log.ndjson'), 'w')
  }

  add(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length === together) this.#sync()
  }

  close(): void {
    this.#sync()
    closeSync(this.#file)
  }

  #sync(): void {
    if (this.#lines.length === 0) return
    writeSync(this.#file, `${this.#lines.join('\n')}\n`)
    fdatasyncSync(this.#file)
    this.#lines = []
  }
}

function intoSqlite(directory: string, lines: readonly string[]): void {
  using database = new DatabaseSync(join(directory, 'plain.db'))
  database.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE events (position INTEGER PRIMARY KEY, type TEXT, event TEXT)')
  database.exec('CREATE INDEX by_type ON events (type)')
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?)')
  for (let index = 0; index < lines.length; index += together) {
    database.exec('BEGIN IMMEDIATE')
    for (let row = index; row < Math.min(lines.length, index + together); row += 1) {
      insert.run(row + 1, payloadOf(row)[0], lines[row]!)
    }
    database.exec('COMMIT')
  }
}

async function countLines(directory: string): Promise<number> {
  return readFileSync(join(directory, 'log.ndjson'), 'utf8').split('\n').length - 1
}

async function countRows(directory: string): Promise<number> {
  using database = new DatabaseSync(join(directory, 'plain.db'))
  return Number(database.prepare('SELECT count(*) AS events FROM events').get()?.['events'])
}

async function countRecords(directory: string): Promise<number> {
  await using log = await openLog(join(directory, 'log.db'), { readOnly: true })
  const { events, last } = await log.stats()
  assert.equal(events, last)
  return events
}
