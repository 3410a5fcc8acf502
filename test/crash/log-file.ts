import { TradewireError } from '../../src/errors/tradewire-error.ts'
import { SqliteFile } from '../../src/log/sqlite-file.ts'
import type { PageQuery, StoredEvent } from '../../src/log/store.ts'
import { seededRandom } from '../../src/time/random.ts'

/** A query for all events, from the first one. */
export const everything: PageQuery = {
  after: 0,
  order: 'forward',
  through: Number.MAX_SAFE_INTEGER,
  limit: 1_000,
  patterns: undefined,
  since: undefined,
  until: undefined,
  source: undefined,
  correlationId: undefined,
}

const made: StoredEvent[] = []

/** The event that stands at a position of the logs of these tests. */
export function storedAt(position: number): StoredEvent {
  return (made[position] ??= makeEvent(position))
}

function makeEvent(position: number): StoredEvent {
  const random = seededRandom(position)
  const filler = 'abcdefghijklmnopqrstuvwxyz'.repeat(1 + 8 * random() ** 3)
  return {
    type: position % 5 === 0 ? 'alarm.rung' : 'note.made',
    timestamp: timeOf(position),
    source: 'maker',
    correlationId: position % 3 === 0 ? `chain-${position % 7}` : undefined,
    text: JSON.stringify({ id: `maker-${position}`, data: { text: `${position} ${filler}` } }),
    secret: undefined,
  }
}

function timeOf(position: number): number {
  return 1_000 + position * 10
}

/** A way to read a log, and which positions it must give. */
export interface Way {
  readonly query: PageQuery
  /** Whether only `verify` knows that an index leads to all that it should lead to. */
  readonly trusting?: boolean
  readonly covers: (position: number, event: StoredEvent) => boolean
}

const since = timeOf(20)
const until = timeOf(60)

/** All ways to read that there are. */
export const ways = {
  all: { query: everything, covers: () => true },
  backward: {
    query: { ...everything, order: 'backward', after: Number.MAX_SAFE_INTEGER, through: 1 },
    covers: () => true,
  },
  type: {
    query: { ...everything, patterns: ['alarm.*'] },
    covers: (_, { type }) => type === 'alarm.rung',
  },
  time: {
    query: { ...everything, since, until },
    covers: (_, { timestamp }) => timestamp >= since && timestamp < until,
  },
  chain: {
    query: { ...everything, correlationId: 'chain-3' },
    covers: (_, { correlationId }) => correlationId === 'chain-3',
    trusting: true,
  },
} satisfies Record<string, Way>

/** What a read gave: positions and texts. */
export interface Given {
  readonly positions: readonly number[]
  readonly texts: readonly string[]
}

/** Reads page by page to the end. */
export function readAll(file: SqliteFile, query: PageQuery): Given {
  const positions: number[] = []
  const texts: string[] = []
  for (let { after } = query; ;) {
    const page = file.page({ ...query, after })
    positions.push(...page.positions)
    texts.push(...page.texts)
    if (page.done) return { positions, texts }
    if (page.next === after) throw new Error(`The page after ${after} leads to itself.`)
    after = page.next
  }
}

/** How a read ended: with all that was written, with a part of it, with an error, or with something else. */
export type Ending =
  | { readonly kind: 'complete' | 'part' | 'refused' }
  | { readonly kind: 'lie'; readonly what: string }

/** Reads a log of `events` events in one way, and compares. */
export function readIn(file: SqliteFile, way: Way, events: number): Ending {
  let given
  try {
    given = readAll(file, way.query)
  } catch (error) {
    return refuses(error) ? { kind: 'refused' } : { kind: 'lie', what: `threw ${String(error)}` }
  }
  const expected: number[] = []
  for (let position = 1; position <= events; position++) {
    if (way.covers(position, storedAt(position))) expected.push(position)
  }
  if (way.query.order === 'backward') expected.reverse()
  const known = new Set(expected)
  let before = way.query.order === 'backward' ? Infinity : 0
  for (const [index, position] of given.positions.entries()) {
    const inOrder = way.query.order === 'backward' ? position < before : position > before
    if (!known.has(position) || !inOrder) return { kind: 'lie', what: `gave ${position}` }
    if (given.texts[index] !== storedAt(position).text)
      return { kind: 'lie', what: `changed ${position}` }
    before = position
  }
  return { kind: given.positions.length === expected.length ? 'complete' : 'part' }
}

/** Whether `verify` finds nothing wrong. */
export function isSound(file: SqliteFile): boolean {
  try {
    for (let position = 0; ;) {
      const { through, damaged, done } = file.verify(position, Number.MAX_SAFE_INTEGER)
      if (damaged.length > 0) return false
      if (done) return true
      position = through
    }
  } catch (error) {
    if (refuses(error)) return false
    throw error
  }
}

/** Whether an error is one that says that a log is damaged, is none, or cannot be read. */
function refuses(error: unknown): boolean {
  return error instanceof TradewireError && /^LOG_(DAMAGED|FORMAT|STORAGE)$/.test(error.code)
}

/** Opens a log; undefined if it is refused. Throws what does not say why. */
export function tryOpen(path: string, readOnly: boolean): SqliteFile | undefined {
  const file = new SqliteFile({ path, readOnly, repair: false })
  try {
    file.open()
    return file
  } catch (error) {
    if (!refuses(error)) throw error
    return undefined
  }
}

/** Makes a log of events; `after` is called once each commit of up to `together` is durable. */
export function writeLog(
  path: string,
  events: number,
  together: number,
  after: (last: number) => void = () => {},
): void {
  const file = new SqliteFile({ path, readOnly: false, repair: false })
  file.open()
  for (let last = 0; last < events;) {
    const count = Math.min(together, events - last)
    const batch = Array.from({ length: count }, (_, index) => storedAt(last + index + 1))
    file.append(batch, { durability: 'group', lane: undefined })
    last += count
    after(last)
  }
  file.close()
}
