/** Bound when the module loads, so that a test's fake timers cannot stop a simulated clock. */
const schedule: (callback: () => void) => void = chooseScheduler()
const setTimeoutOfHost = globalThis.setTimeout

/** Turns that are awaited now, by whomever in this process. */
let turns = 0
/** Pauses that are awaited now. */
let pauses = 0

const endTurn = (resolve: () => void): void => {
  turns -= 1
  resolve()
}

/**
 * Resolves in a later turn of the event loop, when every promise continuation that could run has
 * run. This is how a simulated clock lets the code that a timer woke come to rest.
 */
export function nextTurn(): Promise<void> {
  return new Promise(schedule)
}

/** Resolves after about so many milliseconds of real time, when other work of the process has had its turn. */
export function pause(durationMs: number): Promise<void> {
  pauses += 1
  return new Promise((resolve) => {
    setTimeoutOfHost(() => {
      pauses -= 1
      resolve()
    }, durationMs)
  })
}

/** How many turns and pauses are awaited now: those who look at what the process is doing leave them out. */
export function awaitedNow(): { readonly turns: number; readonly pauses: number } {
  return { turns, pauses }
}

function chooseScheduler(): (callback: () => void) => void {
  const immediate = (
    globalThis as {
      setImmediate?: (callback: (resolve: () => void) => void, resolve: () => void) => unknown
    }
  ).setImmediate
  if (immediate !== undefined) {
    return (callback) => {
      turns += 1
      immediate(endTurn, callback)
    }
  }
  const timeout = globalThis.setTimeout
  return (callback) => void timeout(callback, 0)
}
