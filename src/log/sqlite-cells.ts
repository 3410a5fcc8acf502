import { LogDamagedError } from './errors.ts'
import type { Cell } from './sqlite-connection.ts'
import { toHex } from './sqlite-record.ts'

/** What a cell should hold. The tables are STRICT, but a damaged page keeps to nothing. */
export type CellKind = 'number' | 'text' | 'bytes'

/** Whether cells are of the kinds that were written to them, so that they can be looked at as such. */
export function areOfKinds(
  cells: readonly (Cell | undefined)[],
  kinds: readonly CellKind[],
): boolean {
  return kinds.every((kind, at) => kindOf(cells[at]) === kind)
}

function kindOf(cell: Cell | undefined): CellKind | undefined {
  if (cell instanceof Uint8Array) return 'bytes'
  if (typeof cell === 'string') return 'text'
  return typeof cell === 'number' ? 'number' : undefined
}

/**
 * The hash of the record before one, in hexadecimal.
 *
 * @throws LogDamagedError `LOG_DAMAGED` if the cell holds anything else.
 */
export function previousHash(cell: Cell | undefined, position: number): string {
  if (cell instanceof Uint8Array) return toHex(cell)
  throw new LogDamagedError(`Record ${position} is not what was written.`, position, position)
}
