import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Handler } from '../delivery/subscription.ts'
import { onRejection } from '../delivery/thenable.ts'

/** What an event becomes on the other bus; undefined keeps it back. */
export type ForwardMap = (
  event: TradewireEvent,
) => { readonly type: string; readonly data: unknown } | undefined

/** Where an event that was forwarded has been. */
interface Journey {
  /** The buses that led to this image of it. */
  readonly trail: readonly Dispatcher[]
  /** The types under which it came to a bus, shared by all of its images. */
  readonly arrivals: Map<Dispatcher, Set<string>>
}

/** The journeys of forwarded events; others have none. */
const journeys = new WeakMap<TradewireEvent, Journey>()

/**
 * A handler that makes the events of one bus events of another, under their own identity. An event
 * never comes back to a bus that led to it, and comes to a bus once under each type, so buses may
 * forward to each other in circles, and along several ways to one bus.
 */
export function forwardHandler(
  from: Dispatcher,
  to: Dispatcher,
  map: ForwardMap | undefined,
): Handler {
  return (event) => {
    const journey: Journey = journeys.get(event) ?? { trail: [], arrivals: new Map() }
    if (journey.trail.includes(to)) return undefined
    const image = map === undefined ? event : map(event)
    if (image === undefined) return undefined
    requireImage(image)
    const types = journey.arrivals.get(to) ?? new Set<string>()
    if (types.has(image.type)) return undefined
    const adopted = to.adopt(image.type, image.data, event)
    types.add(image.type)
    journey.arrivals.set(to, types)
    journeys.set(event, journey)
    journeys.set(adopted, { ...journey, trail: [...journey.trail, from] })
    return to.launchAdopted(adopted)
  }
}

/** Throws `CONFIGURATION` if events of two buses would have the same ids. */
export function requireOtherRun(run: string, other: string): void {
  if (run !== other) return
  throw new ConfigurationError(
    `Both buses have the run ${describeValue(run)}, so events of one would have the ids of the other. Give each a run of its own: createBus({ run: 'backtest-1' }).`,
  )
}

function requireImage(image: unknown): void {
  if (typeof image === 'object' && image !== null && 'type' in image && 'data' in image) return
  onRejection(image, () => {})
  throw new ConfigurationError(
    `map must return { type, data } or undefined, and no promise, but returned ${describeValue(image)}.`,
  )
}
