import { awaitedNow } from './turn.ts'

/** What is asked of Node; other hosts show nothing. */
interface Host {
  readonly stdout?: unknown
  readonly stderr?: unknown
  getActiveResourcesInfo?(): string[]
}

/**
 * What the process waits for outside of itself: timers, files, connections, as far as its host shows that.
 * Node does; a browser does not, and then there is never anything to be seen.
 *
 * Not shown are the threads of addons, `crypto` and `zlib`, timers that were told to hold no process, and
 * whether somebody waits for an answer by a connection that is open anyway.
 */
export class OutsideWorld {
  readonly #host: Host | undefined = (globalThis as { readonly process?: Host }).process
  readonly #own: (() => readonly string[]) | undefined
  /** How many resources of each name nobody waits for. */
  #usual = new Map<string, number>()

  /**
   * What is open now does not count from here on.
   *
   * @param own names of resources that whoever asks uses itself at this moment.
   */
  constructor(own?: () => readonly string[]) {
    this.#own = own
    // They are opened when they are first asked for, and are no answer that anybody waits for.
    void this.#host?.stdout
    void this.#host?.stderr
    this.accept()
  }

  /** Whether something is under way that was not when it was last accepted. */
  get busy(): boolean {
    const now = this.#counts()
    const usual = this.#usual
    for (const [name, count] of usual) {
      // What has been closed, and is opened again, is something new.
      const left = now.get(name) ?? 0
      if (left < count) usual.set(name, left)
    }
    for (const [name, count] of now) {
      if (count > (usual.get(name) ?? 0)) return true
    }
    return false
  }

  /** The names of what is under way, as Node has them. */
  get names(): readonly string[] {
    const usual = this.#usual
    return [...this.#counts()].flatMap(([name, count]) =>
      count > (usual.get(name) ?? 0) ? [name] : [],
    )
  }

  /** Nobody waits for what is open now. */
  accept(): void {
    this.#usual = this.#counts()
  }

  #counts(): Map<string, number> {
    const counts = new Map<string, number>()
    const change = (name: string, by: number): void => {
      counts.set(name, (counts.get(name) ?? 0) + by)
    }
    for (const name of this.#host?.getActiveResourcesInfo?.() ?? []) change(name, 1)
    const { turns, pauses } = awaitedNow()
    if (turns > 0) change('Immediate', -turns)
    if (pauses > 0) change('Timeout', -pauses)
    for (const name of this.#own?.() ?? []) change(name, -1)
    return counts
  }
}
