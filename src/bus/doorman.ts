import { RateLimitError } from '../delivery/errors.ts'
import type { Access } from './access.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { BatchItem } from './emission.ts'
import type { BusSettings, EmitOptions } from './options.ts'
import { noticed, noticedRefusal, refusal } from './refusal.ts'
import { SourceLimit } from './source-limit.ts'

/** What a source is told that is too fast and does not await its emissions. */
const tooFast = 'Emit less often, or raise its limit in rateLimits.'

/** Lets emissions in that may be made, now or later. A bus without limits and rules has none. */
export class Doorman {
  readonly #access: Access | undefined
  readonly #limits = new Map<string, SourceLimit>()
  readonly #dispatcher: Dispatcher
  readonly #defaultSource: string

  constructor(settings: BusSettings, dispatcher: Dispatcher) {
    this.#access = settings.access
    this.#dispatcher = dispatcher
    this.#defaultSource = settings.source
    const { clock } = settings
    for (const [source, limit] of settings.rateLimits) {
      const warn = (data: object): void =>
        dispatcher.calls.warn('performance.rate_limit_warning', { timestamp: clock.now(), ...data })
      this.#limits.set(source, new SourceLimit(source, limit, clock, warn))
    }
  }

  /** @throws AccessDeniedError `ACCESS_DENIED`, RateLimitError `RATE_LIMITED` if it may not now. */
  admitNow(type: string, options: EmitOptions | undefined): void {
    if (this.#dispatcher.closed) return
    try {
      const source = this.#sourceOf(options)
      this.#access?.require(type, source)
      const limit = this.#limits.get(source)
      if (limit === undefined || limit.take(1)) return
      const wait = limit.settings.onLimit === 'wait'
      throw limit.refusal(1, wait ? 'emitSync cannot wait: await emit instead.' : tooFast)
    } catch (error) {
      this.#dispatcher.refused(type, error)
      throw error
    }
  }

  /** What `emit` returns, once it may be made. */
  admit<Result>(
    type: string,
    options: EmitOptions | undefined,
    emit: () => Promise<Result>,
  ): Promise<Result> {
    return this.#admitAll([{ type, data: undefined, ...(options && { options }) }], emit)
  }

  /** The same for a batch, which may be made as a whole or not at all. */
  admitBatch<Result>(items: readonly BatchItem[], emit: () => Promise<Result>): Promise<Result> {
    // What is no batch is refused by the dispatcher.
    return Array.isArray(items) && items.every((item) => typeof item === 'object' && item !== null)
      ? this.#admitAll(items, emit)
      : emit()
  }

  /** Refuses all that wait. */
  close(error: Error): void {
    for (const limit of this.#limits.values()) limit.close(error)
  }

  #admitAll<Result>(items: readonly BatchItem[], emit: () => Promise<Result>): Promise<Result> {
    // It refuses whatever comes.
    if (this.#dispatcher.closed) return emit()
    const type = items.length === 1 ? items[0]!.type : 'A batch'
    try {
      const waits = new Map<SourceLimit, Promise<void>>()
      // All are asked before any is taken from.
      const counts = this.#count(items)
      for (const [limit, events] of counts) {
        if (!limit.allows(events)) throw limit.refusal(events, tooFast)
      }
      for (const [limit, events] of counts) {
        if (!limit.take(events)) waits.set(limit, limit.wait(events))
      }
      return waits.size === 0 ? emit() : this.#emitAfter(type, waits, emit)
    } catch (error) {
      return this.#refuse(type, error)
    }
  }

  /** How many events each limit has to let in. */
  #count(items: readonly BatchItem[]): Map<SourceLimit, number> {
    const counts = new Map<SourceLimit, number>()
    for (const item of items) {
      const source = this.#sourceOf(item.options)
      this.#access?.require(item.type, source)
      const limit = this.#limits.get(source)
      if (limit !== undefined) counts.set(limit, (counts.get(limit) ?? 0) + 1)
    }
    return counts
  }

  #emitAfter<Result>(
    type: string,
    waits: ReadonlyMap<SourceLimit, Promise<void>>,
    emit: () => Promise<Result>,
  ): Promise<Result> {
    const emitNow = (): Promise<Result> => {
      const emission = emit()
      for (const limit of waits.keys()) limit.emitted()
      return emission
    }
    const work = Promise.all(waits.values()).then(emitNow, (error: unknown) => {
      this.#dispatcher.refused(type, error)
      throw error
    })
    return noticed(work, (error) =>
      this.#dispatcher.calls.lastResort(error, { origin: 'emission', event: undefined }),
    )
  }

  /** A rejection; un-awaited, the last resort is told, unless the limit is to drop in silence. */
  #refuse(type: string, error: unknown): Promise<never> {
    this.#dispatcher.refused(type, error)
    if (error instanceof RateLimitError && this.#drops(error)) return refusal(error)
    return noticedRefusal(error, () =>
      this.#dispatcher.calls.lastResort(error, { origin: 'emission', event: undefined }),
    )
  }

  #drops(error: RateLimitError): boolean {
    return this.#limits.get(error.limited)?.settings.onLimit === 'drop'
  }

  #sourceOf(options: EmitOptions | undefined): string {
    return options?.source ?? this.#defaultSource
  }
}
