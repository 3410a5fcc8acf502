import { noted, resolved, type Schema } from './payload-schema.ts'
import { alternativesOf, discriminatorOf, objectsOf } from './union-fields.ts'

/** Where a type stands. */
export interface TypeSurroundings {
  /** The schema of the whole payload. */
  readonly root: Schema
  /** What is being described already: a type that holds itself is not described again. */
  readonly open: readonly Schema[]
}

/** The type of a value in words: what a handler sees, and that JSON has it as text where it has. */
export function typeWords(schema: Schema, surroundings: TypeSurroundings): string {
  const fallback = 'default' in schema ? `; if absent in JSON, ${literal(schema['default'])}` : ''
  const coded: Coded = { found: false, ...surroundings }
  const words = wordsOf(schema, coded) + fallback
  return coded.found ? `${words}, as ${coded.as ?? 'text'} in JSON` : words
}

/** Whether a part of a type is another value in JSON. */
interface Coded extends TypeSurroundings {
  found: boolean
  as?: string
}

function wordsOf(schema: Schema, coded: Coded): string {
  const kind = schema[noted]
  if (typeof kind === 'string') {
    coded.found = true
    if (schema.type !== 'string') coded.as = oneOf(schema.type) ?? 'another value'
    return kind
  }
  if ('$ref' in schema) return referenceWords(schema, coded)
  if ('const' in schema) return literal(schema['const'])
  if (Array.isArray(schema['enum'])) return schema['enum'].map(literal).join(' | ')
  const either = schema['oneOf'] ?? schema['anyOf']
  if (Array.isArray(either)) return unionWords(schema, coded)
  if (Array.isArray(schema['allOf'])) return joined(schema['allOf'] as Schema[], ' and ', coded)
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
      return `number${range(schema)}`
    case 'integer':
      return `whole number${range(schema)}`
    case 'array':
      return listWords(schema, coded)
    case 'object':
      return objectWords(schema, coded)
    case undefined:
      return 'any JSON value'
    default:
      return type
  }
}

/** A type that is the only one. */
function oneOf(type: Schema['type']): string | undefined {
  return typeof type === 'string' ? type : undefined
}

function referenceWords(schema: Schema, coded: Coded): string {
  const { root, open } = coded
  const target = resolved(schema, root)
  if (open.includes(target)) return 'the same again'
  const inner: Coded = { ...coded, open: [...open, target] }
  const words = wordsOf(target, inner)
  coded.found = inner.found
  if (inner.as !== undefined) coded.as = inner.as
  return words
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

function joined(schemas: readonly Schema[], by: string, coded: Coded): string {
  return schemas.map((schema) => wordsOf(schema, coded)).join(by)
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
}

function textWords({ minLength, maxLength, format, pattern }: Schema): string {
  if (typeof format === 'string') return `text (${format})`
  if (typeof pattern === 'string') return `text that matches ${pattern}`
  const [least, most] = [minLength as number | undefined, maxLength as number | undefined]
  if (most !== undefined) {
    return least === undefined || least === 0
      ? `text of at most ${counted(most)} characters`
      : `text of ${counted(least)} to ${counted(most)} characters`
  }
  if (least === undefined || least === 0) return 'text'
  return least === 1 ? 'text that is not empty' : `text of at least ${counted(least)} characters`
}

const counted = (value: number): string => value.toLocaleString('en-US')

/** Beyond it numbers are not whole any more: the limit of every whole number is not worth a word. */
const wholeLimit = Number.MAX_SAFE_INTEGER

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const from = [limit(minimum, 'from'), limit(exclusiveMinimum, 'above')]
  const to = [
    limit(maximum, from[0] === '' && from[1] === '' ? 'up to' : 'to'),
    limit(exclusiveMaximum, 'below'),
  ]
  return [...from, ...to].join('')
}

function limit(value: unknown, word: string): string {
  return typeof value !== 'number' || Math.abs(value) >= wholeLimit
    ? ''
    : ` ${word} ${counted(value)}`
}

function listWords(schema: Schema, coded: Coded): string {
  const { prefixItems, items, minItems, maxItems } = schema
  if (Array.isArray(prefixItems)) {
    const rest = typeof items === 'object' && items !== null ? [items as Schema] : []
    const parts = prefixItems.map((item) => wordsOf(item as Schema, coded))
    return `[${[...parts, ...rest.map((item) => `…${wordsOf(item, coded)}`)].join(', ')}]`
  }
  const sizes = [
    typeof minItems === 'number' ? `at least ${counted(minItems)}` : '',
    typeof maxItems === 'number' ? `at most ${counted(maxItems)}` : '',
  ].filter((size) => size !== '')
  const size = sizes.length === 0 ? '' : ` (${sizes.join(', ')})`
  return `list${size} of ${inside(items as Schema, coded)}`
}

function objectWords({ properties, additionalProperties: values }: Schema, coded: Coded): string {
  if (properties !== undefined || typeof values !== 'object' || values === null) return 'object'
  return `object of ${inside(values as Schema, coded)} by name`
}

/** The type of what a list or an object holds; several types stand in parentheses. */
function inside(schema: Schema, coded: Coded): string {
  const words = wordsOf(schema, coded)
  const several = ['enum', 'oneOf', 'anyOf', 'allOf'].some((keyword) => keyword in schema)
  return several ? `(${words})` : words
}
