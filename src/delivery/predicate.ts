import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { onRejection } from './thenable.ts'

/**
 * Whether a predicate accepts an event. Throws what the predicate throws, and `CONFIGURATION` if it
 * answers with a promise, which would otherwise count as a yes to everything.
 */
export function accepts(where: (event: TradewireEvent) => boolean, event: TradewireEvent): boolean {
  return answerOf(where(event))
}

/** What a predicate has answered. Throws `CONFIGURATION` if it is a promise. */
export function answerOf(answer: unknown): boolean {
  if (answer instanceof Promise) {
    onRejection(answer, () => {})
    throw new ConfigurationError('where must return true or false, but returned a promise.')
  }
  return Boolean(answer)
}
