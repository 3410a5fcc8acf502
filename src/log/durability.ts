import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Durability } from './store.ts'

/** @throws ConfigurationError `CONFIGURATION` unless it is one. */
export function requireDurability(durability: unknown): Durability {
  if (durability === 'each' || durability === 'group' || durability === 'lazy') return durability
  throw new ConfigurationError(
    `durability must be 'each', 'group' or 'lazy', but is ${describeValue(durability)}.`,
  )
}
