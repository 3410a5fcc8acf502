import { describe, expect, it } from 'vitest'
import { compareLogs } from '../../src/backtest/compare-logs.ts'
import type { EventLog } from '../../src/log/event-log.ts'
import { memoryLog } from '../../src/log/open-store.ts'
import { coded } from '../support/buses.ts'
import { bars, linesOf, recorded, swing } from './replay-support.ts'

describe('compareLogs', () => {
  it('finds that two runs of one backtest are the same', async () => {
    const [one, other] = [await recorded(), await recorded()]
    const { length } = await linesOf(one)
    expect(await compareLogs(one, other)).toEqual({ same: true, events: length })
    expect(await compareLogs(memoryLog(), memoryLog())).toEqual({ same: true, events: 0 })
  })

  it('names the first event that differs', async () => {
    const [one, other] = [await recorded(), await recorded({ strategy: swing(97, '10.5') })]
    const { same, events, divergence } = await compareLogs(one, other)
    expect(same).toBe(false)
    expect(divergence).toMatchObject({
      index: events,
      position: events + 1,
      expected: { type: 'order.submitted' },
      actual: { type: 'order.submitted' },
      differences: [{ path: 'data.quantity', expected: '10', actual: '10.5' }],
    })
    expect(divergence!.message).toMatch(
      /^After \d+ events that were the same \(position \d+ of the log\): expected order\.submitted "sim-\d+" of "desk" at 2026-11-17T\S+Z, found order\.submitted .*: data\.quantity is "10\.5" instead of "10"\.$/,
    )
  })

  it('tells of an event that one of them does not have', async () => {
    const [short, long] = [
      await recorded({ sources: [bars(3)], strategy: () => {} }),
      await recorded({ sources: [bars(4)], strategy: () => {} }),
    ]
    const more = await compareLogs(short, long)
    expect(more.divergence).toMatchObject({ index: 3, position: undefined, expected: undefined })
    expect(more.divergence!.message).toMatch(
      /^After 3 events that were the same: expected no event/,
    )
    const less = await compareLogs(long, short)
    expect(less.divergence).toMatchObject({ index: 3, position: 4, actual: undefined })
    expect(less.divergence!.message).toMatch(/found none\.$/)
  })

  it('compares what a pattern covers, and passes over fields', async () => {
    const [one, other] = [await recorded(), await recorded({ run: 'b', strategy: swing(97, '11') })]
    expect(await compareLogs(one, other, { pattern: 'market.*' })).toMatchObject({ same: false })
    const ids = ['id', 'sequence', 'data.orderId']
    const bar = { pattern: 'market.new_bar', ignore: ids } as const
    expect(await compareLogs(one, other, bar)).toMatchObject({ same: true, events: 200 })
    const submitted = { pattern: ['order.submitted'], ignore: ids } as const
    expect((await compareLogs(one, other, submitted)).divergence).toMatchObject({
      index: 0,
      differences: [{ path: 'data.quantity' }],
    })
    const data = { pattern: 'order.submitted', ignore: [...ids, 'data', 'timestamp'] } as const
    expect((await compareLogs(one, other, data)).events).toBeGreaterThan(0)
  })

  it('passes over the ids of causes with ids, and not without', async () => {
    const [one, other] = [await recorded(), await recorded({ run: 'b' })]
    const pattern = 'order.*'
    const ignore = ['sequence', 'data.orderId']
    expect((await compareLogs(one, other, { pattern, ignore })).divergence!.differences).toEqual([
      expect.objectContaining({ path: 'id' }),
      expect.objectContaining({ path: 'correlationId' }),
      expect.objectContaining({ path: 'causationId' }),
    ])
    const comparison = await compareLogs(one, other, { pattern, ignore: ['id', ...ignore] })
    expect(comparison).toMatchObject({ same: true })
    expect(comparison.events).toBeGreaterThan(0)
  })

  it('shows what is absent, what is long, and how much more there is', async () => {
    const changed = memoryLog()
    const log = await recorded({ sources: [bars(1)], strategy: () => {} })
    for await (const { event } of log.readEncoded()) {
      const data = { ...(event.data as object), vwap: '1', symbol: 'S'.repeat(200) }
      const envelope = { id: 'x-1', source: 'else', correlationId: 'x-1' }
      const metadata = { note: 'new' }
      await changed.appendEncoded([{ event: { ...event, ...envelope, metadata, data } }])
    }
    const { divergence } = await compareLogs(log, changed)
    expect(divergence!.differences).toHaveLength(6)
    expect(divergence!.differences).toContainEqual({
      path: 'data.vwap',
      expected: undefined,
      actual: '1',
    })
    expect(divergence!.message).toMatch(/"S{79}… instead of "SPX"/)
    expect(divergence!.message).toMatch(/data\.vwap is "1" instead of absent/)
    expect(divergence!.message).toMatch(/, and 1 more\.$/)
  })

  it('ends with the reason of a signal', async () => {
    const log = await recorded()
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(compareLogs(log, log, { signal })).rejects.toThrow('enough')
  })

  it('refuses what cannot work', async () => {
    const log = memoryLog()
    await expect(compareLogs(log, 5 as unknown as EventLog)).rejects.toEqual(coded('CONFIGURATION'))
    await expect(compareLogs(log, log, { ignored: [] } as object)).rejects.toThrow(/ignored/)
    await expect(compareLogs(log, log, { ignore: [''] })).rejects.toThrow(/ignore must be/)
    await expect(compareLogs(log, log, { ignore: 'id' as unknown as string[] })).rejects.toThrow(
      /ignore must be/,
    )
  })
})
