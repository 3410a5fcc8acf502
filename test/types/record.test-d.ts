/* eslint-disable vitest/expect-expect -- an expected error is an assertion of the compiler's */

import { describe, expectTypeOf, it } from 'vitest'
import {
  type Bus,
  createBus,
  defineEvents,
  type EventSchemas,
  type PatternIn,
  tradingEvents,
  z,
} from 'tradewire'
import type { EventLog } from '../../src/log/event-log.ts'
import type { RecordableBus } from '../../src/log/recordable-bus.ts'
import { record } from '../../src/log/record.ts'
import type { Recording, RecordOptions } from '../../src/log/recording.ts'

const own = {
  'signal.entry': {
    description: 'A strategy wants to open a position.',
    payload: z.strictObject({ symbol: z.string() }),
    example: { symbol: 'BTCUSDT' },
  },
}
const extended = tradingEvents.extend(own)
const alone = defineEvents(own)

type Extended = (typeof extended)['schemas']
type Alone = (typeof alone)['schemas']

declare const log: EventLog

describe('RecordableBus', () => {
  it('is what every bus is', () => {
    expectTypeOf<Bus>().toExtend<RecordableBus>()
    expectTypeOf<Bus<Extended>>().toExtend<RecordableBus<Extended>>()
    expectTypeOf<Bus<Alone>>().toExtend<RecordableBus<Alone>>()
    expectTypeOf<Bus<Extended>>().toExtend<RecordableBus<EventSchemas>>()
    expectTypeOf<Bus<Alone>>().toExtend<RecordableBus<EventSchemas>>()
  })
})

describe('record', () => {
  it('takes any bus, any log, and the patterns of the bus', () => {
    expectTypeOf(record(createBus(), log)).toEqualTypeOf<Recording>()
    record(createBus(), log, { pattern: 'order.*' })
    record(createBus(), log, { pattern: ['order.*', 'market.trade_tick'], writeAhead: true })
    record(createBus({ catalog: extended }), log, { pattern: 'signal.*' })
    expectTypeOf(
      record(createBus({ catalog: alone }), log, { pattern: 'signal.entry' }),
    ).toExtend<AsyncDisposable>()
    expectTypeOf<EventLog<Alone>>().toExtend<Parameters<typeof record>[1]>()
    expectTypeOf<EventLog<Extended>>().toExtend<Parameters<typeof record>[1]>()
    expectTypeOf<RecordOptions<PatternIn<Alone>>['pattern']>().not.toBeAny()
  })

  it('refuses patterns that cover nothing on the bus', () => {
    // @ts-expect-error -- misspelt
    record(createBus(), log, { pattern: 'ordr.*' })
    // @ts-expect-error -- an event of another catalog
    record(createBus(), log, { pattern: ['order.*', 'signal.entry'] })
    // @ts-expect-error -- an event of another catalog
    record(createBus({ catalog: alone }), log, { pattern: 'order.filled' })
  })
})
