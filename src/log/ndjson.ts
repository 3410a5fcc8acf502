import { createGunzip } from 'node:zlib'
import { pipeline } from 'node:stream'

/** One line of a text, without its end. */
export interface Line {
  /** Its number, from 1. */
  readonly number: number
  /** What it says; undefined if that cannot be had. */
  readonly text: string | undefined
  /** Why there is no text, in a few words. */
  readonly fault: string | undefined
}

const lineFeed = 0x0a
const carriageReturn = 0x0d
/** A UTF-16 unit takes at most so many bytes of UTF-8. */
const bytesPerUnit = 3

/**
 * The lines of UTF-8 text, in groups as they come; memory stays bounded whatever the text is.
 *
 * @param most the longest line, in UTF-16 units; a longer one has no text.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<readonly Line[], void, void> {
  const cutter = new LineCutter(most)
  for await (const chunk of chunks) {
    const lines = cutter.cut(chunk)
    if (lines.length > 0) yield lines
  }
  const rest = cutter.end()
  if (rest !== undefined) yield [rest]
}

class LineCutter {
  readonly #most: number
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #number = 0
  /** What came of a line that has not ended; never more bytes than a line may have, and a chunk. */
  #pieces: Uint8Array[] = []
  #bytes = 0
  #overlong = false

  constructor(most: number) {
    this.#most = most
  }

  cut(chunk: Uint8Array): Line[] {
    const lines: Line[] = []
    let start = 0
    for (;;) {
      const end = chunk.indexOf(lineFeed, start)
      if (end === -1) break
      this.#keep(chunk.subarray(start, end))
      lines.push(this.#line())
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return lines
  }

  end(): Line | undefined {
    return this.#bytes === 0 && !this.#overlong ? undefined : this.#line()
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0 || this.#overlong) return
    this.#bytes += piece.length
    this.#overlong = this.#bytes > this.#most * bytesPerUnit
    if (this.#overlong) this.#pieces = []
    else this.#pieces.push(piece)
  }

  #line(): Line {
    this.#number += 1
    const text = this.#overlong ? undefined : this.#decode()
    const overlong = this.#overlong || (text !== undefined && text.length > this.#most)
    this.#pieces = []
    this.#bytes = 0
    this.#overlong = false
    if (overlong) {
      const fault = `it is longer than ${this.#most} characters`
      return { number: this.#number, text: undefined, fault }
    }
    const fault = text === undefined ? 'it is no UTF-8 text' : undefined
    return { number: this.#number, text, fault }
  }

  #decode(): string | undefined {
    const [first] = this.#pieces
    const bytes = this.#pieces.length === 1 ? first! : Buffer.concat(this.#pieces)
    const length = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length
    try {
      return this.#decoder.decode(bytes.subarray(0, length))
    } catch {
      return undefined
    }
  }
}

/** The bytes of a stream, inflated if they are gzip, as their first two say. */
export async function* inflated(
  source: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Uint8Array, void, void> {
  const chunks = bytesOf(source)[Symbol.asyncIterator]()
  try {
    let head: Uint8Array = new Uint8Array(0)
    while (head.length < 2) {
      const next = await chunks.next()
      if (next.done === true) break
      head = Buffer.concat([head, next.value])
    }
    const all = withHead(head, chunks)
    yield* head[0] === 0x1f && head[1] === 0x8b ? gunzipped(all) : all
  } finally {
    await chunks.return(undefined)
  }
}

/** The bytes of a gzip stream, inflated. */
export async function* gunzipped(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  // What fails on the way ends the loop below with its error.
  const gunzip = pipeline(source, createGunzip(), () => {})
  for await (const chunk of gunzip) yield chunk as Uint8Array
}

async function* bytesOf(
  source: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of source) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

async function* withHead(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  if (head.length > 0) yield head
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}
