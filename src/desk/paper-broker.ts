import type { Bus } from '../bus/bus.ts'
import type { Broker } from './broker.ts'
import { type PaperBrokerOptions, toPaperSettings } from './paper-options.ts'
import { PaperVenue, type RunningPaperBroker } from './paper-venue.ts'

export type { PaperBrokerOptions } from './paper-options.ts'
export type { RunningPaperBroker } from './paper-venue.ts'

/** A broker that plays a venue, see {@link paperBroker}. */
export interface PaperBroker extends Broker {
  /** Begins to take commands, and to match orders against the market data of `bus`. */
  start(bus: Bus): RunningPaperBroker
}

/**
 * A broker that plays a venue: it fills orders by the market data of the bus, with exact Decimals, and the
 * same way on every run. What stands is matched against each market event before anybody sees that event,
 * so that whoever sees a bar knows of the fills inside it.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range.
 */
export function paperBroker(options: PaperBrokerOptions = {}): PaperBroker {
  const settings = toPaperSettings(options)
  return { name: settings.venue, start: (bus) => new PaperVenue(bus, settings) }
}
