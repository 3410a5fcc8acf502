import type { Writable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { describeValue, requireFunction, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { EventLog, LogPatterns, ReadQuery } from './event-log.ts'
import { EventLines, type ExportReport } from './export-lines.ts'
import { writeTo, writeWhole } from './ndjson-file.ts'
import type { Progress } from './progress.ts'
import { requireLog } from './require-log.ts'

/** What to export, and how. */
export interface ExportOptions<Patterns = string | readonly string[]> extends Omit<
  ReadQuery<Patterns>,
  'unknown'
> {
  /** Whether a file of that name may be replaced. Default false. */
  readonly overwrite?: boolean
  /** Is told how far it has come, every 1,000 events and at the end. */
  readonly onProgress?: (progress: Progress) => void
}

const conditions = [
  'pattern',
  'from',
  'since',
  'until',
  'source',
  'correlationId',
  'limit',
] as const
const known = [...conditions, 'order', 'signal', 'overwrite', 'onProgress']

/**
 * Writes events as NDJSON, one CloudEvent 1.0 a line, with the extension attribute `position`.
 *
 * @param to the name of a file, compressed with gzip if it ends in `.gz`; it appears only when all of it
 * is there. Or a stream, which is written to no faster than it takes it, and not ended.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed, `log` is none, or the
 * file exists.
 * @throws LogStorageError `LOG_STORAGE` if it cannot be written.
 * @throws LogDamagedError `LOG_DAMAGED` if a record is not what was written.
 * @example
 * ```ts
 * const { events } = await exportLog(log, 'fills.ndjson.gz', { pattern: 'order.filled' })
 * ```
 */
export async function exportLog<
  Schemas extends EventSchemas,
  const Patterns extends LogPatterns<Schemas> = '*',
>(
  log: EventLog<Schemas>,
  to: string | Writable,
  options: ExportOptions<Patterns> = {},
): Promise<ExportReport> {
  requireLog('exportLog', log)
  requireOptions('exportLog', options, known)
  const { overwrite = false, onProgress, ...query } = options
  if (onProgress !== undefined) requireFunction('onProgress', onProgress)
  const whole = conditions.every((name) => query[name] === undefined)
  const total = whole ? (await log.stats()).events : undefined
  const lines = new EventLines(log.readEncoded(query), (done) => onProgress?.({ done, total }))
  if (typeof to === 'string') {
    const stages = to.endsWith('.gz') ? [createGzip()] : []
    await writeWhole(to, lines, stages, { overwrite, signal: query.signal })
  } else {
    requireStream(to)
    await writeTo(to, lines)
  }
  return lines.report()
}

function requireStream(to: unknown): void {
  const { write } = (to ?? {}) as { readonly write?: unknown }
  if (typeof write === 'function') return
  throw new ConfigurationError(
    `An export goes to the name of a file or to a writable stream, but was given ${describeValue(to)}.`,
  )
}
