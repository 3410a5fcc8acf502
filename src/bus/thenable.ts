/** What `then` is on a promise that nobody has tampered with. */
// eslint-disable-next-line typescript/unbound-method, unicorn/no-thenable -- only compared.
const nativeThen = Promise.prototype.then

/**
 * The native promise behind what a handler returned, or undefined if it is no thenable. Never
 * throws: a hostile getter or proxy becomes a rejection.
 */
export function toPromise(result: object): Promise<unknown> | undefined {
  try {
    const { then } = result as { then?: unknown }
    if (then === nativeThen && isUntouched(result)) return Promise.resolve(result)
    onRejection(result, () => {})
    if (typeof then !== 'function') return undefined
    return new Promise((resolve, reject) => {
      // A `then` that is an async function may fail before or after it has told us anything.
      onRejection(then.call(result, resolve, reject), reject)
    })
  } catch (error) {
    onRejection(result, () => {})
    return Promise.reject(error)
  }
}

/**
 * Whether nothing of its own stands between a promise and `then`, which looks up `constructor`. What
 * only claims to be a promise passes, too: `Promise.resolve` tells these from each other.
 */
function isUntouched(result: object): result is Promise<unknown> {
  return (
    Object.getPrototypeOf(result) === Promise.prototype && !Object.hasOwn(result, 'constructor')
  )
}

/**
 * Calls `react` if `result` is a promise and rejects, whatever its `then` is now; so it becomes no
 * unhandled rejection. Never throws.
 */
export function onRejection(result: unknown, react: (error: unknown) => void): void {
  try {
    if (result instanceof Promise) void nativeThen.call(result, undefined, react)
  } catch {
    // Its constructor throws: then nothing in the language can handle it.
  }
}
