import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import type { CatalogEntry } from '../events/catalog-entry.ts'
import { matchTokens } from '../events/pattern.ts'
import type { Subscriber } from './subscriber.ts'

/** Routes of parameterised types that are kept when nobody subscribed to the exact type. */
const mostLooseRoutes = 1_000

/** The ids that {@link Subscriber} makes for subscriptions without one. */
const madeId = /^(?:handler|wait|stream|forward|route)-\d+$/

/** How often events of one catalog entry were emitted. */
interface Counter {
  count: number
}

/** All that dispatch needs to know of one concrete event type. */
export interface Route {
  readonly type: string
  readonly entry: CatalogEntry
  /** Shared by all routes of one entry. */
  readonly counter: Counter
  /** Subscribers to exactly this type, in order of registration. */
  readonly exact: Set<Subscriber>
  /**
   * Who hears this type, in order of call. Replaced and never changed, so that a running dispatch
   * keeps the list that it began with; undefined until it is needed again.
   */
  list: readonly Subscriber[] | undefined
  /** Acts on a payload before its event is numbered; undefined while nobody does. */
  ahead: ((data: never) => void) | undefined
}

/** Who hears what: subscriptions by exact type and by pattern, and the dispatch lists made of them. */
export class Registry {
  readonly #catalog: Catalog
  readonly #routes = new Map<string, Route>()
  readonly #counters = new Map<string, Counter>()
  /** Subscribers whose pattern covers more than one exact type. */
  readonly #patterned = new Set<Subscriber>()
  /** Subscribers that were given an id of their own. */
  readonly #named = new Map<string, Subscriber>()
  #looseRoutes = 0
  /** The route that was asked for last. */
  #latest: Route | undefined = undefined
  #size = 0

  constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  /** How many subscribers there are. */
  get size(): number {
    return this.#size
  }

  /**
   * The route of a concrete type.
   *
   * @throws UnknownEventError `EVENT_UNKNOWN` if the catalog has no such event.
   */
  route(type: string): Route {
    // Events of one type come in runs: a comparison of pointers is cheaper than a look-up.
    const latest = this.#latest
    if (latest !== undefined && latest.type === type) return latest
    const route = this.#routes.get(type) ?? this.#addRoute(type)
    this.#latest = route
    return route
  }

  /** The dispatch list of a route, built if a subscription has changed since it was last needed. */
  listOf(route: Route): readonly Subscriber[] {
    if (route.list !== undefined) return route.list
    const tokens = route.type.split('.')
    const list = [...route.exact]
    for (const subscriber of this.#patterned) {
      if (subscriber.patterns.some((pattern) => matchTokens(pattern, tokens))) list.push(subscriber)
    }
    list.sort((left, right) => right.priority - left.priority || left.order - right.order)
    route.list = list
    return list
  }

  add(subscriber: Subscriber, id: string | undefined): void {
    if (id !== undefined) this.#named.set(id, subscriber)
    this.#size += 1
    if (subscriber.patterns.length === 0) {
      const route = this.route(subscriber.pattern)
      route.exact.add(subscriber)
      route.list = undefined
      return
    }
    this.#patterned.add(subscriber)
    this.#forgetLists()
  }

  remove(subscriber: Subscriber): void {
    this.#size -= 1
    if (this.#named.size > 0 && this.#named.get(subscriber.id) === subscriber) {
      this.#named.delete(subscriber.id)
    }
    if (subscriber.patterns.length > 0) {
      this.#patterned.delete(subscriber)
      this.#forgetLists()
      return
    }
    const route = this.#routes.get(subscriber.pattern)!
    route.exact.delete(subscriber)
    route.list = undefined
  }

  /** @throws ConfigurationError `CONFIGURATION` if a subscriber has, or could be given, this id. */
  requireFreeId(id: string): void {
    if (madeId.test(id)) {
      throw new ConfigurationError(
        `The id ${describeValue(id)} has the form of those that the bus makes. Choose another name.`,
      )
    }
    if (!this.#named.has(id)) return
    throw new ConfigurationError(
      `A subscription has the id ${describeValue(id)} already. Give each one an id of its own, or none.`,
    )
  }

  find(id: string): Subscriber | undefined {
    return this.#named.get(id) ?? this.all().find((subscriber) => subscriber.id === id)
  }

  /** Every subscriber, in order of registration. */
  all(): Subscriber[] {
    const all = [...this.#patterned]
    for (const route of this.#routes.values()) all.push(...route.exact)
    return all.toSorted((left, right) => left.order - right.order)
  }

  /** How many subscribers hear events of `type`. */
  countFor(type: string): number {
    return this.listOf(this.route(type)).length
  }

  /** Emissions by catalog name, for every name emitted at least once. */
  eventCounts(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const [name, counter] of this.#counters) {
      if (counter.count > 0) counts.set(name, counter.count)
    }
    return counts
  }

  #addRoute(type: string): Route {
    const entry = this.#catalog.get(type)
    let counter = this.#counters.get(entry.name)
    if (counter === undefined) {
      counter = { count: 0 }
      this.#counters.set(entry.name, counter)
    }
    const route: Route = {
      type,
      entry,
      counter,
      exact: new Set(),
      list: undefined,
      ahead: undefined,
    }
    if (entry.parameterised) this.#makeRoomForLooseRoute()
    this.#routes.set(type, route)
    return route
  }

  /** Parameters can have any number of values, so their routes are dropped once there are many. */
  #makeRoomForLooseRoute(): void {
    this.#looseRoutes += 1
    if (this.#looseRoutes <= mostLooseRoutes) return
    for (const [type, route] of this.#routes) {
      const { entry, exact, ahead } = route
      if (entry.parameterised && exact.size === 0 && ahead === undefined) this.#routes.delete(type)
    }
    this.#looseRoutes = 1
    this.#latest = undefined
  }

  #forgetLists(): void {
    for (const route of this.#routes.values()) route.list = undefined
  }
}
