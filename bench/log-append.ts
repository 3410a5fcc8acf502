import assert from 'node:assert/strict'
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { createBus, type TradewireEvent } from 'tradewire'
import { type EventLog, openLog, record } from 'tradewire/log'
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
  /** What is done beforehand, and once: a bot opens its log when it starts. */
  open(directory: string): Promise<Opened>
  /** How many events are in what it has written, and when the last of them was. */
  stored(directory: string): Promise<Stored>
}

interface Stored {
  readonly events: number
  /** The timestamp in the payload of the last one. */
  readonly last: number
}

interface Opened {
  /** Stores all of the events once more; resolves once all are durable. */
  run(round: number): Promise<void>
  close(): Promise<void>
}

/** Events on their way to the disk, from a list that is ready or from emissions. */
export const appendScenario: Scenario = {
  id: 'log-append',
  group: 'log',
  unit: 'ns',
  title: 'Durable appends: from event to disk',
  reference: appendRows.ready,
  processes: 3,
  async run({ quick }) {
    const size = quick ? 20_000 : 100_000
    const rounds = quick ? 3 : 4
    const warmupRounds = 3
    const events = emitted(size)
    const sides = sidesOf(size, events)
    const samples = new Map(sides.map(({ name }) => [name, [] as number[]]))
    await inDirectory(async (directory) => {
      // Opened once: a bot runs for days.
      const opened = await Promise.all(sides.map(async (side) => side.open(directory)))
      for (let round = -warmupRounds; round < rounds; round += 1) {
        for (const [index, { name }] of sides.entries()) {
          globalThis.gc?.()
          const startedAt = process.hrtime.bigint()
          await opened[index]!.run(round + warmupRounds)
          const took = Number(process.hrtime.bigint() - startedAt)
          if (round >= 0) samples.get(name)!.push(took / size)
        }
      }
      const wanted = { events: (warmupRounds + rounds) * size, last: timestampIn(events.at(-1)!) }
      for (const [index, { name, stored }] of sides.entries()) {
        await opened[index]!.close()
        assert.deepEqual(await stored(directory), wanted, name)
      }
    })
    return [...samples].map(([name, list]): Row => ({ name, samples: list }))
  },
}

function sidesOf(size: number, events: readonly TradewireEvent[]): readonly Side[] {
  const lines = events.map((event) => JSON.stringify(event))
  const types = events.map(({ type }) => type)
  return [
    linesSide(appendRows.ready, async (file) => {
      for (const line of lines) file.add(line)
    }),
    linesSide(appendRows.stringified, async (file) => {
      for (const event of events) file.add(JSON.stringify(event))
    }),
    linesSide(appendRows.observed, async (file) => {
      const bus = createBus({ history: 0 })
      bus.observe({ onEmitted: (event) => file.add(JSON.stringify(event)) })
      await emitAll(bus, size)
    }),
    {
      name: appendRows.sqlite,
      open: async (directory) => {
        const database = new DatabaseSync(join(directory, 'plain.db'))
        prepareSqlite(database)
        return {
          run: async (round) => intoSqlite(database, lines, types, round * lines.length),
          close: async () => database.close(),
        }
      },
      stored: storedRows,
    },
    logSide(appendRows.append, async (log) => {
      const appends: Promise<unknown>[] = []
      for (let index = 0; index < size; index += together) {
        appends.push(log.append(events.slice(index, index + together)))
        if (appends.length > 4) await appends.shift()
      }
      await Promise.all(appends)
    }),
    logSide(appendRows.record, async (log) => {
      const bus = createBus({ history: 0 })
      await using recording = record(bus, log)
      await emitAll(bus, size)
      await recording.flush()
    }),
  ]
}

function linesSide(name: string, fill: (file: Lines) => Promise<void>): Side {
  return {
    name,
    open: async (directory) => {
      const file = new Lines(fileOf(directory, name))
      return {
        run: async () => {
          await fill(file)
          file.sync()
        },
        close: async () => file.close(),
      }
    },
    stored: async (directory) => {
      const text = readFileSync(fileOf(directory, name))
      let events = 0
      for (const byte of text) if (byte === 10) events += 1
      const lastLine = text.subarray(text.lastIndexOf(10, -2) + 1).toString()
      return { events, last: timestampIn(JSON.parse(lastLine) as TradewireEvent) }
    },
  }
}

function logSide(name: string, fill: (log: EventLog) => Promise<void>): Side {
  return {
    name,
    open: async (directory) => {
      const log = await openLog(fileOf(directory, name))
      return { run: () => fill(log), close: () => log.close() }
    },
    stored: (directory) => storedRecords(fileOf(directory, name)),
  }
}

/** Emits as a feed does: some at a time, with turns of the event loop between them. */
async function emitAll(bus: ReturnType<typeof createBus>, size: number): Promise<void> {
  for (let index = 0; index < size; index += 1) {
    const [type, data] = payloadOf(index)
    bus.emitSync(type as 'market.quote_update', data)
    if (index % 250 === 249) await turn()
  }
}

/** A file of lines, synced each thousand. */
class Lines {
  readonly #file: number
  #lines: string[] = []

  constructor(path: string) {
    this.#file = openSync(path, 'w')
  }

  add(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length === together) this.sync()
  }

  close(): void {
    closeSync(this.#file)
  }

  sync(): void {
    if (this.#lines.length === 0) return
    writeSync(this.#file, `${this.#lines.join('\n')}\n`)
    fdatasyncSync(this.#file)
    this.#lines = []
  }
}

function prepareSqlite(database: DatabaseSync): void {
  database.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE events (position INTEGER PRIMARY KEY, type TEXT, event TEXT)')
  database.exec('CREATE INDEX by_type ON events (type)')
}

function intoSqlite(
  database: DatabaseSync,
  lines: readonly string[],
  types: readonly string[],
  last: number,
): void {
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?)')
  for (let index = 0; index < lines.length; index += together) {
    database.exec('BEGIN IMMEDIATE')
    for (let row = index; row < Math.min(lines.length, index + together); row += 1) {
      insert.run(last + row + 1, types[row]!, lines[row]!)
    }
    database.exec('COMMIT')
  }
}

function fileOf(directory: string, name: string): string {
  return join(directory, name.replaceAll(/\W+/g, '-'))
}

async function storedRows(directory: string): Promise<Stored> {
  using database = new DatabaseSync(join(directory, 'plain.db'))
  const statement = database.prepare('SELECT count(*) AS events, max(position) AS last FROM events')
  const { events, last } = statement.get() as { events: number; last: number }
  const { event } = database.prepare('SELECT event FROM events WHERE position = ?').get(last) as {
    event: string
  }
  return { events, last: timestampIn(JSON.parse(event) as TradewireEvent) }
}

async function storedRecords(path: string): Promise<Stored> {
  await using log = await openLog(path, { readOnly: true })
  const { events, last } = await log.stats()
  assert.equal(events, last)
  for await (const { event } of log.read({ from: last })) {
    return { events, last: timestampIn(event) }
  }
  throw new Error('The last event cannot be read.')
}

/** All payloads here have one. */
function timestampIn({ data }: TradewireEvent): number {
  return (data as { readonly timestamp: number }).timestamp
}
