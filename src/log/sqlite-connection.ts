import { DatabaseSync, type StatementSync } from 'node:sqlite'

/** What a cell of a row holds. */
export type Cell = string | number | null | Uint8Array

/** A row, as its cells in the order of the columns. */
export type Row = readonly Cell[]

/** A prepared statement whose rows are lists of cells. */
export class Statement {
  readonly #statement: StatementSync

  constructor(statement: StatementSync) {
    this.#statement = statement
    statement.setReturnArrays(true)
  }

  run(...values: Cell[]): number {
    return Number(this.#statement.run(...values).changes)
  }

  first(...values: Cell[]): Row | undefined {
    return this.#statement.get(...values) as Row | undefined
  }

  all(...values: Cell[]): readonly Row[] {
    return this.#statement.all(...values) as unknown as readonly Row[]
  }

  /** Row by row: what has not been asked for is not read. */
  each(...values: Cell[]): Iterable<Row> {
    return this.#statement.iterate(...values) as unknown as Iterable<Row>
  }
}

/** How long to wait for another process that holds the file for a moment, in milliseconds. */
const busyTimeoutMs = 250

/** A connection to a file; its statements are prepared once. */
export class Connection {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, Statement>()

  constructor(location: string | URL, readOnly: boolean) {
    this.#database = new DatabaseSync(location, { readOnly, timeout: busyTimeoutMs })
  }

  exec(sql: string): void {
    this.#database.exec(sql)
  }

  statement(sql: string): Statement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = new Statement(this.#database.prepare(sql))
    this.#statements.set(sql, statement)
    return statement
  }

  /** The number that a pragma or a query of one cell returns. */
  number(sql: string, ...values: Cell[]): number {
    return Number(this.statement(sql).first(...values)?.[0] ?? 0)
  }

  /** Runs `work` in one transaction that is committed, or rolled back if it throws. */
  transaction<Result>(kind: 'IMMEDIATE' | 'DEFERRED', work: () => Result): Result {
    this.exec(`BEGIN ${kind}`)
    try {
      const result = work()
      this.exec('COMMIT')
      return result
    } catch (error) {
      // Some failures have rolled back already.
      if (this.#database.isTransaction) this.exec('ROLLBACK')
      throw error
    }
  }

  close(): void {
    this.#database.close()
  }
}
