import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The charting library, as text. */
export interface ChartingText {
  /** A script that defines `LightweightCharts`; its copyright notice stands at its head. */
  readonly script: string
  /** Its licence, in full. */
  readonly license: string
}

let read: ChartingText | undefined

/** Reads the standalone build of Lightweight Charts from where it is installed, once. */
export function chartingText(): ChartingText {
  if (read !== undefined) return read
  // Its exports name its modules alone, and package.json.
  const manifest = createRequire(import.meta.url).resolve('lightweight-charts/package.json')
  const folder = dirname(manifest)
  const script = join(folder, 'dist', 'lightweight-charts.standalone.production.js')
  read = {
    script: readFileSync(script, 'utf8').trim(),
    license: readFileSync(join(folder, 'LICENSE'), 'utf8').trim(),
  }
  return read
}
