import type { LineReader } from './file-source.ts'

const lineFeed = '\n'
const carriageReturn = 0x0d

/** Gives the lines of a text one by one; what is empty is counted, and not given. */
export class TextLines implements LineReader {
  readonly #take: (text: string, line: number) => void
  #line = 0

  constructor(take: (text: string, line: number) => void) {
    this.#take = take
  }

  get line(): number {
    return this.#line
  }

  feed(text: string): void {
    let begin = 0
    while (begin < text.length) {
      const found = text.indexOf(lineFeed, begin)
      const next = found === -1 ? text.length : found
      const end = text.charCodeAt(next - 1) === carriageReturn ? next - 1 : next
      this.#line += 1
      if (end > begin) this.#take(text.slice(begin, end), this.#line)
      begin = next + 1
    }
  }

  end(): void {
    // A line is whole, or the text has ended with it.
  }
}
