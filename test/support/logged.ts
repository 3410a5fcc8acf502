import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { EncodedEvent } from '../../src/events/encoding.ts'
import type { EncodedEntry, EventLog } from '../../src/log/event-log.ts'
import type { EventSchemas } from '../../src/events/definition.ts'

/** A folder that is removed with all that is in it when the test has finished. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tradewire-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A trade as it is encoded, with this number and what else is said of it. */
export function trade(sequence: number, change: Partial<EncodedEvent> = {}): EncodedEvent {
  return {
    id: `run-${sequence}`,
    type: 'market.trade_tick',
    data: {
      symbol: 'BTCUSDT',
      timestamp: 1_767_225_600_000 + sequence,
      price: '61659.70',
      size: '0.012',
      aggressorSide: 'buy',
    },
    timestamp: 1_767_225_600_000 + sequence,
    sequence,
    source: 'feed',
    correlationId: `run-${sequence}`,
    version: 1,
    ...change,
  }
}

/** Trades with the numbers 1 to `count`. */
export function trades(count: number): EncodedEvent[] {
  return Array.from({ length: count }, (_, index) => trade(index + 1))
}

export async function appendAll(
  log: EventLog<EventSchemas>,
  events: readonly EncodedEvent[],
): Promise<void> {
  await log.appendEncoded(events.map((event) => ({ event })))
}

/** All that a log holds, as it was written. */
export async function entriesOf(log: EventLog<EventSchemas>): Promise<EncodedEntry[]> {
  const entries: EncodedEntry[] = []
  for await (const entry of log.readEncoded()) entries.push(entry)
  return entries
}
