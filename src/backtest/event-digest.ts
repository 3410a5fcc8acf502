import { createHash } from 'node:crypto'
import type { Bus } from '../bus/bus.ts'
import type { Registration } from '../bus/observers.ts'
import { encodeEventText } from '../events/encoding.ts'

/**
 * The SHA-256 over all events of a bus from now on, each as one line of JSON as a log would have it: two runs
 * with the same digest have emitted the same, to the last digit and in the same order.
 */
export class EventDigest {
  readonly #hash = createHash('sha256')
  readonly #registration: Registration

  constructor(bus: Bus) {
    const { catalog } = bus
    this.#registration = bus.observe({
      onEmitted: (event) => {
        this.#hash.update(encodeEventText(event, catalog))
        this.#hash.update('\n')
      },
    })
  }

  /** Ends it, and returns 64 hexadecimal digits. */
  end(): string {
    this.#registration.remove()
    return this.#hash.digest('hex')
  }
}
