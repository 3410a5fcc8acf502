import type { EventEmitter } from 'eventemitter3'
import {
  type Bus,
  createBus,
  decimal,
  Decimal,
  type EventOf,
  type NewBar,
  type OrderSubmitted,
  type PayloadOf,
  SimulatedClock,
  type TradeTick,
  type TradingEvent,
  tradingEvents,
  z,
} from 'tradewire'
import {
  type BacktestResult,
  csvBars,
  runBacktest,
  type Source,
  type Strategy,
  type TimedPayload,
} from 'tradewire/backtest'
import { type Broker, type Desk, paperBroker, startDesk } from 'tradewire/desk'
import { type EventLog, memoryLog } from 'tradewire/log'

/** What a page may take for granted. A page that declares one of these names has its own from there on. */
export interface World {
  /** A bus on the system clock. */
  readonly bus: Bus
  /** A log in memory, with a recorded session of `strategy`: real prices around 14:29 on 2026-11-20. */
  readonly log: EventLog
  /** A simulated clock, which stands until the page advances it. */
  readonly clock: SimulatedClock
  readonly order: OrderSubmitted
  readonly bar: NewBar
  readonly trades: readonly TradeTick[]
  /** A fill that is in `log`. */
  readonly fill: EventOf<'order.filled'>
  readonly stop: Decimal
  readonly book: (fill: object, signal: AbortSignal) => Promise<void>
  readonly draw: (quote: object) => void
  readonly halt: (limit: string) => void
  readonly send: (order: object) => Promise<void>
  readonly store: (events: readonly object[]) => Promise<void>
  readonly strategy: Strategy
  /** A desk on `bus`, without a broker. */
  readonly desk: Desk
  /** The trading events, and `signal.entry` with a `symbol` and a `price`. */
  readonly catalog: typeof catalog
  /** 600 daily bars of the S&P 500. */
  readonly sources: readonly Source[]
  /** The backtest of `strategy` over `sources`. */
  readonly result: BacktestResult
  readonly venueBroker: Broker
  readonly oldBot: { start(emitter: EventEmitter): void }
}

/** The example of a payload in the catalog. */
export function exampleOf<Type extends TradingEvent['type']>(type: Type): PayloadOf<Type> {
  return tradingEvents.get(type).example as PayloadOf<Type>
}

/** A trade of each second; the last of them is below `stop`. */
const trades = Array.from({ length: 20 }, (_, index) => ({
  ...exampleOf('market.trade_tick'),
  tradeId: `trade-${index}`,
  price: new Decimal(61_700 - 50 * index),
}))

/** Holds on days after a close above the open. */
const strategy: Strategy = ({ bus, orders, positions }) => {
  bus.on('market.new_bar', (event) => {
    const { symbol, open, close } = event.data
    const isHeld = positions.quantity(symbol).gt(0)
    if (!isHeld && close.gt(open)) orders.buy(symbol, '10', { cause: event })
    if (isHeld && close.lt(open)) orders.closePosition(symbol, { cause: event })
  })
}

const bars = () => csvBars(file('spx.csv'), { symbol: 'SPX', timeframe: '1d' })

/** A file that pages read; see snippet-files.ts. */
function file(name: string): string {
  return `${process.env['SNIPPET_FILES']}/${name}`
}

async function session(): Promise<EventLog> {
  const log = memoryLog()
  await runBacktest({ sources: [quickBars()], strategy, log })
  return log
}

/** Real prices in a tenth of a second, so that it does not take long to play them in real time. */
async function* quickBars(): AsyncGenerator<TimedPayload<'market.new_bar', NewBar>> {
  let time = Date.UTC(2026, 10, 20, 14, 28, 59, 950)
  for await (const { data } of bars()) {
    if (time === Date.UTC(2026, 10, 20, 14, 29, 0, 50)) return
    time += 1
    const bar = { ...data, openTime: time - 1, timestamp: time, timeframe: '1m' }
    yield { type: 'market.new_bar', data: bar }
  }
}

async function fillOf(log: EventLog): Promise<EventOf<'order.filled'>> {
  for await (const { event } of log.read({ pattern: 'order.filled' })) return event
  throw new Error('The session has no fill.')
}

const quietly = async (): Promise<void> => {}

const catalog = tradingEvents.extend({
  'signal.entry': {
    description: 'A strategy wants to open a position.',
    payload: z.strictObject({ symbol: z.string(), price: decimal() }),
    example: { symbol: 'BTCUSDT', price: new Decimal('61659.7') },
  },
})

type Maker<Name extends keyof World> = (bus: Bus) => World[Name] | Promise<World[Name]>

const makers: { readonly [Name in keyof World]: Maker<Name> } = {
  bus: (bus) => bus,
  log: session,
  clock: () => new SimulatedClock({ start: Date.UTC(2026, 10, 21) }),
  order: () => ({ ...exampleOf('order.submitted'), orderId: 'momentum-1' }),
  bar: () => exampleOf('market.new_bar'),
  trades: () => trades,
  fill: async () => fillOf(await session()),
  stop: () => new Decimal(61_000),
  book: () => quietly,
  draw: () => () => {},
  halt: () => () => {},
  send: () => quietly,
  store: () => quietly,
  strategy: () => strategy,
  sources: () => [bars()],
  result: () => runBacktest({ sources: [bars()], strategy }),
  desk: (bus) => startDesk(bus),
  catalog: () => catalog,
  venueBroker: () => paperBroker(),
  oldBot: () => ({ start: (emitter) => void emitter.on('order_filled', () => {}) }),
}

/** The names of all that a page may take for granted. */
export const granted: ReadonlySet<string> = new Set(Object.keys(makers))

/** Makes what a program takes for granted. */
export async function makeWorld<Name extends keyof World>(
  names: readonly Name[],
): Promise<Pick<World, Name>> {
  const made = {} as { [Key in Name]: World[Key] }
  const bus = createBus()
  for (const name of names) made[name] = await makers[name](bus)
  return made
}
