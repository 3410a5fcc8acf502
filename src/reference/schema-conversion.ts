import { decimalPatterns } from '../events/decimal.ts'
import { z } from '../events/schema.ts'
import { literalWords } from './scalar-words.ts'
import { caught, noted, type Schema } from './schema.ts'

/** How a JSON Schema is made. */
export interface Conversion {
  /** Which draft it keeps to. */
  readonly draft: '2020-12' | '7'
  /** Whether it says what JSON cannot, under {@link noted} and {@link caught}. */
  readonly annotated: boolean
}

type Kind = z.core.$ZodType

/** The JSON Schema of what `schema` decodes. */
export function jsonSchemaOf(
  schema: Kind,
  conversion: Conversion,
  open: readonly Kind[] = [],
): Schema {
  const { draft, annotated } = conversion
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    target: draft === '7' ? 'draft-7' : 'draft-2020-12',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const found = jsonSchema as Schema
      mend(zodSchema, found)
      if (!annotated) return
      const process = processOf(zodSchema, found, { conversion, open })
      if (process !== undefined) found[noted] = process
      if (zodSchema._zod.def.type === 'catch') found[caught] = caughtWords(zodSchema)
    },
  })
  return json as Schema
}

/** Names of checks that zod gives as formats, which other readers of JSON Schema do not know. */
const checks = new Set(['starts_with', 'ends_with', 'includes', 'lowercase', 'uppercase'])

/** Puts right what zod leaves out, or what is not so for who writes a payload. */
function mend(schema: Kind, json: Schema): void {
  // What a handler must not change, a producer must write all the same.
  delete json['readOnly']
  if (checks.has(json['format'] as string)) delete json['format']
  const { type } = schema._zod.def
  if (type === 'undefined') json['not'] = {}
  if (!wrappers.has(type)) return
  delete json['default']
  const value = defaultOf(schema)
  if (value !== undefined) json['default'] = value
}

/** Kinds of schemas that have a default, or may hide one. */
const wrappers = new Set(['default', 'prefault', 'catch', 'optional', 'nullable', 'readonly'])

interface Wrapper {
  readonly type: string
  readonly innerType: Kind
  readonly defaultValue: unknown
  catchValue(context: undefined): unknown
}

/** What an absent value becomes, as JSON has it; undefined if it stays absent, or is refused. */
function defaultOf(schema: Kind): unknown {
  const def = schema._zod.def as unknown as Wrapper
  if (!wrappers.has(def.type)) return undefined
  if (def.type === 'prefault') return def.defaultValue
  if (def.type === 'default') return encoded(def.innerType, () => def.defaultValue)
  const { optin } = def.innerType._zod
  if (def.type === 'optional' && optin !== 'defaulted') return undefined
  if (def.type === 'catch' && optin === undefined) {
    return encoded(def.innerType, () => def.catchValue(undefined))
  }
  return defaultOf(def.innerType)
}

/** A value of the process as JSON has it; undefined if it depends on what there was. */
function encoded(schema: Kind, make: () => unknown): unknown {
  try {
    return z.encode(schema, make())
  } catch {
    return undefined
  }
}

function caughtWords(schema: Kind): string {
  const { innerType, catchValue } = schema._zod.def as unknown as Wrapper
  try {
    const value = catchValue(undefined)
    return value === undefined ? 'nothing' : literalWords(z.encode(innerType, value))
  } catch {
    return 'another value'
  }
}

/** Decimals by the pattern of their text, by which they are known also to another copy of the package. */
const decimalWords: ReadonlyMap<unknown, string> = new Map([
  [decimalPatterns.any, 'Decimal'],
  [decimalPatterns.positive, 'Decimal above 0'],
  [decimalPatterns.nonNegative, 'Decimal of 0 or more'],
  [decimalPatterns.zero, 'Decimal 0'],
])

/** What JSON has no schema for. */
const kinds: Readonly<Record<string, string>> = {
  date: 'Date',
  bigint: 'bigint',
  map: 'Map',
  set: 'Set',
}

interface Place {
  readonly conversion: Conversion
  /** What is being converted already: a codec may hold itself. */
  readonly open: readonly Kind[]
}

/** What a value is in the process; undefined if it is what JSON has. */
function processOf(schema: Kind, json: Schema, place: Place): string | Schema | undefined {
  const { def } = schema._zod
  if (def.type === 'custom' && place.open.length > 0) {
    const { Class } = schema._zod.bag as { readonly Class?: { readonly name: string } }
    return Class?.name ?? 'value of its own kind'
  }
  if (def.type !== 'pipe') return kinds[def.type]
  if (place.open.includes(schema)) return 'the same again'
  const { out } = def as z.core.$ZodPipeDef
  return (
    decimalWords.get(json['pattern']) ??
    jsonSchemaOf(out, place.conversion, [...place.open, schema])
  )
}
