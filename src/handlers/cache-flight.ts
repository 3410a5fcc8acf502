/** What the creation of a value is told. */
export interface CreationContext {
  /** Aborts when nobody waits for the value any more. Hand it to `fetch` and the like. */
  readonly signal: AbortSignal
}

/** Who is told how a flight ended; of the two, one, once. */
interface FlightOwner<Value> {
  /** Nobody waits for it any more, or it has failed. */
  readonly abandoned: () => void
  readonly landed: (value: Value) => void
}

/** One creation of a value, and those who wait for it. */
export class CacheFlight<Value> {
  readonly #owner: FlightOwner<Value>
  readonly #controller = new AbortController()
  readonly #result = Promise.withResolvers<Value>()
  /** Those who wait; it is given up when the last of them leaves. */
  #waiting = 0
  #beginning = true

  constructor(owner: FlightOwner<Value>) {
    this.#owner = owner
    // Whoever waits is told; if nobody does any more, a failure concerns nobody.
    this.#result.promise.catch(() => {})
  }

  /** Whether `create` has not returned yet: whoever asks now is called by it. */
  get beginning(): boolean {
    return this.#beginning
  }

  /** Calls `create`, at once, and waits for its value, for all who join. Never rejects. */
  async begin(create: (context: CreationContext) => Value | PromiseLike<Value>): Promise<void> {
    try {
      const created = create({ signal: this.#controller.signal })
      this.#beginning = false
      const value = await created
      this.#owner.landed(value)
      this.#result.resolve(value)
    } catch (error) {
      this.#owner.abandoned()
      this.#result.reject(error)
    }
  }

  /** Waits for the value, or until `signal` aborts; whoever waits without one stays. */
  join(signal: AbortSignal | undefined): Promise<Value> {
    this.#waiting += 1
    const { promise } = this.#result
    if (signal === undefined) return promise
    return new Promise<Value>((resolve, reject) => {
      const leave = (): void => {
        reject(signal.reason)
        this.#left(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      const stay = (): void => signal.removeEventListener('abort', leave)
      promise.then(resolve, reject).finally(stay)
    })
  }

  #left(reason: unknown): void {
    this.#waiting -= 1
    if (this.#waiting > 0) return
    this.#owner.abandoned()
    this.#controller.abort(reason)
  }
}
