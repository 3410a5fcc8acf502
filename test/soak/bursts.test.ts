import type { MailboxOverflow, SubscriptionStats } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { runChild } from './child-process.ts'

/** `TRADEWIRE_SOAK=full` asks for bursts of 1,000,000 events; the short form is a tenth of that. */
const full = process.env['TRADEWIRE_SOAK'] === 'full'
const events = full ? 1_000_000 : 100_000
const capacity = 10_000
/** The most that the heap may hold beside the events that wait. */
const marginBytes = 32 * 1024 ** 2
/** Emitters that each wait for room, in the burst that is awaited. */
const emitters = 100

type Mode = 'awaited' | 'unawaited' | 'leak'

async function burst(overflow: MailboxOverflow, mode: Mode): Promise<Report> {
  const { exitCode, output, errors, seconds } = await runChild(
    'bursts.child.ts',
    [overflow, mode, String(events), String(capacity)],
    ['--expose-gc', '--unhandled-rejections=strict'],
  )
  expect(errors).toBe('')
  expect(exitCode).toBe(0)
  const report = JSON.parse(output) as Report
  console.log(
    `burst of ${events} on ${overflow}, ${mode}: ${report.bytesPerEvent.toFixed(0)} B an event, full ${growth(report, 'full')}, drained ${growth(report, 'drained')}, ${seconds.toFixed(1)} s`,
  )
  return report
}

function growth(report: Report, when: 'full' | 'drained'): string {
  return `${((report[when].heap - report.start) / 1024 ** 2).toFixed(1)} MB`
}

/** Nothing stays but what waits, every event is accounted for, and none came out of turn. */
function expectSound(report: Report, waiting: number): void {
  const { start, bytesPerEvent, full: filled, drained } = report
  expect(bytesPerEvent).toBeGreaterThan(1_000)
  expect(filled.depth).toBe(waiting)
  expect(filled.heap - start).toBeLessThan(waiting * bytesPerEvent + marginBytes)
  expect(drained.heap - start).toBeLessThan(marginBytes)
  expect(drained).toMatchObject({ depth: 0, unbalanced: 0, disordered: 0 })
  // One event came before the burst.
  expect(filled.ledger).toMatchObject({ pending: waiting, delivered: 1 })
  expect(drained.ledger).toMatchObject({ accepted: events + 1, pending: 0, failed: 0, expired: 0 })
  const { dropped, conflated } = drained.ledger
  expect(drained.lost).toBe(dropped + conflated)
}

describe('a burst', { timeout: 1_800_000 }, () => {
  it('is delivered in full by wait where emissions are awaited', async () => {
    const report = await burst('wait', 'awaited')
    expectSound(report, capacity + emitters)
    expect(report.full.ledger.accepted).toBe(1 + capacity + emitters)
    expect(report.drained).toMatchObject({ first: 1, last: events, errors: 0 })
    expect(report.drained.ledger).toMatchObject({ delivered: events + 1, dropped: 0 })
  })

  it('is cut by wait to the capacity and as many again where they are not', async () => {
    const report = await burst('wait', 'unawaited')
    expectSound(report, 2 * capacity)
    expect(report.drained).toMatchObject({ first: 1, last: 2 * capacity })
    expect(report.drained.ledger).toMatchObject({ dropped: events - 2 * capacity })
    expect(report.drained.errors).toBe(events - 2 * capacity)
  })

  it('leaves its newest events with drop-oldest', async () => {
    const report = await burst('drop-oldest', 'unawaited')
    expectSound(report, capacity)
    expect(report.drained).toMatchObject({ first: events - capacity + 1, last: events, errors: 0 })
    expect(report.drained.ledger).toMatchObject({ dropped: events - capacity })
  })

  it('leaves its oldest events with drop-newest', async () => {
    const report = await burst('drop-newest', 'unawaited')
    expectSound(report, capacity)
    expect(report.drained).toMatchObject({ first: 1, last: capacity, errors: 0 })
    expect(report.drained.ledger).toMatchObject({ dropped: events - capacity })
  })

  it('leaves the newest event of each of the newest keys with conflate', async () => {
    const report = await burst('conflate', 'unawaited')
    expectSound(report, capacity)
    // Numbers 2n and 2n + 1 have one key; the first and the last have one of their own.
    expect(report.drained).toMatchObject({ first: events - 2 * capacity + 3, last: events })
    const conflated = events / 2 - 1
    const dropped = events - conflated - capacity
    expect(report.drained.ledger).toMatchObject({ conflated, dropped })
    expect(report.drained.errors).toBe(0)
  })

  it('leaves its oldest events with error, which tells of each of the others', async () => {
    const report = await burst('error', 'unawaited')
    expectSound(report, capacity)
    expect(report.drained).toMatchObject({ first: 1, last: capacity })
    expect(report.drained.ledger).toMatchObject({ dropped: events - capacity })
    expect(report.drained.errors).toBe(events - capacity)
  })

  it('is seen on the heap where its events are kept', async () => {
    const { start, drained } = await burst('drop-oldest', 'leak')
    expect(drained.heap - start).toBeGreaterThan(marginBytes)
  })
})

interface Moment {
  readonly ledger: SubscriptionStats
  /** Bytes after a full collection. */
  readonly heap: number
  readonly depth: number
  /** `system.error` events. */
  readonly errors: number
  /** Events that an observer was told of as dropped. */
  readonly lost: number
  /** How often the ledger did not add up. */
  readonly unbalanced: number
  /** Events that came after a later one. */
  readonly disordered: number
  /** Numbers of the first and the last event of the burst that were delivered. */
  readonly first: number
  readonly last: number
}

interface Report {
  readonly start: number
  readonly bytesPerEvent: number
  readonly full: Moment
  readonly drained: Moment
}
