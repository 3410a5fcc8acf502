import assert from 'node:assert/strict'
import { createReadStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { decodeEvent, encodeEventText, type EncodedEvent, type TradewireEvent } from 'tradewire'
import { type EventLog, openLog } from 'tradewire/log'
import { emitted, inDirectory } from './log-work.ts'
import type { Row } from './measure.ts'
import { quote } from './payloads.ts'
import type { Scenario } from './scenario.ts'

export const readRows = {
  lines: 'NDJSON scanned line by line, JSON.parse of each',
  decoded: 'the same, and decodeEvent of each',
  log: 'tradewire, read of all, decoded',
  scanQuery: 'NDJSON scanned for a type in a stretch of time, JSON.parse of each',
  pickQuery: 'the same, JSON.parse of lines that name the type',
  logQuery: 'tradewire, read of a type in a stretch of time',
} as const

interface Side {
  readonly name: string
  /** Returns what the sequence numbers of all that it has read add up to. */
  run(): Promise<number>
  readonly expected: number
}

/** Reading all of a log in order, and a small part of it. */
export const readScenario: Scenario = {
  id: 'log-read',
  group: 'log',
  unit: 'as said',
  title: 'Reading a log: all of it, and the fills of a tenth of its time',
  processes: 3,
  async run({ quick }) {
    const size = quick ? 50_000 : 500_000
    return inDirectory(async (directory) => {
      const events = emitted(size)
      const file = join(directory, 'log.ndjson')
      writeFileSync(file, `${events.map((event) => encodeEventText(event)).join('\n')}\n`)
      await using log = await openLog(join(directory, 'log.db'))
      for (let index = 0; index < size; index += 5_000) {
        await log.append(events.slice(index, index + 5_000))
      }
      // Awaited here, as the log is closed behind it.
      return await measureSides(sidesOf(file, log, events), quick ? 3 : 4)
    })
  },
}

async function measureSides(sides: readonly Side[], rounds: number): Promise<Row[]> {
  const samples = new Map(sides.map(({ name }) => [name, [] as number[]]))
  for (let round = -1; round < rounds; round += 1) {
    for (const { name, run, expected } of sides) {
      globalThis.gc?.()
      const startedAt = performance.now()
      assert.equal(await run(), expected, name)
      if (round >= 0) samples.get(name)!.push(performance.now() - startedAt)
    }
  }
  return [...samples].map(([name, list]) => ({ name: `${name}, ms`, samples: list }))
}

type Line = EncodedEvent & { readonly type: string }

function parse(line: string): Line {
  return JSON.parse(line) as Line
}

/** The row of a side. */
export function readRow(side: keyof typeof readRows): string {
  return `${readRows[side]}, ms`
}

type Wanted = (event: { readonly type: string; readonly timestamp: number }) => boolean

const wantedType = 'order.filled'

function sidesOf(file: string, log: EventLog, events: readonly TradewireEvent[]): readonly Side[] {
  const since = quote.timestamp + events.length * 0.5
  const until = quote.timestamp + events.length * 0.6
  const wanted: Wanted = ({ type, timestamp }) =>
    type === wantedType && timestamp >= since && timestamp < until
  const sequenceIfWanted = (line: string): number => {
    const event = parse(line)
    return wanted(event) ? event.sequence : 0
  }
  const all = sumOf(events)
  const some = sumOf(events.filter(wanted))
  return [
    { name: readRows.lines, run: () => scan(file, (line) => parse(line).sequence), expected: all },
    {
      name: readRows.decoded,
      run: () => scan(file, (line) => decodeEvent(parse(line)).sequence),
      expected: all,
    },
    { name: readRows.log, run: () => readSum(log, {}), expected: all },
    { name: readRows.scanQuery, run: () => scan(file, sequenceIfWanted), expected: some },
    {
      name: readRows.pickQuery,
      run: () => scan(file, (line) => (line.includes(wantedType) ? sequenceIfWanted(line) : 0)),
      expected: some,
    },
    {
      name: readRows.logQuery,
      run: () => readSum(log, { pattern: wantedType, since, until }),
      expected: some,
    },
  ]
}

/** Adds up what `take` makes of each line of the file. */
async function scan(file: string, take: (line: string) => number): Promise<number> {
  let sum = 0
  for await (const line of createInterface({ input: createReadStream(file) })) sum += take(line)
  return sum
}

async function readSum(log: EventLog, query: Parameters<EventLog['read']>[0]): Promise<number> {
  let sum = 0
  for await (const { event } of log.read(query)) sum += event.sequence
  return sum
}

function sumOf(events: readonly TradewireEvent[]): number {
  return events.reduce((sum, { sequence }) => sum + sequence, 0)
}
