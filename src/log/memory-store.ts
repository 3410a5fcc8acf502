import { ConfigurationError } from '../errors/tradewire-error.ts'
import { matchTokens, parsePattern } from '../events/pattern.ts'
import { nextTurn } from '../time/turn.ts'
import { notAbove } from './memory-search.ts'
import type {
  CutQuery,
  LogStore,
  Note,
  NoteKey,
  NoteKind,
  Page,
  PageQuery,
  RemovalQuery,
  StoreAppend,
  StoredEvent,
  StoreStats,
  VerifyStep,
} from './store.ts'

interface Kept {
  readonly position: number
  readonly event: StoredEvent
}

/** The most records that one call looks at, so that others get their turn. */
const mostLooked = 10_000

/** A log that lives as long as the process: for tests, backtests and tools. */
export class MemoryStore implements LogStore {
  readonly readOnly = false
  /** By position. */
  #records: Kept[] = []
  #last = 0
  readonly #notes = new Map<string, Note>()
  /** By type: the highest position that was removed; what goes later stands behind what has gone. */
  readonly #removed = new Map<string, number>()
  /** The highest position that an append has left out. */
  #leftOut = 0

  async open(): Promise<number> {
    return this.#last
  }

  async append(events: readonly StoredEvent[], _options: StoreAppend): Promise<readonly number[]> {
    requireRising(events, this.#last)
    return events.map((event) => {
      const position = event.position ?? this.#last + 1
      if (position > this.#last + 1) this.#leftOut = position - 1
      this.#last = position
      this.#records.push({ position: this.#last, event })
      return this.#last
    })
  }

  async page(query: PageQuery): Promise<Page> {
    const { after, order, through, limit } = query
    const forward = order === 'forward'
    const matches = this.#matcher(query)
    const positions: number[] = []
    const texts: string[] = []
    const secrets: (string | undefined)[] = []
    const step = forward ? 1 : -1
    let index = forward ? notAbove(this.#records, after) + 1 : notAbove(this.#records, after - 1)
    let next = after
    let looked = 0
    for (; positions.length < limit && looked < mostLooked; index += step, looked += 1) {
      const kept = this.#records[index]
      if (kept === undefined || (forward ? kept.position > through : kept.position < through)) {
        return { positions, texts, secrets, next: through, done: true }
      }
      next = kept.position
      if (!matches(kept.event)) continue
      positions.push(kept.position)
      texts.push(kept.event.text)
      secrets.push(kept.event.secret)
    }
    // Whoever reads on has had no turn of the event loop: timers and I/O get theirs.
    await nextTurn()
    return { positions, texts, secrets, next, done: false }
  }

  async last(): Promise<number> {
    return this.#last
  }

  async notes(kind: NoteKind, name?: string): Promise<readonly Note[]> {
    const found = [...this.#notes.values()].filter(
      (note) => note.kind === kind && (name ?? note.name) === note.name,
    )
    return found.toSorted(
      (left, right) => compare(left.name, right.name) || left.number - right.number,
    )
  }

  async noteUpTo({ kind, name, number }: NoteKey): Promise<Note | undefined> {
    const notes = await this.notes(kind, name)
    return notes.findLast((note) => note.number <= number)
  }

  async writeNotes(put: readonly Note[], remove: readonly NoteKey[]): Promise<void> {
    for (const key of remove) this.#notes.delete(keyOf(key))
    for (const note of put) this.#notes.set(keyOf(note), note)
  }

  async cut({ patterns, before, maxEvents, maxBytes }: CutQuery): Promise<number> {
    const covered = this.#records.filter(({ event }) => this.#covers(patterns)(event.type))
    let events = 0
    let bytes = 0
    const tooMany = covered.findLast(({ event }) => {
      events += 1
      bytes += sizeOf(event)
      return events > (maxEvents ?? Infinity) || bytes > (maxBytes ?? Infinity)
    })
    if (before === undefined) return tooMany?.position ?? 0
    // A record that comes late, with an old time, takes no younger one before it along.
    const young = covered.find(({ event }) => event.timestamp >= before)
    return Math.max(tooMany?.position ?? 0, young === undefined ? this.#last : young.position - 1)
  }

  async remove(query: RemovalQuery): Promise<{ removed: number; done: boolean }> {
    const covers = this.#covers(query.patterns)
    const before = this.#records.length
    this.#records = this.#records.filter(({ position, event }) => {
      if (position > query.through || !covers(event.type)) return true
      this.#removed.set(event.type, position)
      return false
    })
    return { removed: before - this.#records.length, done: true }
  }

  async countAfter(position: number, patterns: readonly string[] | undefined): Promise<number> {
    const covers = this.#covers(patterns)
    let count = 0
    for (
      let index = notAbove(this.#records, position) + 1;
      index < this.#records.length;
      index += 1
    ) {
      if (covers(this.#records[index]!.event.type)) count += 1
    }
    return count
  }

  async removedThrough(patterns: readonly string[] | undefined): Promise<number> {
    const covers = this.#covers(patterns)
    return [...this.#removed].reduce(
      (most, [type, position]) => (covers(type) ? Math.max(most, position) : most),
      this.#leftOut,
    )
  }

  async stats(): Promise<StoreStats> {
    const types = Map.groupBy(this.#records, ({ event }) => event.type)
    const [first] = this.#records
    return {
      events: this.#records.length,
      first: first?.position ?? 0,
      last: this.#last,
      firstTimestamp: first?.event.timestamp,
      lastTimestamp: this.#records.at(-1)?.event.timestamp,
      deadLetters: [...this.#notes.values()].filter(({ kind }) => kind === 'dead-letter').length,
      bytes: this.#records.reduce((sum, { event }) => sum + sizeOf(event), 0),
      types: [...types]
        .map(([type, kept]) => ({ type, events: kept.length }))
        .toSorted((left, right) => compare(left.type, right.type)),
    }
  }

  /** There is nothing that could be damaged without the process being so. */
  async verify(position: number, through: number): Promise<VerifyStep> {
    const first = notAbove(this.#records, position)
    const records = notAbove(this.#records, through) - first
    return { through, records, damaged: [], done: true }
  }

  async close(): Promise<void> {}

  #matcher(query: PageQuery): (event: StoredEvent) => boolean {
    const { since = -Infinity, until = Infinity, source, correlationId } = query
    const covers = this.#covers(query.patterns)
    return (event) =>
      covers(event.type) &&
      event.timestamp >= since &&
      event.timestamp < until &&
      (source ?? event.source) === event.source &&
      (correlationId === undefined || correlationId === event.correlationId)
  }

  #covers(patterns: readonly string[] | undefined): (type: string) => boolean {
    if (patterns === undefined) return () => true
    const tokens = patterns.map(parsePattern)
    return (type) => {
      const parts = type.split('.')
      return tokens.some((pattern) => matchTokens(pattern, parts))
    }
  }
}

/** @throws ConfigurationError `CONFIGURATION` if a position that is given is not above every one before it. */
function requireRising(events: readonly StoredEvent[], last: number): void {
  let before = last
  for (const { position = before + 1 } of events) {
    if (position <= before) {
      throw new ConfigurationError(
        `The position ${position} was given to an event behind position ${before}: positions must rise.`,
      )
    }
    before = position
  }
}

function sizeOf({ text, secret }: StoredEvent): number {
  return text.length + (secret?.length ?? 0)
}

function keyOf({ kind, name, number }: NoteKey): string {
  return JSON.stringify([kind, name, number])
}

function compare(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
