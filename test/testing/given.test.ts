/* eslint-disable vitest/expect-expect -- expectEvents is an assertion */

import { describe, expect, it } from 'vitest'
import { Decimal, HandlerError, type SimulatedClock } from 'tradewire'
import { paperBroker } from 'tradewire/desk'
import type { Strategy } from 'tradewire/backtest'
import { memoryLog, record } from 'tradewire/log'
import {
  bars,
  EventAssertionError,
  expectEvents,
  given,
  payloadOf,
  testBus,
} from 'tradewire/testing'
import { unhandledDuring } from '../support/rejections.ts'
import { catalog } from './own-catalog.ts'

const series = bars({ symbol: 'ABC', closes: ['10', '11', '12', '13', '14'] })

/** Buys once a bar closes above 12. */
const above12: Strategy = ({ bus, orders, positions }) => {
  bus.on('market.new_bar', (bar) => {
    const { symbol, close } = bar.data
    if (close.gt(12) && positions.quantity(symbol).isZero()) orders.buy(symbol, '5', { cause: bar })
  })
}

const held = {
  name: 'held',
  pattern: 'order.filled',
  initial: () => new Map<string, Decimal>(),
  reduce: (
    state: Map<string, Decimal>,
    { data }: { data: { symbol: string; lastQuantity: Decimal } },
  ) => state.set(data.symbol, data.lastQuantity.plus(state.get(data.symbol) ?? 0)),
} as const

describe('given.strategy', () => {
  it('returns what is emitted in answer to what happens, and not the rest', async () => {
    const reaction = await given(series.slice(0, 3)).strategy(above12).when(series.slice(3))
    expectEvents(reaction, 'order.*').toMatch([
      ['order.submitted', { side: 'buy', symbol: 'ABC', quantity: '5' }],
      'order.submitted',
    ])
    expect(reaction.emitted.map(({ type }) => type)).toEqual(['order.submitted', 'order.submitted'])
    expect(reaction.bus.eventCounts().get('market.new_bar')).toBe(5)
    expect(reaction.clock.now()).toBe(series[4]!.data.timestamp)
  })

  it('does not count what is emitted in answer to what was given', async () => {
    const reaction = await given(series).strategy(above12).when([])
    expectEvents(reaction).toBeEmpty()
    expect(reaction.desk.orders.open()).toHaveLength(2)
  })

  it('fills orders by the paper broker', async () => {
    const reaction = await given(series.slice(0, 3))
      .strategy(above12, { broker: paperBroker() })
      .when(series.slice(3))
    expectEvents(reaction, 'order.*').toMatch([
      'order.submitted',
      'order.placed',
      ['order.filled', { lastPrice: '13', lastQuantity: '5' }],
    ])
    expect(reaction.desk.positions.quantity('ABC').toFixed()).toBe('5')
    expect(reaction.desk.positions.cash.toFixed()).toBe('99935')
  })

  it('knows the positions that follow from what was given', async () => {
    const past = [
      ['order.filled', { symbol: 'ABC', lastQuantity: '1', lastPrice: '10', fee: undefined }],
    ] as const
    const reaction = await given(past)
      .strategy(above12, { positions: { initialCash: '500' } })
      .when(series)
    expectEvents(reaction, 'order.*').toBeEmpty()
    expect(reaction.desk.positions.cash.toFixed()).toBe('490')
  })

  it('fails with a handler that fails', async () => {
    const failing: Strategy = ({ bus }) => {
      bus.on('market.new_bar', () => {
        throw new Error('no idea')
      })
    }
    const error: unknown = await given([])
      .strategy(failing)
      .when(series)
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(EventAssertionError)
    expect((error as Error).message).toContain('no idea')
    expect((error as Error).cause).toBeInstanceOf(HandlerError)
  })

  it('fails with a strategy that fails, at once or later', async () => {
    const thrown = new Error('not configured')
    const atOnce = given([]).strategy(() => {
      throw thrown
    })
    await expect(atOnce.when(series)).rejects.toBe(thrown)
    const later: Strategy = async ({ bus }) => {
      await bus.waitFor('market.new_bar')
      throw thrown
    }
    await expect(given([]).strategy(later).when(series)).rejects.toBe(thrown)
    await expect(
      given([])
        .strategy(async () => {})
        .when([]),
    ).resolves.toBeDefined()
  })

  it('fails with a strategy that fails after it has waited for the outside world', async () => {
    const slow: Strategy = async () => {
      await new Promise((resolve) => {
        setTimeout(resolve, 5)
      })
      throw new Error('no connection')
    }
    await expect(given([]).strategy(slow).when([])).rejects.toThrow('no connection')
  })

  it('leaves what a strategy throws after when to the test runner, except that the bus is closed', async () => {
    const waiting: Strategy = async ({ bus }) => {
      await bus.waitFor('order.filled')
    }
    const thrown = new Error('too late')
    const sleeping = async (_: unknown, clock: SimulatedClock): Promise<void> => {
      await clock.sleep(1)
      throw thrown
    }
    const unhandled = await unhandledDuring(async () => {
      const { bus } = await given([]).strategy(waiting).when([])
      await bus.close()
      const { clock } = await given([]).handlers(sleeping).when([])
      await clock.advanceBy(1)
    })
    expect(unhandled).toEqual([thrown])
  })

  it('refuses what is no strategy', () => {
    expect(() => given([]).strategy(undefined as never)).toThrow('The strategy must be a function')
    expect(() => given([]).handlers({} as never)).toThrow('must be a function')
  })
})

describe('given.handlers', () => {
  it('subscribes on a bus, and lets time pass', async () => {
    const reaction = await given(['order.placed'])
      .handlers((bus, clock) => {
        bus.on('order.placed', async (event) => {
          await clock.sleep(60_000)
          await bus.emit('order.expired', payloadOf('order.expired'), { cause: event })
        })
      })
      .when([{ advanceMs: 30_000 }, ['order.placed', { orderId: 'b' }], { advanceMs: 60_000 }])
    expectEvents(reaction).toMatch([
      { type: 'order.expired', causationId: 'test-1', timestamp: Date.UTC(2026, 0, 2, 0, 1) },
      { type: 'order.expired', causationId: 'test-2', timestamp: Date.UTC(2026, 0, 2, 0, 1, 30) },
    ])
  })

  it('shows what is emitted, and what fails, as the test lets time pass after when', async () => {
    const answerLate = (act: () => void) =>
      given([])
        .handlers((bus, clock) => {
          bus.on('order.placed', async () => {
            await clock.sleep(1)
            act()
            await bus.emit('order.expired', payloadOf('order.expired'))
          })
        })
        .when(['order.placed'])
    const reaction = await answerLate(() => {})
    expectEvents(reaction).toBeEmpty()
    await reaction.clock.advanceBy(10)
    expectEvents(reaction).toMatch(['order.expired'])
    expect(reaction.emitted.map(({ type }) => type)).toEqual(['order.expired'])
    const failing = await answerLate(() => {
      throw new Error('late')
    })
    await failing.clock.advanceBy(10)
    expect(() => expectEvents(failing, 'order.*').toBeEmpty()).toThrow('late')
    expectEvents(failing).toMatch([['system.error', { message: 'late' }]])
    expectEvents(failing, 'order.*').toBeEmpty()
  })

  it('works with the events of a catalog', async () => {
    const reaction = await given([['signal.entry', { price: '5' }]], { catalog })
      .handlers((bus) => {
        let total = new Decimal(0)
        bus.on('signal.entry', ({ data }) => {
          total = total.plus(data.price)
          bus.emitSync('action.sum.start', { startedBy: total.toFixed() })
        })
      })
      .when([['signal.entry', { price: '7' }], 'action.buy.start'])
    expectEvents(reaction, 'action.**').toMatch([['action.sum.start', { startedBy: '12' }]])
  })

  it('emits at the times of the events: timers before them first, those of the same time after', async () => {
    const seen: string[] = []
    const at = series[1]!.data.timestamp
    await given([])
      .handlers((bus, clock) => {
        clock.setTimer(30_000, () => void seen.push('before'))
        clock.setTimer(60_000, () => void seen.push('same'))
        bus.on('market.new_bar', ({ timestamp }) => seen.push(new Date(timestamp).toISOString()))
      })
      .when(series.slice(0, 2))
    expect(seen).toEqual(['2026-01-02T00:01:00.000Z', 'before', new Date(at).toISOString(), 'same'])
  })

  it('takes time, source and metadata of an event, and its own start', async () => {
    const whole = {
      type: 'market.trade_tick',
      data: payloadOf('market.trade_tick'),
      time: 5_000,
      source: 'feed',
      metadata: { line: 7 },
    } as const
    const { bus, clock } = await given([whole], { start: 1_000 })
      .handlers(() => {})
      .when([])
    expectEvents(bus).toMatch([
      { type: 'market.trade_tick', timestamp: 5_000, source: 'feed', metadata: { line: 7 } },
    ])
    expect(clock.now()).toBe(5_000)
  })

  it('emits an event that has no time at all as time stands', async () => {
    const data = { symbol: 'ABC', price: new Decimal(1) }
    const { bus } = await given([{ type: 'signal.entry', data }], { catalog, start: 3_000 })
      .handlers(() => {})
      .when([])
    expectEvents(bus).toMatch([{ type: 'signal.entry', timestamp: 3_000, data }])
  })

  it('dates the payloads of events without a time of their own', async () => {
    const { bus } = await given([], { start: 7_000 })
      .handlers(() => {})
      .when([
        ['order.placed', { symbol: 'ABC' }],
        ['order.placed', { timestamp: 9_000 }],
      ])
    expectEvents(bus).toMatch([
      { type: 'order.placed', timestamp: 7_000, data: { timestamp: 7_000 } },
      { type: 'order.placed', timestamp: 9_000, data: { timestamp: 9_000 } },
    ])
  })

  it('refuses events that go back in time', async () => {
    const when = given(series)
      .handlers(() => {})
      .when(bars({ symbol: 'ABC', closes: ['1'] }))
    await expect(when).rejects.toThrow(
      'market.new_bar of 2026-01-02T00:01:00.000Z comes after time has moved to 2026-01-02T00:05:00.000Z',
    )
  })

  it('refuses an event that is time that passes as well, and fields that it does not know', async () => {
    const subject = given([]).handlers(() => {})
    const [bar] = series
    await expect(subject.when([{ ...bar!, advanceMs: 5 } as never])).rejects.toThrow('"type"')
    await expect(subject.when([{ advanceMs: 5, source: 'x' }])).rejects.toThrow('"source"')
    await expect(subject.when([{ ...bar!, tiem: 5 } as never])).rejects.toThrow(
      'Event 1 has no option "tiem"',
    )
  })

  it('takes events that a bus has carried', async () => {
    await using test = testBus()
    test.bus.emitSync('order.placed', payloadOf('order.placed'), { source: 'bot' })
    const { bus } = await given(test.emitted)
      .handlers(() => {})
      .when([])
    expectEvents(bus).toMatch([{ type: 'order.placed', source: 'bot' }])
  })

  it('refuses what is no event, and what cannot be emitted', async () => {
    const subject = given([]).handlers(() => {})
    const three = ['order.filled', {}, { source: 'x' }]
    for (const input of [1, [1], three, { type: 'order.filled' }, null]) {
      await expect(subject.when([input as never])).rejects.toThrow('Event 1 must be')
    }
    await expect(subject.when([['order.filled', { lastPrice: 'x' }]])).rejects.toThrow('lastPrice')
    await expect(subject.when(['order.fill' as never])).rejects.toThrow('order.fill')
    await expect(subject.when(Promise.resolve([]) as never)).rejects.toThrow(
      'Is the await missing?',
    )
    await expect(subject.when(5 as never)).rejects.toThrow('were given 5')
    await expect(subject.when([{ advanceMs: -1 }])).rejects.toThrow('advanceMs')
    expect(() => given([], { colour: 1 } as never)).toThrow('colour')
  })
})

describe('given a log', () => {
  async function recorded() {
    const log = memoryLog({ catalog })
    const test = testBus({ catalog })
    await using recording = record(test.bus, log)
    for (const { type, data } of series)
      test.bus.emitSync(type, data, { timestamp: data.timestamp })
    test.bus.emitSync(
      'signal.entry',
      { symbol: 'ABC', price: new Decimal('3') },
      { source: 'brain' },
    )
    await recording.flush()
    return log
  }

  it('plays all of it, at the times and from the sources that it had, in its catalog', async () => {
    await using log = await recorded()
    const seen: string[] = []
    const past = await given(log.read({ pattern: 'market.**' }))
      .handlers((bus) => bus.onAny((event) => seen.push(`${event.source} ${event.type}`)))
      .when([])
    expect(seen).toHaveLength(5)
    expect(past.clock.now()).toBe(series[4]!.data.timestamp)
  })

  it('is what happens, too', async () => {
    await using log = await recorded()
    const reaction = await given([])
      .strategy(above12)
      .when(log.read({ pattern: 'market.*' }))
    expectEvents(reaction, 'order.*').toMatch(['order.submitted', 'order.submitted'])
  })

  it('takes its catalog', async () => {
    await using log = memoryLog({ catalog })
    const { bus } = await given(log)
      .handlers(() => {})
      .when([['signal.entry', { price: '8' }]])
    expectEvents(bus).toMatch([['signal.entry', { price: '8' }]])
  })
})

describe('given.reducer', () => {
  it('returns the states that follow from what was given, and from what happened then', async () => {
    const { before, state } = await given([
      ['order.filled', { symbol: 'ABC', lastQuantity: '2' }],
      'order.placed',
    ])
      .reducer(held)
      .when([
        ['order.filled', { symbol: 'ABC', lastQuantity: '3' }],
        ['order.filled', { symbol: 'DEF' }],
      ])
    expect([...before].map(([symbol, quantity]) => `${symbol} ${quantity.toFixed()}`)).toEqual([
      'ABC 2',
    ])
    expect([...state].map(([symbol, quantity]) => `${symbol} ${quantity.toFixed()}`)).toEqual([
      'ABC 5',
      'DEF 0.15',
    ])
  })

  it('hears every event without a pattern, with its position', async () => {
    const counting = {
      name: 'positions',
      initial: (): number[] => [],
      reduce: (positions: number[], _: unknown, position: number) => [...positions, position],
    }
    const { before, state } = await given(series.slice(0, 2))
      .reducer(counting)
      .when(series.slice(2, 3))
    expect([before, state]).toEqual([
      [1, 2],
      [1, 2, 3],
    ])
    const some = await given(series)
      .reducer({ ...counting, pattern: ['order.*', 'risk.*'] })
      .when(['order.placed', 'risk.limit_warning'])
    expect(some.state).toEqual([6, 7])
  })

  it('refuses what is no reducer, or fails', async () => {
    await expect(
      given([])
        .reducer({} as never)
        .when([]),
    ).rejects.toThrow('name of a reducer')
    const wrong = { ...held, pattern: 'order.fill' } as never
    await expect(given([]).reducer(wrong).when([])).rejects.toThrow('order.fill')
    const failing = given([]).reducer({
      ...held,
      reduce: () => {
        throw new Error('x')
      },
    })
    await expect(failing.when(['order.filled'])).rejects.toMatchObject({ code: 'REDUCER_FAILED' })
  })
})
