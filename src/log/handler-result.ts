// eslint-disable-next-line typescript/unbound-method, unicorn/no-thenable -- always called on a promise.
const nativeThen = Promise.prototype.then

/**
 * The native promise behind what a handler has returned, or undefined if it is no thenable. Never
 * throws, and leaves no rejection unhandled: what is hostile about a result becomes a rejection.
 */
export function promiseOf(result: unknown): Promise<unknown> | undefined {
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null)
    return undefined
  onRejection(result, () => {})
  try {
    const then: unknown = (result as { readonly then?: unknown }).then
    if (typeof then !== 'function') return undefined
    return new Promise((resolve, reject) => {
      // A `then` that is an async function may fail before or after it has told us anything.
      onRejection(then.call(result, resolve, reject), reject)
    })
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Calls `react` if `result` is a promise and rejects, whatever its `then` is now. Never throws. */
function onRejection(result: unknown, react: (error: unknown) => void): void {
  try {
    if (result instanceof Promise) void nativeThen.call(result, undefined, react)
  } catch {
    // Its constructor throws: then nothing in the language can handle it.
  }
}
