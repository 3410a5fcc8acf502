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
    if (then === nativeThen && result.constructor === Promise) return result
    silence(result)
    if (typeof then !== 'function') return undefined
    return new Promise((resolve, reject) => {
      then.call(result, resolve, reject)
    })
  } catch (error) {
    silence(result)
    return Promise.reject(error)
  }
}

/**
 * Keeps a promise whose `then` is not what it was from becoming an unhandled rejection: what the
 * `then` of others does with our reactions, nobody knows.
 */
function silence(result: object): void {
  try {
    if (result instanceof Promise) void nativeThen.call(result, undefined, () => {})
  } catch {
    // Its constructor throws, too: then nothing in the language can handle it.
  }
}
