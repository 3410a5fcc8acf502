import type * as z from 'zod'
import type { EventSchemas } from './definition.ts'
import type { TradewireEvent } from './envelope.ts'

/** The types that a name stands for: `action.{name}.start` becomes `` `action.${string}.start` ``. */
export type ConcreteType<Name extends string> = Name extends `${infer Head}{${string}}${infer Tail}`
  ? `${Head}${string}${ConcreteType<Tail>}`
  : Name

/** The event names of a catalog. */
export type NameIn<Schemas extends EventSchemas> = keyof Schemas & string

/** Every event type that a catalog allows. */
export type TypeIn<Schemas extends EventSchemas> = ConcreteType<NameIn<Schemas>>

/** The name in the catalog that a concrete type belongs to. */
export type NameOf<Schemas extends EventSchemas, Type extends string> = Type extends keyof Schemas
  ? Type
  : { [Name in NameIn<Schemas>]: Type extends ConcreteType<Name> ? Name : never }[NameIn<Schemas>]

/*
 * A conditional type over a type parameter is opaque to the compiler, except where it compares two
 * instances of one generic method: then it puts `any` for the parameter. The types that methods use
 * answer that case first and alike for all catalogs, so that a bus of more events is assignable to a
 * bus of fewer.
 */

/** The payload of a concrete type. */
export type PayloadIn<Schemas extends EventSchemas, Type extends string> = unknown extends Type
  ? object
  : z.output<Schemas[NameOf<Schemas, Type>]>

/** The event of one name, with its payload and its concrete types. */
export type EventNamed<
  Schemas extends EventSchemas,
  Name extends NameIn<Schemas>,
> = Name extends string ? TradewireEvent<ConcreteType<Name>, z.output<Schemas[Name]>> : never

/** The event of a concrete type. */
export type EventIn<Schemas extends EventSchemas, Type extends string> = unknown extends Type
  ? TradewireEvent
  : Type extends keyof Schemas
    ? TradewireEvent<Type, z.output<Schemas[Type]>>
    : TradewireEvent<Type, PayloadIn<Schemas, Type>>

/** The union of all events of a catalog, discriminated by `type`. */
export type AnyEventIn<Schemas extends EventSchemas> = {
  [Name in NameIn<Schemas>]: EventNamed<Schemas, Name>
}[NameIn<Schemas>]

/** A token in a pattern: itself or a star; a parameter stands for any text. */
type TokenPattern<Token extends string> = Token extends `{${string}}` ? string : Token

/** Every pattern that covers one event name, the name itself included. */
export type PatternsOf<Name extends string> = Name extends `${infer Head}.${infer Tail}`
  ? `${TokenPattern<Head> | '*'}.${PatternsOf<Tail> | '**'}`
  : TokenPattern<Name> | '*'

/** Every pattern that covers at least one event of a catalog. A misspelt pattern is no member. */
export type PatternIn<Schemas extends EventSchemas> = '*' | '**' | PatternsOf<NameIn<Schemas>>

type NameMatching<Schemas extends EventSchemas, Pattern extends string> = {
  [Name in NameIn<Schemas>]: Pattern extends PatternsOf<Name> ? Name : never
}[NameIn<Schemas>]

/** The union of the events that a pattern covers. */
export type EventMatching<
  Schemas extends EventSchemas,
  Pattern extends string,
> = unknown extends Pattern
  ? TradewireEvent
  : Pattern extends keyof Schemas & string
    ? TradewireEvent<Pattern, z.output<Schemas[Pattern]>>
    : Pattern extends '*' | '**'
      ? AnyEventIn<Schemas>
      : Pattern extends `${string}*${string}`
        ? EventNamed<Schemas, NameMatching<Schemas, Pattern>>
        : EventIn<Schemas, Pattern>
