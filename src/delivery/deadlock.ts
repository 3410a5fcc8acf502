/** A frame of a stack, as V8 tells it. */
interface Frame {
  getFunctionName(): string | null
}

/** The part of V8's Error that this file needs; other engines lack it. */
interface V8Error {
  stackTraceLimit?: number
  prepareStackTrace?: ((error: unknown, frames: readonly Frame[]) => unknown) | undefined
  captureStackTrace(target: object): void
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
 * Whether the running code was reached from an async function whose name begins with `name`, over any
 * number of awaits. It reads V8's async stack traces, so it costs nothing until it is asked, and then
 * some 10 µs; on engines without them it answers false.
 */
export function runsWithin(name: string): boolean {
  const v8 = Error as unknown as V8Error
  const { stackTraceLimit, prepareStackTrace } = v8
  try {
    v8.stackTraceLimit = Infinity
    // Frames as they are: a stack as text takes twice as long.
    v8.prepareStackTrace = (_, frames) =>
      frames.some((frame) => frame.getFunctionName()?.startsWith(name) === true)
    const trace: { stack?: unknown } = {}
    v8.captureStackTrace(trace)
    return trace.stack === true
  } catch {
    // Another engine, or somebody froze Error.
    return false
  } finally {
    restore(v8, stackTraceLimit, prepareStackTrace)
  }
}

function restore(
  v8: V8Error,
  limit: number | undefined,
  prepare: V8Error['prepareStackTrace'],
): void {
  try {
    if (limit === undefined) delete v8.stackTraceLimit
    else v8.stackTraceLimit = limit
    if (prepare === undefined) delete v8.prepareStackTrace
    else v8.prepareStackTrace = prepare
  } catch {
    // It could not be set either, so there is nothing to restore.
  }
}
