/** What `then` is on a promise that nobody has tampered with. */
// eslint-disable-next-line typescript/unbound-method, unicorn/no-thenable -- only compared.
const nativeThen = Promise.prototype.then

/**
 * The native promise behind what a handler returned, or undefined if it is no thenable. Never
 * throws: a hostile getter or proxy becomes a rejection.
 */
export function toPromise(result: object): Promise<unknown> | undefined {
  try {
    const { then, constructor } = result as { then?: unknown; constructor: unknown }
    // What only claims to be a promise passes, too: Promise.resolve tells these from each other.
    if (then === nativeThen && constructor === Promise) return Promise.resolve(result)
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
 * `then` as the language has it, whatever the promise's own is. Throws where a promise has a
 * `constructor` that does.
 */
export function thenOf(
  promise: Promise<unknown>,
  onFulfilled: () => void,
  onRejected: (error: unknown) => void,
): Promise<void> {
  // It resolves to what the reactions return.
  return nativeThen.call(promise, onFulfilled, onRejected) as Promise<void>
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
