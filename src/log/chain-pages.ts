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
  #root: Promise<Root | undefined> | undefined = undefined

  constructor(store: LogStore, correlationId: string) {
    this.#store = store
    this.#id = correlationId
  }

  async page(query: PageQuery): Promise<Page> {
    const page = await this.#store.page(query)
    this.#root ??= this.#find(query)
    const root = await this.#root
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

  /** The record whose id is that of the chain, under the other conditions of the query. */
  async #find({
    patterns,
    since,
    until,
    source,
    after,
    through,
    order,
  }: PageQuery): Promise<Root | undefined> {
    const [low, high] = order === 'forward' ? [after, through] : [through - 1, after - 1]
    const wanted = `{"id":${JSON.stringify(this.#id)},`
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
      const index = page.texts.findIndex((text) => text.startsWith(wanted))
      if (index !== -1) {
        const [position, text] = [page.positions[index]!, page.texts[index]!]
        return { position, text, secret: page.secrets?.[index] }
      }
      if (page.done) return undefined
      next = page.next
    }
  }
}

function isBelow(left: number, right: number): boolean {
  return left < right
}

function isAbove(left: number, right: number): boolean {
  return left > right
}
