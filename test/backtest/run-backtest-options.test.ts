import { ConfigurationError } from 'tradewire'
import { type BacktestOptions, runBacktest } from 'tradewire/backtest'
import { paperBroker } from 'tradewire/desk'
import { describe, expect, it } from 'vitest'
import { opening, ticks } from './run-support.ts'

const good: BacktestOptions = { sources: [ticks(2)], strategy: () => {}, progress: false }

describe('options of runBacktest', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'options of runBacktest must be an object'],
    ['an unknown one', { ...good, source: [] }, 'source'],
    ['no sources', { ...good, sources: [] }, 'at least one source'],
    ['sources that are no list', { ...good, sources: 'spx.csv' }, 'at least one source'],
    ['a source that is none', { ...good, sources: ['spx.csv'] }, 'sources[0]'],
    ['a strategy that is none', { ...good, strategy: 'buy' }, 'strategy'],
    ['a list with one that is none', { ...good, strategy: [() => {}, 1] }, 'strategy'],
    ['a start that is no number', { ...good, from: NaN }, 'from'],
    ['an end that is no number', { ...good, until: '2026' }, 'until'],
    ['a start that is a Date', { ...good, from: new Date(0) }, 'Give date.getTime().'],
    [
      'a broker that was not made',
      { ...good, desk: { broker: paperBroker } },
      'Call it: paperBroker()',
    ],
    ['an end before the start', { ...good, from: 2, until: 2 }, 'later than from'],
    ['a history that is none', { ...good, history: -1 }, 'history'],
    ['a seed that is not whole', { ...good, seed: 0.5 }, 'seed'],
    ['a desk that is none', { ...good, desk: 5 }, 'desk'],
    ['a desk with an unknown option', { ...good, desk: { brokers: 1 } }, 'brokers'],
    [
      'progress that is none',
      { ...good, progress: 'bar' },
      'progress must be true, false or a function',
    ],
    ['a signal that is none', { ...good, signal: {} }, 'AbortSignal'],
    ['a signal that is nothing', { ...good, signal: null }, 'AbortSignal'],
    ['a failure to do something else at', { ...good, onFailure: 'retry' }, 'onFailure'],
    ['an order that is none', { ...good, outOfOrder: 'shuffle' }, 'outOfOrder'],
    ['a run that is too long', { ...good, run: 'r'.repeat(300) }, 'run'],
    ['statistics it cannot calculate', { ...good, statistics: { riskFreeRate: -2 } }, 'riskFree'],
    ['a log that is none', { ...good, log: 'run.db' }, 'log'],
  ])('are refused: %s', async (_, options, message) => {
    const running = runBacktest(options as BacktestOptions)
    await expect(running).rejects.toThrow(ConfigurationError)
    await expect(runBacktest(options as BacktestOptions)).rejects.toThrow(message)
  })

  it('are taken from both ends of their ranges', async () => {
    const result = await runBacktest({
      ...good,
      from: opening,
      until: opening + 1_000.5,
      history: 0,
      seed: -5,
      onFailure: 'stop',
      strategy: [],
      signal: new AbortController().signal,
    })
    expect(result.sourceEvents).toBe(2)
  })
})
