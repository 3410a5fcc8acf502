import type { CatalogEntry } from '../events/catalog-entry.ts'
import type { PayloadField } from './payload-field.ts'
import { noted, payloadSchema, resolved, type Schema } from './payload-schema.ts'
import { type TypeSurroundings, typeWords } from './type-words.ts'
import { objectsOf, unionFields } from './union-fields.ts'

/** The fields of a payload, or of one of several shapes that it may have. */
export interface PayloadShape {
  /** When it has this shape; undefined if it is the only one. */
  readonly where: string | undefined
  readonly fields: readonly PayloadField[]
}

/** The shapes of the payload of an event, with all of their fields. */
export function payloadShapes(entry: CatalogEntry): readonly PayloadShape[] {
  const at = '#'
  const root = payloadSchema(entry, { draft: '2020-12', at, annotated: true }) as Schema
  const shapes = variantsOf(root).map((variant) => resolved(variant, root))
  return shapes.map((shape, index) => ({
    where: shapes.length === 1 ? undefined : whereOf(shape, index, root),
    fields: distinct(fieldsOf(shape, '', { root, open: [root, shape] })),
  }))
}

function fieldsOf(shape: Schema, path: string, surroundings: TypeSurroundings): PayloadField[] {
  const required = (shape['required'] ?? []) as readonly string[]
  return Object.entries(shape.properties ?? {}).flatMap(([name, field]) => [
    {
      path: path + name,
      type: typeWords(field, surroundings),
      // What is absent in JSON has its default once it is in the process.
      required: required.includes(name) || 'default' in field,
      meaning: field.description ?? resolved(field, surroundings.root).description ?? '',
      decimal: path === '' && isDecimal(field),
    },
    ...innerFields(field, path + name, surroundings),
  ])
}

function isDecimal({ [noted]: kind }: Schema): boolean {
  return typeof kind === 'string' && kind.startsWith('Decimal')
}

/** The fields of the objects that a field holds. */
function innerFields(
  field: Schema,
  path: string,
  { root, open }: TypeSurroundings,
): PayloadField[] {
  const schema = resolved(field, root)
  if (open.includes(schema)) return []
  const inside = { root, open: [...open, schema] }
  if (schema.properties !== undefined) return fieldsOf(schema, `${path}.`, inside)
  const items = schema['items']
  const values = schema['additionalProperties']
  const objects = objectsOf(schema, root)
  const others = variantsOf(schema).filter(
    (variant) => variant !== schema && !objects.includes(resolved(variant, root)),
  )
  return [
    ...unionFields(
      objects,
      objects.map((object) => innerFields(object, path, inside)),
    ),
    ...others.flatMap((variant) => innerFields(variant, path, inside)),
    ...(isSchema(items) ? innerFields(items, `${path}[]`, inside) : []),
    ...(isSchema(values) ? innerFields(values, `${path}.*`, inside) : []),
  ]
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null
}

/** What a value may be one of, also through a union in a union; itself if it is no union. */
function variantsOf(schema: Schema): readonly Schema[] {
  const either = schema['oneOf'] ?? schema['anyOf'] ?? schema['allOf']
  return either === undefined ? [schema] : (either as readonly Schema[]).flatMap(variantsOf)
}

/** When a payload has a shape: by its constant fields. */
function whereOf(shape: Schema, index: number, root: Schema): string {
  const constants = Object.entries(shape.properties ?? {})
    .filter(([, field]) => 'const' in field)
    .map(([name, field]) => `\`${name}\` is \`${typeWords(field, { root, open: [] })}\``)
  return constants.length === 0 ? `Shape ${index + 1}` : `Where ${constants.join(' and ')}`
}

/** What several variants of a field have in common is listed once. */
function distinct(fields: readonly PayloadField[]): PayloadField[] {
  const seen = new Set<string>()
  return fields.filter(({ path, type, condition }) => {
    const key = JSON.stringify([path, type, condition])
    return seen.size < seen.add(key).size
  })
}
