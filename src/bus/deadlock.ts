/** The part of V8's Error that this file needs; other engines lack it. */
interface StackTraceLimit {
  stackTraceLimit?: number
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
