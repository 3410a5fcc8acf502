import { nextTurn } from '../time/turn.ts'

/** A rejection that is no unhandled one if nobody awaits it. */
export function refusal(error: unknown): Promise<never> {
  const promise = Promise.reject(error)
  promise.catch(() => {})
  return promise
}

/** A rejected promise that knows whether anybody has looked at it. */
class NoticedPromise extends Promise<never> {
  noticed = false

  /** What `then` returns is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // oxlint-disable-next-line unicorn/no-thenable -- a promise it is.
  override then<Fulfilled = never, Rejected = never>(
    onFulfilled?: ((value: never) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.noticed = true
    return super.then(onFulfilled, onRejected)
  }
}

/**
 * The same as {@link refusal}, but calls `onUnnoticed` if by the next turn of the event loop nobody
 * awaits it.
 */
export function noticedRefusal(error: unknown, onUnnoticed: () => void): Promise<never> {
  const promise = new NoticedPromise((_resolve, reject) => reject(error))
  void Promise.prototype.then.call(promise, undefined, () => {})
  void callUnlessNoticed(promise, onUnnoticed)
  return promise
}

async function callUnlessNoticed(promise: NoticedPromise, onUnnoticed: () => void): Promise<void> {
  await nextTurn()
  if (!promise.noticed) onUnnoticed()
}
