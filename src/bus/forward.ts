import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Handler } from './subscription.ts'
import { onRejection } from './thenable.ts'

/** What an event becomes on the other bus; undefined keeps it back. */
export type ForwardMap = (
  event: TradewireEvent,
) => { readonly type: string; readonly data: unknown } | undefined

/** The buses that a forwarded event has been on, shared by its images; others have no such set. */
const visits = new WeakMap<TradewireEvent, Set<Dispatcher>>()

/**
 * A handler that makes the events of one bus events of another, under their own identity. An event
 * never comes to a bus that it has been on, by whatever way, so buses may forward to each other in
 * circles, and along several ways to one bus.
 */
export function forwardHandler(
  from: Dispatcher,
  to: Dispatcher,
  map: ForwardMap | undefined,
): Handler {
  return (event) => {
    const visited = visits.get(event) ?? new Set([from])
    if (visited.has(to)) return undefined
    const image = map === undefined ? event : map(event)
    if (image === undefined) return undefined
    requireImage(image)
    const adopted = to.adopt(image.type, image.data, event)
    visited.add(to)
    visits.set(event, visited)
    visits.set(adopted, visited)
    return to.launchAdopted(adopted)
  }
}

function requireImage(image: unknown): void {
  if (typeof image === 'object' && image !== null && 'type' in image && 'data' in image) return
  onRejection(image, () => {})
  throw new ConfigurationError(
    `map must return { type, data } or undefined, and no promise, but returned ${describeValue(image)}.`,
  )
}
