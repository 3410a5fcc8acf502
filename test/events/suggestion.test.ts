import { describe, expect, it } from 'vitest'
import { closestTo } from '../../src/events/suggestion.ts'

const names = ['order.filled', 'order.placed', 'market.new_bar']

describe('closestTo', () => {
  it.each([
    ['order.filed', 'order.filled'],
    ['oder.fillled', 'order.filled'],
    ['order.paced', 'order.placed'],
    ['market.newbar', 'market.new_bar'],
    ['order.filled', 'order.filled'],
  ])('takes %s for %s', (text, name) => {
    expect(closestTo(text, names)).toBe(name)
  })

  it('suggests nothing beyond three slips, for very long text, or without candidates', () => {
    expect(closestTo('position.opened', names)).toBeUndefined()
    expect(closestTo('market.nevv', names)).toBeUndefined()
    expect(closestTo('order.filled'.repeat(1_000_000), names)).toBeUndefined()
    expect(closestTo('order.filled', [])).toBeUndefined()
  })
})
