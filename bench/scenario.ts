import type { MeasureOptions, Row } from './measure.ts'

export const groups = [
  'sync',
  'awaited',
  'costs',
  'churn',
  'allocation',
  'delivery',
  'sustained',
  'log',
  'desk',
] as const
export type Group = (typeof groups)[number]

/** One comparison. It runs in a process of its own, so that no other one has warmed the engine up. */
export interface Scenario {
  readonly id: string
  readonly group: Group
  /** What is compared, for people. */
  readonly title: string
  /** What the samples count. */
  readonly unit: 'ns' | 'ms' | 'bytes' | 'promises' | 'as said'
  /** The head of its column, where it shares a table with others. */
  readonly compared?: string
  /** The row that the others are compared with. */
  readonly reference?: string
  /** Flags that its process needs beside `--expose-gc`. */
  readonly nodeFlags?: readonly string[]
  /** Counts, or takes as long as it says: once is enough. */
  readonly exact?: boolean
  /** How many processes run it, where it takes long; else five. */
  readonly processes?: number
  run(options: MeasureOptions): Promise<readonly Row[]>
}
