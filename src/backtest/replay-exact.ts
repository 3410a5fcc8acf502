import type { Draft } from '../bus/middleware.ts'
import type { Catalog } from '../events/catalog.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { LogEntry } from '../log/event-log.ts'
import { differencesOf, type Divergence, divergence } from './divergence.ts'
import type { ReplayCounts, ReplayParts, ReplayWay } from './replay-parts.ts'

/**
 * Replays a record so that every event keeps its place: what is recorded of others is fed when its number
 * has come, also in the midst of what a handler emits, and all else must be emitted again.
 */
export class ExactReplay implements ReplayWay {
  readonly counts: ReplayCounts = { events: 0, inputs: 0, compared: 0 }
  readonly #parts: ReplayParts

  constructor(parts: ReplayParts) {
    this.#parts = parts
    parts.stage.emitting = (draft) => this.#feedBefore(draft)
    parts.stage.commanded = (orderId) => this.#answer(orderId)
  }

  /** Feeds, or waits for, the next event. Resolves to what is not as it was, if anything. */
  async next({ event }: LogEntry): Promise<Divergence | undefined> {
    const { stage, rules } = this.#parts
    if (rules.originOf(event) !== 'input') {
      const isThere = await this.#bring(event)
      return isThere ? undefined : this.#diverge(event, undefined)
    }
    // Timers on the way may emit what was recorded before it.
    const hasFired = await stage.moveTo(event.timestamp)
    if (!hasFired) this.#feedOn(event)
    return undefined
  }

  /** Compares what was emitted since the last time. */
  async check(): Promise<Divergence | undefined> {
    const { stage, record, rules, isPart } = this.#parts
    const { produced } = stage
    stage.produced = []
    for (const event of produced) {
      await record.fill(event.sequence)
      this.#passBefore(event.sequence)
      const entry = record.first
      if (entry === undefined && isPart) return undefined
      if (entry?.event.sequence === event.sequence) {
        const found = this.#compare(entry, event)
        if (found !== undefined) return found
        this.counts.compared += 1
      } else if (rules.wasRecorded(event)) {
        return this.#diverge(undefined, event)
      }
    }
    this.#passBefore(stage.sequence + 1)
    return undefined
  }

  /** Compares what still comes once the record has ended. */
  async finish(): Promise<Divergence | undefined> {
    const { stage, isPart } = this.#parts
    await stage.fire()
    await stage.end()
    return isPart ? undefined : this.check()
  }

  /** Waits for an event that time, or the end of the session, is to bring. */
  async #bring({ timestamp }: TradewireEvent): Promise<boolean> {
    const { stage, record } = this.#parts
    const { sequence } = stage
    const ways = [
      (): Promise<unknown> => stage.moveTo(timestamp),
      (): Promise<void> => stage.fire(),
      (): Promise<void> | undefined => (record.isLastMoment ? stage.end() : undefined),
    ]
    for (const way of ways) {
      await way()
      if (stage.sequence !== sequence) return true
    }
    return false
  }

  /** What was recorded before an emission that is about to be numbered has its number first. */
  #feedBefore(draft: Draft): void {
    const { catalog } = this.#parts
    for (;;) {
      const event = this.#nextInput()
      if (event === undefined || isAlike(event, draft, catalog)) return
      this.#feed(event)
    }
  }

  /** A broker that answers at once does so before the command returns, and before any promise goes on. */
  #answer(orderId: string): void {
    for (;;) {
      const event = this.#nextInput()
      if (event === undefined || !isOfOrder(event, orderId)) return
      this.#feed(event)
    }
  }

  /**
   * Feeds an event at its time. What a market event does to orders that stand is recorded before it, and
   * no promise has gone on between the two.
   */
  #feedOn(event: TradewireEvent): void {
    const isAhead = isOfOrder(event) && this.#parts.record.leadsToMarket
    this.#feed(event)
    if (!isAhead) return
    for (let next = this.#nextInput(); next !== undefined; next = this.#nextInput()) {
      this.#feed(next)
      if (!isOfOrder(next)) return
    }
  }

  /** What is recorded with the next number, if it is fed, and due now. */
  #nextInput(): TradewireEvent | undefined {
    const { stage, record, rules } = this.#parts
    const event = record.find(stage.sequence + 1)?.event
    if (event === undefined || rules.originOf(event) !== 'input') return undefined
    return event.timestamp > stage.now ? undefined : event
  }

  #feed(event: TradewireEvent): void {
    this.counts.inputs += 1
    this.#parts.stage.feed(event)
  }

  #passBefore(sequence: number): void {
    const { record } = this.#parts
    while (record.first !== undefined && record.first.event.sequence < sequence) {
      record.pass()
      this.counts.events += 1
    }
  }

  #compare(entry: LogEntry, actual: TradewireEvent): Divergence | undefined {
    const { catalog, rules } = this.#parts
    const expected = entry.event
    const differences = differencesOf(expected, actual, catalog, (path) =>
      isUncounted(expected.type, path),
    )
    if (differences.length === 0) return undefined
    // In the place of an event that is fed none was to be emitted.
    if (rules.originOf(expected) === 'input') return this.#diverge(undefined, actual)
    return this.#diverge(expected, actual, differences)
  }

  #diverge(
    expected: TradewireEvent | undefined,
    actual: TradewireEvent | undefined,
    differences: Divergence['differences'] = [],
  ): Divergence {
    const { record } = this.#parts
    const position = record.first?.position
    return divergence({ index: this.counts.events, position, expected, actual, differences })
  }
}

function isOfOrder({ type, data }: TradewireEvent, orderId?: string): boolean {
  if (!type.startsWith('order.')) return false
  return orderId === undefined || (data as { readonly orderId: string }).orderId === orderId
}

/** Whether an emission is about to become this very event. */
function isAlike(event: TradewireEvent, draft: Draft, catalog: Catalog): boolean {
  const { type, source } = event
  if (type !== draft.type || source !== draft.source) return false
  return textOf(type, event.data, catalog) === textOf(type, draft.data, catalog)
}

/** A payload without what {@link isUncounted}. */
function textOf(type: string, data: unknown, catalog: Catalog): string {
  return JSON.stringify(catalog.get(type).encode(type, data), (name, value: unknown) =>
    isUncounted(type, `data.${name}`) ? undefined : value,
  )
}

/** Subscriptions are counted, and there are others in a replay. */
function isUncounted(type: string, path: string): boolean {
  return type === 'system.error' && path === 'data.subscriptionId'
}
