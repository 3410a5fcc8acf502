import assert from 'node:assert/strict'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createBus } from 'tradewire'
import { openLog, record } from 'tradewire/log'
import { emitted, inDirectory, payloadOf } from './log-work.ts'
import type { Row } from './measure.ts'
import type { Scenario } from './scenario.ts'

const eventsPerSecond = 10_000

export const liveRows = {
  without: 'p99 delay of the event loop at 10,000 events/s, not recorded, ms',
  recorded: 'p99 delay of the event loop at 10,000 events/s, recorded, ms',
  most: 'longest delay of the event loop, recorded, ms',
  open: 'a log of 1,000,000 events (with --quick 100,000) opened, ms',
  consumer: 'and a consumer that goes on in it, to its first event, ms',
} as const

/** What a bot notices of a recording, and of a restart. */
export const liveScenario: Scenario = {
  id: 'log-live',
  group: 'log',
  unit: 'as said',
  title: 'A live bot: delays of its event loop, and its restart',
  exact: true,
  async run({ quick }) {
    const seconds = quick ? 2 : 10
    const rounds = quick ? 1 : 3
    const rows: Row[] = []
    const [without, recorded, most]: number[][] = [[], [], []]
    await load(1, true)
    for (let round = 0; round < rounds; round += 1) {
      without!.push((await load(seconds, false)).p99)
      const loaded = await load(seconds, true)
      recorded!.push(loaded.p99)
      most!.push(loaded.max)
    }
    rows.push({ name: liveRows.without, samples: without! })
    rows.push({ name: liveRows.recorded, samples: recorded! })
    rows.push({ name: liveRows.most, samples: most! })
    return [...rows, ...(await restart(quick ? 100_000 : 1_000_000, quick ? 3 : 9))]
  },
}

async function load(seconds: number, recorded: boolean): Promise<{ p99: number; max: number }> {
  return inDirectory(async (directory) => {
    await using log = await openLog(join(directory, 'log.db'))
    const bus = createBus({ history: 0 })
    await using recording = recorded ? record(bus, log) : undefined
    const total = eventsPerSecond * seconds
    const delays = monitorEventLoopDelay({ resolution: 1 })
    const startedAt = performance.now()
    delays.enable()
    for (let index = 0; index < total;) {
      const due = Math.min(total, ((performance.now() - startedAt) * eventsPerSecond) / 1_000)
      for (; index < due; index += 1) {
        const [type, data] = payloadOf(index)
        bus.emitSync(type as 'market.quote_update', data as never)
      }
      await new Promise((resolve) => void setTimeout(resolve, 1))
    }
    delays.disable()
    await recording?.flush()
    const { last } = await log.stats()
    assert.equal(last, recorded ? total : 0)
    return { p99: delays.percentile(99) / 1e6, max: delays.max / 1e6 }
  })
}

async function restart(size: number, rounds: number): Promise<Row[]> {
  return inDirectory(async (directory) => {
    const path = join(directory, 'log.db')
    {
      await using log = await openLog(path)
      const events = emitted(Math.min(size, 100_000))
      for (let index = 0; index < size; index += 5_000) {
        const from = index % events.length
        await log.append(events.slice(from, from + 5_000))
      }
      await consumeSome(log, 10)
    }
    const opened: number[] = []
    const consumed: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const startedAt = performance.now()
      await using log = await openLog(path)
      const openedAt = performance.now()
      await consumeSome(log, 1)
      opened.push(openedAt - startedAt)
      consumed.push(performance.now() - openedAt)
    }
    return [
      { name: liveRows.open, samples: opened },
      { name: liveRows.consumer, samples: consumed },
    ]
  })
}

/** Runs the consumer until it has handled so many events. */
async function consumeSome(
  log: Awaited<ReturnType<typeof openLog>>,
  events: number,
): Promise<void> {
  let left = events
  let done: (() => void) | undefined
  const enough = new Promise<void>((resolve) => {
    done = resolve
  })
  await using _consumer = await log.consume('bench', () => {
    left -= 1
    if (left === 0) done!()
  })
  await enough
}
