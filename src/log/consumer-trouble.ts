import { errorOf, recordError } from './recorded-error.ts'
import { onOneLine } from './trace-line.ts'

/** What has happened to a consumer. */
export interface ConsumerTrouble {
  /** The name of the consumer. */
  readonly consumer: string
  /**
   * What has happened:
   *
   * - `dead-letter`: its handler has failed for good on the event at `position`, which is a dead letter now.
   * - `stopped`: it has stopped, and was not asked to; at `position`, if its handler has failed there.
   * - `removed`: it was started, and events that it has not consumed are gone up to `position`.
   */
  readonly kind: 'dead-letter' | 'stopped' | 'removed'
  /** Where in the log that was; undefined if it was at no event. */
  readonly position: number | undefined
}

/** Is told of what goes wrong with consumers. What it throws, or rejects with, is ignored. */
export type OnConsumerError = (error: Error, context: ConsumerTrouble) => void

/** Tells of trouble. Never throws. */
export function tellTrouble(
  onError: (error: Error, context: ConsumerTrouble) => unknown,
  thrown: unknown,
  context: ConsumerTrouble,
): void {
  const error = errorOf(thrown)
  const call = async (): Promise<void> => void (await onError(error, context))
  call().catch((failure: unknown) => {
    console.error(onOneLine(`tradewire: onError of a log has failed: ${nameOf(failure)}.`))
    printTrouble(error, context)
  })
}

/** One line on the console. Messages of others are left out: they may repeat what is in a payload. */
export function printTrouble(error: Error, { consumer, kind, position }: ConsumerTrouble): void {
  const name = JSON.stringify(consumer)
  const where = position === undefined ? '' : ` at position ${position}`
  const lines = {
    'dead-letter': `The consumer ${name} has failed for good on the event${where}, which is a dead letter now: ${nameOf(error)}. See log.deadLetters.list(${name}).`,
    stopped: `The consumer ${name} has stopped${where}: ${nameOf(error)}. See what its stopped rejects with, and start it again with log.consume.`,
    // One of ours.
    removed: error.message,
  }
  console.error(onOneLine(`tradewire: ${lines[kind]}`))
}

function nameOf(thrown: unknown): string {
  const { name, code } = recordError(thrown)
  return code === undefined ? name : `${name} ${code}`
}
