import {
  type BusOptions,
  createBus,
  type ErrorCode,
  type ErrorContext,
  SimulatedClock,
  tradingEvents,
  z,
} from 'tradewire'
import { expect } from 'vitest'

const text = z.strictObject({ text: z.string() })
const example = { text: 'an example' }

/** The trading events, and some that are short to write. */
export const catalog = tradingEvents.extend({
  'note.made': { description: 'A note was made.', payload: text, example },
  'note.read': { description: 'A note was read.', payload: text, example },
  'alarm.rung': { description: 'An alarm was rung.', payload: text, example },
  'action.{name}.start': { description: 'An action has started.', payload: text, example },
})

/** The payload schemas of {@link catalog}, by name. */
export type Schemas = typeof catalog.schemas

/** A payload of any of the short events. */
export const hello = { text: 'hello' }

/** What the last resort of a bus was told. */
export interface LastResort {
  readonly error: unknown
  readonly context: ErrorContext
}

/** A bus on a clock that stands at 1,000, and what its last resort was told. */
export function setUp(options: Partial<BusOptions<Schemas>> = {}) {
  const clock = new SimulatedClock({ start: 1_000 })
  const lastResort: LastResort[] = []
  const onError = (error: unknown, context: ErrorContext): void => {
    lastResort.push({ error, context })
  }
  const bus = createBus<Schemas>({ catalog, clock, onError, ...options })
  return { bus, clock, lastResort }
}

/** A bus such as {@link setUp} makes. */
export type TestBus = ReturnType<typeof setUp>['bus']

/** Collects the texts of the short events that a bus dispatches. */
export function textsOf(bus: TestBus, type: 'note.made' | 'note.read' | 'alarm.rung'): string[] {
  const texts: string[] = []
  bus.on(type, ({ data }) => {
    texts.push(data.text)
  })
  return texts
}

/** Collects the payloads of the `system.error` events of a bus. */
export function errorsOf(bus: TestBus) {
  const errors: { readonly name: string; readonly message: string }[] = []
  bus.on('system.error', ({ data }) => {
    errors.push(data)
  })
  return errors
}

/** Resolves once every promise continuation that could run has run. */
export function rest(): Promise<void> {
  return new SimulatedClock().advanceBy(0)
}

/** Matches errors with this code. */
export function coded(code: ErrorCode): unknown {
  return expect.objectContaining({ code })
}
