import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { EmitOptions, ErrorContext } from './options.ts'
import { CoreBus } from './core-bus.ts'
import type { Backstage } from './parts.ts'
import type { HandlerError } from './errors.ts'
import { registration, type Registration } from './observers.ts'

/**
 * Does `task` in its turn of the bus: at once, as if it were an event, if nothing is being dispatched,
 * else behind what is in line. What it throws goes to the last resort of the bus. For rooms that add
 * deliveries of their own to a bus and keep its one order.
 *
 * @throws EmitDepthError `EMIT_DEPTH`, EmitQueueFullError `EMIT_QUEUE_FULL` as an emission would.
 */
export function defer(bus: object, task: () => void): void {
  partsOf(bus).dispatcher.line.defer(task)
}

/**
 * Gives an error to the last resort of the bus. For rooms that emit `system.error`s of their own, where
 * nobody hears them. Never throws.
 */
export function tellLastResort(bus: object, error: unknown, context: ErrorContext): void {
  partsOf(bus).dispatcher.calls.lastResort(error, context)
}

/** How many events of its own a bus has made so far: of failed handlers, of limits, of memory. */
export function announcementsOf(bus: object): number {
  return partsOf(bus).dispatcher.calls.announced
}

/**
 * Calls `hook` with each payload of `type` that was checked, before its event is numbered and anybody
 * hears of it. What the hook emits comes before that event: a simulated venue fills orders by a bar, and
 * whoever then sees the bar knows of the fills. What it throws goes to the last resort of the bus.
 *
 * @throws UnknownEventError `EVENT_UNKNOWN` if the catalog has no such type.
 */
export function ahead<Payload>(
  bus: object,
  type: string,
  hook: (data: Payload) => void,
): Registration {
  const { dispatcher, registry } = partsOf(bus)
  const route = registry.route(type)
  const before = route.ahead
  const own = (data: never): void => {
    before?.(data)
    if (!active) return
    try {
      hook(data)
    } catch (error) {
      dispatcher.calls.lastResort(error, { origin: 'middleware', event: undefined })
    }
  }
  let active = true
  route.ahead = own
  return registration(() => {
    active = false
    // Hooks that came later still lead here.
    if (route.ahead === own) route.ahead = before
  })
}

/** Emits an event by a source, because of a cause if there is one. */
export type EmitFrom = (
  type: string,
  data: object,
  source: string,
  cause: TradewireEvent | undefined,
) => TradewireEvent

/** What {@link emitterOf} needs of a bus. */
interface EmittingBus {
  emitSync(type: never, data: never, options?: EmitOptions): TradewireEvent
}

/**
 * A shorter way to `emitSync` for parts of tradewire that emit for each event of the market: the payload
 * is checked as ever, and source and cause, which are known to be fine, are not.
 */
export function emitterOf(bus: EmittingBus): EmitFrom {
  const parts = CoreBus.backstage(bus)
  if (parts !== undefined && !parts.guarded) {
    const { dispatcher } = parts
    return (type, data, source, cause) => dispatcher.emitFrom(type, data, source, cause)
  }
  return (type, data, source, cause) =>
    bus.emitSync(type as never, data as never, {
      source,
      ...(cause !== undefined && { cause }),
    })
}

/**
 * Dispatches a recorded event again: with its id, sequence, timestamp and causes. The next emission of
 * the bus is numbered after it.
 *
 * @throws ConfigurationError `CONFIGURATION` if the bus has emitted an event of that sequence, or later.
 * @throws what an emission throws.
 */
export function replayOnto(bus: object, event: TradewireEvent): TradewireEvent {
  return partsOf(bus).dispatcher.replay(event)
}

/** How a bus stands between two moments of simulated time. */
export interface Activity {
  /** The sequence of its last event; 0 before the first. */
  readonly sequence: number
  /** Whether every handler has settled, and every mailbox is empty. */
  readonly idle: boolean
  /**
   * Whether something that is not settled may be waiting for time or for an event: a wait, a stream, a
   * backoff, a rate limit.
   */
  readonly waiting: boolean
  /** How many calls of handlers have not ended, and events in line that a gate holds. */
  readonly unfinished: number
  /** How many await an event, or the end of other handlers. */
  readonly waits: number
  /** Whether a stream is open whose reader does something else than to await its next event. */
  readonly reading: boolean
  /** One handler that has not settled, in words; undefined where there is none without a mailbox. */
  readonly example: string | undefined
  /** The first failure of a handler, with its cause; undefined while none has failed for good. */
  readonly failure: HandlerError | undefined
}

/** Looks at a bus without asking it for anything; made once, because it is asked at every step. */
export function activityOf(bus: object): Activity {
  const { dispatcher, listeners, timers } = partsOf(bus)
  const { acceptance, line } = dispatcher
  const { calls } = dispatcher
  const { pending } = calls
  return {
    get sequence() {
      return acceptance.sequence
    },
    get example() {
      return pending.example
    },
    get failure() {
      return calls.firstFailure
    },
    get idle() {
      return pending.empty && line.size === 0
    },
    get unfinished() {
      let running = pending.handlers + Math.min(line.size, 1)
      for (const mailbox of calls.scheduler.mailboxes) running += mailbox.running
      return running
    },
    get waits() {
      return listeners.waits + pending.waits
    },
    get reading() {
      return listeners.away
    },
    get waiting() {
      return listeners.size > 0 || (timers !== undefined && timers.pending > 0)
    },
  }
}

/** @throws ConfigurationError `CONFIGURATION` if it is no bus of `createBus`. */
function partsOf(bus: object): Backstage {
  const parts = CoreBus.backstage(bus)
  if (parts !== undefined) return parts
  throw new ConfigurationError('expected a bus of createBus().')
}
