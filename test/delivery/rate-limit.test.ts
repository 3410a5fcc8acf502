import type { RateLimitOptions } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { errorsOf, rest, setUp, type TestBus } from '../support/buses.ts'

type SetUp = ReturnType<typeof setUp>

function limited({ bus, clock }: SetUp, rateLimit: RateLimitOptions) {
  const calls: string[] = []
  const subscription = bus.on(
    'note.made',
    ({ data }) => void calls.push(`${clock.now() - 1_000} ${data.text}`),
    { id: 'desk', rateLimit },
  )
  return { calls, subscription }
}

function emit(bus: TestBus, texts: string): void {
  for (const text of texts) bus.emitSync('note.made', { text })
}

function warningsOf(bus: TestBus): object[] {
  const warnings: object[] = []
  bus.on('performance.rate_limit_warning', ({ data }) => void warnings.push(data))
  return warnings
}

describe('rateLimit', () => {
  it('lets events wait for their time, in order, and drops none', async () => {
    const world = setUp()
    const { calls, subscription } = limited(world, { perSecond: 10, burst: 2 })
    emit(world.bus, 'abcd')
    await world.clock.advanceBy(99)
    expect(calls).toEqual(['0 a', '0 b'])
    expect(subscription.stats).toMatchObject({ depth: 2, pending: 2 })
    await world.clock.advanceBy(101)
    expect(calls.slice(2)).toEqual(['100 c', '200 d'])
    expect(subscription.stats).toMatchObject({ delivered: 4, dropped: 0, pending: 0 })
    expect(world.clock.pendingTimers).toBe(0)
  })

  it('lets as many at once again as have been saved up', async () => {
    const world = setUp()
    const { calls } = limited(world, { perSecond: 10, burst: 3 })
    emit(world.bus, 'abc')
    await world.clock.advanceBy(200)
    emit(world.bus, 'def')
    await world.clock.advanceBy(100)
    expect(calls.slice(3)).toEqual(['200 d', '200 e', '300 f'])
  })

  it('drops what comes too soon, if asked, and tells observers why', async () => {
    const world = setUp()
    const errors = errorsOf(world.bus)
    const reasons: string[] = []
    world.bus.observe({
      onDropped: ({ reason, event }) => reasons.push(`${reason} ${event?.sequence}`),
    })
    const { calls, subscription } = limited(world, { perSecond: 10, burst: 1, onLimit: 'drop' })
    emit(world.bus, 'ab')
    await world.clock.advanceBy(100)
    emit(world.bus, 'c')
    await rest()
    expect(calls).toEqual(['0 a', '100 c'])
    expect(subscription.stats).toMatchObject({ accepted: 3, delivered: 2, dropped: 1, failed: 0 })
    // The event between them is the warning.
    expect(reasons).toEqual(['rate-limit 3'])
    expect(errors).toEqual([])
  })

  it('fails the delivery of what comes too soon, if asked, with the time to come again', async () => {
    const world = setUp()
    const errors = errorsOf(world.bus)
    const { subscription } = limited(world, { perSecond: 10, burst: 1, onLimit: 'error' })
    emit(world.bus, 'a')
    await world.clock.advanceBy(40)
    const emission = world.bus.emit('note.made', { text: 'b' }, { throwOnError: true })
    await expect(emission).rejects.toMatchObject({
      errors: [
        {
          cause: { code: 'RATE_LIMITED', limited: 'desk', perSecond: 10, retryAfterMs: 60 },
        },
      ],
    })
    expect(subscription.stats).toMatchObject({ accepted: 2, delivered: 1, dropped: 1, pending: 0 })
    expect(errors).toMatchObject([{ name: 'RateLimitError', subscriptionId: 'desk' }])
  })

  it('counts attempts, not events, while it waits', async () => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    bus.on(
      'note.made',
      ({ data }, { attempt }) => {
        calls.push(`${clock.now() - 1_000} ${data.text} #${attempt}`)
        if (attempt === 1) throw new Error('busy')
      },
      {
        rateLimit: { perSecond: 10, burst: 1 },
        retry: { attempts: 2, initialMs: 10, jitter: 'none' },
      },
    )
    emit(bus, 'ab')
    await clock.advanceBy(1_000)
    expect(calls).toEqual(['0 a #1', '100 a #2', '200 b #1', '300 b #2'])
  })

  it('counts a batch as one', async () => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    bus.onBatch(
      'note.made',
      (events) => {
        calls.push(`${clock.now() - 1_000} ${events.map(({ data }) => data.text).join('')}`)
      },
      { maxSize: 2, rateLimit: { perSecond: 10, burst: 1 } },
    )
    emit(bus, 'abcd')
    await clock.advanceBy(1_000)
    expect(calls).toEqual(['0 ab', '100 cd'])
  })

  it('keeps idle waiting until the last has had its time', async () => {
    const world = setUp()
    const { calls } = limited(world, { perSecond: 10, burst: 1 })
    emit(world.bus, 'abc')
    const idle = world.bus.idle().then(() => calls.length)
    await world.clock.advanceBy(1_000)
    expect(await idle).toBe(3)
  })

  it('leaves no timer behind when the subscription ends', async () => {
    const world = setUp()
    const { subscription, calls } = limited(world, { perSecond: 10, burst: 1 })
    emit(world.bus, 'abc')
    await rest()
    subscription.unsubscribe()
    expect(world.clock.pendingTimers).toBe(0)
    await world.clock.advanceBy(1_000)
    expect(calls).toEqual(['0 a'])
    expect(subscription.stats).toMatchObject({ dropped: 2, pending: 0 })
  })
})

describe('performance.rate_limit_warning', () => {
  it('comes once when the limit is near, and again only after it was far', async () => {
    const world = setUp()
    const warnings = warningsOf(world.bus)
    limited(world, { perSecond: 10, burst: 10, warnAt: 0.8 })
    emit(world.bus, 'abcdefg')
    await rest()
    expect(warnings).toEqual([])
    emit(world.bus, 'hij')
    await rest()
    expect(warnings).toEqual([
      { timestamp: 1_000, endpoint: 'desk', used: 8, limit: 10, windowMs: 1_000 },
    ])
    // 10 are used up; 600 ms later 4 are, which is not yet less than half of 8.
    await world.clock.advanceBy(600)
    emit(world.bus, 'abcd')
    await rest()
    expect(warnings).toHaveLength(1)
    // 8 are used up; 500 ms later 3 are.
    await world.clock.advanceBy(500)
    emit(world.bus, 'abcde')
    await rest()
    expect(warnings).toHaveLength(2)
    expect(warnings[1]).toMatchObject({ timestamp: 2_100, used: 8 })
  })

  it('says when to come again once nothing is left', async () => {
    const world = setUp()
    const warnings = warningsOf(world.bus)
    limited(world, { perSecond: 4, burst: 2, warnAt: 1, onLimit: 'drop' })
    emit(world.bus, 'abc')
    await rest()
    expect(warnings).toEqual([
      { timestamp: 1_000, endpoint: 'desk', used: 2, limit: 2, windowMs: 500, retryAfterMs: 250 },
    ])
  })
})
