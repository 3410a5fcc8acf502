import { describe, expect, it } from 'vitest'
import { RunGuesses } from '../../src/backtest/run-guesses.ts'

describe('RunGuesses', () => {
  it('says when, how often, and what the process showed', () => {
    const guesses = new RunGuesses()
    expect(guesses.sentences()).toEqual([])
    guesses.add({ shown: ['TCPSocketWrap', 'Timeout'], example: 'the handler of s1' }, 0)
    guesses.add({ shown: ['Timeout'], example: undefined }, 1)
    const [sentence] = guesses.sentences()
    expect(sentence).toMatch(
      /^At 1970-01-01T00:00:00\.000Z, and 1 time more, time went on while the handler of s1 was unfinished, and Node still showed TCPSocketWrap, Timeout after a long wait\./,
    )
    guesses.add({ shown: [], example: undefined }, 2)
    expect(guesses.sentences()[0]).toMatch(
      /^At 1970-01-01T00:00:00\.002Z, time went on while the strategy was unfinished, and something waited/,
    )
  })
})
