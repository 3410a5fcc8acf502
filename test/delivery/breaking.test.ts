import { type BreakerOptions, PermanentError, type SubscribeOptions } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { errorsOf, hello, rest, setUp, type TestBus } from '../support/buses.ts'

type SetUp = ReturnType<typeof setUp>

/** A handler behind a breaker; it fails as long as `fails` says. */
function guarded(
  { bus, clock }: SetUp,
  breaker: BreakerOptions,
  fails: (text: string) => boolean = () => true,
  more: SubscribeOptions = {},
) {
  const calls: string[] = []
  const subscription = bus.on(
    'note.made',
    ({ data }) => {
      calls.push(`${clock.now() - 1_000} ${data.text}`)
      if (fails(data.text)) throw new Error('down')
    },
    { id: 'desk', breaker, ...more },
  )
  return { calls, subscription }
}

function warningsOf(bus: TestBus): string[] {
  const codes: string[] = []
  bus.on('system.warning', ({ data }) => void codes.push(`${data.timestamp - 1_000} ${data.code}`))
  return codes
}

function emit(bus: TestBus, texts: string): void {
  for (const text of texts) bus.emitSync('note.made', { text })
}

describe('breaker', () => {
  it('opens after failures in a row although nothing has ever succeeded, and loses nothing', async () => {
    const world = setUp()
    const codes = warningsOf(world.bus)
    let down = true
    const { calls, subscription } = guarded(world, { failures: 2, openMs: 100 }, () => down)
    emit(world.bus, 'abcd')
    await world.clock.advanceBy(99)
    expect(calls).toEqual(['0 a', '0 b'])
    expect(subscription.stats).toMatchObject({ breaker: 'open', depth: 2, pending: 2, dropped: 2 })
    down = false
    await world.clock.advanceBy(1)
    expect(calls.slice(2)).toEqual(['100 c', '100 d'])
    expect(subscription.stats).toMatchObject({ breaker: 'closed', delivered: 2, pending: 0 })
    expect(codes).toEqual(['0 breaker_open', '100 breaker_half_open', '100 breaker_closed'])
  })

  it('tells of its changes in words, with the id of the subscription', async () => {
    const world = setUp()
    const warnings: object[] = []
    world.bus.on('system.warning', ({ data }) => void warnings.push(data))
    guarded(world, { failures: 1 })
    emit(world.bus, 'a')
    await rest()
    expect(warnings).toEqual([
      {
        timestamp: 1_000,
        code: 'breaker_open',
        message: 'The circuit breaker of subscription desk has opened: its handler keeps failing.',
        details: { subscriptionId: 'desk' },
      },
    ])
  })

  it('opens again when its trial call fails', async () => {
    const world = setUp()
    const codes = warningsOf(world.bus)
    const { calls } = guarded(world, { failures: 1, openMs: 100 })
    emit(world.bus, 'abc')
    await world.clock.advanceBy(250)
    expect(calls).toEqual(['0 a', '100 b', '200 c'])
    expect(codes).toEqual([
      '0 breaker_open',
      '100 breaker_half_open',
      '100 breaker_open',
      '200 breaker_half_open',
      '200 breaker_open',
    ])
  })

  it('lets one trial call pass at a time, and closes after as many as it wants', async () => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    const subscription = bus.on(
      'note.made',
      async ({ data }) => {
        calls.push(`${clock.now() - 1_000} ${data.text}`)
        if (data.text === 'a') throw new Error('down')
        await clock.sleep(10)
      },
      { concurrency: 'unlimited', breaker: { failures: 1, openMs: 100, probes: 2 } },
    )
    emit(bus, 'a')
    await rest()
    emit(bus, 'bcdef')
    await clock.advanceBy(115)
    expect(calls).toEqual(['0 a', '100 b', '110 c'])
    expect(subscription.stats.breaker).toBe('half-open')
    await clock.advanceBy(5)
    expect(calls.slice(3)).toEqual(['120 d', '120 e', '120 f'])
    expect(subscription.stats.breaker).toBe('closed')
  })

  it('counts failures in a window, whatever succeeds between them', async () => {
    const world = setUp()
    const { subscription } = guarded(world, { failures: 2, windowMs: 100 }, (text) => text === 'x')
    emit(world.bus, 'xo')
    await world.clock.advanceBy(100)
    emit(world.bus, 'xo')
    await rest()
    expect(subscription.stats.breaker).toBe('closed')
    await world.clock.advanceBy(99)
    emit(world.bus, 'x')
    await rest()
    expect(subscription.stats.breaker).toBe('open')
  })

  it('counts a share of failures in a window', async () => {
    const world = setUp()
    const options = { rate: 0.5, windowMs: 6_400, minimumCalls: 4 }
    const { subscription } = guarded(world, options, (text) => text === 'x')
    emit(world.bus, 'xxo')
    await rest()
    expect(subscription.stats.breaker).toBe('closed')
    emit(world.bus, 'x')
    await rest()
    expect(subscription.stats.breaker).toBe('open')
  })

  it('sends what comes while it is open to the dead letters, if asked', async () => {
    const world = setUp()
    const errors = errorsOf(world.bus)
    const options = { failures: 1, openMs: 100, whileOpen: 'dead-letter' } as const
    const { calls, subscription } = guarded(world, options, (text) => text === 'a', {
      deadLetter: true,
    })
    emit(world.bus, 'abc')
    await world.clock.advanceBy(99)
    expect(calls).toEqual(['0 a'])
    expect(subscription.stats).toMatchObject({ deadLettered: 3, pending: 0, failed: 1 })
    expect(world.bus.deadLetters.list()).toMatchObject([
      { attempts: 1, errors: [{ message: 'down' }] },
      { attempts: 0, errors: [{ code: 'BREAKER_OPEN' }] },
      { attempts: 0, errors: [{ code: 'BREAKER_OPEN' }] },
    ])
    expect(errors.map(({ name }) => name)).toEqual([
      'Error',
      'BreakerOpenError',
      'BreakerOpenError',
    ])
    await world.clock.advanceBy(1)
    emit(world.bus, 'd')
    await rest()
    expect(calls.slice(1)).toEqual(['100 d'])
    expect(subscription.stats.breaker).toBe('closed')
  })

  it('keeps events behind a trial call waiting, even if those that come while open do not wait', async () => {
    const { bus, clock } = setUp()
    const subscription = bus.on(
      'note.made',
      ({ data }) => {
        if (data.text === 'a') throw new Error('down')
        return clock.sleep(10)
      },
      {
        concurrency: 2,
        deadLetter: true,
        breaker: { failures: 1, openMs: 100, whileOpen: 'dead-letter' },
      },
    )
    emit(bus, 'a')
    await clock.advanceBy(100)
    emit(bus, 'bc')
    await clock.advanceBy(5)
    expect(subscription.stats).toMatchObject({ breaker: 'half-open', depth: 1, deadLettered: 1 })
    await clock.advanceBy(100)
    expect(subscription.stats).toMatchObject({ breaker: 'closed', delivered: 2, deadLettered: 1 })
  })

  it('is not stuck when its trial call times out', async () => {
    const world = setUp()
    let hangs = true
    const calls: number[] = []
    const subscription = world.bus.on(
      'note.made',
      () => {
        calls.push(world.clock.now() - 1_000)
        return hangs ? new Promise(() => {}) : undefined
      },
      { timeoutMs: 50, breaker: { failures: 1, openMs: 100 } },
    )
    emit(world.bus, 'abc')
    await world.clock.advanceBy(160)
    expect(calls).toEqual([0, 150])
    hangs = false
    await world.clock.advanceBy(40)
    expect(subscription.stats.breaker).toBe('open')
    await world.clock.advanceBy(100)
    expect(calls).toEqual([0, 150, 300])
    expect(subscription.stats).toMatchObject({ breaker: 'closed', delivered: 1, pending: 0 })
  })

  it('leaves nothing behind when the subscription ends while it is open, or is being tried', async () => {
    for (const afterMs of [50, 100]) {
      const { bus, clock } = setUp()
      let calls = 0
      const subscription = bus.on(
        'note.made',
        () => {
          calls += 1
          if (calls === 1) throw new Error('down')
          return clock.sleep(10)
        },
        { id: 'desk', breaker: { failures: 1, openMs: 100 } },
      )
      emit(bus, 'abc')
      await clock.advanceBy(afterMs)
      subscription.unsubscribe()
      await clock.advanceBy(1_000)
      await bus.idle()
      const delivered = afterMs === 50 ? 0 : 1
      expect(subscription.stats).toMatchObject({ delivered, dropped: 3 - delivered, pending: 0 })
      expect(clock.pendingTimers).toBe(0)
      // The id is free, and whoever has it next begins with a breaker that is closed.
      const next = bus.on('note.made', () => {}, { id: 'desk', breaker: {} })
      expect(next.stats.breaker).toBe('closed')
    }
  })

  it('counts each attempt, and waits with the next one while it is open', async () => {
    const world = setUp()
    const { calls } = guarded(world, { failures: 2, openMs: 1_000 }, () => true, {
      retry: { attempts: 4, initialMs: 10, factor: 1, jitter: 'none' },
    })
    emit(world.bus, 'a')
    await world.clock.advanceBy(5_000)
    expect(calls).toEqual(['0 a', '10 a', '1010 a', '2010 a'])
  })

  it('is opened by errors of any kind', async () => {
    const { bus } = setUp()
    const subscription = bus.on(
      'note.made',
      () => {
        throw new PermanentError('refused')
      },
      { breaker: { failures: 1 } },
    )
    emit(bus, 'a')
    await rest()
    expect(subscription.stats.breaker).toBe('open')
  })

  it('is closed at first, and undefined where there is none', () => {
    const { bus } = setUp()
    expect(bus.on('note.made', () => {}, { breaker: {} }).stats.breaker).toBe('closed')
    expect(bus.on('note.made', () => {}, { concurrency: 1 }).stats.breaker).toBeUndefined()
    expect(bus.on('note.made', () => {}).stats.breaker).toBeUndefined()
  })

  it('lets a close take no longer than drainMs while it is open, and reports what it left', async () => {
    const world = setUp()
    const { subscription } = guarded(world, { failures: 1, openMs: 10_000 })
    emit(world.bus, 'abc')
    await rest()
    const closed = world.bus.close({ drainMs: 100 })
    await world.clock.advanceBy(100)
    expect(await closed).toEqual({ delivered: 0, dropped: 0, deadLettered: 0, pending: 2 })
    expect(subscription.stats).toMatchObject({ dropped: 3, pending: 0 })
    expect(world.clock.pendingTimers).toBe(0)
  })

  it('lets a close without a limit go on until it has closed again', async () => {
    const world = setUp()
    guarded(world, { failures: 1, openMs: 100 }, (text) => text === 'a')
    emit(world.bus, 'abc')
    await rest()
    const closed = world.bus.close()
    await world.clock.advanceBy(100)
    expect(await closed).toMatchObject({ delivered: 2, pending: 0 })
  })
})

describe('a handler of system.error that fails', () => {
  it('has its dead letters, and tells the last resort, once each', async () => {
    const { bus, clock, lastResort } = setUp()
    const subscription = bus.on(
      'system.error',
      () => {
        throw new Error('cannot tell')
      },
      { deadLetter: true, retry: { attempts: 2, initialMs: 10 }, breaker: { failures: 4 } },
    )
    bus.on('note.made', () => {
      throw new Error('first')
    })
    bus.emitSync('note.made', hello)
    await clock.advanceBy(1_000)
    expect(subscription.stats).toMatchObject({
      accepted: 1,
      deadLettered: 1,
      failed: 2,
      pending: 0,
    })
    expect(bus.deadLetters.list()).toMatchObject([{ event: { type: 'system.error' }, attempts: 2 }])
    expect(lastResort).toMatchObject([
      { error: { cause: { message: 'cannot tell' } }, context: { origin: 'handler' } },
    ])
    await bus.idle()
  })
})
