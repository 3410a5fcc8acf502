import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  Breaker,
  type BreakerOptions,
  type BreakerState,
  toBreakerSettings,
} from '../../src/delivery/breaker.ts'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'

function breakerOf(options: BreakerOptions): { breaker: Breaker; changes: BreakerState[] } {
  const changes: BreakerState[] = []
  const breaker = new Breaker(toBreakerSettings(options), (state) => changes.push(state))
  return { breaker, changes }
}

function fail(breaker: Breaker, now: number): void {
  breaker.failed(now, breaker.started())
}

function succeed(breaker: Breaker, now: number): void {
  breaker.succeeded(now, breaker.started())
}

describe('toBreakerSettings', () => {
  it('opens after 5 failures in a row by default', () => {
    expect(toBreakerSettings({})).toEqual({
      rule: { kind: 'consecutive', failures: 5 },
      openMs: 30_000,
      probes: 1,
      whileOpen: 'wait',
    })
  })

  it('keeps what it is given', () => {
    expect(
      toBreakerSettings({ failures: 3, windowMs: 1, openMs: 0.5, probes: 2, whileOpen: 'wait' }),
    ).toEqual({
      rule: { kind: 'count', failures: 3, windowMs: 1 },
      openMs: 0.5,
      probes: 2,
      whileOpen: 'wait',
    })
    expect(
      toBreakerSettings({ rate: 1, windowMs: 60_000, minimumCalls: 1, whileOpen: 'dead-letter' }),
    ).toMatchObject({
      rule: { kind: 'rate', rate: 1, windowMs: 60_000, minimumCalls: 1 },
      whileOpen: 'dead-letter',
    })
  })

  it('counts 5 failures in a window, and a rate from 10 calls on, by default', () => {
    expect(toBreakerSettings({ windowMs: 50 }).rule).toEqual({
      kind: 'count',
      failures: 5,
      windowMs: 50,
    })
    expect(toBreakerSettings({ rate: 0.5, windowMs: 50 }).rule).toMatchObject({ minimumCalls: 10 })
  })

  it.each([
    [{ failures: 0 }, 'breaker.failures must be a whole number from 1 to 1000000, but is 0.'],
    [{ rate: 0, windowMs: 50 }, 'breaker.rate must be a share, more than 0 and at most 1'],
    [{ rate: 1.1, windowMs: 50 }, 'breaker.rate must be a share'],
    [{ rate: '1', windowMs: 50 }, 'breaker.rate must be a finite number'],
    [{ rate: 0.5 }, 'breaker.rate needs breaker.windowMs'],
    [{ rate: 0.5, failures: 5, windowMs: 50 }, 'exclude each other'],
    [{ minimumCalls: 5 }, 'breaker.minimumCalls belongs to breaker.rate'],
    [
      { failures: 5, windowMs: 50, minimumCalls: 5 },
      'breaker.minimumCalls belongs to breaker.rate',
    ],
    [{ rate: 0.5, windowMs: 50, minimumCalls: 0 }, 'breaker.minimumCalls must be a whole number'],
    [{ windowMs: 0.9 }, 'breaker.windowMs must be a finite number of at least 1, but is 0.9.'],
    [{ openMs: 0 }, 'breaker.openMs must be more than 0, but is 0.'],
    [{ openMs: Infinity }, 'breaker.openMs must be a finite number'],
    [{ probes: 0 }, 'breaker.probes must be a whole number from 1 to 1000000, but is 0.'],
    [{ whileOpen: 'drop' }, "breaker.whileOpen must be 'wait' or 'dead-letter', but is \"drop\"."],
    [{ threshold: 5 }, 'breaker has no option "threshold".'],
  ])('refuses %o', (options, message) => {
    const call = (): unknown => toBreakerSettings(options as BreakerOptions)
    expect(call).toThrow(ConfigurationError)
    expect(call).toThrow(message)
  })
})

describe('Breaker', () => {
  it('opens after failures in a row, even if nothing has ever succeeded', () => {
    const { breaker, changes } = breakerOf({ failures: 2, openMs: 100 })
    expect(breaker.state).toBe('closed')
    expect(breaker.reopensAt).toBeUndefined()
    fail(breaker, 10)
    expect(breaker.admits(10)).toBe(true)
    fail(breaker, 20)
    expect(breaker.state).toBe('open')
    expect(breaker.reopensAt).toBe(120)
    expect(breaker.admits(119)).toBe(false)
    expect(changes).toEqual(['open'])
  })

  it('counts from the start again after a success', () => {
    const { breaker } = breakerOf({ failures: 2 })
    fail(breaker, 1)
    succeed(breaker, 2)
    fail(breaker, 3)
    expect(breaker.state).toBe('closed')
  })

  it('lets one call pass when its time has come, whose success closes it', () => {
    const { breaker, changes } = breakerOf({ failures: 1, openMs: 100 })
    fail(breaker, 0)
    expect(breaker.admits(100)).toBe(true)
    expect([breaker.state, breaker.reopensAt]).toEqual(['half-open', undefined])
    expect(breaker.admits(100)).toBe(true)
    const ticket = breaker.started()
    expect(breaker.admits(100)).toBe(false)
    breaker.succeeded(150, ticket)
    expect(breaker.admits(150)).toBe(true)
    expect(changes).toEqual(['open', 'half-open', 'closed'])
  })

  it('opens again for the full time when the trial call fails', () => {
    const { breaker, changes } = breakerOf({ failures: 5, openMs: 100 })
    for (let now = 0; now < 5; now += 1) fail(breaker, now)
    expect(breaker.admits(104)).toBe(true)
    fail(breaker, 130)
    expect(breaker.reopensAt).toBe(230)
    expect(changes).toEqual(['open', 'half-open', 'open'])
  })

  it('closes only after as many trial calls as it wants, one at a time', () => {
    const { breaker } = breakerOf({ failures: 1, openMs: 100, probes: 2 })
    fail(breaker, 0)
    breaker.admits(100)
    succeed(breaker, 110)
    expect([breaker.state, breaker.admits(110)]).toEqual(['half-open', true])
    fail(breaker, 120)
    expect(breaker.admits(220)).toBe(true)
    succeed(breaker, 230)
    expect(breaker.state).toBe('half-open')
    succeed(breaker, 240)
    expect(breaker.state).toBe('closed')
  })

  it('forgets the failures of before once it is closed again', () => {
    for (const options of [
      { failures: 3 },
      { failures: 3, windowMs: 1e6 },
      { rate: 0.5, windowMs: 1e6, minimumCalls: 3 },
    ]) {
      const { breaker } = breakerOf({ ...options, openMs: 100 })
      for (const now of [0, 1, 2]) fail(breaker, now)
      expect(breaker.admits(102)).toBe(true)
      succeed(breaker, 103)
      for (const now of [104, 105]) fail(breaker, now)
      expect(breaker.state).toBe('closed')
      fail(breaker, 106)
      expect(breaker.state).toBe('open')
    }
  })

  it('is moved by no outcome of a call that started before it opened', () => {
    const { breaker, changes } = breakerOf({ failures: 2, openMs: 100 })
    const late = Array.from({ length: 8 }, () => breaker.started())
    for (const now of [0, 1]) fail(breaker, now)
    breaker.succeeded(50, late[0]!)
    breaker.failed(51, late[1]!)
    expect(breaker.reopensAt).toBe(101)
    expect(breaker.admits(101)).toBe(true)
    const probe = breaker.started()
    breaker.succeeded(102, late[2]!)
    breaker.failed(103, late[3]!)
    expect([breaker.state, breaker.admits(103)]).toEqual(['half-open', false])
    breaker.succeeded(104, probe)
    expect(breaker.state).toBe('closed')
    for (const ticket of late.slice(4)) breaker.failed(105, ticket)
    expect(breaker.state).toBe('closed')
    expect(changes).toEqual(['open', 'half-open', 'closed'])
  })

  it('takes nothing from a call that started while it was open, though none was admitted', () => {
    const { breaker } = breakerOf({ failures: 1, openMs: 100 })
    fail(breaker, 0)
    fail(breaker, 50)
    succeed(breaker, 60)
    expect([breaker.state, breaker.reopensAt]).toEqual(['open', 100])
  })

  it('has changed when it tells of it, and hands on what the listener throws', () => {
    const seen: [BreakerState, BreakerState][] = []
    const breaker = new Breaker(toBreakerSettings({ failures: 1 }), (state) => {
      seen.push([state, breaker.state])
      throw new Error('listener')
    })
    expect(() => fail(breaker, 0)).toThrow('listener')
    expect(seen).toEqual([['open', 'open']])
    expect(breaker.admits(1)).toBe(false)
  })

  it('counts failures within a window, whatever succeeds between them', () => {
    const { breaker } = breakerOf({ failures: 3, windowMs: 100 })
    for (const now of [0, 50, 100]) {
      fail(breaker, now)
      succeed(breaker, now)
    }
    // The first is 100 ms old, and counts no longer.
    expect(breaker.state).toBe('closed')
    fail(breaker, 149)
    expect(breaker.state).toBe('open')
  })

  it('opens at the first failure in a window where one is too many', () => {
    const { breaker } = breakerOf({ failures: 1, windowMs: 100 })
    fail(breaker, 0)
    expect(breaker.state).toBe('open')
  })

  test.prop(
    [
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 30 }),
      fc.array(fc.tuple(fc.nat({ max: 20 }), fc.boolean()), { maxLength: 40 }),
    ],
    { numRuns: 500 },
  )('counts failures within a window exactly', (failures, windowMs, steps) => {
    const { breaker } = breakerOf({ failures, windowMs })
    const times: number[] = []
    let now = -50
    for (const [laterMs, fails] of steps) {
      now += laterMs
      if (!fails) {
        succeed(breaker, now)
        continue
      }
      fail(breaker, now)
      times.push(now)
      const recent = times.filter((time) => now - time < windowMs).length
      expect(breaker.state).toBe(recent >= failures ? 'open' : 'closed')
      if (recent >= failures) return
    }
  })

  it('opens at a share of failures, from a minimum of calls on', () => {
    const { breaker } = breakerOf({ rate: 0.5, windowMs: 64_000, minimumCalls: 4 })
    for (const now of [0, 1, 2]) fail(breaker, now)
    expect(breaker.state).toBe('closed')
    for (const now of [3, 4, 5, 6, 7]) succeed(breaker, now)
    // 4 of 9 are less than half, 5 of 10 are half.
    fail(breaker, 8)
    expect(breaker.state).toBe('closed')
    fail(breaker, 9)
    expect(breaker.state).toBe('open')
  })

  it('takes a share that binary numbers cannot hold at its word', () => {
    const { breaker } = breakerOf({ rate: 0.07, windowMs: 64_000, minimumCalls: 100 })
    for (let call = 0; call < 93; call += 1) succeed(breaker, call)
    for (let call = 0; call < 6; call += 1) fail(breaker, 100)
    expect(breaker.state).toBe('closed')
    fail(breaker, 100)
    expect(breaker.state).toBe('open')
  })

  it('lets outcomes count for the window, to a 64th of it', () => {
    for (const [age, state] of [
      [62_999, 'open'],
      [64_000, 'closed'],
      [1e9, 'closed'],
    ] as const) {
      const { breaker } = breakerOf({ rate: 1, windowMs: 64_000, minimumCalls: 2 })
      fail(breaker, -500)
      fail(breaker, -500 + age)
      expect(breaker.state).toBe(state)
    }
  })

  test.prop(
    [
      fc.constantFrom(0.1, 0.5, 0.9, 1),
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.tuple(fc.nat({ max: 30 }), fc.boolean()), { maxLength: 200 }),
    ],
    { numRuns: 500 },
  )('counts the share in whole buckets exactly', (rate, minimumCalls, steps) => {
    const { breaker } = breakerOf({ rate, minimumCalls, windowMs: 128 })
    const calls: { readonly bucket: number; readonly fails: boolean }[] = []
    let now = -300
    for (const [laterMs, fails] of steps) {
      now += laterMs
      const bucket = Math.floor(now / 2)
      calls.push({ bucket, fails })
      if (!fails) {
        succeed(breaker, now)
        continue
      }
      fail(breaker, now)
      const recent = calls.filter((call) => bucket - call.bucket < 64)
      const failed = recent.filter((call) => call.fails).length
      const opens = recent.length >= minimumCalls && failed / recent.length >= rate
      expect(breaker.state).toBe(opens ? 'open' : 'closed')
      if (opens) return
    }
  })
})
