import type { Decimal } from '../events/decimal.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { EventType } from '../events/event-type.ts'
import type { SystemError } from '../events/system.ts'
import type { EventIn, PayloadIn, TypeIn } from '../events/types.ts'

/** A name in the world of string events. */
export type LegacyName = string | symbol

/**
 * Legacy names, each with the event type that it stands for, or with false if only legacy code shall
 * know it, although the catalog does.
 */
export type LegacyMapping<Schemas extends EventSchemas> = Readonly<
  Record<string, TypeIn<Schemas> | false>
>

/** No names of your own. */
export type NoMapping = { readonly [Name in never]: never }

/** The legacy names of the trading events, each with its event type. */
export type TradingLegacyNames = typeof EventType & {
  readonly [Constant in keyof typeof EventType as Lowercase<Constant>]: (typeof EventType)[Constant]
} & {
  readonly [Name in 'market_depth_update' | 'MARKET_DEPTH_UPDATE']: 'market.depth_update'
}

/**
 * The event type that a name stands for; `never` for a name that only legacy code knows, and for every
 * name if the names of `Mapping` are not known to the compiler.
 *
 * @typeParam Mapping the `mapping` option, which goes before all else.
 */
export type TypeOfLegacyName<
  Schemas extends EventSchemas,
  Mapping,
  Name extends LegacyName,
> = string extends keyof Mapping
  ? never
  : Name extends keyof Mapping
    ? Mapping[Name] & TypeIn<Schemas>
    : Name extends TypeIn<Schemas>
      ? Name
      : Name extends keyof TradingLegacyNames
        ? TradingLegacyNames[Name] & TypeIn<Schemas>
        : never

/** How legacy listeners get decimals. */
export type DecimalForm = 'text' | 'number'

/** What a Decimal becomes, by the `decimals` option. */
export interface DecimalForms {
  /** Its digits, exactly. */
  readonly text: string
  /** The nearest float. */
  readonly number: number
}

/** A payload as legacy listeners get it: plain JSON, with Decimals as text or as numbers. */
export type PlainPayload<Payload, Form extends DecimalForm = 'text'> = unknown extends Payload
  ? unknown
  : Payload extends Decimal
    ? DecimalForms[Form]
    : { [Key in keyof Payload]: PlainPayload<Payload[Key], Form> }

/** A payload as legacy code may emit it: Decimals may be text or finite numbers. */
export type LoosePayload<Payload> = unknown extends Payload
  ? unknown
  : Payload extends Decimal
    ? Decimal | string | number
    : { [Key in keyof Payload]: LoosePayload<Payload[Key]> }

/** Any listener, as far as the adapter knows it. */
export type LegacyListener = (...args: unknown[]) => unknown

/** What is called with the payload, and the typed event after it. May return a promise. */
export type PayloadListener<
  Schemas extends EventSchemas,
  Type extends string,
  Form extends DecimalForm = 'text',
> = (
  payload: PlainPayload<PayloadIn<Schemas, Type>, Form>,
  event: EventIn<Schemas, Type>,
) => unknown

/**
 * The listener of an event type; of `never`, one that is called with whatever is emitted, and whose
 * parameters the compiler cannot check.
 */
export type ListenerOf<
  Schemas extends EventSchemas,
  Type extends string,
  Form extends DecimalForm = 'text',
  Args extends unknown[] = unknown[],
> = [Type] extends [never] ? (...args: Args) => unknown : PayloadListener<Schemas, Type, Form>

/** What `emit` takes after the name of an event type: one payload; for `never`, anything. */
export type ArgumentsOf<Schemas extends EventSchemas, Type extends string> = [Type] extends [never]
  ? unknown[]
  : PayloadIn<Schemas, Type> extends SystemError
    ? [thrown?: unknown]
    : [payload: LoosePayload<PayloadIn<Schemas, Type>>]
