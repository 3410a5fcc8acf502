import { describe, expect, it } from 'vitest'
import { paperBroker } from '../../src/desk/paper-broker.ts'
import { coded } from '../support/buses.ts'
import { at } from '../support/payloads.ts'
import { runVenue } from './paper-venue-run.ts'

describe('options of paperBroker', () => {
  it('refuses what is unknown or out of range', () => {
    for (const options of [
      null,
      { fee: {} },
      { venue: '' },
      { venue: 'x'.repeat(201) },
      { currency: 7 },
      { source: 'x'.repeat(257) },
      { seed: -1 },
      { latencyMs: -1 },
      { latencyMs: '1' },
      { latencyMs: { min: 2, max: 1 } },
      { latencyMs: { min: -2, max: 1 } },
      { latencyMs: { min: 2 } },
      { latencyMs: { min: 1, max: 2, mean: 1 } },
      { tradeParticipation: '0' },
      { tradeParticipation: '1.1' },
      { barParticipation: 0.5 },
      { limitFill: 'always' },
      { sessionEnd: '24:00' },
      { sessionEnd: '9:00' },
      { sessionEnd: 9 },
      { instruments: [] },
      { instruments: { ABC: null } },
      { instruments: { ABC: { tickSize: '0' } } },
      { instruments: { ABC: { lotSize: '-1' } } },
      { instruments: { ABC: { multiplier: 2 } } },
      { instruments: { ABC: { currency: '' } } },
      { instruments: { ABC: { ticksize: '1' } } },
      { faults: { rejectRate: 1.1 } },
      { faults: { rejectRate: -0.1 } },
      { faults: { seed: 0.5 } },
      { faults: { rate: 0.5 } },
    ]) {
      expect(() => paperBroker(options as never)).toThrow(coded('CONFIGURATION'))
    }
  })

  it('names what was wrong', () => {
    expect(() => paperBroker({ tradeParticipation: '2' })).toThrow(
      'tradeParticipation must be at most 1, but is 2.',
    )
    expect(() => paperBroker({ fees: { maker: '0', taker: 0 as never } })).toThrow(
      'fees.taker must be a Decimal, or the text of one, but is 0.',
    )
    expect(() => paperBroker({ slippage: { bps: at('-1.50') } })).toThrow(
      'slippage.bps must be a Decimal, or the text of one, 0 or more, but is -1.5.',
    )
    expect(() => paperBroker({ slippage: { bps: '-1' } })).toThrow(
      'slippage.bps must be a Decimal, or the text of one, 0 or more, but is "-1".',
    )
  })

  it('refuses a session that ends in the past', () => {
    const { submit, said, events, bus, broker } = runVenue({ sessionEnd: (time) => time })
    const failed: unknown[] = []
    bus.on('system.error', ({ data }) => {
      failed.push(data.code)
    })
    submit({ timeInForce: 'day' })
    expect(failed).toEqual(['CONFIGURATION'])
    expect(events).toEqual([])
    expect(broker.find('o1')).toBeUndefined()
    submit({ orderId: 'o1' })
    expect(said()).toEqual(['o1 placed @0'])
  })
})
