import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'

/**
 * What a value is expected to be: the value itself; of an object, some of its fields; of a Decimal,
 * an equal one, also as text (`'100'` equals `100.00`); or a function that tells whether it is
 * right. Matchers of a test runner, such as `expect.any(String)`, do, too.
 *
 * @typeParam Value the value of the payload.
 */
export type ExpectedValue<Value> = unknown extends Value
  ? unknown
  : ExpectedShape<Value> | ((value: Value) => boolean)

type ExpectedShape<Value> = Value extends Decimal
  ? Decimal | string
  : Value extends object
    ? { readonly [Key in keyof Value]?: ExpectedValue<Value[Key]> }
    : Value

/** What an event is expected to be. What is left out may be anything. */
export interface ExpectedEvent<Type extends string = string, Payload = unknown> {
  /** Its type. */
  readonly type: Type
  /** Some fields of its payload; a list is compared as a whole, item by item. */
  readonly data?: ExpectedValue<Payload>
  /** Who emitted it. */
  readonly source?: ExpectedValue<string>
  /** When it was emitted, in milliseconds since the Unix epoch. */
  readonly timestamp?: ExpectedValue<number>
  /** The id of the event that it was emitted because of; undefined for none. */
  readonly causationId?: ExpectedValue<string | undefined>
  /** The id of the event that its chain began with. */
  readonly correlationId?: ExpectedValue<string>
  /** Its id. */
  readonly id?: ExpectedValue<string>
  /** Its number on its bus, from 1. */
  readonly sequence?: ExpectedValue<number>
  /** Some of the flat facts beside its payload. */
  readonly metadata?: ExpectedValue<TradewireEvent['metadata']>
}

/**
 * An expected event: its type, its type and some of its payload, or an {@link ExpectedEvent}.
 *
 * @typeParam Event the events that there may be; inferred from the bus and the pattern.
 */
export type Expectation<Event extends TradewireEvent = TradewireEvent> =
  Event extends TradewireEvent<infer Type, infer Payload>
    ? Type | readonly [Type, ExpectedValue<Payload>] | ExpectedEvent<Type, Payload>
    : never

const fields = [
  'type',
  'data',
  'source',
  'timestamp',
  'causationId',
  'correlationId',
  'id',
  'sequence',
  'metadata',
] as const

/**
 * Expectations in their longest form.
 *
 * @throws ConfigurationError `CONFIGURATION` if one is malformed.
 * @throws UnknownEventError `EVENT_UNKNOWN` if the catalog has no such type.
 */
export function toExpected(given: unknown, catalog: Catalog | undefined): ExpectedEvent[] {
  if (!Array.isArray(given)) {
    throw new ConfigurationError(
      `The expected events must be a list, such as ['order.filled'], but are ${describeValue(given)}.`,
    )
  }
  return given.map((expectation: unknown) => {
    const expected = longForm(expectation)
    catalog?.get(expected.type)
    return expected
  })
}

function longForm(expectation: unknown): ExpectedEvent {
  if (typeof expectation === 'string') return { type: expectation }
  if (Array.isArray(expectation)) {
    const [type, data] = expectation as unknown[]
    if (typeof type === 'string' && expectation.length <= 2) {
      return expectation.length < 2 ? { type } : { type, data }
    }
  } else if (typeof (Object(expectation) as Partial<ExpectedEvent>).type === 'string') {
    requireOptions('An expected event', expectation, fields)
    return expectation as ExpectedEvent
  }
  throw new ConfigurationError(
    `An expected event must be a type, [type, fields] or { type, data, … }, but is ${describeValue(expectation)}.`,
  )
}
