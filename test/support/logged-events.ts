import {
  createBus,
  encodeEvent,
  type EmitOptions,
  SimulatedClock,
  type TradewireEvent,
  tradingEvents,
  z,
} from 'tradewire'

const text = z.strictObject({ text: z.string() })
const example = { text: 'an example' }

/** The trading events, and two that are short to write. */
export const logCatalog = tradingEvents.extend({
  'note.made': { description: 'A note was made.', payload: text, example },
  'alarm.rung': { description: 'An alarm was rung.', payload: text, example },
})

/** Makes events for logs: on a bus of a fixed run, whose clock stands where it is put. */
export function eventMaker(run = 'maker', start = 1_000) {
  const clock = new SimulatedClock({ start })
  const bus = createBus({ catalog: logCatalog, clock, run, source: 'maker', history: 0 })
  return {
    clock,
    bus,
    note: (words: string, options?: EmitOptions) =>
      bus.emitSync('note.made', { text: words }, options),
    alarm: (words: string, options?: EmitOptions) =>
      bus.emitSync('alarm.rung', { text: words }, options),
  }
}

/** An event as plain JSON: equal events give equal values. */
export function plain(event: TradewireEvent): unknown {
  return encodeEvent(event, logCatalog)
}

/** All that an iterator gives. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = []
  for await (const item of items) list.push(item)
  return list
}
