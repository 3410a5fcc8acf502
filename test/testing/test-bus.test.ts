/* eslint-disable vitest/expect-expect -- expectEvents is an assertion */

import { describe, expect, it } from 'vitest'
import { createBus, HandlerError, SimulatedClock, tradingEvents } from 'tradewire'
import { EventAssertionError, expectEvents, payloadOf, testBus } from 'tradewire/testing'
import { catalog } from './own-catalog.ts'

const fill = payloadOf('order.filled')
const tick = payloadOf('market.trade_tick')

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

describe('testBus', () => {
  it('starts on a fixed date, with ids that are the same each time', async () => {
    for (let run = 0; run < 2; run += 1) {
      await using test = testBus()
      const event = await test.bus.emit('order.filled', fill)
      expect(event.id).toBe('test-1')
      expect(new Date(event.timestamp).toISOString()).toBe('2026-01-02T00:00:00.000Z')
    }
  })

  it('starts where it is told, and passes the options of a bus on', async () => {
    await using test = testBus({ start: 1_000, run: 'mine', source: 'bot', catalog, maxDepth: 3 })
    const event = await test.bus.emit('action.buy.start', { startedBy: 'me' })
    expect([event.timestamp, event.id, event.source]).toEqual([1_000, 'mine-1', 'bot'])
  })

  it('refuses a patience that is no number, and options that no bus has', () => {
    expect(() => testBus({ patienceMs: -1 })).toThrow('patienceMs')
    expect(() => testBus({ clock: new SimulatedClock() } as never)).toThrow('no option clock')
    expect(() => testBus({ colour: 'red' } as never)).toThrow('colour')
  })

  it('remembers every event, in order, however many', async () => {
    await using test = testBus({ history: 2 })
    for (let count = 0; count < 5; count += 1) test.bus.emitSync('order.filled', fill)
    expect(test.emitted.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5])
    test.forget()
    test.bus.emitSync('market.trade_tick', tick)
    expect(test.emitted.map(({ type }) => type)).toEqual(['market.trade_tick'])
    expectEvents(test).toMatch(['market.trade_tick'])
  })

  it('freezes events, so that a handler that changes one fails', async () => {
    await using test = testBus()
    test.bus.on('order.filled', ({ data }) => {
      ;(data as { symbol: string }).symbol = 'changed'
    })
    test.bus.emitSync('order.filled', payloadOf('order.filled'))
    const [error] = test.takeErrors()
    expect(error?.cause).toBeInstanceOf(TypeError)
  })

  it('moves time with advance, each timer at its own time, and waits for handlers', async () => {
    await using test = testBus({ start: 0 })
    const seen: string[] = []
    test.bus.on('market.trade_tick', async () => {
      await test.clock.sleep(10)
      seen.push(`slept until ${test.clock.now()}`)
    })
    test.clock.setTimer(5, () => {
      seen.push(`timer at ${test.clock.now()}`)
      test.bus.emitSync('market.trade_tick', tick)
    })
    await test.advance(20)
    expect(seen).toEqual(['timer at 5', 'slept until 15'])
    expect(test.clock.now()).toBe(20)
    await expect(test.advance(-1)).rejects.toThrow('durationMs')
  })

  it('waits with settle for a handler that waits for the outside world', async () => {
    await using test = testBus()
    const { promise, resolve } = Promise.withResolvers<void>()
    let done = false
    test.bus.on('market.trade_tick', async () => {
      await promise
      done = true
    })
    test.bus.emitSync('market.trade_tick', tick)
    const settled = test.settle()
    setTimeout(resolve, 30)
    await settled
    expect(done).toBe(true)
  })

  it('names the handler that does not settle', async () => {
    const test = testBus({ patienceMs: 1 })
    test.bus.on('market.trade_tick', function forgetful() {
      return new Promise(() => {})
    })
    test.bus.emitSync('market.trade_tick', tick)
    const error: unknown = await test.settle().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(EventAssertionError)
    expect((error as Error).message).toMatch(/After 1 ms of real time .*market\.trade_tick/)
    expect((error as EventAssertionError).operator).toBe('settle')
  })

  it('names a mailbox whose handler does not settle', async () => {
    const test = testBus({ patienceMs: 1 })
    test.bus.on('market.trade_tick', () => new Promise(() => {}), { mailbox: { capacity: 2 } })
    test.bus.emitSync('market.trade_tick', tick)
    await expect(test.settle()).rejects.toThrow('a handler with a mailbox')
  })
})

describe('TestBus.errors', () => {
  it('holds what a handler has thrown, once, though nobody hears system.error', async () => {
    await using test = testBus()
    const thrown = new Error('no such order')
    test.bus.on('order.filled', () => {
      throw thrown
    })
    await test.bus.emit('order.filled', fill)
    expect(test.errors).toHaveLength(1)
    const [error] = test.takeErrors()
    expect(error).toBeInstanceOf(HandlerError)
    expect(error?.cause).toBe(thrown)
    expect(test.errors).toEqual([])
  })

  it('holds it once, though somebody hears system.error', async () => {
    await using test = testBus()
    test.bus.on('system.error', () => {})
    test.bus.on('order.filled', () => Promise.reject(new Error('late')))
    await test.bus.emit('order.filled', fill)
    const errors = test.takeErrors()
    expect(errors.map(({ cause }) => (cause as Error).message)).toEqual(['late'])
  })

  it('holds one error for all attempts of a handler, and none if the last one succeeds', async () => {
    await using test = testBus()
    let calls = 0
    const retry = { attempts: 3, initialMs: 10, jitter: 'none' } as const
    test.bus.on(
      'order.filled',
      () => {
        calls += 1
        if (calls < 3) throw new Error(`attempt ${calls}`)
      },
      { retry },
    )
    test.bus.emitSync('order.filled', fill)
    await test.advance(1_000)
    expect(calls).toBe(3)
    expect(test.errors).toEqual([])
    test.bus.on('order.rejected', () => Promise.reject(new Error('always')), { retry })
    test.bus.emitSync('order.rejected', payloadOf('order.rejected'))
    await test.advance(1_000)
    expect(test.takeErrors().map(({ cause }) => (cause as Error).message)).toEqual(['always'])
  })

  it('holds a system.error that a component emits', async () => {
    await using test = testBus()
    const event = await test.bus.emit(
      'system.error',
      payloadOf('system.error', {
        name: 'FeedError',
        message: 'gone',
        originalEvent: undefined,
        subscriptionId: undefined,
      }),
      { source: 'feed' },
    )
    const [error] = test.takeErrors()
    expect(error?.message).toBe('system.error of feed: FeedError: gone')
    expect(error?.cause).toBe(event)
  })

  it('holds what middleware throws, and what is thrown that is no error', async () => {
    await using test = testBus()
    test.bus.observe({
      onEmitted: () => {
        // eslint-disable-next-line no-throw-literal, typescript/only-throw-error
        throw 'text'
      },
    })
    test.bus.emitSync('order.filled', fill)
    const [error] = test.takeErrors()
    expect([error?.message, error?.cause]).toEqual(['text', 'text'])
  })

  it('is thrown by close, with the first error as its cause', async () => {
    const test = testBus()
    test.bus.on('order.filled', () => {
      throw new Error('broken')
    })
    test.bus.emitSync('order.filled', fill)
    const error: unknown = await test.close().catch((reason: unknown) => reason)
    expect((error as Error).message).toMatch(/In the test this has failed:\n.*Error: broken\n/)
    expect((error as Error).cause).toBeInstanceOf(HandlerError)
    expect(test.bus.closed).toBe(true)
    await expect(test.close()).resolves.toBeUndefined()
  })

  it('is thrown by close, though it comes late, from the outside world', async () => {
    const test = testBus()
    const { promise, reject } = Promise.withResolvers<void>()
    test.bus.on('order.filled', () => promise)
    test.bus.emitSync('order.filled', fill)
    const closed = test.close()
    setTimeout(() => reject(new Error('no answer')), 5)
    await expect(closed).rejects.toThrow('no answer')
    expect(test.bus.closed).toBe(true)
  })

  it('is thrown by close for a handler that cleans up what closing has ended', async () => {
    const test = testBus()
    const { promise, reject } = Promise.withResolvers<void>()
    test.bus.on('order.filled', async () => {
      await test.bus.waitFor('order.cancelled').catch(() => {
        setTimeout(() => reject(new Error('not cleaned up')), 5)
        return promise
      })
    })
    test.bus.emitSync('order.filled', fill)
    await expect(test.close()).rejects.toThrow('not cleaned up')
  })

  it('is not waited for by close where time or an event is', async () => {
    await using test = testBus()
    test.bus.on('order.placed', () => test.clock.sleep(1))
    test.bus.emitSync('order.placed', payloadOf('order.placed'))
    test.bus.on('order.filled', async () => {
      await test.bus.waitFor('order.cancelled')
    })
    test.bus.emitSync('order.filled', fill)
  })

  it('is thrown by close if a handler does not settle, but not a second time', async () => {
    const forever = (): Promise<void> => new Promise(() => {})
    const test = testBus({ patienceMs: 1 })
    test.bus.on('order.filled', forever)
    test.bus.emitSync('order.filled', fill)
    await expect(test.close()).rejects.toMatchObject({ operator: 'settle' })
    expect(test.bus.closed).toBe(true)
    const told = testBus({ patienceMs: 1 })
    told.bus.on('order.filled', forever)
    told.bus.emitSync('order.filled', fill)
    await expect(told.settle()).rejects.toThrow('has not settled')
    await expect(told.close()).resolves.toBeUndefined()
  })

  it('is thrown by expectNoErrors until the test takes it', () => {
    const test = testBus()
    test.bus.observe({
      onEmitted: () => {
        throw new Error('observer')
      },
    })
    test.bus.emitSync('order.filled', fill)
    const error = thrownBy(() => test.expectNoErrors())
    expect((error as EventAssertionError).actual).toEqual(['observer'])
    expect((error as Error).stack).not.toMatch(/test-bus\.ts/)
    expect(() => test.expectNoErrors()).toThrow('observer')
    test.takeErrors()
    expect(() => test.expectNoErrors()).not.toThrow()
  })

  it('is thrown by an expectation that would hold otherwise', () => {
    const test = testBus()
    test.bus.on('order.filled', () => {
      throw new Error('unexpected')
    })
    test.bus.emitSync('order.filled', fill)
    expect(() => expectEvents(test, 'order.*').toMatch(['order.filled'])).toThrow(
      /The events are as expected, but this has failed:\n.*unexpected/,
    )
    test.bus.emitSync('order.filled', fill)
    expect(() => expectEvents(test, 'risk.*').toBeEmpty()).toThrow('unexpected')
  })

  it('counts as looked at once the system.error is expected', async () => {
    await using test = testBus()
    test.bus.on('order.filled', () => {
      throw new Error('expected')
    })
    test.bus.emitSync('order.filled', fill)
    expectEvents(test).toMatch(['order.filled', ['system.error', { message: 'expected' }]])
    test.bus.emitSync('order.filled', fill)
    expectEvents(test).toContain([['system.error', { message: 'expected' }], 'system.error'])
  })

  it('is told with a difference, as it is often why', () => {
    const test = testBus()
    test.bus.on('order.filled', () => {
      throw new Error('why')
    })
    test.bus.emitSync('order.filled', fill)
    const error = thrownBy(() => expectEvents(test, 'order.*').toMatch([]))
    expect((error as Error).message).toMatch(/Failed meanwhile:\n.*why$/)
    expect((error as Error).cause).toBeInstanceOf(HandlerError)
  })

  it('is thrown by an assertion that is made again, though the first has thrown it', async () => {
    const test = testBus()
    test.bus.on('order.filled', () => {
      throw new Error('lost')
    })
    test.bus.emitSync('order.filled', fill)
    const events = expectEvents(test, ['order.*', 'risk.*'])
    expect(() => events.toMatch(['order.filled', 'risk.limit_warning'])).toThrow('lost')
    test.bus.emitSync('risk.limit_warning', payloadOf('risk.limit_warning'))
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(() => events.toMatch(['order.filled', 'risk.limit_warning'])).toThrow('lost')
    }
    expect(test.errors).toHaveLength(1)
    await expect(test.close()).resolves.toBeUndefined()
  })

  it('is thrown by close if it is newer than what an assertion has thrown', async () => {
    const test = testBus()
    let count = 0
    test.bus.on('order.filled', () => {
      count += 1
      throw new Error(`failure ${count}`)
    })
    test.bus.emitSync('order.filled', fill)
    expect(() => test.expectNoErrors()).toThrow('failure 1')
    test.bus.emitSync('order.filled', fill)
    const error: unknown = await test.close().catch((reason: unknown) => reason)
    expect((error as EventAssertionError).operator).toBe('close')
    expect((error as Error).message).toContain('failure 2')
    expect((error as Error).message).not.toContain('failure 1')
  })
})

describe('expectEvents of a plain bus', () => {
  it('looks at its history', () => {
    const bus = createBus({ clock: new SimulatedClock(), catalog: tradingEvents })
    expectEvents(bus).toBeEmpty()
    bus.emitSync('order.filled', fill)
    expectEvents(bus).toMatch(['order.filled'])
    bus.history.clear()
    expectEvents(bus).toBeEmpty()
  })

  it('refuses to look at a history that has forgotten some, or is off', () => {
    const bus = createBus({ clock: new SimulatedClock(), history: 1 })
    bus.emitSync('order.filled', fill)
    expectEvents(bus).toMatch(['order.filled'])
    bus.emitSync('order.filled', fill)
    expect(() => expectEvents(bus).toMatch(['order.filled'])).toThrow(
      'The bus has carried 2 events, and its history holds the newest 1',
    )
    const off = createBus({ clock: new SimulatedClock(), history: 0 })
    expectEvents(off).toBeEmpty()
    off.emitSync('order.filled', fill)
    expect(() => expectEvents(off).events).toThrow('testBus()')
  })
})
