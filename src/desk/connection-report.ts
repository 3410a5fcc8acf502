import type { Bus } from '../bus/bus.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type {
  Authenticated,
  Connected,
  Disconnected,
  FeedStale,
  Reconnecting,
} from '../events/system.ts'

/** What a connection tells, by type, without what all of it have. */
interface Reports {
  'system.connected': Fields<Connected>
  'system.disconnected': Fields<Disconnected>
  'system.reconnecting': Fields<Reconnecting>
  'system.authenticated': Fields<Authenticated>
  'system.feed_stale': Fields<FeedStale>
}

type Fields<Payload> = Omit<Payload, 'timestamp' | 'venue' | 'endpoint'>

/** Emits the events of a connection. What belongs to one outage is one chain of causes. */
export class ConnectionReport {
  readonly bus: Bus
  readonly #endpoint: string
  readonly #source: string
  readonly #venue: { readonly venue?: string }
  /** The last event of the outage that is not over. */
  #cause: TradewireEvent | undefined = undefined

  constructor(
    bus: Bus,
    settings: {
      readonly endpoint: string
      readonly source: string
      readonly venue: string | undefined
    },
  ) {
    const { endpoint, source, venue } = settings
    this.bus = bus
    this.#endpoint = endpoint
    this.#source = source
    this.#venue = venue === undefined ? {} : { venue }
  }

  /** Emits an event of the outage, because of the one before. */
  emit<Type extends keyof Reports>(type: Type, report: Reports[Type]): void {
    this.#cause = this.#emitted(type, { endpoint: this.#endpoint, ...report }, this.#cause)
  }

  /** Emits a warning; `details` are what it tells beside the endpoint. */
  warn(
    code: string,
    message: string,
    details: Readonly<Record<string, string | number>>,
    cause?: TradewireEvent,
  ): TradewireEvent | undefined {
    const all = { endpoint: this.#endpoint, ...details }
    return this.#emitted('system.warning', { code, message, details: all }, cause)
  }

  /** Emits a warning that is of the outage, because of the event before. */
  warnOfOutage(...[code, message, details]: Parameters<ConnectionReport['warn']>): void {
    this.#cause = this.warn(code, message, details, this.#cause)
  }

  /** What is emitted from now on does not belong to what was. */
  begin(): void {
    this.#cause = undefined
  }

  #emitted(
    type: string,
    report: object,
    cause: TradewireEvent | undefined,
  ): TradewireEvent | undefined {
    if (this.bus.closed) return undefined
    const data = { timestamp: this.bus.clock.now(), ...this.#venue, ...report }
    try {
      // The types of the reports are given above; the bus checks the payload.
      const { emitSync } = this.bus as unknown as EmittingBus
      return emitSync.call(this.bus, type, data, { source: this.#source, cause })
    } catch {
      // The bus refuses it, has counted that, and has told its observers.
      return undefined
    }
  }
}

interface EmittingBus {
  emitSync(
    type: string,
    data: object,
    options: { readonly source: string; readonly cause: TradewireEvent | undefined },
  ): TradewireEvent
}
