import type { CatalogEntry } from '../events/catalog-entry.ts'
import type { Schema } from './schema.ts'
import { jsonSchemaOf } from './schema-conversion.ts'
import { sentencesOf } from './trading-event.ts'

/** How a JSON Schema of a payload is made. */
export interface PayloadSchemaOptions {
  /** Which draft it keeps to. */
  readonly draft: '2020-12' | '7'
  /** Where the payload stands in the document that is to hold it, such as `#/properties/data`. */
  readonly at: string
  /** Whether it says what JSON cannot. Default no. */
  readonly annotated?: boolean
}

/** JSON Schema of the encoded payload of an event, with the sentences of its fields. */
export function payloadSchema(
  entry: CatalogEntry,
  { draft, at, annotated = false }: PayloadSchemaOptions,
): Schema {
  const schema = jsonSchemaOf(entry.payload, { draft, annotated })
  describe(schema, sentencesOf(entry), '')
  return rebased(schema, at) as Schema
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
