import type { CatalogEntry } from '../events/catalog-entry.ts'
import { decimalPatterns } from '../events/decimal.ts'
import type { JSONSchemaDocument } from '../events/json-schema.ts'
import { z } from '../events/schema.ts'
import { sentencesOf } from './trading-event.ts'

/** A JSON Schema while it is worked on. */
export interface Schema {
  [keyword: string]: unknown
  type?: string | readonly string[]
  description?: string
  properties?: Record<string, Schema>
}

/** How a JSON Schema of a payload is made. */
export interface PayloadSchemaOptions {
  /** Which draft it keeps to. */
  readonly draft: '2020-12' | '7'
  /** Where the payload stands in the document that is to hold it, such as `#/properties/data`. */
  readonly at: string
  /** Whether it says what JSON cannot: see {@link noted}. Default no. */
  readonly annotated?: boolean
}

/** The keyword under which an annotated schema says what a value is in the process. */
export const noted = 'x-process'

/** Decimals by the pattern of their text, by which they are known also to another copy of the package. */
const decimalWords: ReadonlyMap<unknown, string> = new Map([
  [decimalPatterns.any, 'Decimal'],
  [decimalPatterns.positive, 'Decimal above 0'],
  [decimalPatterns.nonNegative, 'Decimal of 0 or more'],
  [decimalPatterns.zero, 'Decimal 0'],
])

/** JSON Schema of the encoded payload of an event, with the sentences of its fields. */
export function payloadSchema(
  entry: CatalogEntry,
  { draft, at, annotated = false }: PayloadSchemaOptions,
): JSONSchemaDocument {
  const { $schema: _, ...schema } = z.toJSONSchema(entry.payload, {
    io: 'input',
    target: draft === '7' ? 'draft-7' : 'draft-2020-12',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      // What a handler must not change, a producer must write all the same.
      delete jsonSchema.readOnly
      const kind = annotated ? kindOf(zodSchema, jsonSchema as Schema) : undefined
      if (kind !== undefined) jsonSchema[noted] = kind
    },
  })
  describe(schema as Schema, sentencesOf(entry), '')
  return rebased(schema, at) as JSONSchemaDocument
}

/** Gives the fields of a trading event the sentences of their doc comments. */
function describe(schema: Schema, sentences: Readonly<Record<string, string>>, path: string): void {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const key = path + name
    // A field may be called `constructor`.
    const sentence = Object.hasOwn(sentences, key) ? sentences[key] : undefined
    if (sentence !== undefined) field.description = sentence
    describe(field, sentences, `${path}${name}.`)
  }
}

/** What a value that JSON writes as something else is in the process. */
function kindOf(schema: z.core.$ZodType, json: Schema): string | undefined {
  const { def } = schema._zod
  if (def.type !== 'pipe') return undefined
  const decimal = decimalWords.get(json['pattern'])
  if (decimal !== undefined) return decimal
  const kinds: Readonly<Record<string, string>> = {
    date: 'Date',
    bigint: 'bigint',
    map: 'Map',
    set: 'Set',
  }
  return kinds[(def as z.core.$ZodPipeDef).out._zod.def.type]
}

/** The same schema with its references to itself led to where it will stand. */
function rebased(value: unknown, at: string): unknown {
  if (Array.isArray(value)) return value.map((item) => rebased(item, at))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [
      key,
      key === '$ref' && typeof item === 'string' ? at + item.slice(1) : rebased(item, at),
    ]),
  )
}

/** The schema that a reference of a payload leads to; any other one is itself. */
export function resolved(schema: Schema, root: Schema): Schema {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema
  const name = reference.split('/').at(-1)!
  return name === '#' ? root : (root['$defs'] as Record<string, Schema>)[name]!
}
