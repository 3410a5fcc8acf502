import { describe, expect, it } from 'vitest'
import { rest, setUp, type TestBus } from '../support/buses.ts'

function emit(bus: TestBus, texts: string): void {
  for (const text of texts) bus.emitSync('note.made', { text })
}

describe('a breaker and a rate limit together', () => {
  it('let a call pass once both do', async () => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    const subscription = bus.on(
      'note.made',
      ({ data }) => {
        calls.push(`${clock.now() - 1_000} ${data.text}`)
        if (data.text === 'b') throw new Error('down')
      },
      { rateLimit: { perSecond: 4, burst: 1 }, breaker: { failures: 1, openMs: 400 } },
    )
    emit(bus, 'abcd')
    await clock.advanceBy(2_000)
    // b fails at 250, which opens the breaker until 650; d waits for the limit alone.
    expect(calls).toEqual(['0 a', '250 b', '650 c', '900 d'])
    expect(subscription.stats).toMatchObject({ breaker: 'closed', delivered: 3, pending: 0 })
    expect(clock.pendingTimers).toBe(0)
  })

  it('let the trial call wait for the limit where that is later', async () => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    bus.on(
      'note.made',
      ({ data }) => {
        calls.push(`${clock.now() - 1_000} ${data.text}`)
        if (data.text === 'a') throw new Error('down')
      },
      { rateLimit: { perSecond: 1, burst: 1 }, breaker: { failures: 1, openMs: 100 } },
    )
    emit(bus, 'ab')
    await clock.advanceBy(2_000)
    expect(calls).toEqual(['0 a', '1000 b'])
  })

  it('take no part of the limit for what goes to the dead letters', async () => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    const subscription = bus.on(
      'note.made',
      ({ data }) => {
        calls.push(`${clock.now() - 1_000} ${data.text}`)
        if (data.text === 'a') throw new Error('down')
      },
      {
        deadLetter: true,
        rateLimit: { perSecond: 1, burst: 2 },
        breaker: { failures: 1, openMs: 100, whileOpen: 'dead-letter' },
      },
    )
    emit(bus, 'abc')
    await clock.advanceBy(100)
    expect(subscription.stats.deadLettered).toBe(3)
    emit(bus, 'd')
    await rest()
    expect(calls).toEqual(['0 a', '100 d'])
  })
})

describe('a breaker while several calls run', () => {
  it('is not moved by calls that started before it opened', async () => {
    const { bus, clock } = setUp()
    const changes: string[] = []
    bus.on(
      'system.warning',
      ({ data, timestamp }) => void changes.push(`${timestamp - 1_000} ${data.code}`),
    )
    const subscription = bus.on(
      'note.made',
      async ({ data }) => {
        await clock.sleep(Number(data.text) * 10)
        if (data.text !== '5') throw new Error('down')
      },
      { concurrency: 4, breaker: { failures: 2, openMs: 100 } },
    )
    // Two failures open it at 20; those that end at 30 and 50 say nothing.
    emit(bus, '1235')
    await clock.advanceBy(60)
    expect(subscription.stats.breaker).toBe('open')
    emit(bus, '5')
    await clock.advanceBy(1_000)
    expect(changes).toEqual(['20 breaker_open', '120 breaker_half_open', '170 breaker_closed'])
    expect(subscription.stats).toMatchObject({ delivered: 2, dropped: 3, pending: 0 })
  })

  it('lets paused events wait, and tries again only on resume', async () => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    const subscription = bus.on(
      'note.made',
      ({ data }) => {
        calls.push(`${clock.now() - 1_000} ${data.text}`)
        if (data.text === 'a') throw new Error('down')
      },
      { breaker: { failures: 1, openMs: 100 } },
    )
    emit(bus, 'ab')
    await rest()
    subscription.pause()
    await clock.advanceBy(300)
    expect(calls).toEqual(['0 a'])
    expect(subscription.stats.breaker).toBe('open')
    subscription.resume()
    await rest()
    expect(calls.slice(1)).toEqual(['300 b'])
  })
})
