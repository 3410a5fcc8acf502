import type { Writable } from 'node:stream'

/** Nobody reads what is written any more, as with `| head`. */
export class OutputClosedError extends Error {}

/** The text is handed on behind so many UTF-16 units, or when it is flushed. */
const bufferedLength = 65_536

/** The result of a command, written no faster than it is read. */
export class Output {
  readonly #stream: Writable
  #buffer = ''
  readonly #closed = new AbortController()

  constructor(stream: Writable) {
    this.#stream = stream
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#closed.abort(error.code === 'EPIPE' ? new OutputClosedError() : error)
    })
  }

  /** Aborts when nobody reads any more. */
  get closed(): AbortSignal {
    return this.#closed.signal
  }

  /** @throws OutputClosedError if nobody reads any more. */
  async line(text: string): Promise<void> {
    this.#buffer += `${text}\n`
    if (this.#buffer.length >= bufferedLength) await this.flush()
  }

  /** Hands on what was written. */
  async flush(): Promise<void> {
    const text = this.#buffer
    this.#buffer = ''
    if (text !== '') await this.#write(text)
  }

  async #write(text: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(text, (error) => {
        if (error === null || error === undefined) resolve()
        // The listener above has looked at it first, or does so in the same turn.
        else
          reject(
            (error as NodeJS.ErrnoException).code === 'EPIPE' ? new OutputClosedError() : error,
          )
      })
    })
  }

  /** The stream itself, for what writes to streams. */
  get stream(): Writable {
    return this.#stream
  }
}
