import { requireFunction, requireInteger, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import type { Clock } from '../time/clock.ts'
import { toPatterns } from './read-query.ts'
import type { RetainOptions, RetainReport } from './retain.ts'
import type { LogStore } from './store.ts'

const optionNames = [
  'maxAgeMs',
  'maxEvents',
  'maxBytes',
  'before',
  'pattern',
  'onProgress',
] as const

/**
 * Removes what a log need not keep, step by step; between two steps others get their turn.
 *
 * @param requireOpen throws once the log is closed.
 */
export async function retain(
  store: LogStore,
  options: RetainOptions,
  catalog: Catalog,
  clock: Clock,
  requireOpen: () => void,
): Promise<RetainReport> {
  requireRetainOptions(options)
  const { maxAgeMs, maxEvents, maxBytes, before = 1, pattern, onProgress } = options
  const patterns = toPatterns(pattern, catalog, 'keep')
  const cut = await store.cut({
    patterns,
    before: maxAgeMs === undefined ? undefined : clock.now() - maxAgeMs,
    maxEvents,
    maxBytes,
  })
  const through = Math.max(cut, Math.min(before - 1, await store.last()))
  const total = (await store.countAfter(0, patterns)) - (await store.countAfter(through, patterns))
  let removed = 0
  for (let done = through === 0; !done;) {
    requireOpen()
    const step = await store.remove({ through, patterns })
    removed += step.removed
    done = step.done
    onProgress?.({ done: removed, total })
  }
  return { removed }
}

function requireRetainOptions(options: RetainOptions): void {
  requireOptions('retain', options, optionNames)
  const { maxAgeMs, maxEvents, maxBytes, before, onProgress } = options
  if (maxAgeMs !== undefined) requireNumber('maxAgeMs', maxAgeMs, 0)
  if (maxEvents !== undefined) requireInteger('maxEvents', maxEvents)
  if (maxBytes !== undefined) requireInteger('maxBytes', maxBytes)
  if (before !== undefined) requireInteger('before', before, 1)
  if (onProgress !== undefined) requireFunction('onProgress', onProgress)
  if ((maxAgeMs ?? maxEvents ?? maxBytes ?? before) !== undefined) return
  throw new ConfigurationError(
    'retain needs at least one of maxAgeMs, maxEvents, maxBytes and before: without a limit nothing has to go.',
  )
}
