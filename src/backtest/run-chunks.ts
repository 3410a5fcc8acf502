import type { MergedChunk } from './merge.ts'

/** The data of a run, list by list, until there are no more or a signal aborts. */
export class RunChunks {
  readonly #chunks: AsyncGenerator<MergedChunk, void, undefined>
  readonly #signal: AbortSignal | undefined
  /** Whether the sources were asked for more, and have not answered. */
  #isReading = false

  constructor(
    chunks: AsyncGenerator<MergedChunk, void, undefined>,
    signal: AbortSignal | undefined,
  ) {
    this.#chunks = chunks
    this.#signal = signal
  }

  /**
   * The next list; undefined after the last.
   *
   * @throws the reason of the signal if it aborts, even if a source never answers.
   * @throws what a source throws.
   */
  async next(): Promise<MergedChunk | undefined> {
    this.#signal?.throwIfAborted()
    this.#isReading = true
    const next = await unlessAborted(this.#chunks.next(), this.#signal)
    this.#isReading = false
    return next.done === true ? undefined : next.value
  }

  /** Closes the sources; one that does not answer is closed once it does. */
  async close(): Promise<void> {
    const closed = this.#chunks.return()
    if (this.#isReading && this.#signal?.aborted === true) closed.catch(() => {})
    else await closed
  }
}

async function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (signal === undefined) return work
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
