import type { Bus } from '../bus/bus.ts'
import { describeValue, requireFunction, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { DecimalForm, LegacyName } from './types.ts'

/** What {@link LegacyAdapterOptions.onError} is told beside the error. */
export interface LegacyErrorContext {
  /** The name that the listener had been added under. */
  readonly name: LegacyName
  /** The name of its subscriber, or of the function; empty where there is neither. */
  readonly handler: string
}

/**
 * Options of `createLegacyAdapter`.
 *
 * @typeParam Mapping legacy names of your own; inferred.
 * @typeParam Form how listeners get decimals; inferred.
 */
export interface LegacyAdapterOptions<Mapping, Form extends DecimalForm = DecimalForm> {
  /**
   * Legacy names of your own, each with its event type; they go before those of the catalog. A name
   * with `false` goes from legacy code to legacy code, with any arguments, as names do that the catalog
   * does not know; `false` is for this very spelling. Default: none, so that the catalog decides: its
   * legacy names, the same in upper case, the constants of `EventType`, the same in lower case
   * (`order_submitted`), and its types.
   *
   * @example
   * ```ts
   * const emitter = createLegacyAdapter(bus, {
   *   mapping: { fill: 'order.filled', trade_tick: false },
   * })
   * emitter.on('trade_tick', (price: number, size: number) => console.log(price * size))
   * emitter.emit('trade_tick', 57.638, 0.15)
   * ```
   */
  readonly mapping?: Mapping
  /**
   * How listeners get decimals. `text` is exact, but `+` joins texts and `<` compares them letter by
   * letter. `number` is for code that calculates with floats, and is as inexact as they are; what is
   * emitted and what the typed event holds stay exact. Default `text`.
   */
  readonly decimals?: Form
  /** The source of the events that legacy code emits. 1 to 256 characters. Default `legacy`. */
  readonly source?: string
  /**
   * What makes payloads of what old code emits, by the exact name that it emits under: a function is
   * called with all arguments behind the name, and returns the payload as `emit` takes it. What it
   * returns is checked like any other payload, and if it throws, the emission is refused. Default:
   * none, so that old code must emit the payloads of the catalog.
   *
   * @example
   * ```ts
   * import type { EventEmitter } from 'eventemitter3'
   *
   * const emitter: EventEmitter = createLegacyAdapter(bus, {
   *   payloads: {
   *     connected: () => ({ timestamp: bus.clock.now(), endpoint: 'wss://venue.test', attempt: 1 }),
   *   },
   * })
   * emitter.emit('connected')
   * ```
   */
  readonly payloads?: Readonly<Record<string, (...old: never[]) => unknown>>
  /**
   * Gets what a listener of a name that the catalog does not know has thrown or rejected with. All
   * other failures go the way of the bus. Default: becomes a `system.error` on the bus, with a `handler`
   * such as `beat of heartbeat`, which is the listener and the name that it listens to; if nobody
   * listens to that, the `onError` of `createBus` is told as well, and if the bus refuses it, it is
   * written to the console. What `onError` itself throws or rejects with is written to the console.
   */
  readonly onError?: (error: unknown, context: LegacyErrorContext) => unknown
}

/** What the adapter uses of its bus. */
export type LegacyHost = Pick<
  Bus<EventSchemas>,
  'catalog' | 'clock' | 'on' | 'emitSync' | 'handlerCount' | 'eventCounts'
>

/** {@link LegacyAdapterOptions} with every default filled in and every value checked. */
export interface LegacySettings {
  readonly mapping: unknown
  readonly decimals: DecimalForm
  readonly source: string
  readonly payloads: unknown
  readonly onError: LegacyAdapterOptions<unknown>['onError']
}

/** @throws ConfigurationError `CONFIGURATION` unless `bus` has what the adapter uses. */
export function requireBus(bus: unknown): LegacyHost {
  const host = bus as Partial<LegacyHost> | null | undefined
  if (!(host?.catalog instanceof Catalog) || typeof host.emitSync !== 'function') {
    throw new ConfigurationError(
      `createLegacyAdapter takes a bus, as createBus() returned it, but was given ${describeValue(bus)}.`,
    )
  }
  // Only a bus has both; its types by name are checked at run time.
  return host as LegacyHost
}

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
export function toLegacySettings(options: LegacyAdapterOptions<unknown>): LegacySettings {
  requireOptions('createLegacyAdapter', options, [
    'mapping',
    'decimals',
    'source',
    'payloads',
    'onError',
  ])
  const { mapping = {}, payloads = {}, decimals = 'text', source = 'legacy', onError } = options
  if (decimals !== 'text' && decimals !== 'number') {
    throw new ConfigurationError(
      `decimals must be 'text' or 'number', but is ${describeValue(decimals)}.`,
    )
  }
  if (typeof source !== 'string' || source === '' || source.length > 256) {
    throw new ConfigurationError(
      `source must be a string of 1 to 256 characters, but is ${describeValue(source)}.`,
    )
  }
  if (onError !== undefined) requireFunction('onError', onError)
  return { mapping, payloads, decimals, source, onError }
}
