/** Whether a value is as expected. */
type Fits = (actual: unknown, expected: unknown) => boolean

/**
 * Whether two values that are neither lists of one length nor plain objects are the same: of one
 * class, and equal in all that can be seen of them. What shows nothing, such as an instance whose
 * fields are all private, equals itself alone.
 *
 * @param fits compares the values in them.
 */
export function isSameObject(actual: unknown, expected: unknown, fits: Fits): boolean {
  if (Object.is(actual, expected)) return true
  if (!isObject(actual) || !isObject(expected) || Array.isArray(actual)) return false
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return false
  const [items, wanted] = [itemsOf(actual), itemsOf(expected)]
  if (items !== undefined && !isPaired(items, wanted!, fits)) return false
  const [parts, wantedParts] = [partsOf(actual), partsOf(expected)]
  return (items !== undefined || parts.length > 0) && isPaired(parts, wantedParts, fits)
}

/** What a Map or Set holds; undefined for anything else. */
export function itemsOf(value: object): unknown[] | undefined {
  return value instanceof Map || value instanceof Set
    ? [...(value as Iterable<unknown>)]
    : undefined
}

/** What can be seen of an object, each part with its name. */
export function partsOf(value: object): (readonly [string, unknown])[] {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value
    return [['bytes', [...new Uint8Array(buffer, byteOffset, byteLength)]]]
  }
  if (value instanceof ArrayBuffer) return [['bytes', [...new Uint8Array(value)]]]
  const fields = Object.entries(value)
  if (value instanceof Date) return [['time', value.getTime()], ...fields]
  if (value instanceof URL) return [['href', value.href], ...fields]
  if (value instanceof RegExp) return [['pattern', String(value)], ...fields]
  if (value instanceof Error) {
    const { name, message, cause } = value
    return [['name', name], ['message', message], ['cause', cause], ...fields]
  }
  return fields
}

/** Whether each item has its own among those expected, in whatever order, and none is left. */
function isPaired(items: readonly unknown[], expected: readonly unknown[], fits: Fits): boolean {
  const left = [...items]
  const isEach = expected.every((wanted) => {
    const index = left.findIndex((item) => fits(item, wanted))
    if (index >= 0) left.splice(index, 1)
    return index >= 0
  })
  return isEach && left.length === 0
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
