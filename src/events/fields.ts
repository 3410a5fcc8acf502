import * as z from 'zod'

/** Text that is not empty, at most 256 characters: names and identifiers. */
export const text = (): z.ZodString => textSchema
const textSchema = /* @__PURE__ */ z.string().min(1).max(256)

/** Free text for people, at most 10,000 characters. */
export const message = (): z.ZodString => messageSchema
const messageSchema = /* @__PURE__ */ z.string().max(10_000)

/** A point in time: milliseconds since the Unix epoch, a fraction carries microseconds. */
export const time = (): z.ZodNumber => timeSchema
const timeSchema = /* @__PURE__ */ z
  .number()
  .meta({ description: 'Milliseconds since the Unix epoch; a fraction carries microseconds.' })

/** A whole number of 0 or more. */
export const count = (): z.ZodNumber => countSchema
const countSchema = /* @__PURE__ */ z.number().int().min(0)

/** A whole number of 1 or more. */
export const ordinal = (): z.ZodNumber => ordinalSchema
const ordinalSchema = /* @__PURE__ */ z.number().int().min(1)

/** A span of time in milliseconds, 0 or more. */
export const duration = (): z.ZodNumber => durationSchema
const durationSchema = /* @__PURE__ */ z.number().min(0).meta({ description: 'Milliseconds.' })

/** A name or an identifier that may be absent. */
export const optionalText = (): z.ZodOptional<z.ZodString> => optionalTextSchema
const optionalTextSchema = /* @__PURE__ */ textSchema.optional()

/** What every payload of the trading catalog has. */
export const stamp = {
  /** When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds. */
  timestamp: timeSchema,
  /** The exchange or broker that it comes from, such as `binance`. */
  venue: optionalTextSchema,
}

type OptionalNames<Shape extends z.ZodRawShape> = {
  [Name in keyof Shape]: Shape[Name]['_zod'] extends { readonly optout: 'optional' } ? Name : never
}[keyof Shape]

/**
 * What a handler sees of these fields. It maps the keys of the shape itself, as `z.output` does not,
 * so that an editor shows the comment of each field. A payload is built of plain objects of fields
 * for the same reason: the compiler writes no comments into a type that it has inferred.
 */
export type FieldsOf<Shape extends z.ZodRawShape> = Flat<
  {
    readonly [Name in keyof Pick<Shape, Exclude<keyof Shape, OptionalNames<Shape>>>]: z.output<
      Shape[Name]
    >
  } & {
    readonly [Name in keyof Pick<Shape, OptionalNames<Shape>>]?: z.output<Shape[Name]>
  }
>

/** One object type in the place of an intersection; an editor shows it whole. */
type Flat<Fields> = { [Name in keyof Fields]: Fields[Name] }
