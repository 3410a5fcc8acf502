/** Bound when the module loads, so that a test's fake timers cannot stop a simulated clock. */
const schedule: (callback: () => void) => void = chooseScheduler()

/**
 * Resolves in a later turn of the event loop, when every promise continuation that could run has
 * run. This is how a simulated clock lets the code that a timer woke come to rest.
 */
export function nextTurn(): Promise<void> {
  return new Promise(schedule)
}

function chooseScheduler(): (callback: () => void) => void {
  const immediate = (globalThis as { setImmediate?: (callback: () => void) => unknown })
    .setImmediate
  if (immediate !== undefined) return (callback) => void immediate(callback)
  const timeout = globalThis.setTimeout
  return (callback) => void timeout(callback, 0)
}
