import { HandlerError } from '../bus/errors.ts'
import type { Observer } from '../bus/observers.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { SystemError } from '../events/system.ts'

interface Failure {
  readonly error: Error
  /** The `system.error` that tells of it, once it was emitted. */
  readonly report: TradewireEvent | undefined
  /** Whether an assertion has thrown it. */
  told: boolean
}

/**
 * What has failed on a bus, each failure once, whether it was told by `onError`, by a
 * `system.error` or by both.
 */
export class Failures {
  /** By event and subscription, where a handler has failed. */
  #failures = new Map<string, Failure>()
  /**
   * The newest failed attempt of each handler on each event; the last one is what has failed for
   * good.
   */
  readonly #attempts = new Map<string, Error>()
  /** Counts what has no key of its own. */
  #others = 0

  get errors(): readonly Error[] {
    return [...this.#failures.values()].map(({ error }) => error)
  }

  /** The failures, which the test knows of from now on. */
  take(): Error[] {
    const { errors } = this
    this.#failures = new Map()
    return [...errors]
  }

  /**
   * The failures, to be thrown. They stay: an assertion that is made again, as by `vi.waitFor`, must
   * not hold because the one before has failed.
   */
  tell(): Error[] {
    return told([...this.#failures.values()])
  }

  /** The same of those that no assertion has thrown yet. */
  tellNew(): Error[] {
    return told([...this.#failures.values()].filter((failure) => !failure.told))
  }

  /**
   * Takes the failures that these events tell of: a test that expects the event knows of the
   * failure.
   */
  takeReported(events: Iterable<TradewireEvent>): void {
    const reports = new Set(events)
    for (const [key, { report }] of this.#failures) {
      if (report !== undefined && reports.has(report)) this.#failures.delete(key)
    }
  }

  readonly observer: Observer = {
    onEmitted: (event) => {
      if (event.type === 'system.error') this.#reported(event)
    },
    onFailed: (event, { id }, error) => {
      this.#attempts.set(keyOf(id, event.id), error)
    },
  }

  /** As the last resort of a bus. */
  readonly onError = (thrown: unknown): void => {
    const isHandlers = thrown instanceof HandlerError
    this.#others += 1
    const key = isHandlers ? keyOf(thrown.subscriptionId, thrown.event.id) : `${this.#others}`
    const error = thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown })
    const { report, told = false } = this.#failures.get(key) ?? {}
    this.#failures.set(key, { error, report, told })
  }

  #reported(event: TradewireEvent): void {
    const { originalEvent, subscriptionId, name, message } = event.data as SystemError
    const isHandlers = originalEvent !== undefined && subscriptionId !== undefined
    const key = isHandlers ? keyOf(subscriptionId, originalEvent.id) : event.id
    const known = this.#failures.get(key)
    const error =
      known?.error ??
      this.#attempts.get(key) ??
      new Error(`system.error of ${event.source}: ${name}: ${message}`, { cause: event })
    this.#failures.set(key, { error, report: event, told: known?.told ?? false })
  }
}

function told(failures: readonly Failure[]): Error[] {
  return failures.map((failure) => {
    failure.told = true
    return failure.error
  })
}

function keyOf(subscription: string, event: string): string {
  return JSON.stringify([subscription, event])
}

/** One line for each error, with what it was caused by. */
export function errorLines(errors: readonly Error[]): string[] {
  return errors.map((error) => {
    const { cause } = error
    const why = cause instanceof Error ? ` ${cause.name}: ${cause.message}` : ''
    return `${error.message}${why}`
  })
}
