/** The part of V8's Error that this file needs; other engines lack it. */
interface StackTraceLimit {
  stackTraceLimit?: number
}

/** Something whose end is known by a promise. */
export interface Probed {
  /** Settles after it has ended; awaited by nothing else. Undefined before it is known. */
  tail: Promise<void> | undefined
  /** Whether a {@link Probe} awaits it. */
  probed: boolean
}

/**
 * Awaits promises under a name of its own, which is then on the stack of all that they wait for, over
 * any number of awaits.
 */
export class Probe {
  readonly #name: string
  readonly #await: (tail: Promise<void> | undefined) => Promise<void>

  constructor(name: string) {
    this.#name = name
    // A computed name is the name of the function.
    this.#await = {
      [name]: async (tail: Promise<void> | undefined) => {
        await tail
      },
    }[name]!
  }

  /** A second probe would hide the first: V8 follows promises that one thing alone awaits. */
  watch(probed: Probed): void {
    if (!probed.probed) probed.tail = this.#await(probed.tail)
    probed.probed = true
  }

  /** Whether the running code is a part of something that it watches, or that a probe does whose
   * name begins with its own.
   */
  onStack(): boolean {
    return runsWithin(this.#name)
  }
}

/**
 * Whether the running code was reached from an async function named `name`, over any number of
 * awaits. It reads V8's async stack traces, so it costs nothing until it is asked; on engines
 * without them it answers false.
 */
export function runsWithin(name: string): boolean {
  const limited = Error as StackTraceLimit
  const limit = limited.stackTraceLimit
  try {
    limited.stackTraceLimit = Infinity
    return String(new Error('looking for a deadlock').stack).includes(name)
  } catch {
    // Somebody froze Error, or formats its stack in a way that throws.
    return false
  } finally {
    restoreLimit(limited, limit)
  }
}

function restoreLimit(limited: StackTraceLimit, limit: number | undefined): void {
  try {
    if (limit === undefined) delete limited.stackTraceLimit
    else limited.stackTraceLimit = limit
  } catch {
    // It could not be set either, so there is nothing to restore.
  }
}
