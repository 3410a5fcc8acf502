import { describe, expect, it } from 'vitest'
import { runChild } from './child-process.ts'
import { type HeapSample, heapSlope } from './heap-trend.ts'

/** `TRADEWIRE_SOAK=full` asks for 10 million bars; the short form is a tenth of that. */
const bars = process.env['TRADEWIRE_SOAK'] === 'full' ? 10_000_000 : 1_000_000

/** The most that the heap may grow by with each bar, in bytes: a bar itself takes some 700. */
const mostBytesPerBar = 1

interface Report {
  readonly sourceEvents: number
  readonly trades: number
  readonly kept: number
  readonly samples: readonly HeapSample[]
}

async function measure(count: number, ...leak: string[]): Promise<Report & { slope: number }> {
  const child = await runChild(
    'backtest-memory.child.ts',
    [String(count), ...leak],
    ['--expose-gc'],
  )
  expect(child.errors).toBe('')
  expect(child.exitCode).toBe(0)
  const report = JSON.parse(child.output) as Report
  const [first, last] = [report.samples.at(0)!, report.samples.at(-1)!]
  // The first samples have what the engine compiles.
  const slope = heapSlope(report.samples.slice(5))
  console.log(
    `backtest ${leak.join('')}: ${count} bars, heap ${mebibytes(first)} to ${mebibytes(last)} MiB, ${slope.toFixed(3)} B a bar, ${child.seconds.toFixed(1)} s`,
  )
  return { ...report, slope }
}

const mebibytes = ({ bytes }: HeapSample): string => (bytes / 2 ** 20).toFixed(1)

describe('runBacktest', () => {
  it('takes as much memory for many bars as for few', { timeout: 1_800_000 }, async () => {
    const { slope, sourceEvents, trades } = await measure(bars)
    expect(sourceEvents).toBe(bars)
    expect(trades).toBe(100)
    expect(slope).toBeLessThanOrEqual(mostBytesPerBar)
  })

  it('would be found to keep bars', { timeout: 600_000 }, async () => {
    const { slope, kept } = await measure(100_000, 'leak')
    expect(kept).toBe(100_000)
    expect(slope).toBeGreaterThan(100)
  })
})
