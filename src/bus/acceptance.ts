import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import {
  Envelope,
  type EventIdentity,
  type EventMetadata,
  type TradewireEvent,
} from '../events/envelope.ts'
import { isDecimal } from '../events/decimal.ts'
import { requireMetadata } from '../events/metadata.ts'
import { type Priority, requirePriority } from '../events/priority.ts'
import { EmitDepthError } from './errors.ts'
import { type Draft, type Middleware, runBefore } from './middleware.ts'
import { type BusSettings, type EmitOptions, requireName } from './options.ts'
import type { Route } from './registry.ts'

const optionNames = [
  'source',
  'cause',
  'correlationId',
  'metadata',
  'timestamp',
  'priority',
  'throwOnError',
] as const
const noOptions: EmitOptions = {}

/** An emission that every check has let pass: all that it takes to become an event. */
export interface AcceptedDraft {
  readonly route: Route
  readonly data: unknown
  readonly options: EmitOptions
  readonly metadata: EventMetadata | undefined
}

/** Turns emissions into events: checks and numbers them. */
export class Acceptance {
  /** Middlewares with a `before`, in order; replaced when one comes or goes. */
  before: readonly Middleware[] | undefined
  readonly #settings: BusSettings
  /** Throws if the bus is closed. */
  readonly #requireOpen: (type: string) => void
  /** Sequence of the last event; the only place where it grows. */
  #sequence = 0

  constructor(settings: BusSettings, requireOpen: (type: string) => void) {
    this.before = undefined
    this.#settings = settings
    this.#requireOpen = requireOpen
  }

  /** The event of an emission. Throws what refuses it; then nothing has changed. */
  accept(route: Route, data: unknown, options: EmitOptions | undefined): Envelope {
    if (options !== undefined || this.before !== undefined) {
      return this.mint(this.check(route, data, options))
    }
    const settings = this.#settings
    if (settings.validate && !route.entry.accepts(data)) throw route.entry.refusal(route.type, data)
    if (settings.freeze) freezeDeeply(data)
    if (route.ahead !== undefined) this.#goAhead(route.ahead, route, data)
    const timestamp = settings.clock.now()
    return this.#number(
      route,
      data,
      timestamp,
      settings.source,
      route.entry.priority,
      undefined,
      undefined,
      undefined,
      undefined,
    )
  }

  /**
   * The same for an emission with a source and a cause that are known to be fine: parts of
   * tradewire emit so, for each event of recorded data for instance.
   */
  acceptFrom(
    route: Route,
    data: unknown,
    source: string,
    cause: TradewireEvent | undefined,
  ): Envelope {
    const settings = this.#settings
    if (cause !== undefined) this.requireShallow(route.type, cause, undefined)
    this.#requireValid(route, data)
    const draft =
      this.before === undefined && !settings.freeze
        ? undefined
        : this.#askMiddlewares(route, {
            type: route.type,
            data,
            source,
            cause,
            metadata: undefined,
          })
    const accepted = draft === undefined ? data : draft.data
    if (route.ahead !== undefined) this.#goAhead(route.ahead, route, accepted)
    const timestamp = settings.clock.now()
    const { priority } = route.entry
    return this.#number(
      route,
      accepted,
      timestamp,
      source,
      priority,
      undefined,
      cause,
      undefined,
      undefined,
    )
  }

  /** All checks of an emission, without its becoming an event. */
  check(route: Route, data: unknown, options: EmitOptions = noOptions): AcceptedDraft {
    const { type } = route
    this.#requireValid(route, data)
    requireEmitOptions(options)
    const metadata =
      options.metadata === undefined ? undefined : requireMetadata(type, options.metadata)
    const source = options.source ?? this.#settings.source
    const draft = this.#askMiddlewares(route, {
      type,
      data,
      source,
      cause: options.cause,
      metadata,
    })
    return { route, data: draft.data, options, metadata }
  }

  /** The draft as the middlewares leave it, frozen if asked: a hostile object may refuse that. */
  #askMiddlewares(route: Route, draft: Draft): Draft {
    const { freeze } = this.#settings
    if (freeze) freezeDeeply(draft.data)
    if (this.before === undefined) return draft
    const answered = runBefore(this.before, draft)
    this.#requireOpen(route.type)
    if (answered === draft) return draft
    // Whoever answers may have changed the payload that it was given, too.
    this.#requireValid(route, answered.data)
    if (freeze) freezeDeeply(answered.data)
    return answered
  }

  /** The event of an emission that was checked. */
  mint({ route, data, options, metadata }: AcceptedDraft): Envelope {
    const settings = this.#settings
    if (route.ahead !== undefined) this.#goAhead(route.ahead, route, data)
    return this.#number(
      route,
      data,
      options.timestamp ?? settings.clock.now(),
      options.source ?? settings.source,
      options.priority ?? route.entry.priority,
      metadata,
      options.cause,
      options.correlationId,
      undefined,
    )
  }

  /** Refuses an event that is too deep in a chain of causes during which no time has passed. */
  requireShallow(type: string, cause: unknown, timestamp: number | undefined): void {
    if (!Envelope.is(cause)) return
    const { maxDepth, clock } = this.#settings
    const depth = Envelope.depthAfter(cause, timestamp ?? clock.now())
    if (depth > maxDepth) throw new EmitDepthError(type, maxDepth)
  }

  /** The sequence of the last event; 0 before the first. */
  get sequence(): number {
    return this.#sequence
  }

  /** Has the next event numbered `sequence`, which is above that of the last one. */
  continueAt(sequence: number): void {
    if (sequence <= this.#sequence) {
      throw new ConfigurationError(
        `A replayed event must follow what the bus has emitted: expected a sequence above ${this.#sequence}, but it is ${sequence}. Replay on a new bus.`,
      )
    }
    this.#sequence = sequence - 1
  }

  /** Lets somebody act on a payload before anybody hears of it. */
  #goAhead(ahead: (data: never) => void, route: Route, data: unknown): void {
    ahead(data as never)
    this.#requireOpen(route.type)
  }

  /** The event of another bus as an event of this one: same identity, next sequence. */
  adopt(route: Route, data: unknown, origin: TradewireEvent): Envelope {
    this.#requireValid(route, data)
    const { id, correlationId, causationId, timestamp, source, priority, metadata } = origin
    const { type } = route
    const draft = this.#askMiddlewares(route, { type, data, source, cause: undefined, metadata })
    const identity: EventIdentity = { id, correlationId, causationId }
    if (route.ahead !== undefined) this.#goAhead(route.ahead, route, draft.data)
    return this.#number(
      route,
      draft.data,
      timestamp,
      source,
      // Another type has a priority of its own.
      origin.type === type ? priority : route.entry.priority,
      metadata,
      undefined,
      undefined,
      identity,
    )
  }

  #requireValid(route: Route, data: unknown): void {
    if (!this.#settings.validate || route.entry.accepts(data)) return
    throw route.entry.refusal(route.type, data)
  }

  #number(
    route: Route,
    data: unknown,
    timestamp: number,
    source: string,
    priority: Priority,
    metadata: EventMetadata | undefined,
    cause: TradewireEvent | undefined,
    correlationId: string | undefined,
    identity: EventIdentity | undefined,
  ): Envelope {
    const settings = this.#settings
    this.#sequence += 1
    const event = new Envelope(
      settings.run,
      this.#sequence,
      route.type,
      data,
      timestamp,
      source,
      route.entry.version,
      priority,
      metadata,
      cause,
      correlationId,
      identity,
    )
    if (settings.freeze) Object.freeze(event)
    return event
  }
}

function requireEmitOptions(options: EmitOptions): void {
  requireOptions('emit', options, optionNames)
  const { source, cause, correlationId, timestamp, priority, throwOnError } = options
  if (source !== undefined) requireName('source', source)
  if (correlationId !== undefined) requireName('correlationId', correlationId)
  if (timestamp !== undefined && !Number.isFinite(timestamp)) {
    throw new ConfigurationError(
      `timestamp must be finite milliseconds since the Unix epoch, but is ${describeValue(timestamp)}.`,
    )
  }
  if (cause !== undefined && !Envelope.is(cause)) {
    throw new ConfigurationError(
      `cause must be an event that a bus emitted or decodeEvent returned, but is ${describeValue(cause)}.`,
    )
  }
  if (priority !== undefined) requirePriority('priority', priority)
  if (throwOnError !== undefined && typeof throwOnError !== 'boolean') {
    throw new ConfigurationError('throwOnError must be true or false.')
  }
}

/** Freezes plain objects, arrays and Decimals all the way down; other class instances stay. */
function freezeDeeply(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  const prototype: unknown = Object.getPrototypeOf(value)
  const plain = Array.isArray(value) || prototype === Object.prototype || prototype === null
  if (!plain && !isDecimal(value)) return
  Object.freeze(value)
  for (const inner of Object.values(value)) freezeDeeply(inner)
}
