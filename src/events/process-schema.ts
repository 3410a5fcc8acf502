import * as z from 'zod'
import { ConfigurationError } from '../errors/tradewire-error.ts'

type Schema = z.core.$ZodType
type Definition = Record<string, unknown> & { type: string; checks?: unknown[] }

/**
 * The schema of what `schema` decodes to: every codec is replaced by its decoded side, all checks
 * are kept. A payload schema describes both a decimal string on the wire and a Decimal in the
 * process; emission checks the latter, and never has to build a decoded copy.
 *
 * @throws ConfigurationError `CONFIGURATION` if the schema transforms in one direction only, because
 * such a payload could not be written back, or if it changes what it checks (`z.coerce`, `.trim()`),
 * because handlers would see another payload than the wire.
 */
export function processSchema(schema: Schema): Schema {
  const definition = schema._zod.def as unknown as Definition
  requireUnchanging(definition)
  switch (definition.type) {
    case 'pipe':
      return decodedSide(definition)
    case 'transform':
      throw new ConfigurationError(
        'A payload schema must be readable in both directions, but holds a one-way transform. Use z.codec(…) in place of .transform(…).',
      )
    case 'lazy':
      return processLazy(schema, definition['getter'] as () => Schema)
    // What these put in the place of a bad or absent value is there once it is in the process.
    case 'default':
    case 'prefault':
    case 'catch':
      return processSchema(definition['innerType'] as Schema)
    case 'object':
      return processObject(schema, definition)
    case 'record':
      return z.pipe(
        z.custom(hasNoPrototypeKey, { error: 'expected no key "__proto__"' }),
        rebuild(schema, definition, mapChildren(definition)),
      )
    default:
      return rebuild(schema, definition, mapChildren(definition))
  }
}

function requireUnchanging({ coerce, checks = [] }: Definition): void {
  // Every check has a definition with the name of its kind.
  const overwrites = (checks as z.core.$ZodCheck[]).some(
    (check) => check._zod.def.check === 'overwrite',
  )
  if (coerce !== true && !overwrites) return
  const found = overwrites
    ? 'a check that changes it, such as .trim() or .toUpperCase()'
    : 'z.coerce, which changes it'
  throw new ConfigurationError(
    `A payload schema must leave a payload as it is, but holds ${found}: handlers would see another value than the log. Use z.codec(…), or prepare the value before emitting it.`,
  )
}

/** zod passes over such a key, and a copy of the value would lose it or change its prototype. */
function hasNoPrototypeKey(value: unknown): boolean {
  return typeof value !== 'object' || value === null || !Object.hasOwn(value, '__proto__')
}

/** The keys under which zod keeps the schemas inside a schema, for the kinds that have any. */
const childKeys = [
  'innerType',
  'element',
  'keyType',
  'valueType',
  'left',
  'right',
  'rest',
  'catchall',
] as const
const listKeys = ['options', 'items'] as const

/** Recursive schemas by what they were made from, so that each recursion ends where it began. */
const processedLazies = /* @__PURE__ */ new WeakMap<Schema, Schema>()

function processLazy(schema: Schema, getter: () => Schema): Schema {
  const known = processedLazies.get(schema)
  if (known !== undefined) return known
  const processed = z.lazy(() => processSchema(getter()))
  processedLazies.set(schema, processed)
  return processed
}

/** Objects that are or were looked at inside of the outermost one, with what becomes of them: each once. */
const underway = /* @__PURE__ */ new Map<Schema, { processed?: Schema }>()

/** An object that comes again among its own fields, as a getter of its shape gives it, is a recursion. */
function processObject(schema: Schema, definition: Definition): Schema {
  const outer = underway.get(schema)
  if (outer !== undefined) return outer.processed ?? z.lazy(() => outer.processed!)
  const outermost = underway.size === 0
  const begun: { processed?: Schema } = {}
  underway.set(schema, begun)
  try {
    begun.processed = rebuild(schema, definition, {
      ...mapShape(definition['shape'] as Record<string, Schema>),
      ...mapChildren(definition),
    })
    return begun.processed
  } finally {
    if (outermost) underway.clear()
  }
}

function decodedSide(definition: Definition): Schema {
  const inner = processSchema(definition['out'] as Schema)
  if (definition.checks === undefined || definition.checks.length === 0) return inner
  const innerDefinition = inner._zod.def as unknown as Definition
  const checks = [...(innerDefinition.checks ?? []), ...definition.checks]
  return rebuild(inner, innerDefinition, { checks })
}

function mapShape(shape: Record<string, Schema>): Record<string, unknown> {
  const entries = Object.entries(shape).map(([key, field]) => [key, processSchema(field)] as const)
  if (entries.every(([key, field]) => field === shape[key])) return {}
  return { shape: Object.fromEntries(entries) }
}

function mapChildren(definition: Definition): Record<string, unknown> {
  const changes: Record<string, unknown> = {}
  for (const key of childKeys) {
    const child = definition[key] as Schema | null | undefined
    if (child === null || child === undefined) continue
    const mapped = processSchema(child)
    if (mapped !== child) changes[key] = mapped
  }
  for (const key of listKeys) {
    const children = definition[key] as readonly Schema[] | undefined
    if (children === undefined) continue
    const mapped = children.map(processSchema)
    if (mapped.some((child, index) => child !== children[index])) changes[key] = mapped
  }
  return changes
}

function rebuild(schema: Schema, definition: Definition, changes: Record<string, unknown>): Schema {
  if (Object.keys(changes).length === 0) return schema
  return z.clone(schema, { ...definition, ...changes } as unknown as typeof schema._zod.def)
}
