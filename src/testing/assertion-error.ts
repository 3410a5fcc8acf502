/** What {@link EventAssertionError} is made of, beside its message. */
export interface AssertionParts {
  /** What came, one line for each event. */
  readonly actual: unknown
  /** What was expected, one line for each event; what matches has the same line as in `actual`. */
  readonly expected: unknown
  /** What was asked, such as `toMatch`. */
  readonly operator: string
  /** The function that the test has called; the stack begins above it. */
  readonly caller?: (...given: never[]) => unknown
  /** What has failed, if something else than the expectation has. */
  readonly cause?: unknown
}

/**
 * A test does not hold. It has the fields of the `AssertionError` of `node:assert`, which `node
 * --test`, vitest and other runners print as a difference. It is no `TradewireError`: it is for
 * whoever reads tests.
 */
export class EventAssertionError extends Error {
  /** As `node:assert` names its errors, so that test runners know it for one. */
  override readonly name = 'AssertionError'
  /** As `node:assert` has it. */
  readonly code = 'ERR_ASSERTION'
  /** What came. */
  readonly actual: unknown
  /** What was expected. */
  readonly expected: unknown
  /** What was asked: `toMatch`, `toContain`, `toBeEmpty`, `last`, `settle`, `close` or `expectNoErrors`. */
  readonly operator: string
  /** Whether the message was made of the values alone, as `node:assert` may do. Always false. */
  readonly generatedMessage = false

  constructor(message: string, { actual, expected, operator, caller, cause }: AssertionParts) {
    super(message, cause === undefined ? undefined : { cause })
    this.actual = actual
    this.expected = expected
    this.operator = operator
    // Only V8 can do it; elsewhere the stack begins inside of tradewire.
    const { captureStackTrace } = Error as {
      captureStackTrace?(error: Error, below: unknown): void
    }
    if (caller !== undefined) captureStackTrace?.(this, caller)
  }
}
