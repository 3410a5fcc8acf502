import { Decimal } from '../events/decimal.ts'
import { itemsOf, partsOf } from './same-object.ts'

/** From 1973 on, and as far as a Date goes: smaller numbers under such a name are no times. */
const [firstTime, lastTime] = [1e11, 8.64e15]
const timeKey = /^(?:timestamp|time|since|until)$|(?:Time|At)$/
const plainKey = /^[A-Za-z_$][\w$]*$/

/**
 * A value of a payload as a person reads it: Decimals as their digits, whole milliseconds under the
 * name of a time as ISO 8601, text in quotes.
 *
 * @param key the field that it stands in.
 */
export function valueText(value: unknown, key = ''): string {
  if (Decimal.isDecimal(value)) return value.toFixed()
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number') return isTime(key, value) ? isoOf(value) : String(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date) return String(value.getTime())
  if (Array.isArray(value)) return `[${value.map((item) => valueText(item)).join(', ')}]`
  const name = classOf(value)
  if (name === undefined) return fieldsText(Object.entries(value))
  const items = itemsOf(value)
  return `${name} ${items === undefined ? fieldsText(partsOf(value)) : valueText(items)}`
}

/** `{ side: "buy", price: 100 }`. */
export function fieldsText(fields: readonly (readonly [string, unknown])[]): string {
  const texts = fields.map(([key, value]) => `${keyText(key)}: ${valueText(value, key)}`)
  return texts.length === 0 ? '{}' : `{ ${texts.join(', ')} }`
}

/** A key as it stands in an object literal. */
export function keyText(key: string): string {
  return plainKey.test(key) ? key : JSON.stringify(key)
}

/** The name of its class; undefined for a plain object. */
function classOf(value: object): string | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null || prototype === Object.prototype) return undefined
  return prototype.constructor.name
}

function isTime(key: string, value: number): boolean {
  return timeKey.test(key) && Number.isInteger(value) && value >= firstTime && value <= lastTime
}

function isoOf(time: number): string {
  return new Date(time).toISOString()
}
