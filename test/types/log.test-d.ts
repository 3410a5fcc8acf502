/* eslint-disable vitest/expect-expect -- an expected error is an assertion of the compiler's */

import { describe, expectTypeOf, it } from 'vitest'
import {
  type AnyEventIn,
  type Decimal,
  defineEvents,
  type EventOf,
  type EventSchemas,
  SystemClock,
  type TradewireEvent,
  type TradingEvent,
  type TradingSchemas,
  tradingEvents,
  z,
} from 'tradewire'
import {
  type ConsumeContext,
  type Consumer,
  type EncodedEntry,
  type EventLog,
  type LogEntry,
  type LoggedEvents,
  type LogReader,
  type LogStore,
  type LogWriter,
  memoryLog,
  openLog,
  type OpenLogOptions,
  openStore,
  type RetainReport,
} from 'tradewire/log'

const catalog = tradingEvents.extend({
  'signal.entry': {
    description: 'A strategy wants to open a position.',
    payload: z.strictObject({ symbol: z.string() }),
    example: { symbol: 'BTCUSDT' },
  },
  'action.{name}.start': {
    description: 'An action begins.',
    payload: z.strictObject({ actor: z.string() }),
    example: { actor: 'desk' },
  },
})
const alone = defineEvents({
  'note.made': {
    description: 'A note was made.',
    payload: z.strictObject({ text: z.string() }),
    example: { text: 'an example' },
  },
})

type Extended = (typeof catalog)['schemas']
type Alone = (typeof alone)['schemas']
type OrderEvent = Extract<TradingEvent, { readonly type: `order.${string}` }>
type SignalEntry = Extract<AnyEventIn<Extended>, { readonly type: 'signal.entry' }>
type ActionStart<Type extends string> = TradewireEvent<Type, { actor: string }>

declare const log: EventLog
declare const own: EventLog<Extended>
declare const store: LogStore
declare const fill: EventOf<'order.filled'>

describe('openLog', () => {
  it('infers the events from the catalog', () => {
    expectTypeOf(openLog('./log.db')).resolves.toEqualTypeOf<EventLog>()
    expectTypeOf(openLog('./log.db', { readOnly: true })).resolves.toEqualTypeOf<EventLog>()
    expectTypeOf(openLog('./log.db', { catalog })).resolves.toEqualTypeOf<EventLog<Extended>>()
    expectTypeOf(openLog('./log.db', { catalog: alone })).resolves.toEqualTypeOf<EventLog<Alone>>()
    expectTypeOf(openStore(store, { catalog })).resolves.toEqualTypeOf<EventLog<Extended>>()
    expectTypeOf(memoryLog()).toEqualTypeOf<EventLog>()
    expectTypeOf(memoryLog({ catalog, clock: new SystemClock() })).toEqualTypeOf<
      EventLog<Extended>
    >()
    expectTypeOf(memoryLog().catalog.schemas).toEqualTypeOf<TradingSchemas>()
    expectTypeOf<EventLog>().toExtend<AsyncDisposable>()
  })

  it('takes the options that a file has, and a memory has not', () => {
    const key = new Uint8Array(32)
    void openLog('./log.db', { encryption: { keys: { 2026: key }, current: '2026' } })
    void openLog('./log.db', { encryption: { keys: { 2026: 'c2VjcmV0' }, current: '2026' } })
    void openLog('./log.db', { repair: true, redact: ['data.accountId'] })
    expectTypeOf<OpenLogOptions<Extended>['readOnly']>().toEqualTypeOf<boolean | undefined>()
    // @ts-expect-error -- a memory is not encrypted
    memoryLog({ encryption: { keys: { 2026: key }, current: '2026' } })
    // @ts-expect-error -- and always writable
    memoryLog({ readOnly: true })
    // @ts-expect-error -- misspelt
    void openLog('./log.db', { readonly: true })
    // @ts-expect-error -- a file has a path
    void openLog({ catalog })
    // @ts-expect-error -- definitions are not yet a catalog
    void openLog('./log.db', { catalog: { 'a.b': {} } })
    // @ts-expect-error -- a key is named
    void openLog('./log.db', { encryption: { keys: { 2026: key } } })
  })
})

describe('EventLog.read', () => {
  it('narrows the entries to the pattern', async () => {
    for await (const { position, event } of log.read({ pattern: 'order.filled' })) {
      expectTypeOf(position).toBeNumber()
      expectTypeOf(event).toEqualTypeOf<EventOf<'order.filled'>>()
      expectTypeOf(event.data.lastPrice).toEqualTypeOf<Decimal>()
    }
    for await (const { event } of log.read({ pattern: 'order.*', since: 1, limit: 5 })) {
      expectTypeOf(event).toEqualTypeOf<OrderEvent>()
      if (event.type === 'order.rejected') expectTypeOf(event.data.reason).toBeString()
    }
    expectTypeOf(log.read()).toEqualTypeOf<LogReader<TradingEvent>>()
    expectTypeOf(log.read({})).toEqualTypeOf<LogReader<TradingEvent>>()
    expectTypeOf(log.read({ order: 'backward' })).toEqualTypeOf<LogReader<TradingEvent>>()
    expectTypeOf(log.read({ pattern: '*' })).toEqualTypeOf<LogReader<TradingEvent>>()
    expectTypeOf(log.read({ pattern: ['order.filled', 'system.error'] })).toEqualTypeOf<
      LogReader<EventOf<'order.filled'> | EventOf<'system.error'>>
    >()
    expectTypeOf<
      LoggedEvents<TradingSchemas, readonly ['order.*', 'order.filled']>
    >().toEqualTypeOf<OrderEvent>()
  })

  it('narrows own events, also with parameters', async () => {
    expectTypeOf(own.read({ pattern: 'signal.*' })).toEqualTypeOf<LogReader<SignalEntry>>()
    expectTypeOf(own.read({ pattern: 'action.buy.start' })).toEqualTypeOf<
      LogReader<ActionStart<'action.buy.start'>>
    >()
    expectTypeOf(own.read({ pattern: ['action.**', 'signal.entry'] })).toEqualTypeOf<
      LogReader<ActionStart<`action.${string}.start`> | SignalEntry>
    >()
    expectTypeOf(own.read()).toEqualTypeOf<LogReader<AnyEventIn<Extended>>>()
  })

  it('gives a reader that is an iterator', async () => {
    const reader = log.read({ pattern: 'order.filled' })
    expectTypeOf(await reader.next()).toEqualTypeOf<
      IteratorResult<LogEntry<EventOf<'order.filled'>>, undefined>
    >()
    expectTypeOf(reader).toExtend<AsyncDisposable>()
    for await (const entry of log.readEncoded({ pattern: 'order.*' })) {
      expectTypeOf(entry).toEqualTypeOf<EncodedEntry>()
    }
  })

  it('refuses what it cannot look for', () => {
    // @ts-expect-error -- misspelt
    log.read({ pattern: 'ordr.*' })
    // @ts-expect-error -- an event of another catalog
    log.read({ pattern: 'signal.entry' })
    // @ts-expect-error -- one of the list is misspelt
    log.read({ pattern: ['order.*', 'ordr.filled'] })
    // @ts-expect-error -- neither direction
    log.read({ order: 'sideways' })
    // @ts-expect-error -- misspelt
    log.read({ sinse: 5 })
    // @ts-expect-error -- milliseconds, not a date
    log.read({ since: new Date(0) })
    // @ts-expect-error -- positions are numbers
    log.read({ from: '5' })
    // @ts-expect-error -- never dropped silently
    log.read({ unknown: 'drop' })
    // @ts-expect-error -- encoded events are always kept
    log.readEncoded({ unknown: 'keep' })
  })

  it('gives entries that nobody can change', async () => {
    for await (const entry of log.read({ pattern: 'order.filled' })) {
      // @ts-expect-error -- positions stay
      entry.position = 5
      // @ts-expect-error -- events are immutable
      entry.event.data.orderId = ''
    }
  })
})

describe('EventLog.tail', () => {
  it('narrows as read does, and has neither order nor end', () => {
    expectTypeOf(log.tail()).toEqualTypeOf<LogReader<TradingEvent>>()
    expectTypeOf(log.tail({ pattern: 'order.*', from: 5 })).toEqualTypeOf<LogReader<OrderEvent>>()
    expectTypeOf(own.tail({ pattern: 'signal.*' })).toEqualTypeOf<LogReader<SignalEntry>>()
    // @ts-expect-error -- a tail goes forward
    log.tail({ order: 'backward' })
    // @ts-expect-error -- a tail has no end
    log.tail({ until: 5 })
    // @ts-expect-error -- misspelt
    log.tail({ pattern: 'ordr.*' })
  })
})

describe('EventLog.consume', () => {
  it('narrows the event of the handler to the pattern', () => {
    const consumer = log.consume(
      'reconciler',
      (event, context) => {
        expectTypeOf(event).toEqualTypeOf<EventOf<'order.filled'>>()
        expectTypeOf(context).toEqualTypeOf<ConsumeContext>()
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>()
      },
      { pattern: 'order.filled' },
    )
    expectTypeOf(consumer).resolves.toEqualTypeOf<Consumer>()
    void log.consume('all', (event) => {
      expectTypeOf(event).toEqualTypeOf<TradingEvent>()
    })
    void own.consume(
      'own',
      async ({ data }) => {
        expectTypeOf(data).toEqualTypeOf<{ symbol: string } | { actor: string }>()
      },
      { pattern: ['signal.*', 'action.**'], from: 'end', retry: { attempts: 5 } },
    )
    void log.consume('narrow', (event: OrderEvent) => event.data, { pattern: 'order.*' })
  })

  it('refuses handlers and options that do not fit', () => {
    // @ts-expect-error -- misspelt
    void log.consume('a', () => {}, { pattern: 'ordr.*' })
    // @ts-expect-error -- the handler wants less than the pattern gives
    void log.consume('a', (event: EventOf<'order.filled'>) => event, { pattern: 'order.*' })
    // @ts-expect-error -- a consumer has a name
    void log.consume(() => {})
    // @ts-expect-error -- neither a position nor the end
    void log.consume('a', () => {}, { from: 'start' })
    // @ts-expect-error -- nothing is dropped
    void log.consume('a', () => {}, { onFailure: 'drop' })
  })
})

describe('EventLog.append', () => {
  it('takes events, one or many, and gives their positions', () => {
    expectTypeOf(log.append(fill)).resolves.toEqualTypeOf<readonly number[]>()
    expectTypeOf(log.append([fill, fill], { durability: 'lazy' })).resolves.toEqualTypeOf<
      readonly number[]
    >()
    expectTypeOf(log.writer({ overflow: 'drop-oldest' })).toEqualTypeOf<LogWriter>()
    expectTypeOf(log.writer().write(fill)).toBeNumber()
    // @ts-expect-error -- not an event
    void log.append({ type: 'order.filled' })
    // @ts-expect-error -- not a durability
    void log.append(fill, { durability: 'always' })
    // @ts-expect-error -- not an overflow
    log.writer({ overflow: 'wait' })
    // @ts-expect-error -- one at a time
    log.writer().write([fill])
    // @ts-expect-error -- said by the writer
    log.writer().written = 5
  })
})

describe('EventLog.retain', () => {
  it('takes limits and the patterns of the log', () => {
    expectTypeOf(log.retain({ maxEvents: 5 })).resolves.toEqualTypeOf<RetainReport>()
    void own.retain({ maxAgeMs: 5, pattern: ['signal.*', 'order.*'] })
    // @ts-expect-error -- misspelt
    void log.retain({ maxEvents: 5, pattern: 'ordr.*' })
    // @ts-expect-error -- not a limit
    void log.retain({ maxAge: 5 })
  })
})

describe('EventLog', () => {
  it('can stand where one of any catalog is wanted', () => {
    expectTypeOf<EventLog>().toExtend<EventLog<EventSchemas>>()
    expectTypeOf<EventLog<Extended>>().toExtend<EventLog<EventSchemas>>()
    expectTypeOf<EventLog<Alone>>().toExtend<EventLog<EventSchemas>>()
    expectTypeOf<EventLog<Alone>>().not.toExtend<EventLog>()
  })
})
