import { Decimal, decimal, isDecimal } from '../events/decimal.ts'
import type { CatalogEntry } from '../events/catalog-entry.ts'
import { EventValidationError, type ValidationIssue } from '../events/errors.ts'
import { requirePlainJSON } from '../events/plain-json.ts'

/** What of a zod schema is needed to find the decimals in it. */
interface Schema {
  readonly _zod: { readonly def: Definition }
  safeParse(value: unknown): { readonly success: boolean }
}

/** The parts of the kinds of schema that hold other schemas. */
interface Definition {
  readonly type: string
  readonly in?: Schema
  readonly innerType?: Schema
  readonly element?: Schema
  readonly valueType?: Schema
  readonly catchall?: Schema
  readonly rest?: Schema | null
  readonly left?: Schema
  readonly right?: Schema
  readonly shape?: Readonly<Record<string, Schema>>
  readonly items?: readonly Schema[]
  readonly options?: readonly Schema[]
  readonly getter?: () => Schema
}

/** The outer side of every decimal schema is one and the same, also after `refine` and `meta`. */
const decimalText = definitionOf(decimal()).in

/**
 * Decodes a payload of the string-event world. It may hold decimals as text, as finite numbers, which
 * count as their shortest text (`String(0.1 + 0.2)` has 17 digits, all of which stay), or as Decimals
 * of any copy of decimal.js. All else must be as it is on the wire. The result shares nothing with
 * `payload`.
 *
 * @throws EventValidationError `EVENT_INVALID` if it does not match the schema of the event.
 */
export function decodeLoosely(entry: CatalogEntry, type: string, payload: unknown): object {
  let plain: unknown
  try {
    plain = loosen(entry.payload, payload, toDecimalText)
  } catch (cause) {
    const message = 'the payload could not be read: a getter threw, or it holds itself'
    throw new EventValidationError(type, [{ path: '', message }], { cause })
  }
  requirePlainJSON(type, plain)
  try {
    return entry.decode(type, plain)
  } catch (error) {
    if (!(error instanceof EventValidationError)) throw error
    const marked = loosen(entry.payload, plain, () => decimalPlace)
    const issues = error.issues.map((issue) => inLooseWords(issue, marked))
    throw new EventValidationError(type, issues, { cause: error.cause })
  }
}

/** Stands wherever a schema wants a decimal. */
const decimalPlace = Symbol('decimal')

/** The same issue; of a decimal, with all that legacy code may give for one. */
function inLooseWords({ path, message }: ValidationIssue, marked: unknown): ValidationIssue {
  let place = marked
  for (const key of path.split('.')) place = (Object(place) as Record<string, unknown>)[key]
  if (place !== decimalPlace) return { path, message }
  const words = 'expected text, finite number or Decimal, found'
  return { path, message: message.replace(/^expected string, found/, words) }
}

/** What is to stand where a schema wants a decimal. */
type Replace = (value: unknown) => unknown

function definitionOf(schema: unknown): Definition {
  // Only ever given schemas of zod, which document `_zod.def` for tools that walk them.
  return (schema as Schema)._zod.def
}

/** A copy of `value` with what `replace` makes of it wherever `schema` wants a decimal. */
function loosen(schema: Schema, value: unknown, replace: Replace): unknown {
  const definition = definitionOf(schema)
  switch (definition.type) {
    case 'pipe':
      return definition.in === decimalText ? replace(value) : loosen(definition.in!, value, replace)
    case 'object':
      return copyFields(value, replace, (key) =>
        Object.hasOwn(definition.shape!, key) ? definition.shape![key] : definition.catchall,
      )
    case 'record':
      return copyFields(value, replace, () => definition.valueType)
    case 'array':
      return copyItems(value, replace, () => definition.element)
    case 'tuple':
      return copyItems(
        value,
        replace,
        (index) => definition.items![index] ?? definition.rest ?? undefined,
      )
    case 'union':
      return loosenUnion(definition.options!, value, replace)
    case 'intersection':
      return loosen(definition.right!, loosen(definition.left!, value, replace), replace)
    case 'lazy':
      return loosen(definition.getter!(), value, replace)
    default:
      return definition.innerType === undefined
        ? value
        : loosen(definition.innerType, value, replace)
  }
}

/** The first option that fits decides, as it does when zod decodes. */
function loosenUnion(options: readonly Schema[], value: unknown, replace: Replace): unknown {
  for (const option of options) {
    const candidate = loosen(option, value, replace)
    if (option.safeParse(candidate).success) return candidate
  }
  return value
}

function copyFields(
  value: unknown,
  replace: Replace,
  schemaOf: (key: string) => Schema | undefined,
): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  // fromEntries defines each key, `__proto__` too, where an assignment would set the prototype.
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, loosenWith(schemaOf(key), field, replace)]),
  )
}

function copyItems(
  value: unknown,
  replace: Replace,
  schemaOf: (index: number) => Schema | undefined,
): unknown {
  if (!Array.isArray(value)) return value
  return value.map((item, index) => loosenWith(schemaOf(index), item, replace))
}

function loosenWith(schema: Schema | undefined, value: unknown, replace: Replace): unknown {
  return schema === undefined ? value : loosen(schema, value, replace)
}

/** Text of a number or Decimal; everything else stays, for the schema to judge. */
function toDecimalText(value: unknown): unknown {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? new Decimal(String(value)).toFixed() : value
  }
  if (!Decimal.isDecimal(value)) return value
  // Copied first, so that only digits are taken from another copy of decimal.js.
  const copy = new Decimal(value)
  return isDecimal(copy) ? copy.toFixed() : value
}
