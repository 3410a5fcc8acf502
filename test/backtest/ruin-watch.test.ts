import { describe, expect, it } from 'vitest'
import { RuinWatch } from '../../src/backtest/ruin-watch.ts'
import { d, opening } from './run-support.ts'

describe('RuinWatch', () => {
  it('believes the exact value where a double is on the wrong side of 0', () => {
    const account = { currency: 'USD', equityFloat: 100, equity: d('0') }
    const watch = new RuinWatch(account)
    watch.see(opening, -1e-12)
    account.equity = d('1e-13')
    watch.see(opening, -1e-12)
    expect(watch.sentences()).toEqual([])
    account.equity = d('-0.5')
    watch.see(opening + 1_000, -0.5)
    expect(watch.below).toBe(-0.5)
    expect(watch.sentences()).toEqual([
      expect.stringContaining('2026-01-05T09:30:01.000Z, and at the lowest -0.5 USD'),
    ])
  })
})
