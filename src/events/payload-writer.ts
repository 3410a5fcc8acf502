import type * as z from 'zod'
import { isDecimal, isDecimalCodec } from './decimal.ts'
import { quote } from './json-text.ts'
import { type Measure, measureAny } from './payload-size.ts'

type Schema = z.core.$ZodType
type Definition = Readonly<Record<string, unknown>> & { readonly type: string }

/** How the values of one schema are written as JSON text. */
export interface PayloadWriter {
  /** The JSON text of a value that the schema has accepted. Throws if it is another one by now. */
  readonly write: (value: unknown) => string
  /** Measures a value before it is checked and written; absent where every value is small. */
  readonly measure: Measure | undefined
  /**
   * Whether the schema refuses every key that it does not name, down to the last object: then it
   * refuses `__proto__`, and any depth but its own.
   */
  readonly closed: boolean
}

interface Part extends PayloadWriter {
  /** Whether a value may be absent, which an object leaves out. */
  readonly optional?: boolean
  /** Whether values are written as what they are: text, numbers, booleans and null. */
  readonly flat?: boolean
}

type Write = PayloadWriter['write']

/**
 * The writer of a payload schema; undefined if the schema has a part whose text only zod knows, such
 * as a codec of the author's.
 */
export function payloadWriter(schema: Schema): PayloadWriter | undefined {
  return partOf(schema, new Map())
}

/** The parts behind `z.lazy` by schema: a recursion ends where it began. Undefined if unknown. */
type Known = Map<Schema, Part | undefined>

function partOf(schema: Schema, known: Known): Part | undefined {
  if (isDecimalCodec(schema)) return decimalPart
  const definition = schema._zod.def as unknown as Definition
  switch (definition.type) {
    case 'string':
      return stringPart(definition)
    case 'number':
      return numberPart
    case 'boolean':
      return booleanPart
    case 'null':
      return nullPart
    case 'enum':
    case 'literal':
      return choicePart(schema)
    case 'readonly':
      return partOf(definition['innerType'] as Schema, known)
    case 'nonoptional':
    // What stands in for an absent value stands in the process already.
    case 'default':
    case 'prefault':
      return presentPart(definition['innerType'] as Schema, known)
    case 'catch':
      return openPart(definition['innerType'] as Schema, known)
    case 'optional':
      return optionalPart(definition['innerType'] as Schema, known)
    case 'nullable':
      return nullablePart(definition['innerType'] as Schema, known)
    case 'object':
      return recursivePart(schema, known, () => objectPart(definition, known), false)
    case 'array':
      return arrayPart(definition, known)
    case 'tuple':
      return tuplePart(definition, known)
    case 'record':
      return recordPart(definition, known)
    case 'union':
      return unionPart(definition, known)
    case 'lazy':
      return lazyPart(schema, definition, known)
    default:
      return undefined
  }
}

function changed(): never {
  throw new TypeError('The payload changes as it is read.')
}

const decimalPart: Part = {
  write: (value) => (isDecimal(value) ? `"${value.toFixed()}"` : changed()),
  measure: undefined,
  closed: true,
}

const numberPart: Part = {
  write: (value) => (Number.isFinite(value) ? `${value as number}` : changed()),
  measure: undefined,
  closed: true,
  flat: true,
}

const booleanPart: Part = {
  write: (value) => (typeof value === 'boolean' ? `${value}` : changed()),
  measure: undefined,
  closed: true,
  flat: true,
}

const nullPart: Part = { write: () => 'null', measure: undefined, closed: true, flat: true }

/** The longest text that needs no measuring: a few of them are no burden. */
const shortText = 65_536

function stringPart({ checks = [] }: Definition): Part {
  const short = (checks as readonly z.core.$ZodCheck[]).some(({ _zod: { def } }) => {
    const { check, maximum } = def as z.core.$ZodCheckMaxLengthDef
    return check === 'max_length' && maximum <= shortText
  })
  return {
    write: (value) => (typeof value === 'string' ? quote(value) : changed()),
    measure: short ? undefined : measureAny,
    closed: true,
    flat: true,
  }
}

function choicePart(schema: Schema): Part | undefined {
  const texts = new Map<unknown, string>()
  for (const value of schema._zod.values!) {
    if (!isFlat(value)) return undefined
    texts.set(value, JSON.stringify(value))
  }
  return {
    write: (value) => texts.get(value) ?? changed(),
    measure: undefined,
    closed: true,
    flat: true,
  }
}

function isFlat(value: unknown): boolean {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    Number.isFinite(value)
  )
}

/** The part of a schema whose value cannot be absent. */
function presentPart(schema: Schema, known: Known): Part | undefined {
  const inner = partOf(schema, known)
  return inner?.optional === true ? undefined : inner
}

/** The part of a schema that takes another value in the place of what it does not accept. */
function openPart(schema: Schema, known: Known): Part | undefined {
  const inner = presentPart(schema, known)
  return inner && { ...inner, closed: false }
}

function optionalPart(schema: Schema, known: Known): Part | undefined {
  const inner = partOf(schema, known)
  return inner && { ...inner, optional: true, flat: false }
}

function nullablePart(schema: Schema, known: Known): Part | undefined {
  const inner = partOf(schema, known)
  if (inner === undefined) return undefined
  const { write, measure } = inner
  return {
    ...inner,
    write: (value) => (value === null ? 'null' : write(value)),
    measure:
      measure &&
      ((value, allowance, depth) => {
        if (value !== null) measure(value, allowance, depth)
      }),
  }
}

interface Field extends Part {
  readonly key: string
  /** The key as it is written, with its colon. */
  readonly label: string
}

function objectPart(definition: Definition, known: Known): Part | undefined {
  const catchall = definition['catchall'] as Schema | undefined
  if (catchall !== undefined && catchall._zod.def.type !== 'never') return undefined
  const fields: Field[] = []
  for (const [key, schema] of Object.entries(definition['shape'] as Record<string, Schema>)) {
    const part = partOf(schema, known)
    // A field that zod leaves out whatever it holds.
    if (part === undefined || key === '__proto__') return undefined
    fields.push({ ...part, key, label: `${JSON.stringify(key)}:` })
  }
  return {
    write: (value) => writeObject(value as Record<string, unknown>, fields),
    measure: measureObject(fields),
    closed: catchall !== undefined && fields.every(({ closed }) => closed),
  }
}

function writeObject(value: Record<string, unknown>, fields: readonly Field[]): string {
  let text = ''
  for (const { key, label, optional, write } of fields) {
    const child = value[key]
    if (child === undefined && optional === true) continue
    text += text === '' ? label + write(child) : `,${label}${write(child)}`
  }
  return `{${text}}`
}

/** Fields that are always small are passed over; depth matters only where others are. */
function measureObject(fields: readonly Field[]): Measure | undefined {
  const measured = fields.filter(({ measure }) => measure !== undefined)
  if (measured.length === 0) return undefined
  return (value, allowance, depth) => {
    if (typeof value !== 'object' || value === null) return
    allowance.enter(depth)
    for (const { key, label, measure } of measured) {
      const child = (value as Record<string, unknown>)[key]
      if (child === undefined) continue
      allowance.spend(label.length)
      measure!(child, allowance, depth + 1)
    }
  }
}

function arrayPart(definition: Definition, known: Known): Part | undefined {
  const item = presentPart(definition['element'] as Schema, known)
  if (item === undefined) return undefined
  const { write, measure } = item
  return {
    write: (value) => writeArray(value as readonly unknown[], write),
    measure: (value, allowance, depth) => {
      if (!Array.isArray(value)) return
      allowance.enter(depth)
      // One character and a comma for each item.
      allowance.spend(value.length * 2)
      if (measure === undefined) return
      for (const child of value as readonly unknown[]) measure(child, allowance, depth + 1)
    },
    closed: item.closed,
  }
}

function writeArray(value: readonly unknown[], write: Write): string {
  let text = ''
  for (let index = 0; index < value.length; index += 1) {
    text += index === 0 ? write(value[index]) : `,${write(value[index])}`
  }
  return `[${text}]`
}

function tuplePart(definition: Definition, known: Known): Part | undefined {
  if (definition['rest'] !== null) return undefined
  const items: Part[] = []
  for (const schema of definition['items'] as readonly Schema[]) {
    const item = presentPart(schema, known)
    if (item === undefined) return undefined
    items.push(item)
  }
  const measured = items.some(({ measure }) => measure !== undefined)
  return {
    write: (value) => writeTuple(value as readonly unknown[], items),
    measure: measured
      ? (value, allowance, depth) => {
          if (!Array.isArray(value)) return
          allowance.enter(depth)
          for (const [index, { measure }] of items.entries()) {
            measure?.(value[index], allowance, depth + 1)
          }
        }
      : undefined,
    closed: items.every(({ closed }) => closed),
  }
}

function writeTuple(value: readonly unknown[], items: readonly Part[]): string {
  let text = ''
  for (let index = 0; index < items.length; index += 1) {
    text +=
      index === 0 ? items[index]!.write(value[index]) : `,${items[index]!.write(value[index])}`
  }
  return `[${text}]`
}

function recordPart(definition: Definition, known: Known): Part | undefined {
  const keys = definition['keyType'] as Schema
  // Other keys may be converted, or be listed by the schema.
  if (keys._zod.def.type !== 'string' || definition['mode'] === 'loose') return undefined
  const item = presentPart(definition['valueType'] as Schema, known)
  if (item === undefined) return undefined
  const { write, measure } = item
  return {
    write: (value) => writeRecord(value as Record<string, unknown>, write),
    measure: (value, allowance, depth) => {
      if (typeof value !== 'object' || value === null) return
      allowance.enter(depth)
      for (const key of Object.keys(value)) {
        allowance.spend(key.length + 4)
        measure?.((value as Record<string, unknown>)[key], allowance, depth + 1)
      }
    },
    // zod passes over a key __proto__.
    closed: false,
  }
}

function writeRecord(value: Record<string, unknown>, write: Write): string {
  let text = ''
  for (const key of Object.keys(value)) {
    text += `${text === '' ? '' : ','}${quote(key)}:${write(value[key])}`
  }
  return `{${text}}`
}

function unionPart(definition: Definition, known: Known): Part | undefined {
  const options: Part[] = []
  for (const schema of definition['options'] as readonly Schema[]) {
    const option = presentPart(schema, known)
    if (option === undefined) return undefined
    options.push(option)
  }
  // Whichever option accepts it, a flat value is written as what it is.
  if (options.every(({ flat }) => flat === true)) {
    const measured = options.some(({ measure }) => measure !== undefined)
    const closed = options.every((option) => option.closed)
    return { write: writeFlat, measure: measured ? measureAny : undefined, closed, flat: true }
  }
  return discriminatedPart(definition, options)
}

function writeFlat(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  return isFlat(value) ? `${value as number | boolean | null}` : changed()
}

function discriminatedPart(definition: Definition, options: readonly Part[]): Part | undefined {
  const key = definition['discriminator']
  if (typeof key !== 'string') return undefined
  const byValue = new Map<unknown, Part>()
  for (const [index, schema] of (definition['options'] as readonly Schema[]).entries()) {
    // zod has required these values when the union was made.
    for (const value of schema._zod.propValues![key]!) byValue.set(value, options[index]!)
  }
  const find = (value: unknown): Part | undefined =>
    typeof value === 'object' && value !== null
      ? byValue.get((value as Record<string, unknown>)[key])
      : undefined
  const measured = options.some(({ measure }) => measure !== undefined)
  return {
    write: (value) => find(value)?.write(value) ?? changed(),
    measure: measured
      ? (value, allowance, depth) => find(value)?.measure?.(value, allowance, depth)
      : undefined,
    closed: options.every(({ closed }) => closed),
  }
}

function lazyPart(schema: Schema, definition: Definition, known: Known): Part | undefined {
  const getter = definition['getter'] as () => Schema
  return recursivePart(schema, known, () => presentPart(getter(), known), true)
}

/** A part that may hold itself: what is inside sees it before it knows what it stands for. */
function recursivePart(
  schema: Schema,
  known: Known,
  make: () => Part | undefined,
  detour: boolean,
): Part | undefined {
  if (known.has(schema)) return known.get(schema)
  let inner: Part | undefined
  const part: Part = {
    write: (value) => inner!.write(value),
    measure: (value, allowance, depth) => inner!.measure?.(value, allowance, depth),
    closed: false,
  }
  known.set(schema, part)
  inner = make()
  // What holds itself by a getter needs no detour from outside.
  known.set(schema, detour ? inner && part : inner)
  return known.get(schema)
}
