import {
  type BusOptions,
  createBus,
  SimulatedClock,
  type TradingEvent,
  type TradingSchemas,
} from 'tradewire'
import { expect } from 'vitest'
import { healthMonitor } from '../../src/desk/health-monitor.ts'
import type { HealthMonitorOptions } from '../../src/desk/health-options.ts'

/** When the clocks of these tests start. */
export const start = Date.UTC(2026, 0, 1)

/** A monitored bus, what its monitor has emitted, and whatever went wrong. */
export function setUp(
  options: HealthMonitorOptions = {},
  busOptions: Partial<BusOptions<TradingSchemas>> = {},
) {
  const clock = new SimulatedClock({ start })
  const onError = (error: unknown): void => expect.fail(String(error))
  const bus = createBus({ clock, onError, ...busOptions })
  const warnings: TradingEvent[] = []
  bus.on('*', (event) => {
    if (event.source === (options.source ?? 'health-monitor')) warnings.push(event)
    if (event.type === 'system.error') expect.fail(event.data.message)
  })
  const monitor = healthMonitor(bus, options)
  return { clock, bus, monitor, warnings }
}
