import { type BusOptions, SimulatedClock, type TradewireEvent } from 'tradewire'
import type { EventLog } from '../../src/log/event-log.ts'
import { openStore } from '../../src/log/open-store.ts'
import { catalog, type Schemas, setUp } from './buses.ts'
import { FailingStore } from './failing-store.ts'

/** A bus, and a log over a home that fails on command. Time of bus and storage stands until advanced. */
export async function setUpRecording(options: Partial<BusOptions<Schemas>> = {}) {
  const store = new FailingStore()
  const storage = new SimulatedClock({ start: 1_000_000 })
  const log = await openStore<Schemas>(store, { catalog, clock: storage })
  return { ...setUp(options), store, storage, log }
}

/** What a log holds, in order. */
export async function eventsIn(log: EventLog<Schemas>): Promise<TradewireEvent[]> {
  const events: TradewireEvent[] = []
  for await (const { event } of log.read()) events.push(event)
  return events
}

/** The texts of the short events in a log, the codes of warnings, and the types of others. */
export async function textsIn(log: EventLog<Schemas>): Promise<string[]> {
  return (await eventsIn(log)).map(({ type, data }) => {
    const { text, code } = data as { readonly text?: string; readonly code?: string }
    return text ?? code ?? type
  })
}

/** The codes of the warnings that a bus dispatches, and all their facts. */
export function warningsOf(bus: ReturnType<typeof setUp>['bus']) {
  const warnings: {
    readonly code: string
    readonly details?: Readonly<Record<string, unknown>>
  }[] = []
  bus.on('system.warning', ({ data }) => {
    warnings.push(data)
  })
  return warnings
}
