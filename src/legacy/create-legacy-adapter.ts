import type { Bus } from '../bus/bus.ts'
import type { EventSchemas } from '../events/definition.ts'
import { LegacyAdapter } from './legacy-adapter.ts'
import { LegacyBridge } from './legacy-bridge.ts'
import { type LegacyAdapterOptions, requireBus, toLegacySettings } from './options.ts'
import type { DecimalForm, LegacyMapping, NoMapping } from './types.ts'

/**
 * An `EventEmitter3` on a bus, for code that is still written for string events.
 *
 * @throws ConfigurationError `CONFIGURATION` if `bus` is no bus, if an option is unknown or out of
 * range, if `mapping` names a type that the catalog lacks, or if two events of the catalog have one
 * legacy name that `mapping` leaves open.
 * @example
 * ```ts
 * const bus = createBus()
 * const emitter = createLegacyAdapter(bus, { mapping: { fill: 'order.filled' } })
 * emitter.on('order_filled', (payload, event) => {
 *   console.log(payload.lastPrice, event.data.lastPrice.toString())
 * })
 * bus.on('system.warning', ({ data }) => console.log(data.message))
 * emitter.emit('heartbeat')
 * console.log(emitter.report().unknown)
 * ```
 */
export function createLegacyAdapter<
  Schemas extends EventSchemas,
  const Mapping extends LegacyMapping<Schemas> = NoMapping,
  Form extends DecimalForm = 'text',
>(
  bus: Bus<Schemas>,
  options: LegacyAdapterOptions<Mapping, Form> = {},
): LegacyAdapter<Schemas, Mapping, Form> {
  const host = requireBus(bus)
  return new LegacyAdapter(new LegacyBridge(host, toLegacySettings(options)))
}
