import { allocationScenarios } from './allocation.ts'
import { barsScenario } from './backtest-bars.ts'
import { sidesScenario } from './book-sides.ts'
import { churnScenario } from './churn.ts'
import { costScenarios } from './costs.ts'
import { bookScenario } from './desk-book.ts'
import { dedupScenarios } from './delivery-dedup.ts'
import { floodScenario } from './delivery-flood.ts'
import { queueScenarios } from './delivery-queues.ts'
import { sustainedScenario } from './delivery-sustained.ts'
import { emitterScenarios } from './emitters.ts'
import { appendScenario } from './log-append.ts'
import { liveScenario } from './log-live.ts'
import { readScenario } from './log-read.ts'
import type { Scenario } from './scenario.ts'

/** Every comparison, in the order in which it is run. */
export const allScenarios: readonly Scenario[] = [
  ...emitterScenarios,
  ...costScenarios,
  churnScenario,
  ...allocationScenarios,
  ...queueScenarios,
  ...dedupScenarios,
  floodScenario,
  sustainedScenario,
  appendScenario,
  readScenario,
  liveScenario,
  barsScenario,
  bookScenario,
  sidesScenario,
]
