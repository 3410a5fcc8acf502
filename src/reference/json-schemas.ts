import { CatalogEntry } from '../events/catalog-entry.ts'
import type { Catalog } from '../events/catalog.ts'
import { catalogJSONSchema, type JSONSchemaDocument } from '../events/json-schema.ts'
import { z } from '../events/schema.ts'
import { fileNames } from './file-name.ts'
import { payloadSchema } from './payload-schema.ts'

const draft = 'https://json-schema.org/draft/2020-12/schema'

/**
 * A JSON Schema (draft 2020-12) for each event of a catalog as it is encoded, by event name. The `$id` of
 * each is relative and stays the same from version to version, such as `order.filled.schema.json`; fields
 * have their meaning as description.
 */
export function jsonSchemasOf(catalog: Catalog): ReadonlyMap<string, JSONSchemaDocument> {
  const files = fileNames(catalog)
  return new Map(
    [...catalog.entries.values()].map((entry) => [
      entry.name,
      {
        $schema: draft,
        $id: `${files.get(entry.name)!}.schema.json`,
        ...encodedSchema(entry, '2020-12', '#'),
      },
    ]),
  )
}

/**
 * One JSON Schema of every encoded event of a catalog, which refers to those of {@link jsonSchemasOf}.
 *
 * @param bundled whether it holds them all, in place of standing beside their files.
 */
export function catalogSchema(
  catalog: Catalog,
  { title, bundled }: { readonly title: string; readonly bundled: boolean },
): JSONSchemaDocument {
  const schemas = jsonSchemasOf(catalog)
  return {
    $schema: draft,
    $id: 'catalog.json',
    title,
    oneOf: [...schemas.values()].map(({ $id }) => ({ $ref: $id })),
    ...(bundled ? { $defs: Object.fromEntries(schemas) } : {}),
  }
}

/** The schema of an encoded event that is to stand at `at` of its document. */
export function encodedSchema(
  entry: CatalogEntry,
  drafted: '2020-12' | '7',
  at: string,
): JSONSchemaDocument {
  const { name, description, version } = entry
  // The envelope is that of any event; the payload has sentences, and is not refused what JSON cannot say.
  const bare = new CatalogEntry(name, { description, version, payload: z.object({}), example: {} })
  const { $defs } = catalogJSONSchema([bare]) as { $defs: Record<string, JSONSchemaDocument> }
  const envelope = $defs[name]!
  const data = payloadSchema(entry, { draft: drafted, at: `${at}/properties/data` })
  return { ...envelope, properties: { ...(envelope['properties'] as object), data } }
}
