import { describe, expect, it } from 'vitest'
import { at, reasons } from '../support/payloads.ts'

describe.each(['risk.limit_warning', 'risk.limit_exceeded'] as const)('%s', (type) => {
  it.each(['order_size', 'leverage', 'my_own_limit'])('accepts the limit %s', (limit) => {
    expect(reasons(type, { limit })).toEqual([])
  })

  it('refuses a limit without a name, and an action that nobody knows', () => {
    expect(reasons(type, { limit: '' })).toHaveLength(1)
    expect(reasons(type, { action: 'panic' })).toHaveLength(1)
  })

  it('leaves the decision about an action to others', () => {
    expect(reasons(type, { action: undefined })).toEqual([])
  })
})

describe.each(['risk.stop_loss_triggered', 'risk.take_profit_triggered'] as const)('%s', (type) => {
  it.each(['last', 'mark', 'bid', 'ask'])('may watch the %s price', (triggeredBy) => {
    expect(reasons(type, { triggeredBy })).toEqual([])
  })

  it('refuses another price to watch, and a missing position', () => {
    expect(reasons(type, { triggeredBy: 'index' })).toHaveLength(1)
    expect(reasons(type, { positionId: undefined })).toHaveLength(1)
  })

  it('accepts negative prices', () => {
    expect(reasons(type, { triggerPrice: at('-1'), lastPrice: at('-2') })).toEqual([])
  })
})
