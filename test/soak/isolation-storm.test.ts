import { describe, expect, it } from 'vitest'
import { type ChildEnd, runChild } from './child-process.ts'

const emissions = 1_000_000

/** Any rejection that nobody handles ends the child with an error. */
const storm = (events: number, ...leak: string[]): Promise<ChildEnd> =>
  runChild('isolation-storm.child.ts', [String(events), ...leak], ['--unhandled-rejections=strict'])

describe('Bus', () => {
  it('keeps hostile handlers from all others', { timeout: 300_000 }, async () => {
    const { exitCode, output, errors, seconds } = await storm(emissions)
    console.log(`isolation storm: ${emissions} emissions, ${seconds.toFixed(1)} s`)
    expect(errors).toBe('')
    expect(exitCode).toBe(0)
    const { healthy, failed, delivered, reported } = JSON.parse(output) as StormReport
    expect(healthy).toEqual(Array.from({ length: 7 }, () => emissions))
    expect(failed + delivered).toBe(3 * emissions)
    expect(failed).toBeGreaterThan(2 * emissions)
    expect(reported).toBe(failed)
  })
})

describe('isolation storm', () => {
  it('ends in an error if a single rejection is left unhandled', async () => {
    const { exitCode, errors } = await storm(1_000, 'leak')
    expect(exitCode).not.toBe(0)
    expect(errors).toContain('planted')
  })
})

interface StormReport {
  /** Events that each of the healthy handlers got. */
  readonly healthy: readonly number[]
  /** Failed deliveries to hostile handlers. */
  readonly failed: number
  readonly delivered: number
  /** `system.error` events. */
  readonly reported: number
}
