import { nextTurn } from '../time/turn.ts'

/** A rejection that is no unhandled one if nobody awaits it. */
export function refusal(error: unknown): Promise<never> {
  const promise = Promise.reject(error)
  promise.catch(() => {})
  return promise
}

/** A rejected promise that knows whether anybody has looked at it. */
class NoticedPromise<Result> extends Promise<Result> {
  noticed = false

  /** What `then` returns is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // oxlint-disable-next-line unicorn/no-thenable -- a promise it is.
  override then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((value: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
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
  return watched(
    new NoticedPromise((_resolve, reject) => {
      reject(error)
    }),
    onUnnoticed,
  )
}

/**
 * A promise that ends as `work` does. If that rejects, and nobody awaits it by the next turn of the
 * event loop after, it is no unhandled rejection, and `onUnnoticed` is called with the reason.
 */
export function noticed<Result>(
  work: Promise<Result>,
  onUnnoticed: (error: unknown) => void,
): Promise<Result> {
  return watched(
    new NoticedPromise((resolve, reject) => {
      work.then(resolve, reject)
    }),
    onUnnoticed,
  )
}

function watched<Result>(
  promise: NoticedPromise<Result>,
  onUnnoticed: (error: unknown) => void,
): Promise<Result> {
  void Promise.prototype.then.call(promise, undefined, (error: unknown) =>
    callUnlessNoticed(promise, () => onUnnoticed(error)),
  )
  return promise
}

async function callUnlessNoticed<Result>(
  promise: NoticedPromise<Result>,
  onUnnoticed: () => void,
): Promise<void> {
  try {
    await nextTurn()
  } catch {
    // The stack is full: whether anybody looks will never be known.
  }
  if (!promise.noticed) onUnnoticed()
}
