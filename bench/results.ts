import { median, type Row, spread } from './measure.ts'
import type { Scenario } from './scenario.ts'

/** The title of the last table. */
export const targetTitle = 'Targets'

/** What the processes of one scenario have measured. */
export class Result {
  readonly scenario: Scenario
  /** Rows by name; their samples are those of all processes, one after the other. */
  readonly rows: ReadonlyMap<string, readonly number[]>

  constructor(scenario: Scenario, processes: readonly (readonly Row[])[]) {
    const rows = new Map<string, readonly number[]>()
    for (const { name, samples } of processes.flat()) {
      rows.set(name, [...(rows.get(name) ?? []), ...samples])
    }
    this.scenario = scenario
    this.rows = rows
  }

  value(row: string): number {
    return median(this.#samples(row))
  }

  spread(row: string): number {
    return spread(this.#samples(row))
  }

  /** How many times the cost of `reference` a row costs: the median of the ratios of each round. */
  ratio(row: string, reference: string): number {
    const references = this.#samples(reference)
    return median(this.#samples(row).map((sample, round) => sample / references[round]!))
  }

  #samples(row: string): readonly number[] {
    const samples = this.rows.get(row)
    if (samples === undefined) throw new Error(`${this.scenario.id} has no row ${row}`)
    return samples
  }
}
