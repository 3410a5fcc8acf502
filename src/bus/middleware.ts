import { describeValue, requireFunction, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventMetadata, TradewireEvent } from '../events/envelope.ts'
import { EventVetoedError, type HandlerError } from './errors.ts'
import { onRejection } from '../delivery/thenable.ts'

/** An emission that has been checked and has not become an event yet. */
export interface Draft<Type extends string = string, Payload = unknown> {
  /** The type that the event will have. */
  readonly type: Type
  /** The payload as it stands: as emitted, or as the middleware before has replaced it. */
  readonly data: Payload
  /** Who emits. */
  readonly source: string
  /** Because of which event. */
  readonly cause: TradewireEvent | undefined
  /** Flat facts beside the payload. */
  readonly metadata: EventMetadata | undefined
}

/** Another payload for a draft; it is checked again. */
export interface Replacement<Payload = unknown> {
  /** The whole new payload. */
  readonly data: Payload
}

/**
 * Stands around every emission, in the order of `use`.
 *
 * @typeParam AnyDraft the drafts that `before` sees; inferred from the catalog.
 * @typeParam AnyEvent the events that `after` sees; inferred from the catalog.
 */
export interface Middleware<
  AnyDraft extends Draft = Draft,
  AnyEvent extends TradewireEvent = TradewireEvent,
> {
  /**
   * Called with each emission once its payload has been checked. Return nothing to let it pass,
   * `{ data }` to replace the payload, `false` to veto. A throw refuses the emission, too. It must
   * not return a promise.
   */
  before?(draft: AnyDraft): Replacement<AnyDraft['data']> | false | undefined | void
  /** Called once every handler that the event started has settled. */
  after?(event: AnyEvent, failures: readonly HandlerError[]): void
}

/** @throws ConfigurationError `CONFIGURATION` unless it has `before` or `after`, and nothing else. */
export function requireMiddleware(middleware: Middleware): void {
  requireOptions('use', middleware, ['before', 'after'])
  const { before, after } = middleware
  if (before === undefined && after === undefined) {
    throw new ConfigurationError('A middleware needs before, after or both.')
  }
  if (before !== undefined) requireFunction('before', before)
  if (after !== undefined) requireFunction('after', after)
}

/**
 * The draft as the last middleware leaves it: the very same one if none has answered.
 *
 * @throws EventVetoedError `EVENT_VETOED` if a middleware vetoes it, or throws.
 */
export function runBefore(list: readonly Middleware[], draft: Draft): Draft {
  let current = draft
  for (const middleware of list) {
    const answer = ask(middleware, current)
    if (answer === undefined) continue
    if (answer === false) throw new EventVetoedError(draft.type)
    current = { ...current, data: answer.data }
  }
  return current
}

/** Tells all who stand around an emission how it has ended. */
export function runAfter(
  list: readonly Middleware[],
  event: TradewireEvent,
  failures: readonly HandlerError[],
  failed: (error: unknown) => void,
): void {
  for (const middleware of list) {
    try {
      onRejection(middleware.after!(event, failures), failed)
    } catch (error) {
      failed(error)
    }
  }
}

function ask(middleware: Middleware, draft: Draft): Replacement | false | undefined {
  try {
    const answer: unknown = middleware.before?.(draft)
    if (answer === undefined || answer === false) return answer
    if (typeof answer === 'object' && answer !== null && Object.hasOwn(answer, 'data')) {
      return answer as Replacement
    }
    onRejection(answer, () => {})
    throw new ConfigurationError(
      `before must return nothing, false or { data }, and no promise, but returned ${describeValue(answer)}.`,
    )
  } catch (cause) {
    throw new EventVetoedError(draft.type, { cause })
  }
}
