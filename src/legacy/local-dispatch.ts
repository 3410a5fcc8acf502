import { EmitDepthError, EmitQueueFullError } from '../bus/errors.ts'
import { Fifo } from '../bus/fifo.ts'
import { toPromise } from '../bus/thenable.ts'
import type { LegacyRegistration, ListenerTable } from './listener-table.ts'
import type { LegacyName } from './types.ts'

/** How many emissions of listeners may wait behind a running dispatch. */
const queueCapacity = 100_000

/** An emission of a name that the bus does not know. */
interface LocalEmission {
  readonly name: LegacyName
  readonly args: readonly unknown[]
  /** How many emissions led to it, each made by a listener of the one before. */
  readonly depth: number
}

/**
 * Carries names that the bus does not know from legacy code to legacy code, by the rules of the bus:
 * an emission made by a listener waits until the one that it answers has reached everybody, who hears
 * is decided as a dispatch begins, `once` is consumed before the call, and a failure stays alone.
 */
export class LocalDispatch {
  readonly #table: ListenerTable
  readonly #maxDepth: number
  /** Is told what a listener threw or rejected with; never throws. */
  readonly #failed: (error: unknown, registration: LegacyRegistration) => void
  readonly #queue = new Fifo<LocalEmission>()
  #busy = false
  /** The depth of the emission that is being dispatched. */
  #depth = 0

  constructor(
    table: ListenerTable,
    maxDepth: number,
    failed: (error: unknown, registration: LegacyRegistration) => void,
  ) {
    this.#table = table
    this.#maxDepth = maxDepth
    this.#failed = failed
  }

  /**
   * Calls the listeners of `name`, at once unless one of its own kind is being called.
   *
   * @throws EmitDepthError `EMIT_DEPTH` if listeners answer each other in a chain that is too long.
   * @throws EmitQueueFullError `EMIT_QUEUE_FULL` if they emit more than may wait.
   */
  emit(name: LegacyName, args: readonly unknown[]): void {
    if (!this.#busy) {
      this.#run({ name, args, depth: 0 })
      return
    }
    if (this.#depth >= this.#maxDepth) throw new EmitDepthError(String(name), this.#maxDepth)
    if (this.#queue.size >= queueCapacity) throw new EmitQueueFullError(String(name), queueCapacity)
    this.#queue.push({ name, args, depth: this.#depth + 1 })
  }

  #run(first: LocalEmission): void {
    this.#busy = true
    let next: LocalEmission | undefined = first
    while (next !== undefined) {
      this.#depth = next.depth
      for (const registration of this.#table.of(next.name)) {
        if (registration.active) this.#call(registration, next)
      }
      next = this.#queue.shift()
    }
    this.#busy = false
  }

  #call(registration: LegacyRegistration, { name, args }: LocalEmission): void {
    if (registration.once) this.#table.remove(name, registration)
    try {
      const result: unknown = registration.listener.apply(registration.context, [...args])
      if (result === null || (typeof result !== 'object' && typeof result !== 'function')) return
      toPromise(result)?.catch((error: unknown) => this.#failed(error, registration))
    } catch (error) {
      this.#failed(error, registration)
    }
  }
}
