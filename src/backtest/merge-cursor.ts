import { type AnySource, chunksOf } from './source-chunks.ts'
import { SourceOrderError } from './source-errors.ts'
import { isEvent, originOf, refusalOf, timeOf } from './source-items.ts'
import type { TimedPayload } from './source.ts'
import { sortedWithin } from './sort-window.ts'

/**
 * What a source has next. It holds one list of its events, each of which has been checked, and their
 * times never fall.
 */
export class SourceCursor {
  /** Its place among the sources; decides which of two events of one time comes first. */
  readonly index: number
  /** Its name. */
  readonly name: string
  /** The events at hand. */
  items: readonly TimedPayload[] = []
  /** Their times; it may be longer than `items`. */
  times = new Float64Array(0)
  /** Which of them comes next. */
  position = 0
  readonly #source: AnySource
  readonly #sortWithinMs: number | undefined
  #chunks: AsyncIterator<readonly TimedPayload[]> | undefined
  /** How many events were at hand before these. */
  #before = 0
  /** The latest time; at first the lowest there is. */
  #last = -Number.MAX_VALUE
  /** What to throw when the events at hand are used up. */
  #failure: Error | undefined

  constructor(index: number, name: string, source: AnySource, sortWithinMs: number | undefined) {
    this.index = index
    this.name = name
    this.#source = source
    this.#sortWithinMs = sortWithinMs
  }

  /**
   * Gets the next events, in place of those at hand. Resolves to whether there are any.
   *
   * @throws SourceError `SOURCE_INVALID` if an event is none; the events before it are at hand first.
   * @throws SourceOrderError `SOURCE_ORDER` if one is older than the one before it; likewise.
   */
  async load(): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure
    this.#chunks ??= this.#open()[Symbol.asyncIterator]()
    this.#before += this.items.length
    this.position = 0
    for (;;) {
      const { done, value } = await this.#chunks.next()
      if (done === true) {
        this.items = []
        return false
      }
      this.#take(value)
      if (this.items.length > 0) return true
      if (this.#failure !== undefined) throw this.#failure
    }
  }

  /** Lets go of the source, wherever it is. */
  async close(): Promise<void> {
    await this.#chunks?.return?.()
  }

  #open(): AsyncIterable<readonly TimedPayload[]> {
    const chunks = chunksOf(this.#source)
    return this.#sortWithinMs === undefined
      ? chunks
      : sortedWithin(this.#sortWithinMs, this.name, chunks)
  }

  #take(items: readonly TimedPayload[]): void {
    const { length } = items
    if (this.times.length < length) this.times = new Float64Array(length)
    const { times } = this
    let last = this.#last
    for (let index = 0; index < length; index += 1) {
      const item = items[index]!
      const time = timeOf(item)
      // What is no number is not at or above another either.
      if (!(time >= last && time < Infinity) || !isEvent(item)) {
        const number = this.#before + index
        this.#failure =
          refusalOf(this.name, number, item) ??
          new SourceOrderError(this.name, number, time, last, { origin: originOf(item, time) })
        this.items = items.slice(0, index)
        return
      }
      times[index] = time
      last = time
    }
    this.#last = last
    this.items = items
  }
}
