import { describeValue, requireFunction } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { EventValidationError, EventVersionError } from './errors.ts'

/** Turns the plain JSON payload of one version into that of the next. */
export type Upcast = (data: unknown) => unknown

/**
 * The upcasts of a definition by the version that they lift from, checked.
 *
 * @throws ConfigurationError `CONFIGURATION` if a key is no version below `version`, a value is no
 * function, or a version between the lowest key and `version` has none.
 */
export function requireUpcasts(
  name: string,
  version: number,
  upcast: unknown,
): ReadonlyMap<number, Upcast> {
  const upcasts = new Map<number, Upcast>()
  if (upcast === undefined) return upcasts
  if (typeof upcast !== 'object' || upcast === null) {
    throw new ConfigurationError(
      `The upcast of ${name} must be an object of functions by version, but is ${describeValue(upcast)}.`,
    )
  }
  for (const [key, lift] of Object.entries(upcast) as [string, unknown][]) {
    const from = Number(key)
    if (!Number.isSafeInteger(from) || String(from) !== key || from < 1 || from >= version) {
      throw new ConfigurationError(
        `The upcast of ${name} must have versions below its own, ${version}, as its keys, but has the key ${describeValue(key)}.`,
      )
    }
    requireFunction(`The upcast of ${name} from version ${key}`, lift)
    upcasts.set(from, lift as Upcast)
  }
  if (upcasts.size > 0) requireNoGap(name, version, upcasts)
  return upcasts
}

function requireNoGap(name: string, version: number, upcasts: ReadonlyMap<number, Upcast>): void {
  // Counted down from the version, a run without a gap is as long as there are upcasts.
  for (let from = version - 1; from >= version - upcasts.size; from -= 1) {
    if (upcasts.has(from)) continue
    throw new ConfigurationError(
      `The upcast of ${name} lacks version ${from}: events of a lower version could not be lifted to ${version}. Add upcast[${from}].`,
    )
  }
}

/**
 * The plain JSON payload of version `found`, lifted to `version` step by step.
 *
 * @throws EventVersionError `EVENT_VERSION` if `found` is newer, or no upcast begins at it.
 * @throws EventValidationError `EVENT_INVALID` if an upcast throws.
 */
export function lift(
  type: string,
  version: number,
  upcasts: ReadonlyMap<number, Upcast>,
  found: number,
  data: unknown,
): unknown {
  if (found > version || (found < version && !upcasts.has(found))) {
    throw new EventVersionError(type, found, version)
  }
  let lifted = data
  for (let from = found; from < version; from += 1) {
    try {
      lifted = upcasts.get(from)!(lifted)
    } catch (cause) {
      const message = `the upcast from version ${from} threw`
      throw new EventValidationError(type, [{ path: 'data', message }], { cause })
    }
  }
  return lifted
}
