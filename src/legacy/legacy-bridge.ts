import { tellLastResort } from '../bus/backstage.ts'
import { onRejection } from '../delivery/thenable.ts'
import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { errorPayload, toError } from './error-payload.ts'
import { LegacyPayloads } from './legacy-payloads.ts'
import { ListenerTable } from './listener-table.ts'
import { LocalDispatch } from './local-dispatch.ts'
import { didYouMean, LegacyNames } from './names.ts'
import type { LegacyHost, LegacySettings } from './options.ts'
import { toPlain } from './plain-payload.ts'
import { RawListeners } from './raw-listeners.ts'
import {
  LegacyRegistration,
  type RegistrationQuery,
  type RegistrationTerms,
} from './registration.ts'
import { type LegacyReport, NameCounts, shareOf } from './report.ts'
import type { RunningEvent } from './running-event.ts'
import { type Sender, Traffic } from './traffic.ts'
import type { LegacyListener, LegacyName } from './types.ts'

/** Listeners added in front have a priority above this one, each a higher one than those before. */
const frontPriority = 1_000_000

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
  readonly #payloads: LegacyPayloads
  readonly #traffic: Traffic
  readonly #raws = new RawListeners((registration) => this.remove(registration))
  readonly #running: RunningEvent = { event: undefined }
  #priority = frontPriority
  #disposed = false
  /** The event encoded last, kept because all its listeners are called with the same payload. */
  #encoded: { readonly event: TradewireEvent; readonly payload: unknown } | undefined = undefined

  constructor(bus: LegacyHost, settings: LegacySettings) {
    this.#bus = bus
    this.#settings = settings
    this.#names = new LegacyNames(bus.catalog, settings.mapping)
    this.#payloads = new LegacyPayloads(this.#names, settings.payloads)
    this.#local = new LocalDispatch(bus, this.#table, this.#running, (error, registration) =>
      this.#localFailure(error, registration),
    )
    this.#traffic = new Traffic(bus)
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
    const channel = this.#channelOf(name)
    const behind = this.#raws.behind(query.listener)
    const isHere = behind?.active === true && this.#channelOf(behind.name) === channel
    const found = isHere ? behind : this.#table.find(channel, query)
    if (found !== undefined) this.remove(found)
  }

  removeAll(name: LegacyName | undefined): void {
    this.#table.clear(name === undefined ? undefined : this.#channelOf(name))
  }

  registrations(name: LegacyName): readonly LegacyRegistration[] {
    return this.#table.of(this.#channelOf(name))
  }

  rawListeners(name: LegacyName): LegacyListener[] {
    return this.registrations(name).map((registration) => this.#raws.of(registration))
  }

  listenedNames(): LegacyName[] {
    return [...new Set(this.#table.all().map(({ name }) => name))]
  }

  emit(given: LegacyName, args: unknown[]): boolean {
    const name = toKey(given)
    this.#requireAttached('emitted', name)
    const type = this.#names.typeOf(name)
    if (type !== undefined) return this.#emitEvent(String(name), type, args)
    this.#meetUnknown(name)
    this.#unknown.emitted(name)
    const heard = this.#table.current(name).some(({ active }) => active)
    if (heard) this.#local.emit(name, args)
    else if (name === 'error') this.#unheard(toError(args[0]), undefined)
    return heard
  }

  report(): LegacyReport {
    const all = this.#table.all()
    const listening = all.filter(({ subscription }) => subscription !== undefined).length
    const counts = new Map<LegacyName, number>()
    for (const { name } of all) counts.set(name, (counts.get(name) ?? 0) + 1)
    const listeners = (name: LegacyName): number => counts.get(name) ?? 0
    return {
      names: this.#known.entries().map(([name, { emitted, refused, lastRefusal }]) => ({
        name: String(name),
        type: String(this.#channelOf(name)),
        emitted,
        refused,
        ...(lastRefusal !== undefined && { lastRefusal }),
        listeners: listeners(name),
      })),
      unknown: this.#unknown
        .entries()
        .map(([name, { emitted }]) => ({ name, emitted, listeners: listeners(name) })),
      unlisted: this.#known.unlisted + this.#unknown.unlisted,
      emitted: this.#traffic.share(),
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
    const { listener, context, once, ahead, label } = registration
    const running = this.#running
    const handler = (event: TradewireEvent): unknown => {
      if (once) this.#table.remove(type, registration)
      const payload = this.#encode(event)
      const before = running.event
      running.event = event
      try {
        return listener.call(context, payload, event)
      } finally {
        running.event = before
      }
    }
    // A failure is to name the listener, not this wrapper.
    Object.defineProperty(handler, 'name', { value: label })
    if (ahead) this.#priority += 1
    return this.#bus.on(type, handler, { once, priority: ahead ? this.#priority : 0 })
  }

  #encode(event: TradewireEvent): unknown {
    if (this.#encoded?.event !== event) {
      const entry = this.#bus.catalog.get(event.type)
      const payload = toPlain(entry, event, this.#settings.decimals)
      this.#encoded = { event, payload }
    }
    return this.#encoded.payload
  }

  #emitEvent(name: string, type: string, args: readonly unknown[]): boolean {
    const { catalog, clock } = this.#bus
    this.#known.meet(name)
    this.#known.emitted(name)
    try {
      const data = this.#payloads.decode(catalog.get(type), type, name, args, clock.now())
      const heard = this.#bus.handlerCount(type) > 0
      const event = this.#send('legacy', type, data)
      if (!heard && type === 'system.error') this.#unheard(toError(args[0], data), event)
      return heard
    } catch (error) {
      this.#known.refused(name, toError(error).message, clock.now())
      throw error
    }
  }

  #meetUnknown(name: LegacyName): void {
    // Who has said that a name stays local need not be told.
    if (!this.#unknown.meet(name) || this.#names.isLocal(name)) return
    const hint = didYouMean(this.#names.closestTo(name))
    const message = `Legacy code uses the name ${describeValue(name)}, which stands for no event of the catalog, so only legacy listeners hear it.${hint} Say what it stands for with createLegacyAdapter(bus, { mapping }), where false lets it stay so, or add an event with catalog.extend({…}).`
    const details = { name: String(name).slice(0, 256) }
    try {
      const timestamp = this.#bus.clock.now()
      const warning = { timestamp, code: 'LEGACY_UNKNOWN_EVENT', message, details }
      this.#send('report', 'system.warning', warning)
    } catch {
      // The bus is closed, or refuses warnings, or knows none. The name stands in report() as well.
    }
  }

  #localFailure(error: unknown, { name, label }: LegacyRegistration): void {
    const { onError } = this.#settings
    const complain = (failure: unknown): void =>
      console.error(
        `tradewire: a listener of ${describeValue(name)} failed, and so did its report.`,
        error,
        failure,
      )
    try {
      if (onError === undefined) {
        const heard = this.#bus.handlerCount('system.error') > 0
        // There is no event that would say which name it was.
        const who = `${label === '' ? 'a listener' : label} of ${String(name)}`
        const payload = errorPayload(this.#bus.clock.now(), error, who)
        const event = this.#send('report', 'system.error', payload)
        if (!heard) this.#unheard(error, event)
      } else onRejection(onError(error, { name, handler: label }), complain)
    } catch (failure) {
      complain(failure)
    }
  }

  /** An error that no handler of `system.error` hears of must not be silent. */
  #unheard(error: unknown, event: TradewireEvent | undefined): void {
    tellLastResort(this.#bus, error, { origin: 'handler', event })
  }

  #send(sender: Sender, type: string, data: object): TradewireEvent {
    const { source } = this.#settings
    const { event: cause } = this.#running
    const options = cause === undefined ? { source } : { source, cause }
    return this.#traffic.count(sender, () => this.#bus.emitSync(type, data, options))
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
