import { counted, literalWords, rangeWords, textWords } from './scalar-words.ts'
import { caught, isSchema, noted, resolved, type Schema } from './schema.ts'
import { alternativesOf, discriminatorOf, objectsOf } from './union-fields.ts'

/** Where a type stands. */
export interface TypeSurroundings {
  /** The schema of the whole payload. */
  readonly root: Schema
  /** What is being described already: a type that holds itself is not described again. */
  readonly open: readonly Schema[]
}

/** What a type is called inside of itself. */
const again = 'the same again'

/** The type of a value in words: what a handler sees, and that JSON has it as text where it has. */
export function typeWords(schema: Schema, surroundings: TypeSurroundings): string {
  const coded: Coded = { as: new Set(), ...surroundings }
  const words = wordsOf(schema, coded)
  const as = coded.as.size === 0 ? '' : `, as ${[...coded.as].join(' or ')} in JSON`
  return words + as + fallbackWords(schema)
}

/** What a value that is absent in JSON becomes, and one that does not fit. */
function fallbackWords(schema: Schema): string {
  const absent = 'default' in schema ? literalWords(schema['default']) : undefined
  const unfit = schema[caught]
  if (absent === unfit) return absent === undefined ? '' : `; if absent or unfit in JSON, ${absent}`
  return [
    absent === undefined ? '' : `; if absent in JSON, ${absent}`,
    unfit === undefined ? '' : `; if unfit in JSON, ${unfit}`,
  ].join('')
}

/** What JSON has in the place of parts of a type that it has no value for. */
interface Coded extends TypeSurroundings {
  readonly as: Set<string>
}

function wordsOf(schema: Schema, coded: Coded): string {
  const process = schema[noted]
  if (process !== undefined) return processWords(schema, process, coded)
  if ('$ref' in schema) return referenceWords(schema, coded)
  if ('not' in schema) return 'nothing'
  if ('const' in schema) return literalWords(schema['const'])
  if (Array.isArray(schema['enum'])) return schema['enum'].map(literalWords).join(' | ')
  if (alternativesOf(schema).length > 0) return unionWords(schema, coded)
  const { type } = schema
  if (typeof type === 'object') {
    return joined(
      type.map((one: string) => ({ ...schema, type: one })),
      ' or ',
      coded,
    )
  }
  switch (type) {
    case 'string':
      return textWords(schema)
    case 'number':
      return `number${rangeWords(schema)}`
    case 'integer':
      return `whole number${rangeWords(schema)}`
    case 'array':
      return listWords(schema, coded)
    case 'object':
      return objectWords(schema, coded)
    case undefined:
      return Array.isArray(schema['allOf'])
        ? bothWords(schema['allOf'] as readonly Schema[], coded)
        : 'any JSON value'
    default:
      return type
  }
}

/** The value in the process; where that is of another type in JSON, it is noted as what. */
function processWords(schema: Schema, process: string | Schema, coded: Coded): string {
  if (!isSchema(process)) {
    coded.as.add(jsonWords(schema))
    return process
  }
  const inner: Coded = { root: process, open: [], as: new Set() }
  const words = wordsOf(process, inner)
  if (inner.as.size > 0 || process.type !== schema.type) coded.as.add(jsonWords(schema))
  return words
}

function jsonWords({ type }: Schema): string {
  if (type === undefined) return 'another value'
  return [type].flat().join(' or ').replace('string', 'text')
}

function referenceWords(schema: Schema, coded: Coded): string {
  const { root, open } = coded
  const target = resolved(schema, root)
  if (open.includes(target)) return again
  return wordsOf(target, { ...coded, open: [...open, target] })
}

/** Several objects are told apart by the rows of their fields: here they are counted. */
function unionWords(schema: Schema, coded: Coded): string {
  const either = alternativesOf(schema)
  const objects = objectsOf(schema, coded.root)
  if (objects.length === 0) return joined(either, ' or ', coded)
  const by = discriminatorOf(objects)
  const words = `one of ${objects.length} objects${by === undefined ? '' : ` (by ${by})`}`
  const others = either.filter((variant) => !objects.includes(resolved(variant, coded.root)))
  return others.length === 0 ? words : `${words} or ${joined(others, ' or ', coded)}`
}

/** What has to be all of this at once. Objects are one object, whose fields have rows. */
function bothWords(schemas: readonly Schema[], coded: Coded): string {
  return [...new Set(schemas.map((schema) => inside(schema, coded)))].join(' and ')
}

function joined(schemas: readonly Schema[], by: string, coded: Coded): string {
  return schemas.map((schema) => wordsOf(schema, coded)).join(by)
}

function listWords(schema: Schema, coded: Coded): string {
  const { prefixItems, items, minItems, maxItems } = schema
  if (Array.isArray(prefixItems)) {
    const needed = (minItems ?? 0) as number
    const parts = (prefixItems as readonly Schema[]).map((item, index) =>
      index < needed ? wordsOf(item, coded) : optionalWords(item, coded),
    )
    const rest = isSchema(items) ? [`…${inside(items, coded)}`] : []
    return `[${[...parts, ...rest].join(', ')}]`
  }
  const sizes = [
    typeof minItems === 'number' ? `at least ${counted(minItems)}` : '',
    typeof maxItems === 'number' ? `at most ${counted(maxItems)}` : '',
  ].filter((size) => size !== '')
  const exact = minItems !== undefined && minItems === maxItems
  const size = exact ? `exactly ${counted(minItems as number)}` : sizes.join(', ')
  return `list${size === '' ? '' : ` (${size})`} of ${inside(items as Schema, coded)}`
}

/** An item that a tuple may end before. */
function optionalWords(item: Schema, coded: Coded): string {
  const fallback = fallbackWords(item).replace(/^; /, '')
  return `${inside(item, coded)} (${fallback === '' ? 'optional' : fallback})`
}

function objectWords(schema: Schema, coded: Coded): string {
  const { properties, additionalProperties: values, patternProperties: patterns } = schema
  if (isSchema(patterns)) {
    const [pattern, value] = Object.entries(patterns)[0] as [string, Schema]
    return `object of ${inside(value, coded)} by text that matches ${pattern}, and of anything else`
  }
  if (properties !== undefined || !isSchema(values)) return 'object'
  return `object of ${inside(values, coded)} ${keyWords(schema, coded)}`
}

/** The keys of an object; a schema requires those that have to be there, which are all or none. */
function keyWords({ propertyNames, required }: Schema, coded: Coded): string {
  const words = wordsOf(propertyNames as Schema, coded)
  if (words === 'text') return 'by name'
  return required === undefined ? `by ${words}` : `for each of ${words}`
}

/** The type of what a list or an object holds; several types stand in parentheses. */
function inside(schema: Schema, coded: Coded): string {
  const words = wordsOf(schema, coded)
  const shown = resolved(schema, coded.root)
  const several =
    Array.isArray(shown.type) || ['enum', 'oneOf', 'anyOf', 'allOf'].some((key) => key in shown)
  return several && words !== again && words.includes(' ') ? `(${words})` : words
}
