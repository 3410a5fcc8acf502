import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { PageQuery } from '../../src/log/store.ts'
import {
  group,
  logPlace,
  openFile,
  readAll,
  storedFrom,
  tamper,
  verifyAll,
} from './sqlite-fixture.ts'

const columns =
  'position, type_id, ordinal, timestamp, source, correlation_id, sealed, event, checksum, previous'

/** A closed log of 700 records: every tenth is rare, every third belongs to one of three chains. */
function madeLog(): string {
  const path = logPlace()
  const file = openFile(path)
  const events = storedFrom(1, 700, (number) => ({
    type: number % 10 === 0 ? 'rare.one' : 'note.made',
    ...(number % 3 === 0 ? { correlationId: `chain-${number % 9}` } : {}),
  }))
  file.append(events, group)
  file.close()
  return path
}

function changeSchema(path: string, change: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path)
  // Newer versions of Node keep the schema from being changed unless they are told otherwise.
  const { enableDefensive } = database as { enableDefensive?: (on: boolean) => void }
  enableDefensive?.call(database, false)
  database.exec('PRAGMA writable_schema = ON')
  change(database)
  database.close()
}

/** Runs SQL of which an index takes no notice. */
function behind(path: string, index: string, sql: string): void {
  let row: Record<string, unknown> = {}
  changeSchema(path, (database) => {
    row = database.prepare('SELECT * FROM sqlite_schema WHERE name = ?').get(index)!
    database.prepare('DELETE FROM sqlite_schema WHERE name = ?').run(index)
  })
  tamper(path, sql)
  changeSchema(path, (database) => {
    database
      .prepare('INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)')
      .run(...(Object.values(row) as string[]))
  })
}

/** Leaves an entry in an index for a record that is none. */
function strayEntry(path: string, index: string, position: number, changed: string): void {
  const record = columns.replace('position', String(position))
  const [name, value] = changed.split(' = ') as [string, string]
  tamper(
    path,
    `INSERT INTO records SELECT ${record.replace(name, value)} FROM records WHERE position = 699`,
  )
  behind(path, index, `DELETE FROM records WHERE position = ${position}`)
}

function codeOf(act: () => unknown): unknown {
  try {
    act()
    return undefined
  } catch (error) {
    return (error as { readonly code?: unknown }).code
  }
}

const chain: Partial<PageQuery> = { correlationId: 'chain-3' }

describe('SqliteFile.verify, of indexes', () => {
  it.each([
    ['of a type that the log does not have', 'type_id = 3'],
    ['of a type below all others', 'type_id = 0'],
  ])('finds an entry %s', (_, changed) => {
    const path = madeLog()
    strayEntry(path, 'records_by_type', 701, changed)
    expect(verifyAll(openFile(path)).damaged).toEqual([
      { first: 0, last: 0, reason: 'The index of types has entries of no record.' },
    ])
  })

  it.each([701, -5])('finds an entry of a type that is at %d', (position) => {
    const path = madeLog()
    strayEntry(path, 'records_by_type', position, 'type_id = 2')
    expect(verifyAll(openFile(path)).damaged.at(-1)).toEqual({
      first: 0,
      last: 0,
      reason: 'The index of types has entries of no record.',
    })
  })

  it('finds an entry of a type at the position of another record', () => {
    const path = madeLog()
    tamper(path, 'UPDATE records SET type_id = 2 WHERE position = 33')
    behind(path, 'records_by_type', 'UPDATE records SET type_id = 1 WHERE position = 33')
    const { damaged } = verifyAll(openFile(path))
    const reason = 'The index of rare.one does not agree with the records.'
    expect(damaged).toContainEqual({ first: 33, last: 33, reason })
  })

  it.each([
    ['behind a chain', `correlation_id = 'chain-31'`, 701],
    ['ahead of all chains', `correlation_id = 'a chain'`, 701],
    ['behind all chains', `correlation_id = 'chain-9'`, 701],
    ['behind the last one of a chain', `correlation_id = 'chain-3'`, 701],
  ])('finds an entry %s of no record', (_, changed, position) => {
    const path = madeLog()
    strayEntry(path, 'records_by_correlation', position, changed)
    const { damaged } = verifyAll(openFile(path))
    expect(damaged[0]).toEqual({
      first: position,
      last: position,
      reason: 'The index of causal chains has an entry of no record.',
    })
  })

  it('finds an entry that a chain has lost', () => {
    const path = madeLog()
    tamper(path, `UPDATE records SET correlation_id = NULL WHERE position = 345`)
    behind(
      path,
      'records_by_correlation',
      `UPDATE records SET correlation_id = 'chain-3' WHERE position = 345`,
    )
    expect(verifyAll(openFile(path)).damaged).toEqual([
      { first: 345, last: 345, reason: 'An index does not know it.' },
      {
        first: 345,
        last: 345,
        reason: 'The index of causal chains does not agree with the records.',
      },
    ])
  })
})

describe('SqliteFile.page, of a chain', () => {
  const positions = Array.from({ length: 700 }, (_, at) => at + 1).filter((at) => at % 9 === 3)

  it.each(['forward', 'backward'] as const)('gives all of it, %s', (order) => {
    const file = openFile(madeLog())
    const right = order === 'forward' ? positions : positions.toReversed()
    expect(readAll(file, { ...chain, order, limit: 7 }).positions).toEqual(right)
    expect(readAll(file, { ...chain, limit: 7, after: 100, through: 400 }).positions).toEqual(
      positions.filter((at) => at > 100 && at <= 400),
    )
    expect(readAll(file, { correlationId: 'chain-5' }).positions).toEqual([])
  })

  it('is not held up by a damaged record of another chain', () => {
    const path = madeLog()
    tamper(path, `UPDATE records SET event = '{}' WHERE correlation_id = 'chain-6'`)
    expect(readAll(openFile(path), chain).positions).toEqual(positions)
  })

  it.each(['forward', 'backward'] as const)(
    'refuses an index that leads elsewhere, %s',
    (order) => {
      for (const position of [3, 12, 345, 696]) {
        for (const other of ['chain-0', 'chain-6']) {
          const path = madeLog()
          tamper(
            path,
            `UPDATE records SET correlation_id = '${other}' WHERE position = ${position}`,
          )
          behind(
            path,
            'records_by_correlation',
            `UPDATE records SET correlation_id = 'chain-3' WHERE position = ${position}`,
          )
          const file = openFile(path)
          const query = { correlationId: other, order } as const
          expect(codeOf(() => readAll(file, query))).toBe('LOG_DAMAGED')
        }
      }
    },
  )
})
