import { describe, expect, it } from 'vitest'
import { at, reasons } from '../support/payloads.ts'

const notFlat = 'side: expected flat exactly when the quantity is 0'

describe.each(['position.opened', 'position.updated'] as const)('%s', (type) => {
  it('accepts a long and a short position', () => {
    expect(reasons(type, { side: 'long', quantity: at('0.1') })).toEqual([])
    expect(reasons(type, { side: 'short', quantity: at('0.1') })).toEqual([])
  })

  it('refuses a flat position that holds something', () => {
    expect(reasons(type, { side: 'flat' })).toEqual([notFlat])
  })

  it.each(['0', '-1'])('refuses a quantity of %s', (quantity) => {
    expect(reasons(type, { quantity: at(quantity) })).toEqual([
      `quantity: expected a Decimal above 0, found ${quantity}`,
    ])
  })
})

describe('position.closed', () => {
  it('accepts a flat position of 0', () => {
    expect(reasons('position.closed', { side: 'flat', quantity: at('0') })).toEqual([])
  })

  it('refuses a position that holds something', () => {
    const held = 'quantity: expected 0, as nothing is held of a closed position'
    expect(reasons('position.closed', { side: 'long', quantity: at('1') })).toEqual([held])
    expect(reasons('position.closed', { side: 'flat', quantity: at('1') })).toEqual([held, notFlat])
  })

  it('refuses a side other than flat', () => {
    expect(reasons('position.closed', { side: 'short' })).toEqual([notFlat])
  })
})

describe('position.pnl_update', () => {
  it('accepts an open position, and one that is flat', () => {
    expect(reasons('position.pnl_update', { unrealizedPnl: at('-12.5') })).toEqual([])
    expect(reasons('position.pnl_update', { side: 'flat', quantity: at('0') })).toEqual([])
  })

  it('refuses a side that contradicts the quantity', () => {
    expect(reasons('position.pnl_update', { side: 'flat' })).toEqual([notFlat])
    expect(reasons('position.pnl_update', { quantity: at('0') })).toEqual([notFlat])
    expect(reasons('position.pnl_update', { quantity: at('-1') })).toHaveLength(1)
  })
})
