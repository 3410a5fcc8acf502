import assert from 'node:assert/strict'
import { createReadStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { decodeEvent, type TradewireEvent } from 'tradewire'
import { type EventLog, openLog } from 'tradewire/log'
import { emitted, inDirectory } from './log-work.ts'
import type { Row } from './measure.ts'
import { quote } from './payloads.ts'
import type { Scenario } from './scenario.ts'

export const readRows = {
  lines: 'NDJSON scanned line by line, JSON.parse of each',
  decoded: 'the same, and decodeEvent of each',
  log: 'tradewire, read of all, decoded',
  scanQuery: 'NDJSON scanned for a type in a stretch of time',
  logQuery: 'tradewire, read of a type in a stretch of time',
} as const

interface Side {
  readonly name: string
  run(): Promise<number>
  readonly expected: number
}

/** Reading all of a log in order, and a small part of it. */
export const readScenario: Scenario = {
  id: 'log-read',
  group: 'log',
  unit: 'as said',
  title: 'Reading a log: all of it, and the fills of a tenth of its time',
  exact: true,
  async run({ quick }) {
    const size = quick ? 50_000 : 500_000
    return inDirectory(async (directory) => {
      const events = emitted(size)
      const file = join(directory, 'log.ndjson')
      writeFileSync(file, `${events.map((event) => JSON.stringify(event)).join('\n')}\n`)
      await using log = await openLog(join(directory, 'log.db'))
      for (let index = 0; index < size; index += 5_000) {
        await log.append(events.slice(index, index + 5_000))
      }
      // Awaited here, as the log is closed behind it.
      return await measureSides(sidesOf(file, log, size), quick ? 3 : 7)
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

function parse(line: string): TradewireEvent {
  return JSON.parse(line) as TradewireEvent
}

/** The row of a side. */
export function readRow(side: keyof typeof readRows): string {
  return `${readRows[side]}, ms`
}

function sidesOf(file: string, log: EventLog, size: number): readonly Side[] {
  const since = quote.timestamp + size * 0.5
  const until = quote.timestamp + size * 0.6
  const wanted = ({ type, timestamp }: { type: string; timestamp: number }): boolean =>
    type === 'order.filled' && timestamp >= since && timestamp < until
  const counted = (take: (line: string) => boolean) => async (): Promise<number> => {
    let count = 0
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (take(line)) count += 1
    }
    return count
  }
  const some = size / 1_000
  return [
    { name: readRows.lines, run: counted((line) => parse(line).sequence > 0), expected: size },
    {
      name: readRows.decoded,
      // What JSON.stringify of an event writes has its priority, which an encoded one has only if it differs.
      run: counted((line) => {
        const { priority: _, ...encoded } = parse(line)
        return decodeEvent(encoded).sequence > 0
      }),
      expected: size,
    },
    {
      name: readRows.log,
      run: async () => {
        let count = 0
        for await (const { event } of log.read()) if (event.sequence > 0) count += 1
        return count
      },
      expected: size,
    },
    { name: readRows.scanQuery, run: counted((line) => wanted(parse(line))), expected: some },
    {
      name: readRows.logQuery,
      run: async () => {
        let count = 0
        for await (const { event } of log.read({ pattern: 'order.filled', since, until })) {
          if (wanted(event)) count += 1
        }
        return count
      },
      expected: some,
    },
  ]
}
