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
    if (typeof then !== 'function') return undefined
    if (then === nativeThen && result.constructor === Promise) return result
    return new Promise((resolve, reject) => {
      then.call(result, resolve, reject)
    })
  } catch (error) {
    return Promise.reject(error)
  }
}
