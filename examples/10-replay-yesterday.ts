// A session is recorded into a file, and played again on another day. The same strategy gives the same orders,
// to the last digit; with another parameter, the first event that differs is named. Then it is watched bit by bit.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBus, SimulatedClock } from 'tradewire'
import { compareLogs, createPlayer, replaySession, runBacktest } from 'tradewire/backtest'
import { paperBroker } from 'tradewire/desk'
import { memoryLog, openLog, record } from 'tradewire/log'
import { movingAverage } from './support/moving-average-strategy.ts'
import { sp500 } from './support/sp500.ts'

const folder = mkdtempSync(join(tmpdir(), 'tradewire-'))
const file = join(folder, 'yesterday.db')

try {
  {
    await using log = await openLog(file)
    await runBacktest({
      sources: [sp500()],
      strategy: movingAverage({ fast: 20, slow: 60 }),
      desk: { broker: paperBroker({ fees: { maker: '0.0001', taker: '0.0005' }, latencyMs: 20 }) },
      log,
      until: Date.UTC(2004, 0, 1),
    })
  }

  await using log = await openLog(file, { readOnly: true })
  const same = await replaySession(log, { strategy: movingAverage({ fast: 20, slow: 60 }) })
  console.log(`the same strategy: ${same.message}`)
  assert.ok(same.same)
  assert.ok(same.compared > 100)

  const other = await replaySession(log, { strategy: movingAverage({ fast: 20, slow: 61 }) })
  console.log(`slow: 61 in place of 60: ${other.message}\n`)
  assert.equal(other.same, false)
  const { expected, actual } = other.divergence!
  assert.ok(
    [expected?.type, actual?.type].includes('order.submitted'),
    'what differs first is an order',
  )

  // The same file, watched: forward to a year, to the first fill after that, and one event more.
  const bus = createBus({ clock: new SimulatedClock() })
  await using again = memoryLog()
  const recording = record(bus, again)
  await using player = createPlayer(bus, log)
  await player.until(Date.UTC(2003, 0, 1))
  console.log(`at the new year: event ${player.position}`)
  assert.ok(await player.until(({ type }) => type === 'order.filled'))
  assert.equal(bus.history.query({ limit: 1 })[0]?.type, 'order.filled')
  assert.equal(await player.step(), 1)
  console.log(`one event behind the next fill: ${new Date(player.time!).toISOString()}`)
  player.speed = 50_000_000 // so many times as fast as it was
  player.play()
  const { played } = await player.finished
  await recording.flush()

  const { same: equal, events } = await compareLogs(log, again)
  console.log(
    `${played} events played and recorded anew; all ${events} are the same, byte for byte`,
  )
  assert.ok(equal)
} finally {
  rmSync(folder, { recursive: true })
}
