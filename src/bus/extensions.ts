import type { Dispatcher } from './dispatcher.ts'
import { requireFunction } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventGate } from './hold.ts'
import { type Middleware, requireMiddleware } from './middleware.ts'
import {
  type Observer,
  Observers,
  registration,
  type Registration,
  requireObserver,
} from './observers.ts'

/** What stands around the emissions of a bus, and who watches it. */
export class Extensions {
  readonly #dispatcher: Dispatcher
  #middlewares: readonly Middleware[] = []
  #observers: readonly Observer[] = []

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher
  }

  use(middleware: Middleware): Registration {
    requireMiddleware(middleware)
    // Identity is per registration: the same object used twice runs twice.
    const own = { ...middleware }
    if (middleware.before !== undefined) own.before = (draft) => middleware.before!(draft)
    if (middleware.after !== undefined) own.after = (event, all) => middleware.after!(event, all)
    this.#setMiddlewares([...this.#middlewares, own])
    return registration(() => this.#setMiddlewares(without(this.#middlewares, own)))
  }

  observe(observer: Observer): Registration {
    requireObserver(observer)
    const own: Observer = {
      onEmitted: (event) => observer.onEmitted?.(event),
      onHandled: (...handled) => observer.onHandled?.(...handled),
      onFailed: (...failed) => observer.onFailed?.(...failed),
      onDropped: (drop) => observer.onDropped?.(drop),
    }
    this.#setObservers([...this.#observers, own])
    return registration(() => this.#setObservers(without(this.#observers, own)))
  }

  hold(gate: EventGate): Registration {
    requireFunction('The gate', gate)
    const { line } = this.#dispatcher
    if (line.gated) {
      throw new ConfigurationError(
        'A bus takes one gate at a time, and this one has one. Remove the registration that hold returned, or ask both within one gate.',
      )
    }
    return registration(line.hold(gate))
  }

  #setMiddlewares(list: readonly Middleware[]): void {
    this.#middlewares = list
    const before = list.filter((middleware) => middleware.before !== undefined)
    const after = list.filter((middleware) => middleware.after !== undefined)
    this.#dispatcher.acceptance.before = before.length === 0 ? undefined : before
    this.#dispatcher.after = after.length === 0 ? undefined : after
  }

  #setObservers(list: readonly Observer[]): void {
    this.#observers = list
    const report = (error: unknown): void =>
      this.#dispatcher.calls.lastResort(error, { origin: 'observer', event: undefined })
    this.#dispatcher.calls.observers = list.length === 0 ? undefined : new Observers(list, report)
  }
}

function without<Item>(list: readonly Item[], gone: Item): readonly Item[] {
  return list.filter((item) => item !== gone)
}
