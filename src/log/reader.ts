import type { Page, PageQuery } from './store.ts'

/** What a reader needs of its log. */
export interface ReaderHost<Entry> {
  /** What to do with the fields of a record. */
  entry(position: number, text: string, secret: string | undefined): Entry
  page(query: PageQuery): Promise<Page>
  /** Up to where to read: resolves again, for a reader that follows, when there is more. */
  through(seen: number): Promise<number | undefined>
  ended(reader: PagedReader<Entry>): void
}

/** How a read goes on. */
export interface ReadPlan extends Omit<PageQuery, 'through' | 'limit'> {
  /** The last position to look at; undefined for the end of the log, which the host knows. */
  readonly through: number | undefined
  /** How many entries in all. */
  readonly limit: number
  readonly signal: AbortSignal | undefined
}

const mostOfPage = 1_000

type Result<Entry> = IteratorResult<Entry, undefined>

const over = { done: true, value: undefined } as const

const noOp = (): undefined => undefined

/** Reads a log page by page; while one page is taken, the next is on its way. */
export class PagedReader<Entry> implements AsyncIterableIterator<Entry, undefined, void> {
  readonly #host: ReaderHost<Entry>
  readonly #plan: ReadPlan
  #page: Page | undefined = undefined
  /** Of the page. */
  #index = 0
  #ahead: Promise<Page> | undefined = undefined
  #after: number
  #through: number | undefined
  #left: number
  /** Calls of `next` that have not been answered. */
  #calls = 0
  /** Resolves once the last of them is answered. */
  #previous: Promise<undefined> = Promise.resolve(undefined)
  #ended = false
  /** Why it ends without being asked; thrown to the reader once. */
  #failure: { readonly reason: unknown } | undefined = undefined
  /** Ends the wait of now, if there is one. */
  #stop: (() => void) | undefined = undefined

  constructor(host: ReaderHost<Entry>, plan: ReadPlan) {
    this.#host = host
    this.#plan = plan
    this.#after = plan.after
    this.#through = plan.through
    this.#left = plan.limit
    plan.signal?.addEventListener('abort', this.#aborted)
    if (plan.signal?.aborted === true) this.#aborted()
  }

  next(): Promise<Result<Entry>> {
    if (this.#calls === 0) {
      const result = this.#take()
      if (result !== undefined) return result
    }
    this.#calls += 1
    const turn = this.#previous.then(() => this.#answer())
    this.#previous = turn.then(noOp, noOp)
    return turn
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#end()
    return over
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end()
  }

  /** Ends it from outside: the reader gets `reason` thrown, or, without one, just an end. */
  close(failure?: { readonly reason: unknown }): void {
    if (this.#ended) return
    this.#failure = failure
    this.#end()
  }

  readonly #aborted = (): void => {
    this.close({ reason: this.#plan.signal!.reason })
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#page = undefined
    this.#plan.signal?.removeEventListener('abort', this.#aborted)
    this.#stop?.()
    this.#host.ended(this)
  }

  /** The next entry of the page at hand; undefined if there is none. */
  #take(): Promise<Result<Entry>> | undefined {
    const page = this.#page
    if (this.#ended || page === undefined || this.#index >= page.positions.length) return undefined
    if (this.#left === 0) return undefined
    const index = this.#index
    this.#index += 1
    this.#left -= 1
    try {
      const value = this.#host.entry(
        page.positions[index]!,
        page.texts[index]!,
        page.secrets?.[index],
      )
      return Promise.resolve({ done: false, value })
    } catch (error) {
      this.#end()
      return Promise.reject(error)
    }
  }

  /** Whoever gets the answer may call again at once, and is not to wait for anybody then. */
  async #answer(): Promise<Result<Entry>> {
    try {
      return await this.#advance()
    } finally {
      this.#calls -= 1
    }
  }

  async #advance(): Promise<Result<Entry>> {
    for (;;) {
      const result = this.#take()
      if (result !== undefined) return result
      if (this.#ended || this.#left === 0) return this.#finish()
      try {
        if (!(await this.#turnPage())) return this.#finish()
      } catch (error) {
        if (!this.#ended) this.#end()
        throw error
      }
    }
  }

  #finish(): Result<Entry> {
    this.#end()
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure.reason
    return over
  }

  /** Gets the next page; whether there is one. */
  async #turnPage(): Promise<boolean> {
    if (this.#ahead === undefined && !(await this.#order())) return false
    const page = await this.#orStopped(this.#ahead!)
    if (page === undefined) return false
    this.#ahead = undefined
    this.#page = page
    this.#index = 0
    this.#after = page.next
    if (page.done) this.#through = undefined
    else if (page.positions.length < this.#left) this.#request(this.#through!)
    return true
  }

  /** Orders a page, once there is something to order. */
  async #order(): Promise<boolean> {
    if (this.#through === undefined) {
      const seen = this.#after
      const through = await this.#orStopped(this.#host.through(seen))
      if (through === undefined) return false
      this.#through = through
    }
    this.#request(this.#through)
    return true
  }

  /**
   * What a promise resolves to, or undefined if the reader is ended before. Nothing is kept of it
   * afterwards, however many there are: a race against one promise would keep every page.
   */
  #orStopped<Value>(promise: Promise<Value | undefined>): Promise<Value | undefined> {
    if (this.#ended) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      this.#stop = () => resolve(undefined)
      promise.then(resolve, reject)
    })
  }

  #request(through: number): void {
    const { order, patterns, since, until, source, correlationId } = this.#plan
    const limit = Math.min(mostOfPage, this.#left)
    const conditions = { order, patterns, since, until, source, correlationId }
    this.#ahead = this.#host.page({ ...conditions, after: this.#after, through, limit })
    // It may fail while nobody looks; whoever turns the page is told.
    this.#ahead.catch(() => {})
  }
}
