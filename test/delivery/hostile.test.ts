import { type EventKey, SimulatedClock, TemporaryError } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, errorsOf, hello, rest, setUp } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

/** What throws whatever is done with it. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

describe('a handler that throws what nobody can look at', () => {
  it.each([false, true])('stops no mailbox: rejects %s', async (rejects) => {
    const { bus } = setUp()
    let calls = 0
    const failing = bus.on(
      'note.made',
      () => {
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors, typescript/only-throw-error -- that is the test.
        if (rejects) return Promise.reject(revoked())
        // oxlint-disable-next-line typescript/only-throw-error -- that is the test.
        throw revoked()
      },
      { retry: { attempts: 2, initialMs: 0 } },
    )
    bus.on('note.made', () => (calls += 1), { mailbox: {} })
    const unhandled = await unhandledDuring(async () => {
      bus.emitSync('note.made', hello)
      await rest()
      bus.emitSync('note.made', hello)
      await rest()
    })
    expect(unhandled).toEqual([])
    expect(calls).toBe(2)
    expect(failing.stats).toMatchObject({ accepted: 2, failed: 2, dropped: 2, pending: 0 })
  })
})

describe('a breaker of a handler that hears everything', () => {
  it('does not feed it with what it says of itself', async () => {
    const { bus, clock } = setUp()
    const failing = (): never => {
      throw new Error('no')
    }
    const subscription = bus.on('*', failing, { breaker: { failures: 1, openMs: 1_000 } })
    bus.emitSync('note.made', hello)
    const closing = bus.close()
    await clock.advanceBy(100_000)
    expect(await closing).toMatchObject({ pending: 0 })
    expect(subscription.stats.accepted).toBeLessThan(10)
  })
})

describe('a once handler with a mailbox', () => {
  it('ends with its signal, or by off, as long as its event is open', async () => {
    const { bus, clock } = setUp()
    const controller = new AbortController()
    let calls = 0
    const failing = (): never => {
      calls += 1
      throw new Error('no')
    }
    const retry = { attempts: 5, jitter: 'none' } as const
    bus.once('note.made', failing, { retry, signal: controller.signal })
    const other = bus.once('note.made', failing, { retry })
    bus.emitSync('note.made', hello)
    await rest()
    controller.abort()
    expect(bus.off(other)).toBe(true)
    expect(bus.off(other)).toBe(false)
    await clock.advanceBy(100_000)
    expect(calls).toBe(2)
    expect(bus.stats).toMatchObject({ pending: 0 })
  })
})

describe('a batch that begins while somebody waits for the bus', () => {
  it('goes at once', async () => {
    const { bus, clock } = setUp()
    const batches: number[] = []
    bus.onBatch('system.error', (events) => batches.push(events.length), { maxWaitMs: 1e6 })
    bus.on(
      'note.made',
      async () => {
        await clock.sleep(1)
        throw new Error('no')
      },
      { mailbox: {} },
    )
    bus.emitSync('note.made', hello)
    await rest()
    const closing = bus.close()
    await clock.advanceBy(10)
    expect(await closing).toMatchObject({ pending: 0 })
    expect(batches).toEqual([1])
  })
})

describe('a bus that is paused while it resumes', () => {
  it('stays paused, its mailboxes included', async () => {
    const { bus } = setUp()
    let calls = 0
    bus.on('note.made', () => bus.pause())
    bus.on('note.made', () => (calls += 1), { mailbox: {} })
    bus.pause()
    bus.emitSync('note.made', hello)
    bus.resume()
    await rest()
    expect([bus.paused, calls]).toEqual([true, 0])
  })
})

describe('a serial emission that waits for room in a paused mailbox', () => {
  it('holds up neither idle nor close', async () => {
    const { bus } = setUp()
    bus.on('note.made', () => {}, { mailbox: { capacity: 1 } }).pause()
    bus.emitSync('note.made', hello)
    void bus.emitSerial('note.made', hello)
    await rest()
    await bus.idle()
    expect(await bus.close()).toMatchObject({ pending: 2 })
  })
})

describe('a function that answers with a promise', () => {
  const rejecting = (): Promise<never> => Promise.reject(new Error('late'))

  it.each(['dedup', 'mailbox', 'deadLetter'] as const)(
    'is a failure as the key of %s',
    async (name) => {
      const { bus } = setUp()
      const errors = errorsOf(bus)
      const key = rejecting as unknown as () => EventKey
      const options = {
        dedup: { dedup: { key } },
        mailbox: { mailbox: { overflow: 'conflate', key } },
        deadLetter: { deadLetter: { holdKey: true, key } },
      } as const
      const subscription = bus.on('note.made', () => {}, options[name])
      const unhandled = await unhandledDuring(async () => {
        bus.emitSync('note.made', hello)
        await rest()
      })
      expect(unhandled).toEqual([])
      expect(errors[0]!.message).toContain('must return a string, a number or undefined')
      expect(subscription.stats).toMatchObject({ failed: 1, delivered: 0, pending: 0 })
    },
  )

  it('is told to onError as the usage of memory', async () => {
    const usage = rejecting as unknown as () => { heapUsed: number }
    const { bus, lastResort } = setUp({ memory: { thresholdBytes: 1, usage } })
    bus.on('note.made', () => {}, { mailbox: {} })
    expect(await unhandledDuring(() => void bus.emitSync('note.made', hello))).toEqual([])
    expect(lastResort.map(({ error }) => error)).toEqual([coded('CONFIGURATION')])
  })

  it('is refused as the filter of dead letters, and so is what is no filter', () => {
    const { bus } = setUp()
    bus.on('note.made', () => Promise.reject(new Error('no')), { deadLetter: true })
    const { deadLetters } = bus
    for (const filter of [undefined, null, { where: 5 }, { subscriptionId: null }, { type: 1 }]) {
      expect(() => deadLetters.discard(filter as never)).toThrow(coded('CONFIGURATION'))
      expect(() => deadLetters.redeliver(filter as never)).toThrow(coded('CONFIGURATION'))
    }
  })
})

describe('a subscription that is paused in something that it asks or tells', () => {
  it('is not called, and keeps the event', async () => {
    const { bus, clock } = setUp()
    let calls = 0
    const subscription = bus.on('note.made', () => (calls += 1), { mailbox: { maxAgeMs: 5 } })
    subscription.pause()
    bus.emitSync('note.made', hello)
    await clock.advanceBy(100)
    bus.emitSync('note.made', hello)
    bus.observe({ onDropped: () => subscription.pause() })
    subscription.resume()
    await rest()
    expect(calls).toBe(0)
    const holding = bus.on('note.read', () => (calls += 1), {
      deadLetter: {
        holdKey: true,
        key: () => {
          holding.pause()
          return 1
        },
      },
    })
    bus.emitSync('note.read', hello)
    await rest()
    expect(calls).toBe(0)
    expect(holding.stats).toMatchObject({ pending: 1, depth: 1 })
  })
})

describe('a TemporaryError that was tampered with', () => {
  it.each([Infinity, Number.NaN])('is tried again as the backoff has it: %s', async (ms) => {
    const { bus, clock } = setUp()
    let most = 0
    let running = 0
    const subscription = bus.on(
      'note.made',
      async () => {
        running += 1
        most = Math.max(most, running)
        await clock.sleep(1)
        running -= 1
        throw Object.assign(new TemporaryError('x'), { retryAfterMs: ms })
      },
      { retry: { attempts: 3, order: 'release', initialMs: 10, jitter: 'none' } },
    )
    for (let count = 0; count < 6; count += 1) bus.emitSync('note.made', hello)
    await clock.advanceBy(1_000)
    expect(most).toBe(1)
    expect(subscription.stats).toMatchObject({ retried: 12, failed: 18, dropped: 6, pending: 0 })
  })
})

describe('a simulated clock so late that it cannot tell microseconds', () => {
  it('still comes to an end', async () => {
    const clock = new SimulatedClock({ start: 1.7e15 })
    const { bus } = setUp({ clock })
    let calls = 0
    bus.on('note.made', () => (calls += 1), { rateLimit: { perSecond: 3, burst: 1 } })
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    await clock.advanceBy(10_000)
    expect(calls).toBe(2)
  })
})

describe('a dead letter that is redelivered because of its own failure', () => {
  it('stays once the chain is as deep as emissions may be', async () => {
    const { bus } = setUp()
    let calls = 0
    bus.on(
      'note.made',
      () => {
        calls += 1
        throw new Error('no')
      },
      { deadLetter: true },
    )
    bus.on('system.error', () => bus.deadLetters.redeliver({}))
    bus.emitSync('note.made', hello)
    await rest()
    expect(calls).toBeLessThanOrEqual(102)
    expect(bus.deadLetters.size).toBe(1)
  })
})

describe('performance.memory_warning', () => {
  it('gets through the pressure that it tells of', async () => {
    const usage = (): { heapUsed: number } => ({ heapUsed: 5 })
    const { bus } = setUp({ memory: { thresholdBytes: 1, usage, checkEvery: 1 } })
    let warnings = 0
    bus.on('performance.memory_warning', () => (warnings += 1), { mailbox: {} })
    bus.on('note.made', () => {}, { mailbox: {} })
    bus.emitSync('note.made', hello)
    await rest()
    expect(warnings).toBe(1)
  })
})

describe('dedup', () => {
  it('does not forget a key that another event has brought since', () => {
    const { bus } = setUp()
    const subscription = bus.on('note.made', () => {}, {
      dedup: { key: ({ data }) => data.text, capacity: 1 },
      mailbox: { capacity: 2, overflow: 'drop-oldest' },
    })
    subscription.pause()
    for (const text of ['a', 'b', 'a', 'a']) bus.emitSync('note.made', { text })
    expect(subscription.stats).toMatchObject({ duplicates: 1, dropped: 1, pending: 2 })
  })

  it('passes over no event without a key', async () => {
    const { bus } = setUp()
    const subscription = bus.on('note.made', () => {}, { dedup: { key: () => undefined } })
    for (let count = 0; count < 3; count += 1) bus.emitSync('note.made', hello)
    await rest()
    expect(subscription.stats).toMatchObject({ delivered: 3, duplicates: 0 })
  })
})

describe('close', () => {
  it('leaves no timer of a call that goes on', async () => {
    const { bus, clock } = setUp()
    bus.on('note.made', () => new Promise(() => {}), { timeoutMs: 3_600_000 })
    bus.emitSync('note.made', hello)
    await rest()
    const closing = bus.close({ drainMs: 10 })
    await clock.advanceBy(10)
    expect(await closing).toMatchObject({ pending: 1 })
    expect(clock.pendingTimers).toBe(0)
  })

  it('needs no time where there is to be none, and takes a tighter bound later', async () => {
    const { bus, clock } = setUp()
    bus.on('note.made', () => new Promise(() => {}), { mailbox: {} })
    bus.emitSync('note.made', hello)
    await rest()
    const closing = bus.close()
    expect(bus.close({ drainMs: 500 })).toBe(closing)
    expect(bus.close({ drainMs: 0 })).toBe(closing)
    expect(await closing).toMatchObject({ pending: 1 })
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('redelivery to a subscription of the same id', () => {
  it('gives it only what its pattern covers', async () => {
    const { bus } = setUp()
    const first = bus.on('note.made', () => Promise.reject(new Error('no')), {
      id: 'desk',
      deadLetter: true,
    })
    bus.emitSync('note.made', hello)
    await rest()
    first.unsubscribe()
    const seen: string[] = []
    const second = bus.on('note.read', ({ type }) => seen.push(type), { id: 'desk', mailbox: {} })
    expect(bus.deadLetters.redeliver({})).toBe(0)
    expect(() => bus.deadLetters.redeliver('dead-1')).toThrow('hears note.made')
    second.unsubscribe()
    bus.on('note.*', ({ type }) => seen.push(type), { id: 'desk', mailbox: {} })
    expect(bus.deadLetters.redeliver({ type: 'note.made' })).toBe(1)
    await rest()
    expect(seen).toEqual(['note.made'])
  })
})

describe('what finds no room', () => {
  it('becomes a dead letter where there are any', async () => {
    const { bus } = setUp()
    const full = bus.on('note.made', () => {}, {
      mailbox: { capacity: 1, overflow: 'error' },
      deadLetter: true,
    })
    const fast = bus.on('note.made', () => {}, {
      rateLimit: { perSecond: 1, onLimit: 'error' },
      deadLetter: true,
    })
    for (let count = 0; count < 2; count += 1) bus.emitSync('note.made', hello)
    expect(full.stats).toMatchObject({ deadLettered: 1, dropped: 0, pending: 1 })
    expect(fast.stats).toMatchObject({ deadLettered: 1, dropped: 0, pending: 1 })
    const codes = bus.deadLetters.list().map(({ errors: [error] }) => error)
    expect(codes).toEqual([coded('MAILBOX_FULL'), coded('RATE_LIMITED')])
    await rest()
    expect(bus.deadLetters.redeliver({ subscriptionId: full.id })).toBe(1)
  })
})

describe('a clock that refuses a timer', () => {
  it('holds up no other mailbox, and the call ends by itself', async () => {
    class Refusing extends SimulatedClock {
      override setTimer(): never {
        throw new Error('no timers')
      }
    }
    const { bus, lastResort } = setUp({ clock: new Refusing() })
    let calls = 0
    const limited = bus.on('note.made', () => Promise.resolve(), { timeoutMs: 5 })
    bus.on('note.made', () => (calls += 1), { mailbox: {} })
    for (let count = 0; count < 2; count += 1) bus.emitSync('note.made', hello)
    await rest()
    expect(calls).toBe(2)
    expect(limited.stats).toMatchObject({ delivered: 2, pending: 0 })
    expect(lastResort.map(({ error }) => error)).toEqual([
      new Error('no timers'),
      new Error('no timers'),
    ])
  })
})
