import type { TradewireEvent } from '../events/envelope.ts'
import type { Flight } from './flight.ts'
import type { HandlerCalls } from './handler-calls.ts'
import { Gate, type Subscriber } from './subscriber.ts'

/** Frames of {@link requireRoom} that take more of the stack, 30 KiB and up, than a delivery needs. */
const roomNeeded = 1_500

/** What a serial delivery needs of its dispatcher. */
export interface SerialHost {
  readonly calls: HandlerCalls
  /** Does `work` as part of a dispatch, at `depth` of the chain of emissions. */
  during(depth: number, work: () => void): void
}

/**
 * Calls one after the other, each once the one before has settled. Whoever is still to come is held:
 * events dispatched meanwhile wait in its backlog, so that it, too, sees them in sequence order.
 * Whoever another serial emission holds already gets this event after that one, and is not awaited:
 * waiting for it could be waiting for ourselves.
 *
 * @throws RangeError if the stack is full: before anybody is held, who would be held for ever.
 */
export function deliverSerially(
  host: SerialHost,
  list: readonly Subscriber[],
  event: TradewireEvent,
  flight: Flight,
  depth: number,
): void {
  requireRoom(roomNeeded)
  const line: Subscriber[] = []
  for (const subscriber of list) {
    if ((subscriber.gate & Gate.held) === 0) line.push(subscriber)
    else host.calls.admits(subscriber, event, undefined)
  }
  for (const subscriber of line) {
    subscriber.gate |= Gate.held
    subscriber.backlog = []
  }
  void callInTurn(host, line, event, flight, depth)
}

async function callInTurn(
  host: SerialHost,
  line: readonly Subscriber[],
  event: TradewireEvent,
  flight: Flight,
  depth: number,
): Promise<void> {
  const { pending } = host.calls
  pending.begin()
  for (const subscriber of line) {
    let settled: Promise<unknown> | undefined
    host.during(depth, () => {
      settled = release(host.calls, subscriber, event, flight)
    })
    if (settled === undefined) continue
    // For room in a mailbox that may be paused nobody is to wait but the emitter.
    const atDoor = subscriber.delivery !== undefined
    if (atDoor) pending.end()
    await settled
    if (atDoor) pending.begin()
  }
  flight.land()
  pending.end()
}

/** Calls a held subscriber with the serial event, and then with what has waited behind it. */
function release(
  calls: HandlerCalls,
  subscriber: Subscriber,
  event: TradewireEvent,
  flight: Flight,
): Promise<unknown> | undefined {
  const { backlog } = subscriber
  subscriber.gate &= ~Gate.held
  subscriber.backlog = undefined
  const settled = callOne(calls, subscriber, event, flight)
  for (const waiting of backlog ?? []) void callOne(calls, subscriber, waiting, undefined)
  return settled
}

function callOne(
  calls: HandlerCalls,
  subscriber: Subscriber,
  event: TradewireEvent,
  flight: Flight | undefined,
): Promise<unknown> | undefined {
  if (subscriber.gate !== 0 && !calls.admits(subscriber, event, flight)) return undefined
  const promise = calls.call(subscriber, event, flight)
  if (promise === undefined) return undefined
  const pending = calls.pend(event, flight)
  pending.follow(subscriber, promise)
  return new Promise((resolve) => {
    pending.resolve = resolve
  })
}

/** Fills the stack and empties it again, so that it overflows while nothing has changed. */
function requireRoom(frames: number): number {
  return frames === 0 ? 0 : requireRoom(frames - 1) + 1
}
