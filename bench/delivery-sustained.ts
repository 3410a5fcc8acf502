import assert from 'node:assert/strict'
import { type Bus, createBus, type Subscription } from 'tradewire'
import { quantile, type Row } from './measure.ts'
import { tick } from './payloads.ts'
import type { Scenario } from './scenario.ts'

const type = 'market.trade_tick'
const eventsPerSecond = 10_000

/**
 * What may be added to twice the delay alone, in milliseconds: no timer and no turn of the event loop
 * is finer, and alone the delay is microseconds.
 */
export const allowanceMs = 1

/** Rows that the target is about. */
export const sustainedRows = {
  alone: 'the healthy handler alone',
  together: 'beside a slow and a failing one',
} as const

/** A handler that is in order, and two that are not, under a load that lasts. */
export const sustainedScenario: Scenario = {
  id: 'sustained',
  group: 'sustained',
  unit: 'as said',
  title: '10,000 events a second: from emission to the start of a handler',
  exact: true,
  async run({ quick }) {
    const seconds = quick ? 5 : 60
    // In turns, because a machine is not the same from one minute to the next.
    const turns = quick ? 5 : 12
    const alone: number[] = []
    const together: number[] = []
    await load(1, true)
    for (let turn = 0; turn < turns; turn += 1) {
      for (const ms of await load(seconds / turns, false)) alone.push(ms)
      for (const ms of await load(seconds / turns, true)) together.push(ms)
    }
    return [
      ...rowsOf(sustainedRows.alone, alone),
      ...rowsOf(sustainedRows.together, together),
      { name: 'seconds of each', samples: [seconds] },
    ]
  },
}

/** Emits for some seconds; returns how long each event waited for the healthy handler, in ms. */
async function load(seconds: number, troubled: boolean): Promise<Float64Array> {
  const total = eventsPerSecond * seconds
  const emittedAt = new Float64Array(total)
  const delays = new Float64Array(total)
  const bus = createBus({ deadLetters: { capacity: 1_000 }, onError: () => {} })
  let taken = 0
  const take = (): void => {
    delays[taken] = performance.now() - emittedAt[taken]!
    taken += 1
  }
  // The others come first: they have no advantage of being asked last.
  const others = troubled ? subscribeTroubled(bus) : []
  const healthy = bus.on(type, take, { concurrency: 1 })
  const startedAt = performance.now()
  for (let emitted = 0; emitted < total;) {
    const due = Math.min(total, ((performance.now() - startedAt) * eventsPerSecond) / 1_000)
    for (; emitted < due; emitted += 1) {
      emittedAt[emitted] = performance.now()
      bus.emitSync(type, tick)
    }
    await new Promise((resolve) => void setTimeout(resolve, 1))
  }
  for (const other of others) checkTroubled(other, total)
  await bus.close({ drainMs: 100 })
  assert.equal(taken, total, 'calls of the healthy handler')
  assert.equal(healthy.stats.delivered, total, 'events that it got')
  return delays
}

/** One that gets a tenth of a percent of what comes, or so, and one that never succeeds. */
function subscribeTroubled(bus: Bus): Subscription[] {
  const slow = bus.on(type, () => new Promise((resolve) => void setTimeout(resolve, 5)), {
    id: 'slow',
    concurrency: 1,
    mailbox: { capacity: 1_000, overflow: 'drop-oldest' },
  })
  const failing = bus.on(
    type,
    () => {
      throw new Error('It always fails.')
    },
    {
      id: 'failing',
      concurrency: 1,
      mailbox: { capacity: 1_000, overflow: 'drop-oldest' },
      retry: { attempts: 3, initialMs: 1, order: 'release' },
      breaker: { failures: 5, openMs: 100 },
      deadLetter: true,
    },
  )
  return [slow, failing]
}

/** Throws unless a handler was in as much trouble as it is meant to be. */
function checkTroubled({ id, stats }: Subscription, total: number): void {
  const { accepted, delivered, dropped, deadLettered, pending, failed } = stats
  assert.equal(accepted, total, `${id}: events accepted`)
  assert.equal(accepted, delivered + dropped + deadLettered + pending, `${id}: its ledger`)
  assert.ok(dropped > total / 10, `${id}: it was flooded`)
  if (id === 'slow') assert.ok(delivered > 0)
  else assert.ok(delivered === 0 && failed > 0 && deadLettered > 0, 'failing: it has failed')
}

function rowsOf(name: string, delays: readonly number[]): Row[] {
  return [
    { name: `${name}: median, ms`, samples: [quantile(delays, 0.5)] },
    { name: p99Row(name), samples: [quantile(delays, 0.99)] },
    { name: `${name}: most, ms`, samples: [quantile(delays, 1)] },
  ]
}

/** The row with what 99 of 100 events waited for at most. */
export function p99Row(name: string): string {
  return `${name}: p99, ms`
}
