import { AsyncLocalStorage } from 'node:async_hooks'

/** A handler of a consumer that runs, as all know that it has called or begun. */
interface HandlerCall {
  readonly consumer: object
  /** Whether its consumer waits for it. */
  running: boolean
}

const calls = new AsyncLocalStorage<HandlerCall | undefined>()

/** Calls handlers of a consumer; all of `work` counts as inside of them until it has settled. */
export async function insideHandler<Result>(
  consumer: object,
  work: () => Promise<Result>,
): Promise<Result> {
  const call = { consumer, running: true }
  try {
    return await calls.run(call, work)
  } finally {
    call.running = false
  }
}

/** Begins something that may outlive the handler that it is begun in. */
export function outsideHandlers<Result>(work: () => Result): Result {
  return calls.run(undefined, work)
}

/** Whether this is called by a handler of this consumer, which the consumer waits for. */
export function isInsideHandler(consumer: object): boolean {
  const call = calls.getStore()
  return call !== undefined && call.running && call.consumer === consumer
}
