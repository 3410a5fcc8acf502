import { EventEmitter } from 'eventemitter3'
import {
  type Bus,
  type BusOptions,
  createBus,
  SimulatedClock,
  type TradeTick,
  tradingEvents,
} from 'tradewire'
import { type Candidate, checkCandidates } from './candidate.ts'
import { onEvent } from './handlers.ts'
import { measure } from './measure.ts'
import { bar, quote, tick } from './payloads.ts'
import type { Scenario } from './scenario.ts'
import { Sink } from './sink.ts'

const type = 'market.trade_tick'
const group = 'costs'
const unit = 'ns'

/** What single parts of an emission cost. */
export const costScenarios: readonly Scenario[] = [
  {
    id: 'parts',
    group,
    unit,
    title: 'emitSync, 1 handler, with parts left out',
    reference: 'as it comes',
    async run(options) {
      const candidates = [
        busWith('as it comes', {}),
        busWith('validate: false', { validate: false }),
        busWith('history: 0', { history: 0 }),
        busWith('a SimulatedClock', { clock: simulatedClock() }),
        busWith('all three', { validate: false, history: 0, clock: simulatedClock() }),
        clockAlone(),
      ]
      await checkCandidates(candidates, { calls: 1, sum: tick.timestamp })
      return measure(candidates, options)
    },
  },
  {
    id: 'patterns',
    group,
    unit,
    title: 'emitSync of one type beside pattern subscriptions',
    reference: '1 exact subscription',
    async run(options) {
      const single = [
        subscribed('1 exact subscription', 1, () => {}),
        subscribed('1 exact, and order.* which does not match', 1, (bus) => {
          bus.on('order.*', () => {})
        }),
      ]
      const double = [
        subscribed('2 exact subscriptions', 2, () => {}),
        subscribed('1 exact and 1 of *', 1, (bus, sink) => {
          bus.onAny(({ data }) => sink.add(data.timestamp))
        }),
      ]
      await checkCandidates(single, { calls: 1, sum: tick.timestamp })
      await checkCandidates(double, { calls: 2, sum: 2 * tick.timestamp })
      return measure([...single, ...double], options)
    },
  },
  {
    id: 'validation',
    group,
    unit,
    title: 'The check of a payload alone',
    async run(options) {
      const candidates = [
        validation('market.trade_tick, 7 fields', type, tick),
        validation('market.quote_update, 7 fields', 'market.quote_update', quote),
        validation('market.new_bar, 10 fields', 'market.new_bar', bar),
      ]
      await checkCandidates(candidates, { calls: 1, sum: tick.timestamp })
      return measure(candidates, options)
    },
  },
  {
    id: 'nested',
    group,
    unit,
    title: 'A handler that emits: two events, one handler each',
    reference: 'eventemitter3',
    async run(options) {
      const candidates = [
        nestedTradewire('tradewire', true),
        nestedTradewire('tradewire, validate: false', false),
        nestedEventemitter3(),
      ]
      await checkCandidates(candidates, { calls: 2, sum: 2 * tick.timestamp })
      return measure(candidates, options)
    },
  },
]

function simulatedClock(): SimulatedClock {
  return new SimulatedClock({ start: tick.timestamp })
}

function emitting(name: string, bus: Bus, sink: Sink): Candidate {
  return {
    name,
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) bus.emitSync(type, tick)
    },
  }
}

function busWith(name: string, options: Omit<BusOptions, 'catalog'>): Candidate {
  const sink = new Sink()
  const bus = createBus(options)
  bus.on(type, onEvent(sink)[0]!)
  return emitting(name, bus, sink)
}

/** What reading the machine's clock once costs; nothing is emitted. */
function clockAlone(): Candidate {
  const sink = new Sink()
  return {
    name: 'Date.now() alone, no event',
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) if (Date.now() > 0) sink.add(tick.timestamp)
    },
  }
}

function subscribed(name: string, exact: number, more: (bus: Bus, sink: Sink) => void): Candidate {
  const sink = new Sink()
  const bus = createBus()
  for (const handler of onEvent(sink).slice(0, exact)) bus.on(type, handler)
  more(bus, sink)
  return emitting(name, bus, sink)
}

function validation(name: string, checked: string, payload: { timestamp: number }): Candidate {
  const sink = new Sink()
  const entry = tradingEvents.get(checked)
  return {
    name,
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) if (entry.accepts(payload)) sink.add(payload.timestamp)
    },
  }
}

function nestedTradewire(name: string, validate: boolean): Candidate {
  const sink = new Sink()
  const bus = createBus({ validate })
  bus.on(type, ({ data }) => {
    sink.add(data.timestamp)
    bus.emitSync('market.quote_update', quote)
  })
  bus.on('market.quote_update', ({ data }) => sink.add(data.timestamp))
  return emitting(name, bus, sink)
}

function nestedEventemitter3(): Candidate {
  const sink = new Sink()
  const emitter = new EventEmitter()
  emitter.on(type, (data: TradeTick) => {
    sink.add(data.timestamp)
    emitter.emit('market.quote_update', quote)
  })
  emitter.on('market.quote_update', (data: typeof quote) => sink.add(data.timestamp))
  return {
    name: 'eventemitter3',
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) emitter.emit(type, tick)
    },
  }
}
