import { resolved, type Schema } from './payload-schema.ts'
import type { PayloadField } from './payload-field.ts'

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
  const names = Object.keys(objects[0]?.properties ?? {})
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

/**
 * The fields of several objects that a value may be one of, each once: what all of them have first, then
 * what some of them have, with the condition.
 *
 * @param lists the fields of each object.
 */
export function unionFields(
  objects: readonly Schema[],
  lists: readonly (readonly PayloadField[])[],
): PayloadField[] {
  const by = discriminatorOf(objects)
  const conditions = objects.map((object, index) =>
    by === undefined
      ? [`shape ${index + 1} of ${objects.length}`]
      : valuesOf(object, by).map((value) => JSON.stringify(value).replaceAll('"', "'")),
  )
  const all = lists.flatMap((fields, index) => fields.map((field) => ({ field, index })))
  const groups = Map.groupBy(all, ({ field }) => keyOf(field, by))
  const merged = [...groups.values()].map((members) => {
    const { field } = members[0]!
    if (members.length === objects.length) {
      return {
        ...field,
        type: [...new Set(members.map((member) => member.field.type))].join(' | '),
      }
    }
    const values = members.flatMap(({ index }) => conditions[index]!).join(' or ')
    const outer = by === undefined ? `it has ${values}` : `${by} is ${values}`
    const condition = field.condition === undefined ? outer : `${outer} and ${field.condition}`
    return { ...field, condition }
  })
  return [
    ...merged.filter(({ condition }) => condition === undefined),
    ...merged.filter(({ condition }) => condition !== undefined),
  ]
}

/** Fields with the same key are one: the discriminator has another type in each object. */
function keyOf({ path, type, required, meaning, condition }: PayloadField, by?: string): string {
  if (by !== undefined && path.split(/[.\]]/).at(-1) === by) return path
  return JSON.stringify([path, type, required, meaning, condition])
}
