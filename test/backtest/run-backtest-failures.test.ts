import { getEventListeners } from 'node:events'
import { Decimal, EventValidationError } from 'tradewire'
import {
  BacktestError,
  type BacktestOptions,
  type SourceEvent,
  type Strategy,
  StrayWorkError,
} from 'tradewire/backtest'
import { paperBroker } from 'tradewire/desk'
import { memoryLog } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { opening, run, tick, ticks } from './run-support.ts'

/** What a promise rejects with. */
async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('It did not reject.')
}

/** Data that say whether they were closed. */
function closable(items: readonly SourceEvent[]) {
  const state = { closed: false }
  async function* source() {
    try {
      yield* items
    } finally {
      state.closed = true
    }
  }
  return { state, source: source() }
}

describe('runBacktest, when something fails', () => {
  it('stops at the first handler that fails, and says when and why', async () => {
    const cause = new Error('the model is broken')
    const { state, source } = closable(ticks(10))
    const error = await reasonOf(
      run({
        sources: [source],
        strategy: ({ bus }) => {
          bus.on('market.trade_tick', ({ data }) => {
            if (data.price.eq(102)) throw cause
          })
        },
      }),
    )
    expect(error).toBeInstanceOf(BacktestError)
    expect(error).toMatchObject({ code: 'BACKTEST_FAILED', cause })
    expect((error as BacktestError).message).toContain('2026-01-05T09:30:02.000Z')
    expect(state.closed).toBe(true)
  })

  it('goes on if it is told, and counts what has failed', async () => {
    const result = await run({
      sources: [ticks(10)],
      onFailure: 'continue',
      strategy: ({ bus }) => {
        bus.on('market.trade_tick', () => {
          throw new Error('each time')
        })
      },
    })
    expect(result.sourceEvents).toBe(10)
    expect(result.eventCounts.get('system.error')).toBe(10)
  })

  it('stops where the broker cannot fill by the data, and at an emission that is refused', async () => {
    const cause = new Error('no fee is known')
    const fees = (): never => {
      throw cause
    }
    const buysAtOnce: BacktestOptions['strategy'] = ({ bus, orders }) => {
      bus.once('market.trade_tick', () => {
        orders.buy('SPX', '1')
      })
    }
    const desk = { broker: paperBroker({ fees }) }
    const sources = [ticks(10)]
    expect(await reasonOf(run({ sources, desk, strategy: buysAtOnce }))).toBe(cause)
    const goesOn = await run({ sources, desk, strategy: buysAtOnce, onFailure: 'continue' })
    expect(goesOn.sourceEvents).toBe(10)
    const emitsNonsense: BacktestOptions['strategy'] = ({ bus }) => {
      bus.once('market.trade_tick', () => {
        void bus.emit('order.cancelled', {} as never)
      })
    }
    expect(await reasonOf(run({ sources, strategy: emitsNonsense }))).toBeInstanceOf(
      EventValidationError,
    )
  })

  it('refuses an end that sleeps on the simulated clock, and aborts one that never settles', async () => {
    const sources = [ticks(10)]
    const sleeps = run({
      sources,
      strategy:
        ({ clock }) =>
        async () =>
          clock.sleep(1),
    })
    expect(await reasonOf(sleeps)).toMatchObject({ code: 'CONFIGURATION' })
    const aborting = new AbortController()
    const waits = run({
      sources,
      signal: aborting.signal,
      strategy:
        ({ bus }) =>
        async () => {
          setImmediate(() => aborting.abort(new Error('enough')))
          await bus.waitFor('order.filled')
        },
    })
    expect(await reasonOf(waits)).toMatchObject({ message: 'enough' })
    const patient = await run({
      sources,
      strategy: () => async () => {
        for (let turns = 0; turns < 1_100; turns += 1) await new Promise(setImmediate)
      },
    })
    expect(patient.sourceEvents).toBe(10)
  })

  it('refuses what a strategy must not return', async () => {
    const results: unknown[] = [null, 5, {}]
    for (const result of results) {
      const strategy = (() => result) as () => void
      await expect(run({ sources: [ticks(2)], strategy })).rejects.toMatchObject({
        code: 'CONFIGURATION',
        message: expect.stringContaining('A strategy returns nothing, a promise, or a function'),
      })
    }
  })

  it('rejects with what a strategy throws, at its start, later, or at its end', async () => {
    const fails = (): never => {
      throw new Error('no')
    }
    const strategies: BacktestOptions['strategy'][] = [
      fails,
      () => fails,
      async () => Promise.reject(new Error('no')),
      async ({ clock }) => {
        await clock.sleep(1_500)
        fails()
      },
      () => async () => Promise.reject(new Error('no')),
    ]
    for (const [index, strategy] of strategies.entries()) {
      const error = await reasonOf(run({ sources: [ticks(4)], strategy }))
      const part = index === 1 || index === 4 ? 'The end of the strategy' : 'The strategy itself'
      expect(error).toMatchObject({
        code: 'BACKTEST_FAILED',
        failure: undefined,
        message: expect.stringContaining(
          `${part}, and no handler of it, has failed: it threw Error: no.`,
        ),
        cause: new Error('no'),
      })
    }
  })

  it('rejects with the reason of its signal as it is, where a strategy fails by that', async () => {
    for (const at of ['later', 'end'] as const) {
      const control = new AbortController()
      const { signal } = control
      const reason = new Error('enough')
      const fail = async (): Promise<void> => {
        control.abort(reason)
        signal.throwIfAborted()
      }
      const strategy: Strategy = at === 'later' ? fail : () => fail
      expect(await reasonOf(run({ sources: [ticks(4)], strategy, signal }))).toBe(reason)
    }
  })

  it('says once that a sentence ends', async () => {
    const strategy: Strategy = () => {
      throw new Error('That is all.')
    }
    const error = await reasonOf(run({ sources: [ticks(4)], strategy }))
    expect((error as Error).message).toMatch(/threw Error: That is all\.$/)
  })

  it('refuses a payload that is invalid, and closes its source', async () => {
    const bad = tick(1_000)
    const { state, source } = closable([
      tick(0),
      { ...bad, data: { ...bad.data, size: new Decimal(0) } } as SourceEvent,
    ])
    const error = await reasonOf(run({ sources: [source] }))
    expect(error).toBeInstanceOf(EventValidationError)
    expect((error as Error).message).toContain('size')
    expect(state.closed).toBe(true)
  })

  it('refuses work that nobody waits for', async () => {
    const error = await reasonOf(
      run({
        sources: [ticks(3_000)],
        strategy: ({ bus, orders }) => {
          bus.once('market.trade_tick', () => {
            setImmediate(() => orders.buy('SPX', '1'))
          })
        },
      }),
    )
    expect(error).toBeInstanceOf(StrayWorkError)
  })

  it.each<[string, SourceEvent[][], Partial<BacktestOptions>?]>([
    ['no item', [[]]],
    ['none of its time', [ticks(5)], { from: opening + 60_000 }],
    ['none before its end', [ticks(5)], { until: opening }],
  ])('refuses sources with %s', async (_, sources, more = {}) => {
    await expect(run({ sources, ...more })).rejects.toThrow('no event to play')
  })

  it('rejects with the error of a source, that of its closing included', async () => {
    async function* broken(): AsyncGenerator<SourceEvent> {
      yield tick(0)
      throw new Error('the line is cut')
    }
    await expect(run({ sources: [broken()] })).rejects.toThrow('the line is cut')
    const refuse = (): never => {
      throw new Error('it cannot be closed')
    }
    const closing = {
      name: 'locked',
      async *chunks() {
        try {
          yield [tick(0), tick(1)]
          yield [tick(2)]
        } finally {
          refuse()
        }
      },
      async *[Symbol.asyncIterator]() {},
    }
    let ended = false
    const strategy: BacktestOptions['strategy'] = async ({ bus }) => {
      try {
        await bus.waitFor('order.filled')
      } finally {
        ended = true
      }
    }
    const until = opening + 1
    await expect(run({ sources: [closing], until, strategy })).rejects.toThrow('cannot be closed')
    // The bus is closed all the same.
    expect(ended).toBe(true)
  })

  it('closes the desk, the broker and the bus', async () => {
    const closed: string[] = []
    const paper = paperBroker()
    const broker = {
      name: 'watched',
      start: (bus: Parameters<typeof paper.start>[0]) => {
        const running = paper.start(bus)
        return {
          submit: running.submit.bind(running),
          cancel: running.cancel.bind(running),
          modify: running.modify.bind(running),
          close: () => {
            closed.push(bus.closed ? 'broker, after the bus' : 'broker')
            running.close()
          },
        }
      },
    }
    const result = await run({ sources: [ticks(2)], desk: { broker } })
    expect(closed).toEqual(['broker, after the bus'])
    expect(result.desk.bus.closed).toBe(true)
    await reasonOf(run({ sources: [[tick(1), tick(0)]], desk: { broker } }))
    await reasonOf(
      run({
        sources: [ticks(2)],
        desk: { broker },
        strategy: () => {
          throw new Error('no')
        },
      }),
    )
    expect(closed).toEqual(Array(3).fill('broker, after the bus'))
  })

  it('closes the bus although the log cannot take what is left', async () => {
    const log = memoryLog()
    let closed = false
    const error = await reasonOf(
      run({
        sources: [ticks(3)],
        log,
        strategy: async ({ bus }) => {
          bus.on('market.trade_tick', async () => {
            await log.close()
          })
          try {
            await bus.waitFor('order.filled')
          } finally {
            closed = true
          }
        },
      }),
    )
    expect(error).toBeInstanceOf(Error)
    expect(closed).toBe(true)
  })
})

describe('runBacktest with a signal', () => {
  it('does not begin if it has aborted', async () => {
    let started = false
    const strategy = (): void => {
      started = true
    }
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(run({ sources: [ticks(3)], signal, strategy })).rejects.toThrow('too late')
    expect(started).toBe(false)
  })

  it('ends with the reason, and closes its sources', async () => {
    const controller = new AbortController()
    const { state, source } = closable(ticks(10_000))
    let seen = 0
    const error = await reasonOf(
      run({
        sources: [source],
        signal: controller.signal,
        strategy: ({ bus }) => {
          bus.on('market.trade_tick', () => {
            seen += 1
            if (seen === 1_500) controller.abort(new Error('enough'))
          })
        },
      }),
    )
    expect(error).toEqual(new Error('enough'))
    expect(seen).toBeLessThan(3_000)
    expect(state.closed).toBe(true)
  })

  it('ends also with data that are too short to have a pause', async () => {
    const controller = new AbortController()
    const strategy: BacktestOptions['strategy'] = ({ bus }) => {
      bus.once('market.trade_tick', () => controller.abort(new Error('enough')))
    }
    const { signal } = controller
    await expect(run({ sources: [ticks(3)], signal, strategy })).rejects.toThrow('enough')
  })

  it('does not wait for a source that never answers', async () => {
    const controller = new AbortController()
    const answer = Promise.withResolvers<void>()
    let closed = false
    const silent = {
      name: 'silent',
      async *chunks() {
        try {
          yield [tick(0)]
          await answer.promise
        } finally {
          closed = true
        }
        yield [tick(1)]
      },
      async *[Symbol.asyncIterator]() {},
    }
    const strategy: BacktestOptions['strategy'] = ({ bus }) => {
      bus.once('market.trade_tick', () => {
        setImmediate(() => controller.abort(new Error('enough')))
      })
    }
    const { signal } = controller
    await expect(run({ sources: [silent], signal, strategy })).rejects.toThrow('enough')
    expect(closed).toBe(false)
    answer.resolve()
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(closed).toBe(true)
  })

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController()
    await run({ sources: [ticks(3_000)], signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
