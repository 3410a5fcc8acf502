/** A JSON Schema while it is worked on. */
export interface Schema {
  [keyword: string]: unknown
  type?: string | readonly string[]
  description?: string
  properties?: Record<string, Schema>
  /** In an annotated schema: what the value is in the process, in a word or as a schema of its own. */
  [noted]?: string | Schema
  /** In an annotated schema: what stands in the process if the value in JSON does not fit, in words. */
  [caught]?: string
}

/** The keyword under which an annotated schema says what a value is in the process. */
export const noted = 'x-process'

/** The keyword under which an annotated schema says what stands in the place of a value that does not fit. */
export const caught = 'x-otherwise'

/** Whether a value of a keyword is a schema, and not `true`, `false`, a word or nothing. */
export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null
}

/** The schema that a reference of a payload leads to; any other one is itself. */
export function resolved(schema: Schema, root: Schema): Schema {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema
  const name = reference.split('/').at(-1)!
  return name === '#' ? root : (root['$defs'] as Record<string, Schema>)[name]!
}
