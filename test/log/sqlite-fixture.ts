import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { SqliteFile, type SqliteOptions } from '../../src/log/sqlite-file.ts'
import type { PageQuery, StoreAppend, StoredEvent, VerifyStep } from '../../src/log/store.ts'

/** The path of a log in a directory that is removed when the test ends. */
export function logPlace(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tradewire-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'log.db')
}

/** A log file that is closed when the test ends. */
export function openFile(path = logPlace(), options: Partial<SqliteOptions> = {}): SqliteFile {
  const file = new SqliteFile({ path, readOnly: false, repair: false, ...options })
  file.open()
  onTestFinished(() => file.close())
  return file
}

export const group: StoreAppend = { durability: 'group', lane: undefined }

/** An event as a home gets it; `number` makes its text. */
export function stored(number: number, event: Partial<StoredEvent> = {}): StoredEvent {
  const { type = 'note.made', timestamp = number } = event
  return {
    type,
    timestamp,
    source: 'test',
    correlationId: undefined,
    text: JSON.stringify({ id: `run-${number}`, type, timestamp, sequence: number }),
    secret: undefined,
    ...event,
  }
}

/** Events with the numbers from `first` to `last`. */
export function storedFrom(
  first: number,
  last: number,
  event: (number: number) => Partial<StoredEvent> = () => ({}),
): StoredEvent[] {
  return Array.from({ length: last - first + 1 }, (_, index) =>
    stored(first + index, event(first + index)),
  )
}

const everything: PageQuery = {
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

/** What all pages of a query hold together, and how many there were. */
export function readAll(
  file: SqliteFile,
  query: Partial<PageQuery> = {},
): { positions: number[]; texts: string[]; secrets: (string | undefined)[]; pages: number } {
  const backward = { after: Number.MAX_SAFE_INTEGER, through: 1 }
  let whole: PageQuery = {
    ...everything,
    ...(query.order === 'backward' ? backward : {}),
    ...query,
  }
  const positions: number[] = []
  const texts: string[] = []
  const secrets: (string | undefined)[] = []
  for (let pages = 1; ; pages += 1) {
    const page = file.page(whole)
    positions.push(...page.positions)
    texts.push(...page.texts)
    secrets.push(...(page.secrets ?? page.texts.map(() => undefined)))
    if (page.done) return { positions, texts, secrets, pages }
    whole = { ...whole, after: page.next }
  }
}

/** Removes all that retention may, and tells how many steps there were. */
export function removeAll(
  file: SqliteFile,
  through: number,
  patterns?: readonly string[],
): { removed: number; steps: number } {
  for (let [removed, steps] = [0, 1]; ; steps += 1) {
    const step = file.remove({ through, patterns })
    removed += step.removed
    if (step.done) return { removed, steps }
  }
}

/** What `verify` finds in all of its steps. */
export function verifyAll(file: SqliteFile): Omit<VerifyStep, 'done' | 'through'> {
  const through = file.last()
  let position = 0
  let records = 0
  const damaged = []
  for (;;) {
    const step = file.verify(position, through)
    records += step.records
    damaged.push(...step.damaged)
    if (step.done) return { records, damaged }
    position = step.through
  }
}

/** Changes a closed log behind its back. */
export function tamper(path: string, sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

/** Opens a file as these options say, when it is called. */
export function opening(path: string, options: object = {}): () => number {
  const file = new SqliteFile({ path, readOnly: false, repair: false, ...options })
  return () => file.open()
}

/** What is thrown; nothing of an error if nothing is. */
export function thrown(act: () => unknown): { code?: string; message?: string; cause?: unknown } {
  try {
    act()
  } catch (error) {
    return error as { code?: string; message?: string }
  }
  return {}
}
