import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { scaleProject } from './scale/generate.ts'

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const mostSeconds = 3
/** What it may take beside a project with one event and one handler, where a machine is slow. */
const mostTimes = 4

interface CompilerRun {
  readonly errors: readonly string[]
  readonly seconds: number
}

/** Type-checks a generated project in a directory of its own. */
async function check(compiler: string, count: number, mistake?: string): Promise<CompilerRun> {
  const directory = await mkdtemp(join(tmpdir(), 'tradewire-scale-'))
  try {
    for (const [file, text] of Object.entries(scaleProject(root, count, mistake))) {
      await writeFile(join(directory, file), text)
    }
    const startedAt = performance.now()
    const output = await new Promise<string>((resolve) => {
      const binary = join(root, 'node_modules/.bin', compiler)
      execFile(binary, ['-p', directory], (_, stdout, stderr) => resolve(stdout + stderr))
    })
    const seconds = (performance.now() - startedAt) / 1_000
    return { errors: output.split('\n').filter((line) => line.trim() !== ''), seconds }
  } finally {
    await rm(directory, { recursive: true })
  }
}

describe('Catalog.extend', () => {
  it('type-checks 300 handlers of 300 more events in time', { timeout: 120_000 }, async () => {
    let fastest = Infinity
    let floor = Infinity
    // The machine may be slow, or busy with other tests, so the best of five counts.
    for (let run = 0; run < 5; run += 1) {
      const { errors, seconds } = await check('tsc', 300)
      expect(errors).toEqual([])
      fastest = Math.min(fastest, seconds)
      if (fastest < mostSeconds) break
      floor = Math.min(floor, (await check('tsc', 1)).seconds)
      if (fastest < mostTimes * floor) break
    }
    const most = floor === Infinity ? mostSeconds : Math.max(mostSeconds, mostTimes * floor)
    console.log(`300 events and 300 handlers: ${fastest.toFixed(2)} of ${most.toFixed(2)} s of tsc`)
    expect(fastest).toBeLessThan(most)
  })

  it.each([
    ["bus.on('room1.fact_1', ({ data }) => data.price_2)", 'price_2'],
    ["bus.on('room1.fact_2', () => {})", 'room1.fact_2'],
    ["void bus.emit('room1.fact_1', { symbol: 'BTCUSDT', price_1: '1' })", 'Decimal'],
  ])('finds the mistake in %s', { timeout: 60_000 }, async (mistake, named) => {
    const { errors } = await check('tsc', 300, mistake)
    expect(errors.filter((line) => line.includes('error TS'))).toHaveLength(1)
    expect(errors.join('\n')).toContain(named)
  })
})
