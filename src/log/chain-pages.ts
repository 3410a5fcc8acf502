import type { EncodedEvent } from '../events/encoding.ts'
import { guessPosition } from './chain-root.ts'
import type { LogStore, Page, PageQuery } from './store.ts'

/** How many records are looked at together for the beginning of a chain. */
const lookedTogether = 500

interface Root {
  readonly position: number
  readonly text: string
  readonly secret: string | undefined
}

/**
 * The pages of a causal chain. A home knows the chain of an event that has a cause; the event that
 * began it has its own id for a chain, and is looked for here.
 */
export class ChainPages {
  readonly #store: LogStore
  readonly #id: string
  readonly #wanted: string
  #root: Root | undefined = undefined
  /** It was looked for up to this position. */
  #searched = 0

  constructor(store: LogStore, correlationId: string) {
    this.#store = store
    this.#id = correlationId
    this.#wanted = `"id":${JSON.stringify(correlationId)}`
  }

  async page(query: PageQuery): Promise<Page> {
    const page = await this.#store.page(query)
    const root = (this.#root ??= await this.#findNew(query, page))
    if (root === undefined || !this.#belongs(root, query, page)) return page
    const before = query.order === 'forward' ? isBelow : isAbove
    const index = page.positions.findIndex((position) => before(root.position, position))
    const at = index === -1 ? page.positions.length : index
    const { positions, texts } = page
    const secrets = page.secrets ?? texts.map(() => undefined)
    return {
      ...page,
      positions: positions.toSpliced(at, 0, root.position),
      texts: texts.toSpliced(at, 0, root.text),
      secrets: secrets.toSpliced(at, 0, root.secret),
    }
  }

  /** Whether the root lies in the stretch of the log that this page is about. */
  #belongs({ position }: Root, query: PageQuery, page: Page): boolean {
    const { after, through, order } = query
    const end = page.done ? through : page.next
    return order === 'forward'
      ? position > after && position <= end
      : position < after && position >= end
  }

  /** Looks where it has not yet looked: a reader that follows comes back with a later end. */
  async #findNew(query: PageQuery, page: Page): Promise<Root | undefined> {
    const { after, through, order } = query
    const [low, high] = order === 'forward' ? [after, through] : [through - 1, after - 1]
    const searched = this.#searched
    if (high <= searched) return undefined
    this.#searched = high
    const from = Math.max(low, searched)
    return (await this.#guess(query, page, from)) ?? this.#find(query, from, high)
  }

  /** The record that began the chain, where what it has caused leads to it. */
  async #guess(query: PageQuery, page: Page, low: number): Promise<Root | undefined> {
    if (page.positions.length === 0) return undefined
    const near = Math.min(...page.positions)
    const position = await guessPosition(this.#store, this.#id, near, low + 1)
    return position === undefined ? undefined : this.#find(query, position - 1, position)
  }

  /** The record that began the chain, under the other conditions of the query. */
  async #find(
    { patterns, since, until, source }: PageQuery,
    low: number,
    high: number,
  ): Promise<Root | undefined> {
    const all = { patterns, since, until, source, correlationId: undefined }
    let next = Math.min(high, await this.#store.last()) + 1
    // Causes come before what they cause, so what is looked for is more often new than old.
    for (;;) {
      const page = await this.#store.page({
        ...all,
        after: next,
        order: 'backward',
        through: low + 1,
        limit: lookedTogether,
      })
      const index = page.texts.findIndex((text) => this.#begins(text))
      if (index !== -1) {
        const [position, text] = [page.positions[index]!, page.texts[index]!]
        return { position, text, secret: page.secrets?.[index] }
      }
      if (page.done) return undefined
      next = page.next
    }
  }

  /** Whether it is the record of an event whose id is that of its chain. */
  #begins(text: string): boolean {
    // Most records are none, and looking is faster than parsing.
    if (!text.includes(this.#wanted)) return false
    const { id, correlationId } = JSON.parse(text) as EncodedEvent
    return id === this.#id && correlationId === this.#id
  }
}

function isBelow(left: number, right: number): boolean {
  return left < right
}

function isAbove(left: number, right: number): boolean {
  return left > right
}
