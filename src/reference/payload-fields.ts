import type { CatalogEntry } from '../events/catalog-entry.ts'
import type { PayloadField } from './payload-field.ts'
import { payloadSchema } from './payload-schema.ts'
import { isSchema, noted, resolved, type Schema } from './schema.ts'
import { type TypeSurroundings, typeWords } from './type-words.ts'
import { alternativesOf, discriminatorOf, unionFields } from './union-fields.ts'

/** The fields of a payload, or of one of several shapes that it may have. */
export interface PayloadShape {
  /** When it has this shape; undefined if it is the only one. */
  readonly where: string | undefined
  /** Its type in words, if there is more to it than its fields: such as `object of number by name`. */
  readonly type: string | undefined
  readonly fields: readonly PayloadField[]
}

/** The shapes of the payload of an event, with all of their fields. */
export function payloadShapes(entry: CatalogEntry): readonly PayloadShape[] {
  const whole = payloadSchema(entry, { draft: '2020-12', at: '#', annotated: true })
  const root = isSchema(whole[noted]) ? whole[noted] : whole
  const top = resolved(root, root)
  const variants = alternativesOf(top).map((variant) => resolved(variant, root))
  const shapes = variants.length === 0 ? [top] : variants
  const places = placesOf(shapes, root)
  return shapes.map((shape, index) => {
    const type = typeWords(shape, { root, open: [root] })
    return {
      where: places[index],
      type: type === 'object' ? undefined : type,
      fields: distinct(bodyFields(shape, '', { root, open: [root, shape] })),
    }
  })
}

/** The fields of the objects that a field holds. */
function innerFields(
  field: Schema,
  path: string,
  { root, open }: TypeSurroundings,
): PayloadField[] {
  const schema = resolved(field, root)
  const process = schema[noted]
  if (isSchema(process)) return innerFields(process, path, { root: process, open: [] })
  return open.includes(schema) ? [] : bodyFields(schema, path, { root, open: [...open, schema] })
}

/** The fields of what a schema describes, of which the surroundings know already. */
function bodyFields(schema: Schema, path: string, inside: TypeSurroundings): PayloadField[] {
  const { allOf = [], prefixItems = [], items, patternProperties = {} } = schema
  const first = prefixItems as readonly Schema[]
  const others = schema['additionalProperties']
  const values = [...Object.values(patternProperties as object), others].filter(isSchema)
  return [
    ...ownFields(schema, path, inside),
    ...(allOf as readonly Schema[]).flatMap((part) => innerFields(part, path, inside)),
    ...variantFields(schema, path, inside),
    ...first.flatMap((item, index) => innerFields(item, `${path}[${index}]`, inside)),
    ...(isSchema(items)
      ? innerFields(items, `${path}[${first.length === 0 ? '' : `${first.length}…`}]`, inside)
      : []),
    ...values.flatMap((value) => innerFields(value, below(path, '*'), inside)),
  ]
}

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** The fields that an object has by name, each with its own, and a row for all others that it may have. */
function ownFields(shape: Schema, path: string, surroundings: TypeSurroundings): PayloadField[] {
  const { properties, additionalProperties: others } = shape
  if (properties === undefined) return []
  const required = (shape['required'] ?? []) as readonly string[]
  const fields = Object.entries(properties).flatMap(([name, field]) => [
    {
      path: below(path, name),
      type: typeWords(field, surroundings),
      // What is absent in JSON has its default once it is in the process.
      required: required.includes(name) || 'default' in field,
      meaning: meaningOf(field, surroundings.root),
      decimal: path === '' && isDecimal(resolved(field, surroundings.root)),
    },
    ...innerFields(field, below(path, name), surroundings),
  ])
  if (!isSchema(others)) return fields
  const type = typeWords(others, surroundings)
  const rest = { path: below(path, '*'), type, required: false, decimal: false }
  return [...fields, { ...rest, meaning: 'Any other field.' }]
}

function isDecimal({ [noted]: kind }: Schema): boolean {
  return typeof kind === 'string' && kind.startsWith('Decimal')
}

/** What is said of a field; else of the one value that it may have beside null; else of its items. */
function meaningOf(field: Schema, root: Schema): string {
  const own = field.description ?? resolved(field, root).description
  if (own !== undefined) return own
  const [one, another] = alternativesOf(field).filter(({ type }) => type !== 'null')
  if (one !== undefined) return another === undefined ? meaningOf(one, root) : ''
  const each = isSchema(field['items']) ? meaningOf(field['items'], root) : ''
  return each === '' ? '' : `Each: ${each}`
}

function variantFields(schema: Schema, path: string, inside: TypeSurroundings): PayloadField[] {
  const variants = alternativesOf(schema)
    .map((variant) => resolved(variant, inside.root))
    .filter(({ type }) => type !== 'null')
    .map((variant) => ({ schema: variant, fields: innerFields(variant, path, inside) }))
  return unionFields(path, variants)
}

/** When a payload has each of its shapes: by constant fields, and that by which they are told apart. */
function placesOf(shapes: readonly Schema[], root: Schema): readonly (string | undefined)[] {
  if (shapes.length === 1) return [undefined]
  const by = discriminatorOf(shapes)
  const constants = shapes.map(({ properties = {} }) =>
    Object.entries(properties)
      .filter(([name, field]) => name === by || 'const' in field)
      .map(([name, field]) => `\`${name}\` is \`${typeWords(field, { root, open: [] })}\``)
      .join(' and '),
  )
  return constants.map((where, index) => {
    if (where === '') return `Shape ${index + 1}`
    const unique = constants.filter((other) => other === where).length === 1
    return unique ? `Where ${where}` : `Shape ${index + 1}, where ${where}`
  })
}

/** What several parts of a payload have in common is listed once. */
function distinct(fields: readonly PayloadField[]): PayloadField[] {
  const seen = new Set<string>()
  return fields.filter(({ path, type, condition }) => {
    const key = JSON.stringify([path, type, condition])
    return seen.size < seen.add(key).size
  })
}
