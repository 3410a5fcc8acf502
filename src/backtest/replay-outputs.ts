import type { TradewireEvent } from '../events/envelope.ts'
import type { LogEntry } from '../log/event-log.ts'
import { differencesOf, type Divergence, divergence } from './divergence.ts'
import type { ReplayCounts, ReplayParts, ReplayWay } from './replay-parts.ts'

/** So far outputs and those of the record may be from each other before one counts as missing. */
const most = 1_000

/** What an output has from the clock and the bus. */
const circumstances: ReadonlySet<string> = new Set([
  'id',
  'sequence',
  'timestamp',
  'correlationId',
  'causationId',
  'data.timestamp',
])

const isCircumstance = (path: string): boolean => circumstances.has(path)

/** Replays a record and compares the outputs in their order, wherever they stand among other events. */
export class OutputsReplay implements ReplayWay {
  readonly counts: ReplayCounts = { events: 0, inputs: 0, compared: 0 }
  readonly #parts: ReplayParts
  /** Outputs that have no counterpart yet; at most one of the lists has any. */
  #expected: LogEntry[] = []
  #actual: TradewireEvent[] = []
  #latest = -Infinity

  constructor(parts: ReplayParts) {
    this.#parts = parts
  }

  async next(entry: LogEntry): Promise<Divergence | undefined> {
    const { stage, record, rules } = this.#parts
    const { event } = entry
    const origin = rules.originOf(event)
    this.#latest = event.timestamp
    // Timers on the way come before it, and what they lead to.
    if (origin === 'input' && (await stage.moveTo(event.timestamp))) return undefined
    record.pass()
    this.counts.events += 1
    if (origin === 'output') this.#expected.push(entry)
    if (origin !== 'input') return undefined
    this.counts.inputs += 1
    // The replay may have emitted more, or less, than the session had by then.
    stage.feed(event, Math.max(event.sequence, stage.sequence + 1))
    return undefined
  }

  async check(): Promise<Divergence | undefined> {
    const { stage, rules } = this.#parts
    const outputs = stage.produced.filter((event) => rules.originOf(event) === 'output')
    stage.produced = []
    this.#actual.push(...outputs)
    const count = Math.min(this.#expected.length, this.#actual.length)
    for (let index = 0; index < count; index += 1) {
      const found = this.#compare(this.#expected[index]!, this.#actual[index]!)
      if (found !== undefined) return found
    }
    this.#expected = this.#expected.slice(count)
    this.#actual = this.#actual.slice(count)
    if (this.#expected.length > most) return this.#missing()
    return this.#actual.length > most ? this.#extra() : undefined
  }

  async finish(): Promise<Divergence | undefined> {
    const { stage, isPart } = this.#parts
    await stage.moveTo(this.#latest)
    await stage.fire()
    const found = await this.check()
    if (found !== undefined) return found
    const isComplete = this.#expected.length === 0
    const extra = isPart ? undefined : this.#extra()
    // What is missing may come with the end of the session.
    await stage.end()
    return isComplete ? extra : ((await this.check()) ?? this.#missing() ?? this.#extra())
  }

  #compare({ event, position }: LogEntry, actual: TradewireEvent): Divergence | undefined {
    const differences = differencesOf(event, actual, this.#parts.catalog, isCircumstance)
    if (differences.length > 0) {
      return divergence({ ...this.#place(position), expected: event, actual, differences })
    }
    this.counts.compared += 1
    return undefined
  }

  #missing(): Divergence | undefined {
    const entry = this.#expected[0]
    if (entry === undefined) return undefined
    const { event: expected, position } = entry
    return divergence({ ...this.#place(position), expected, actual: undefined, differences: [] })
  }

  #extra(): Divergence | undefined {
    const actual = this.#actual[0]
    if (actual === undefined) return undefined
    const position = this.#parts.record.first?.position
    return divergence({ ...this.#place(position), expected: undefined, actual, differences: [] })
  }

  #place(position: number | undefined): Pick<Divergence, 'index' | 'position'> {
    return { index: this.counts.compared, position }
  }
}
