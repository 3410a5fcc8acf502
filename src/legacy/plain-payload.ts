import type { CatalogEntry } from '../events/catalog-entry.ts'
import { isDecimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { DecimalForm } from './types.ts'

/**
 * The payload of an event as legacy listeners get it. It shares nothing with the event.
 *
 * @param form whether decimals are text, which is exact, or the nearest numbers.
 * @throws EventValidationError `EVENT_INVALID` if the bus does not check payloads and this one is bad.
 */
export function toPlain(entry: CatalogEntry, event: TradewireEvent, form: DecimalForm): unknown {
  const plain = entry.encode(event.type, event.data)
  return form === 'text' ? plain : withNumbers(event.data, plain)
}

/** A copy of `plain` with numbers in the place of its decimals, which are Decimals in `data`. */
function withNumbers(data: unknown, plain: unknown): unknown {
  if (typeof plain === 'string') return isDecimal(data) ? Number(plain) : plain
  if (typeof plain !== 'object' || plain === null) return plain
  if (typeof data !== 'object' || data === null) return plain
  // Where a codec has changed the shape, there is nothing under the key, and the text stays.
  const fields = data as Readonly<Record<string, unknown>>
  if (Array.isArray(plain)) return plain.map((item, index) => withNumbers(fields[index], item))
  return Object.fromEntries(
    Object.entries(plain).map(([key, field]) => [key, withNumbers(fields[key], field)]),
  )
}
