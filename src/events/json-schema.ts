import * as z from 'zod'
import type { CatalogEntry } from './catalog-entry.ts'
import { isParameter } from './pattern.ts'
import { priorities } from './priority.ts'

/** A JSON Schema, as a plain object. */
export type JSONSchemaDocument = Readonly<Record<string, unknown>>

/** Draft 2020-12 schema of every encoded event of `entries`. */
export function catalogJSONSchema(entries: Iterable<CatalogEntry>): JSONSchemaDocument {
  const definitions: [string, JSONSchemaDocument][] = []
  for (const entry of entries) definitions.push([entry.name, eventJSONSchema(entry)])
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $defs: Object.fromEntries(definitions),
    oneOf: definitions.map(([name]) => ({
      $ref: `#/$defs/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`,
    })),
  }
}

function eventJSONSchema(entry: CatalogEntry): JSONSchemaDocument {
  const data = payloadJSONSchema(entry)
  const text = { type: 'string', minLength: 1 }
  return {
    title: entry.name,
    description: entry.description,
    type: 'object',
    properties: {
      id: text,
      type: entry.parameterised
        ? { type: 'string', pattern: typePattern(entry) }
        : { const: entry.name },
      data,
      timestamp: { type: 'number', description: 'Milliseconds since the Unix epoch.' },
      sequence: { type: 'integer', minimum: 1 },
      source: text,
      correlationId: text,
      causationId: text,
      version: { const: entry.version },
      priority: { enum: [...priorities] },
      metadata: {
        type: 'object',
        // Not a list of types, which some validators take for a mistake.
        additionalProperties: { anyOf: ['string', 'number', 'boolean'].map((type) => ({ type })) },
      },
    },
    required: ['id', 'type', 'data', 'timestamp', 'sequence', 'source', 'correlationId', 'version'],
    additionalProperties: false,
  }
}

function payloadJSONSchema(entry: CatalogEntry): JSONSchemaDocument {
  const { $schema: _, ...data } = z.toJSONSchema(entry.payload, { io: 'input' })
  // A recursive payload refers to itself from its own root, which it has only if it has an id.
  if (!JSON.stringify(data).includes('"$ref":')) return data
  return { $id: `urn:tradewire:${encodeURIComponent(entry.name)}:${entry.version}`, ...data }
}

/** The types of a parameterised name, as a regular expression for readers of the schema. */
function typePattern(entry: CatalogEntry): string {
  const tokens = entry.tokens.map((token) =>
    isParameter(token) ? '[^.]+' : token.replace(/[\\^$+?()[\]|]/g, '\\$&'),
  )
  return `^${tokens.join('\\.')}$`
}
