import { describe, expect, it } from 'vitest'
import { reasons } from '../support/payloads.ts'

describe('performance.memory_warning', () => {
  it.each(['heapUsedBytes', 'rssBytes', 'thresholdBytes'])('counts %s in whole bytes', (field) => {
    expect(reasons('performance.memory_warning', { [field]: 0 })).toEqual([])
    expect(reasons('performance.memory_warning', { [field]: 0.5 })).toHaveLength(1)
    expect(reasons('performance.memory_warning', { [field]: -1 })).toHaveLength(1)
  })
})

describe('performance.rate_limit_warning', () => {
  it('may be over its limit, and may say when to try again', () => {
    const change = { used: 2_500, limit: 2_400, retryAfterMs: 1_500 }
    expect(reasons('performance.rate_limit_warning', change)).toEqual([])
  })

  it.each(['used', 'limit', 'windowMs', 'retryAfterMs'])('refuses a negative %s', (field) => {
    expect(reasons('performance.rate_limit_warning', { [field]: -1 })).toHaveLength(1)
  })
})

describe('performance.latency_warning', () => {
  it('accepts a negative latency, as local clocks run behind', () => {
    expect(reasons('performance.latency_warning', { latencyMs: -80.5 })).toEqual([])
  })

  it.each([-0.1, 100.1])('refuses the percentile %d', (percentile) => {
    expect(reasons('performance.latency_warning', { percentile })).toHaveLength(1)
  })
})
