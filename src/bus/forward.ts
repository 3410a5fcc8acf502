import type { TradewireEvent } from '../events/envelope.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Handler } from './subscription.ts'

/** What an event becomes on the other bus; undefined keeps it back. */
export type ForwardMap = (
  event: TradewireEvent,
) => { readonly type: string; readonly data: unknown } | undefined

/** The buses that a forwarded event has left behind it; events emitted where they are have none. */
const trails = new WeakMap<TradewireEvent, readonly Dispatcher[]>()

/**
 * A handler that makes the events of one bus events of another, under their own identity. An event
 * never comes to a bus that it has been on, so buses may forward to each other in a circle.
 */
export function forwardHandler(
  from: Dispatcher,
  to: Dispatcher,
  map: ForwardMap | undefined,
): Handler {
  return (event) => {
    const trail = trails.get(event) ?? []
    if (trail.includes(to)) return undefined
    const image = map === undefined ? event : map(event)
    if (image === undefined) return undefined
    const adopted = to.adopt(image.type, image.data, event)
    trails.set(adopted, [...trail, from])
    return to.launchAdopted(adopted)
  }
}
