import * as z from 'zod'
import type { PayloadSchema } from './definition.ts'

/** A JSON Schema, or true for what accepts everything. */
type Schema = Readonly<Record<string, unknown>> | true

/** One place of a payload that a path leads to. */
export interface Field {
  /** Whether the payload is valid without it, as far as its own place is concerned. */
  readonly optional: boolean
  /** Whether any text may stand there. */
  readonly freeText: boolean
}

/** What stands in the place of a text that is not to be seen. */
export const redactedText = '[redacted]'

/**
 * Every place of the payloads of a schema that a path leads to, in plain JSON; none if no payload can
 * have it.
 *
 * @param tokens keys, indices, and `*` for any of them.
 */
export function fieldsAt(payload: PayloadSchema, tokens: readonly string[]): readonly Field[] {
  const root = z.toJSONSchema(payload, { io: 'input', unrepresentable: 'any' }) as Schema
  let found: readonly Place[] = [{ schema: root, optional: false }]
  for (const token of tokens) {
    found = found.flatMap(({ schema }) =>
      alternatives(root, schema).flatMap((one) => childrenOf(one, token)),
    )
  }
  return found.map(({ schema, optional }) => ({
    optional,
    freeText: alternatives(root, schema).some(isFreeText),
  }))
}

interface Place {
  readonly schema: Schema
  readonly optional: boolean
}

/** The schemas that a value may follow, without those that only refer to others. */
function alternatives(root: Schema, schema: Schema): readonly Schema[] {
  if (schema === true) return [{}]
  const { $ref: reference } = schema
  if (typeof reference === 'string') return alternatives(root, resolve(root, reference))
  const lists = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => (schema[key] ?? []) as Schema[])
  const { type } = schema
  if (Array.isArray(type)) return type.map((one: unknown) => ({ ...schema, type: one }))
  if (lists.length === 0) return [schema]
  return lists.flatMap((one) => alternatives(root, one))
}

/** What a reference inside of the document points to: `#` or `#/$defs/name`. */
function resolve(root: Schema, reference: string): Schema {
  let schema = root as Record<string, unknown>
  for (const token of reference.split('/').slice(1)) {
    schema = schema[token] as Record<string, unknown>
  }
  return schema
}

function childrenOf(schema: Schema, token: string): readonly Place[] {
  const { type, properties = {}, required = [], additionalProperties } = schema as ObjectSchema
  if (type === 'array') return itemsOf(schema as ListSchema, token)
  // What has no type of its own may be anything.
  if (type === undefined) return [{ schema: true, optional: true }]
  if (type !== 'object') return []
  const named = Object.entries(properties).flatMap(([key, child]) =>
    token === '*' || token === key ? [{ schema: child, optional: !required.includes(key) }] : [],
  )
  if (token !== '*' && named.length > 0) return named
  if (additionalProperties === undefined || additionalProperties === false) return named
  return [...named, { schema: additionalProperties, optional: !required.includes(token) }]
}

interface ObjectSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | false
}

interface ListSchema {
  readonly prefixItems?: readonly Schema[]
  readonly items?: Schema | false
}

/** No item may be taken out: those behind it would move. */
function itemsOf({ prefixItems = [], items = false }: ListSchema, token: string): readonly Place[] {
  if (token === '*') {
    const all = items === false ? prefixItems : [...prefixItems, items]
    return all.map((schema) => ({ schema, optional: false }))
  }
  if (!/^(?:0|[1-9]\d*)$/.test(token)) return []
  const schema = prefixItems[Number(token)] ?? items
  return schema === false ? [] : [{ schema, optional: false }]
}

/** Whether `redactedText` is accepted, as far as JSON Schema says. */
function isFreeText(schema: Schema): boolean {
  const { type, minLength = 0, maxLength = Infinity, ...rest } = schema as TextSchema
  if (type === undefined) return !('const' in rest || 'enum' in rest || 'not' in rest)
  if (type !== 'string' || minLength > redactedText.length) return false
  if (maxLength < redactedText.length) return false
  return !['pattern', 'format', 'enum', 'const', 'contentEncoding', 'allOf'].some(
    (key) => key in rest,
  )
}

interface TextSchema {
  readonly type?: string
  readonly minLength?: number
  readonly maxLength?: number
}
