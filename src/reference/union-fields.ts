import type { PayloadField } from './payload-field.ts'
import { literalWords } from './scalar-words.ts'
import { isSchema, resolved, type Schema } from './schema.ts'

/** The objects that a value may be one of; empty unless there are several. */
export function objectsOf(schema: Schema, root: Schema): readonly Schema[] {
  const objects = alternativesOf(schema)
    .map((variant) => resolved(variant, root))
    .filter(({ properties }) => properties !== undefined)
  return objects.length > 1 ? objects : []
}

/** What a value may be one of, also through a union in a union; nothing if it is no union. */
export function alternativesOf(schema: Schema): readonly Schema[] {
  const either = (schema['oneOf'] ?? schema['anyOf'] ?? []) as readonly Schema[]
  return either.flatMap((variant) => {
    const inner = alternativesOf(variant)
    return inner.length === 0 ? [variant] : inner
  })
}

/** The field by whose value a reader knows which of several objects it is; undefined without one. */
export function discriminatorOf(objects: readonly Schema[]): string | undefined {
  const names = Object.keys(objects[0]!.properties ?? {})
  return names.find((name) => {
    const values = objects.map((object) => valuesOf(object, name))
    const all = values.flat()
    return values.every(({ length }) => length > 0) && new Set(all).size === all.length
  })
}

/** The only values that a field of an object may have; empty if there are others. */
function valuesOf({ properties }: Schema, name: string): readonly unknown[] {
  const field = properties?.[name] ?? {}
  return 'const' in field ? [field['const']] : ((field['enum'] ?? []) as readonly unknown[])
}

/** A value that a union may have, with its fields. */
export interface Variant {
  readonly schema: Schema
  readonly fields: readonly PayloadField[]
}

/**
 * The fields of what a value may be one of, each once: what all have first, then what some of them have,
 * with the condition.
 *
 * @param path the name of the value, after which those of its fields begin.
 * @param variants all that it may be, but for null.
 */
export function unionFields(path: string, variants: readonly Variant[]): PayloadField[] {
  const objects = variants.filter((variant) => kindOf(variant) === object)
  const by = objects.length > 1 ? discriminatorOf(objects.map(({ schema }) => schema)) : undefined
  const all = variants.flatMap((variant) => variant.fields.map((field) => ({ field, variant })))
  const groups = Map.groupBy(
    all,
    ({ field, variant }) => kindOf(variant) + keyOf(field, by && `${path}.${by}`),
  )
  const merged = [...groups.values()].map((members) => {
    const { field } = members[0]!
    const types = new Set(members.map((member) => member.field.type))
    const outer = conditionOf([...new Set(members.map(({ variant }) => variant))], variants, by)
    const conditions = [outer, field.condition].filter((one) => one !== undefined)
    const condition = conditions.length === 0 ? {} : { condition: conditions.join(' and ') }
    return { ...field, type: [...types].join(' | '), ...condition }
  })
  return [
    ...merged.filter(({ condition }) => condition === undefined),
    ...merged.filter(({ condition }) => condition !== undefined),
  ]
}

const object = 'an object'

/** What kind of value a variant is: the fields of each kind have other paths. */
function kindOf({ schema, fields }: Variant): string {
  if (schema.properties !== undefined) return object
  if (schema.type === 'array') return 'a list'
  if (isSchema(schema['additionalProperties'])) return 'an object by name'
  return fields.length === 0 ? 'no object' : 'another value'
}

/** When a value is one of `some`, which are of one kind; undefined if it always is. */
function conditionOf(
  some: readonly Variant[],
  all: readonly Variant[],
  by: string | undefined,
): string | undefined {
  if (some.length === all.length) return undefined
  const kind = kindOf(some[0]!)
  const same = all.filter((variant) => kindOf(variant) === kind)
  if (some.length === same.length) return `it is ${kind}`
  if (kind === object && by !== undefined) {
    const values = some.flatMap(({ schema }) => valuesOf(schema, by).map(literalWords))
    return `${by} is ${values.join(' or ')}`
  }
  const shapes = some.map((one) => `shape ${same.indexOf(one) + 1} of ${same.length}`)
  return `it ${kind === object ? 'has' : `is ${kind} of`} ${shapes.join(' or ')}`
}

/** Fields with the same key are one: the discriminator has another type in each object. */
function keyOf({ path, type, required, meaning, condition }: PayloadField, by?: string): string {
  return path === by ? path : JSON.stringify([path, type, required, meaning, condition])
}
