/** A rejection that is no unhandled one if nobody awaits it. */
export function refusal(error: unknown): Promise<never> {
  const promise = Promise.reject(error)
  promise.catch(() => {})
  return promise
}
