import { TradewireError } from '../errors/tradewire-error.ts'

/** The handler of a consumer took longer than its `timeoutMs`. The event is tried again, or given up. */
export class ConsumerTimeoutError extends TradewireError {
  readonly code = 'HANDLER_TIMEOUT'
  /** The name of the consumer. */
  readonly consumer: string
  /** Where in the log the event stands. */
  readonly position: number
  /** What it may take, in milliseconds. */
  readonly timeoutMs: number

  constructor(consumer: string, position: number, timeoutMs: number) {
    super(
      `The handler of the consumer ${JSON.stringify(consumer)} did not settle within ${timeoutMs} ms on the event at position ${position}. Raise timeoutMs, or end its work when context.signal aborts.`,
    )
    this.consumer = consumer
    this.position = position
    this.timeoutMs = timeoutMs
  }
}
