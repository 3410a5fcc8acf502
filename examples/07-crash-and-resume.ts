// A crash, for real: a process that trades and records into a file is killed without warning, three
// times. All that was acknowledged is in the log, the session goes on as if nothing had happened, and
// every fill is booked exactly once.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EventLog, memoryLog, openLog, printTrace, trace } from 'tradewire/log'
import { readBook, runSession, startBooking } from './support/recorded-session.ts'
import { sp500Bars } from './support/sp500.ts'

const folder = mkdtempSync(join(tmpdir(), 'tradewire-'))
const file = join(folder, 'session.db')
const book = join(folder, 'book.ndjson')
const bars = (await sp500Bars()).slice(0, 2_500)

try {
  // What would have happened without a crash.
  await using whole = memoryLog()
  await runSession(whole, bars)
  const expected = await textsIn(whole)

  for (const share of [0.25, 0.5, 0.75]) {
    const acknowledged = await killAfter(Math.floor(expected.length * share))
    await using log = await openLog(file)
    const { ok, records } = await log.verify()
    console.log(
      `killed when ${acknowledged} events were acknowledged; ${records} are in the log, and ${readBook(book).length} fills were handed over`,
    )
    assert.ok(ok, 'the log is as it was written')
    assert.ok(records >= acknowledged, 'nothing that was acknowledged is lost')
    assert.deepEqual(await textsIn(log), expected.slice(0, records), 'and nothing else is there')
  }

  // This process takes over, where the last one has stopped.
  await using log = await openLog(file)
  const booking = await startBooking(log, book)
  const resumedAt = booking.position
  await runSession(log, bars)
  await booking.caughtUp()
  console.log(`resumed behind position ${resumedAt}, and consumed ${booking.consumed} fills`)
  await booking.stop()

  const fills: string[] = []
  for await (const { event } of log.read({ pattern: 'order.filled' })) {
    fills.push(event.data.tradeId)
  }
  const handed = readBook(book)
  const booked = handed.filter(({ again }) => !again).map(({ tradeId }) => tradeId)
  const size = (statSync(file).size / 1_048_576).toFixed(1)
  console.log(
    `${expected.length} events, ${size} MiB; ${fills.length} fills, handed over ${handed.length} times, booked ${booked.length} times\n`,
  )
  for await (const { event } of log.read({
    pattern: 'order.filled',
    order: 'backward',
    limit: 1,
  })) {
    console.log(printTrace(await trace(log, event.correlationId)))
  }

  assert.deepEqual(await textsIn(log), expected, 'the log is as if there had been no crash')
  assert.ok((await log.verify()).ok)
  assert.deepEqual(booked, fills, 'every fill is booked, in order, exactly once')
} finally {
  rmSync(folder, { recursive: true })
}

/** Kills a session once so many events are known to be in its log; resolves to how many it knew of. */
function killAfter(events: number): Promise<number> {
  const path = join(import.meta.dirname, 'support', 'session-process.ts')
  const child = fork(path, [file, book])
  let acknowledged = 0
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      acknowledged = (message as { position: number }).position
      if (acknowledged >= events) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(acknowledged)
      else reject(new Error(`The session has ended with ${code} before it was killed.`))
    })
  })
}

/** All events of a log, as text that tells any difference. */
async function textsIn(log: EventLog): Promise<string[]> {
  const texts: string[] = []
  for await (const { event } of log.read()) texts.push(JSON.stringify(event))
  return texts
}
