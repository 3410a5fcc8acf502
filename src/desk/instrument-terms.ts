import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Broker } from './broker.ts'
import {
  type CheckedInstrument,
  type InstrumentTerms,
  type PositionKeeperOptions,
  type PositionSettings,
  requireName,
  toInstruments,
  toPositionSettings,
} from './position-options.ts'

/**
 * How positions are kept for a broker: what one of them knows of an instrument, the other one need not
 * be told.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range, or the two
 * contradict each other.
 */
export function agreedSettings(
  options: PositionKeeperOptions,
  broker: Broker | undefined,
): PositionSettings {
  const settings = toPositionSettings(options)
  if (broker === undefined) return settings
  const { name, currency } = broker
  const told = toInstruments(broker.instruments ?? {}, `instruments of the broker ${name}`, true)
  const instruments = new Map(settings.instruments)
  for (const [symbol, terms] of told) {
    instruments.set(symbol, agreed(symbol, settings.instruments.get(symbol) ?? {}, terms, name))
  }
  return {
    ...settings,
    instruments,
    ...(currency !== undefined && {
      pricesIn: requireName(`The currency of the broker ${name}`, currency),
    }),
  }
}

/** What a broker is told of instruments. */
export function termsFor({
  instruments,
}: PositionSettings): Readonly<Record<string, InstrumentTerms>> {
  return Object.fromEntries(
    Array.from(instruments, ([symbol, { multiplier, currency }]) => [
      symbol,
      {
        ...(multiplier !== undefined && { multiplier }),
        ...(currency !== undefined && { currency }),
      },
    ]),
  )
}

function agreed(
  symbol: string,
  kept: CheckedInstrument,
  told: CheckedInstrument,
  broker: string,
): CheckedInstrument {
  const multiplier = kept.multiplier ?? told.multiplier
  const same = (of: string, ours: string | undefined, theirs: string | undefined): void => {
    if (ours === undefined || theirs === undefined || ours === theirs) return
    throw new ConfigurationError(
      `positions.instruments says that the ${of} of ${symbol} is ${ours}, but the broker ${broker} says ${theirs}. Say it in one of them: the desk tells the other.`,
    )
  }
  same('multiplier', kept.multiplier?.toFixed(), told.multiplier?.toFixed())
  same('currency', kept.currency, told.currency)
  return {
    ...(multiplier !== undefined && { multiplier }),
    currency: kept.currency ?? told.currency,
  }
}
