import { awaitedCandidates, type HandlerKind } from './awaited-candidates.ts'
import { checkCandidates } from './candidate.ts'
import { measure } from './measure.ts'
import { tick } from './payloads.ts'
import type { Scenario } from './scenario.ts'
import { type Likeness, syncCandidates } from './sync-candidates.ts'

export const handlerCounts = [1, 3, 10] as const

/** This library beside its peers, with 1, 3 and 10 handlers. */
export const emitterScenarios: readonly Scenario[] = handlerCounts.flatMap((count) => [
  syncScenario(count, 'distinct'),
  syncScenario(count, 'alike'),
  awaitedScenario(count, 'sync'),
  awaitedScenario(count, 'async'),
])

function syncScenario(count: number, likeness: Likeness): Scenario {
  return {
    id: `sync-${likeness}-${count}`,
    group: 'sync',
    title: `emitSync, ${handlers(count, likeness)}`,
    compared: `handlers: ${count}`,
    unit: 'ns',
    reference: 'eventemitter3',
    async run(options) {
      const candidates = syncCandidates(count, likeness)
      await checkCandidates(candidates, { calls: count, sum: count * tick.timestamp })
      return measure(candidates, options)
    },
  }
}

function awaitedScenario(count: number, kind: HandlerKind): Scenario {
  return {
    id: `awaited-${kind}-${count}`,
    group: 'awaited',
    title: `await emit, ${handlers(count, kind)}`,
    compared: `handlers: ${count}`,
    unit: 'ns',
    reference: 'emittery',
    async run(options) {
      const candidates = awaitedCandidates(count, kind)
      await checkCandidates(candidates, { calls: count, sum: count * tick.timestamp })
      return measure(candidates, options)
    },
  }
}

function handlers(count: number, kind: string): string {
  return `${count} ${kind} handler${count === 1 ? '' : 's'}`
}
