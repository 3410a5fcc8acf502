import { onRejection } from '../delivery/thenable.ts'
import { describeValue, requireFunction } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { CatalogEntry } from '../events/catalog-entry.ts'
import { EventValidationError } from '../events/errors.ts'
import { errorPayload, toError } from './error-payload.ts'
import { decodeLoosely } from './loose-payload.ts'
import { didYouMean, type LegacyNames } from './names.ts'

/** Makes the typed payload of what legacy code emits under a name of the catalog. */
export class LegacyPayloads {
  readonly #makers: ReadonlyMap<string, (...old: unknown[]) => unknown>

  /** @throws ConfigurationError `CONFIGURATION` if `payloads` is no object of known names and functions. */
  constructor(names: LegacyNames, payloads: unknown) {
    const makers = new Map<string, (...old: unknown[]) => unknown>()
    requireObject(payloads)
    for (const [name, maker] of Object.entries<unknown>({ ...payloads })) {
      if (names.typeOf(name) === undefined) {
        throw new ConfigurationError(
          `payloads has the name ${describeValue(name)}, which stands for no event of the catalog.${didYouMean(names.closestTo(name))}`,
        )
      }
      requireFunction(`payloads[${describeValue(name)}]`, maker)
      // It is called with whatever was emitted: what that is, only its author knows.
      makers.set(name, maker as (...old: unknown[]) => unknown)
    }
    this.#makers = makers
  }

  /**
   * The payload of an emission.
   *
   * @throws EventValidationError `EVENT_INVALID` if what was emitted makes no valid payload; it says
   * how legacy code can give one.
   */
  decode(
    entry: CatalogEntry,
    type: string,
    name: string,
    args: readonly unknown[],
    now: number,
  ): object {
    const maker = this.#makers.get(name)
    if (maker !== undefined) return decodeLoosely(entry, type, made(maker, type, name, args))
    const [given] = args
    if (type === 'system.error' && isThrown(given)) {
      return decodeLoosely(entry, type, errorPayload(now, given, ''))
    }
    if (args.length > 1) throw tooMany(type, name, args.length)
    try {
      return decodeLoosely(entry, type, given)
    } catch (error) {
      // A stack overflow says nothing of the payload.
      if (!(error instanceof EventValidationError)) throw error
      const fields = Object.keys(entry.example).join(', ')
      const key = JSON.stringify(name)
      const hint = `emit(${key}, payload) takes an object such as { ${fields} }; where old code emits something else, createLegacyAdapter(bus, { payloads: { ${key}: (old) => ({ … }) } }) makes the payload of it`
      const issues = [...error.issues, { path: '', message: hint }]
      throw new EventValidationError(type, issues, { cause: error.cause })
    }
  }
}

/** What stands behind the payload would be lost in silence. */
function tooMany(type: string, name: string, count: number): EventValidationError {
  const key = JSON.stringify(name)
  const message = `emit(${key}, payload) takes one payload, and got ${count} arguments; createLegacyAdapter(bus, { payloads: { ${key}: (...old) => ({ … }) } }) makes one payload of them, and mapping: { ${key}: false } lets them go from legacy code to legacy code`
  return new EventValidationError(type, [{ path: '', message }])
}

function requireObject(payloads: unknown): asserts payloads is object {
  if (typeof payloads === 'object' && payloads !== null && !Array.isArray(payloads)) return
  throw new ConfigurationError(
    `payloads must be an object of legacy names and functions, such as { order_filled: (old) => ({ … }) }, but is ${describeValue(payloads)}.`,
  )
}

function made(
  maker: (...old: unknown[]) => unknown,
  type: string,
  name: string,
  args: readonly unknown[],
): unknown {
  let payload: unknown
  try {
    payload = maker(...args)
  } catch (cause) {
    const message = `payloads[${describeValue(name)}] threw: ${toError(cause).message}`
    throw new EventValidationError(type, [{ path: '', message }], { cause })
  }
  // A promise is refused as any other object without the fields; its rejection is nobody's.
  onRejection(payload, () => {})
  return payload
}

/** Whether it is what somebody throws, and no payload of a system error, which has a timestamp. */
function isThrown(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return true
  try {
    return given instanceof Error || !('timestamp' in given)
  } catch {
    return true
  }
}
