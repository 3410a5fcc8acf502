import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { errorPayload } from './error-payload.ts'
import {
  LegacyRegistration,
  ListenerTable,
  type RegistrationQuery,
  type RegistrationTerms,
} from './listener-table.ts'
import { LocalDispatch } from './local-dispatch.ts'
import { decodeLoosely } from './loose-payload.ts'
import { didYouMean, LegacyNames } from './names.ts'
import type { LegacyHost, LegacySettings } from './options.ts'
import { toPlain } from './plain-payload.ts'
import { type LegacyReport, NameCounts, shareOf } from './report.ts'
import type { LegacyName } from './types.ts'

/**
 * What stands behind a legacy adapter. A listener of a name that the catalog knows is a subscription
 * on the bus, and an emission of it an event on the bus, so the bus keeps order and isolation, and
 * nothing can come back twice. All other names are the business of {@link LocalDispatch}.
 */
export class LegacyBridge {
  readonly #bus: LegacyHost
  readonly #settings: LegacySettings
  readonly #names: LegacyNames
  readonly #table = new ListenerTable()
  readonly #local: LocalDispatch
  readonly #known = new NameCounts()
  readonly #unknown = new NameCounts()
  /** Events on the bus before this adapter was made. */
  readonly #eventsBefore: number
  /** Events on the bus that legacy code has emitted. */
  #emitted = 0
  /** Events on the bus by which the adapter itself has reported something. */
  #reported = 0
  #disposed = false
  /** The event encoded last, kept because all its listeners are called with the same payload. */
  #encoded: { readonly event: TradewireEvent; readonly payload: unknown } | undefined = undefined

  constructor(bus: LegacyHost, settings: LegacySettings) {
    this.#bus = bus
    this.#settings = settings
    this.#names = new LegacyNames(bus.catalog, settings.mapping)
    this.#local = new LocalDispatch(this.#table, settings.maxDepth, (error, registration) =>
      this.#localFailure(error, registration),
    )
    this.#eventsBefore = this.#countEvents()
  }

  add(terms: RegistrationTerms): LegacyRegistration {
    const name = toKey(terms.name)
    this.#requireAttached('subscribed', name)
    const registration = new LegacyRegistration({ ...terms, name })
    const type = this.#names.typeOf(name)
    if (type === undefined) {
      this.#table.add(name, registration)
      this.#meetUnknown(name)
      return registration
    }
    registration.subscription = this.#subscribe(type, registration)
    this.#table.add(type, registration)
    this.#known.meet(name)
    return registration
  }

  remove(registration: LegacyRegistration): void {
    this.#table.remove(this.#channelOf(registration.name), registration)
  }

  removeOne(name: LegacyName, query: RegistrationQuery): void {
    const found = this.#table.find(this.#channelOf(name), query)
    if (found !== undefined) this.remove(found)
  }

  removeAll(name: LegacyName | undefined): void {
    this.#table.clear(name === undefined ? undefined : this.#channelOf(name))
  }

  registrations(name: LegacyName): readonly LegacyRegistration[] {
    return this.#table.of(this.#channelOf(name))
  }

  listenedNames(): LegacyName[] {
    return [...new Set(this.#table.all().map(({ name }) => name))]
  }

  emit(given: LegacyName, args: readonly unknown[]): boolean {
    const name = toKey(given)
    this.#requireAttached('emitted', name)
    const type = this.#names.typeOf(name)
    if (type !== undefined) return this.#emitEvent(name, type, args[0])
    this.#meetUnknown(name)
    this.#unknown.emitted(name)
    const heard = this.#table.of(name).length > 0
    if (heard) this.#local.emit(name, args)
    return heard
  }

  report(): LegacyReport {
    const all = this.#table.all()
    const listening = all.filter(({ subscription }) => subscription !== undefined).length
    const listeners = (name: LegacyName): number => all.filter((one) => one.name === name).length
    const events = this.#countEvents() - this.#eventsBefore - this.#reported
    return {
      names: this.#known.entries().map(([name, { emitted, refused }]) => ({
        name: String(name),
        type: String(this.#channelOf(name)),
        emitted,
        refused,
        listeners: listeners(name),
      })),
      unknown: this.#unknown
        .entries()
        .map(([name, { emitted }]) => ({ name, emitted, listeners: listeners(name) })),
      unlisted: this.#known.unlisted + this.#unknown.unlisted,
      emitted: shareOf(this.#emitted, events - this.#emitted),
      subscriptions: shareOf(listening, this.#bus.handlerCount() - listening),
    }
  }

  dispose(): void {
    this.#disposed = true
    this.#encoded = undefined
    this.#table.clear(undefined)
  }

  /** The event type that a name stands for, or the name itself: what listeners are kept under. */
  #channelOf(name: LegacyName): LegacyName {
    const key = toKey(name)
    return this.#names.typeOf(key) ?? key
  }

  #subscribe(
    type: string,
    registration: LegacyRegistration,
  ): NonNullable<LegacyRegistration['subscription']> {
    const { listener, context, once, label } = registration
    const handler = (event: TradewireEvent): unknown => {
      if (once) this.#table.remove(type, registration)
      return listener.call(context, this.#encode(event), event)
    }
    // A failure is to name the listener, not this wrapper.
    Object.defineProperty(handler, 'name', { value: label })
    return this.#bus.on(type, handler, { once })
  }

  #encode(event: TradewireEvent): unknown {
    if (this.#encoded?.event !== event) {
      const entry = this.#bus.catalog.get(event.type)
      const payload = toPlain(entry, event, this.#settings.decimals)
      this.#encoded = { event, payload }
    }
    return this.#encoded.payload
  }

  #emitEvent(name: LegacyName, type: string, given: unknown): boolean {
    const { catalog, clock } = this.#bus
    this.#known.meet(name)
    this.#known.emitted(name)
    this.#emitted += 1
    try {
      const isError = type === 'system.error' && given instanceof Error
      const payload = isError ? errorPayload(clock.now(), given, '') : given
      const data = decodeLoosely(catalog.get(type), type, payload)
      const heard = this.#bus.handlerCount(type) > 0
      this.#bus.emitSync(type, data, { source: this.#settings.source })
      return heard
    } catch (error) {
      this.#known.refused(name)
      this.#emitted -= 1
      throw error
    }
  }

  #meetUnknown(name: LegacyName): void {
    if (!this.#unknown.meet(name)) return
    const hint = didYouMean(this.#names.closestTo(name))
    const message = `Legacy code uses the name ${describeValue(name)}, which stands for no event of the catalog, so only legacy listeners hear it.${hint} Say what it stands for with createLegacyAdapter(bus, { mapping }), or add an event with catalog.extend({…}).`
    const details = { name: String(name).slice(0, 256) }
    try {
      this.#emitReport('system.warning', { code: 'LEGACY_UNKNOWN_EVENT', message, details })
    } catch {
      // The bus is closed, or refuses warnings, or knows none. The name stands in report() as well.
    }
  }

  #localFailure(error: unknown, { name, label }: LegacyRegistration): void {
    const { onError } = this.#settings
    try {
      if (onError !== undefined) onError(error, { name, handler: label })
      else this.#emitReport('system.error', errorPayload(this.#bus.clock.now(), error, label))
    } catch (failure) {
      const what = `tradewire: a listener of ${describeValue(name)} failed, and so did its report.`
      console.error(what, error, failure)
    }
  }

  #emitReport(type: string, data: object): void {
    const timestamp = this.#bus.clock.now()
    this.#bus.emitSync(type, { timestamp, ...data }, { source: this.#settings.source })
    this.#reported += 1
  }

  #countEvents(): number {
    let events = 0
    for (const count of this.#bus.eventCounts().values()) events += count
    return events
  }

  #requireAttached(what: string, name: LegacyName): void {
    if (!this.#disposed) return
    throw new ConfigurationError(
      `${describeValue(name)} was not ${what}: the legacy adapter was disposed. Create another one with createLegacyAdapter(bus).`,
    )
  }
}

/** Names that are neither text nor symbols count as their text, as they did as property names. */
function toKey(name: unknown): LegacyName {
  return typeof name === 'symbol' ? name : String(name)
}
