import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import { Decimal } from '../events/decimal.ts'
import type { EventSchemas } from '../events/definition.ts'
import { tradingEvents, type TradingSchemas } from '../events/trading-events.ts'
import type { PayloadIn, TypeIn } from '../events/types.ts'

/**
 * Fields of a payload to be other than in the example of the catalog. Decimals may be given as
 * text; undefined leaves an optional field out. A field that holds an object or a list is replaced
 * as a whole.
 *
 * @typeParam Payload the payload; of a union, the fields of any member.
 */
export type PayloadOverrides<Payload> = Payload extends unknown
  ? { readonly [Key in keyof Payload]?: Loose<Payload[Key]> | undefined }
  : never

/** The same value, with text for Decimals. */
type Loose<Value> = unknown extends Value
  ? unknown
  : Value extends Decimal
    ? Decimal | string
    : Value extends object
      ? { readonly [Key in keyof Value]: Loose<Value[Key]> }
      : Value

/** Makes payloads of the events of a catalog; see {@link payloadOf}. */
export type PayloadBuilder<Schemas extends EventSchemas> = <const Type extends TypeIn<Schemas>>(
  type: Type,
  overrides?: PayloadOverrides<PayloadIn<Schemas, NoInfer<Type>>>,
) => PayloadIn<Schemas, Type>

/**
 * A valid payload: the example of the catalog, with the fields that matter to the test. Each call
 * returns a new one.
 *
 * Nothing is adjusted to what is overridden: a fill of another `lastPrice` keeps the `averagePrice`
 * of the example. What then contradicts itself is refused, and the error names the field.
 *
 * @throws EventValidationError `EVENT_INVALID` if the payload is not valid; it names field and expectation.
 * @throws UnknownEventError `EVENT_UNKNOWN` if there is no such type.
 * @throws ConfigurationError `CONFIGURATION` if the overrides are no object, or its schema drops one.
 * @example
 * ```ts
 * const fill = payloadOf('order.filled', { symbol: 'ABC', lastPrice: '100', lastQuantity: '3' })
 * await bus.emit('order.filled', fill)
 * ```
 */
export function payloadOf<const Type extends TypeIn<TradingSchemas>>(
  type: Type,
  overrides?: PayloadOverrides<PayloadIn<TradingSchemas, NoInfer<Type>>>,
): PayloadIn<TradingSchemas, Type> {
  return payloadIn(tradingEvents, type, overrides) as PayloadIn<TradingSchemas, Type>
}

/**
 * The same as {@link payloadOf} for the events of another catalog.
 *
 * @example
 * ```ts
 * const bus = createBus({ catalog })
 * const payloadOf = payloadsOf(catalog)
 * bus.emitSync('signal.entry', payloadOf('signal.entry', { price: '100' }))
 * ```
 */
export function payloadsOf<Schemas extends EventSchemas>(
  catalog: Catalog<Schemas>,
): PayloadBuilder<Schemas> {
  return (type, overrides) => payloadIn(catalog, type, overrides) as PayloadIn<Schemas, typeof type>
}

/** A payload of a type that is known only at run time; see {@link payloadOf} for what it throws. */
export function payloadIn(catalog: Catalog, type: string, overrides: object = {}): object {
  const entry = catalog.get(type)
  if (typeof overrides !== 'object' || overrides === null || Array.isArray(overrides)) {
    throw new ConfigurationError(
      `The fields of ${type} must be an object, but are ${describeValue(overrides)}.`,
    )
  }
  const asGiven = without(undefined, { ...entry.example, ...overrides })
  // Through JSON and back: what is returned shares nothing with the example, nor with what was given.
  if (entry.accepts(asGiven)) {
    return requireKept(type, overrides, entry.decode(type, entry.encode(type, asGiven)))
  }
  const example = entry.encode(type, entry.example) as object
  const json = without(undefined, { ...example, ...(plain(overrides) as object) })
  return requireKept(type, overrides, entry.decode(type, json))
}

/**
 * A schema may drop fields that it does not know; a test would then go on with the example.
 *
 * @throws ConfigurationError `CONFIGURATION` if a field that was given is not in the payload.
 */
function requireKept(type: string, overrides: object, payload: object): object {
  const given = Object.keys(without(undefined, overrides))
  const dropped = given.find((key) => !Object.hasOwn(payload, key))
  if (dropped === undefined) return payload
  throw new ConfigurationError(
    `${type} has no field ${describeValue(dropped)}. Its payload has: ${Object.keys(payload).join(', ')}.`,
  )
}

function without(unwanted: unknown, fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== unwanted))
}

/** The value with its Decimals as text. */
function plain(value: unknown): unknown {
  if (Decimal.isDecimal(value)) return value.toFixed()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]))
}
