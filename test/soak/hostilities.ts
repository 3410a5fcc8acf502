/* eslint-disable unicorn/no-thenable -- that is the hostility */

/** What a handler can do to the bus that calls it. Each is called instead of the handler. */
export const hostilities: readonly (() => unknown)[] = [
  throws(() => new Error('an error')),
  throws(() => 'a text'),
  throws(() => undefined),
  throws(() => null),
  throws(() => Symbol('no error')),
  throws(() => Object.freeze({ message: 1, code: {} })),
  throws(() => new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse })),
  throws(() => Object.defineProperty(new Error('an error'), 'message', { get: refuse })),
  () => Promise.reject(new Error('a rejection')),
  () => Promise.reject(undefined),
  async () => {
    await Promise.resolve()
    throw new TypeError('a late rejection')
  },
  () => new Subclass((_, reject) => reject(new Error('of a subclass'))),
  () => new Deaf((_, reject) => reject(new Error('of a promise that tells nobody'))),
  () => Object.assign(Promise.reject(new Error('hidden')), { then: refuse }),
  () => Object.assign(Promise.reject(new Error('no function')), { then: 'a text' }),
  () => Object.assign(Promise.reject(new Error('odd')), { constructor: Object }),
  () => Object.defineProperty(Promise.reject(new Error('hidden')), 'then', { get: refuse }),
  () => Object.defineProperty({}, 'then', { get: refuse }),
  () => new Proxy({}, { get: refuse }),
  () => thenable(refuse),
  () =>
    thenable((resolve, reject) => {
      resolve(1)
      reject(new Error('too late'))
      resolve(2)
    }),
  () =>
    thenable((_, reject) => {
      reject(new Error('once'))
      reject(new Error('twice'))
      throw new Error('and thrown')
    }),
  () => thenable((resolve) => resolve(thenable(refuse))),
  () => thenable((resolve) => resolve(Promise.reject(new Error('inside')))),
  () =>
    thenable((resolve) => queueMicrotask(() => resolve(new Subclass((_, reject) => reject(1))))),
]

type Then = (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void

class Subclass extends Promise<unknown> {}

/** A promise that rejects, and says that it has resolved. */
class Deaf extends Promise<unknown> {}
void Object.defineProperty(Deaf.prototype, 'then', {
  value: (resolve: (value: unknown) => void) => resolve('all is well'),
})

function thenable(then: Then): object {
  return { then }
}

function throws(make: () => unknown): () => never {
  return () => {
    throw make()
  }
}

function refuse(): never {
  throw new Error('a trap')
}
