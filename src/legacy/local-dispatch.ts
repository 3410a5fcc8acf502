import { defer } from '../bus/backstage.ts'
import { toPromise } from '../delivery/thenable.ts'
import type { ListenerTable } from './listener-table.ts'
import type { LegacyRegistration } from './registration.ts'
import type { RunningEvent } from './running-event.ts'
import type { LegacyName } from './types.ts'

/**
 * Carries names that the bus does not know from legacy code to legacy code, in the line of the bus: an
 * emission made by a listener or a handler waits until what it answers has reached everybody, who
 * hears is decided as its dispatch begins, `once` is consumed before the call, and a failure stays
 * alone.
 */
export class LocalDispatch {
  readonly #bus: object
  readonly #table: ListenerTable
  readonly #running: RunningEvent
  /** Is told what a listener threw or rejected with; never throws. */
  readonly #failed: (error: unknown, registration: LegacyRegistration) => void

  constructor(
    bus: object,
    table: ListenerTable,
    running: RunningEvent,
    failed: (error: unknown, registration: LegacyRegistration) => void,
  ) {
    this.#bus = bus
    this.#table = table
    this.#running = running
    this.#failed = failed
  }

  /**
   * Calls the listeners of `name`, at once unless the bus is dispatching something.
   *
   * @throws EmitDepthError `EMIT_DEPTH` if listeners answer each other in a chain that is too long.
   * @throws EmitQueueFullError `EMIT_QUEUE_FULL` if they emit more than may wait.
   */
  emit(name: LegacyName, args: unknown[]): void {
    const running = this.#running
    const { event } = running
    defer(this.#bus, () => {
      const before = running.event
      running.event = event
      try {
        for (const registration of this.#table.current(name)) {
          if (registration.active) this.#call(registration, args)
        }
      } finally {
        running.event = before
      }
    })
  }

  #call(registration: LegacyRegistration, args: unknown[]): void {
    const { name, listener, context, once } = registration
    if (once) this.#table.remove(name, registration)
    try {
      const result: unknown = listener.apply(context, args)
      if (result === null || (typeof result !== 'object' && typeof result !== 'function')) return
      toPromise(result)?.catch((error: unknown) => this.#failed(error, registration))
    } catch (error) {
      this.#failed(error, registration)
    }
  }
}
