import { EventEmitter as NodeEmitter } from 'node:events'
import eventemitter2Module from 'eventemitter2'
import { EventEmitter as EventEmitter3 } from 'eventemitter3'
import mitt from 'mitt'
import { createNanoEvents } from 'nanoevents'
import { Subject } from 'rxjs'
import { createBus, type TradeTick } from 'tradewire'
import { EventEmitter as Tseep } from 'tseep'
import type { Candidate } from './candidate.ts'
import { onEvent, onEventAlike, onPayload, onPayloadAlike } from './handlers.ts'
import { tick } from './payloads.ts'
import { Sink } from './sink.ts'

const type = 'market.trade_tick'
type Listener = (payload: TradeTick) => void

/** Whether handlers are ten functions, or ten closures of one. */
export type Likeness = 'distinct' | 'alike'

/** Everything that can emit synchronously, each with `count` synchronous handlers of one event. */
export function syncCandidates(count: number, likeness: Likeness): readonly Candidate[] {
  return [
    plainLoop(count, likeness),
    tradewire('tradewire', count, likeness, true),
    tradewire('tradewire, validate: false', count, likeness, false),
    eventemitter3(count, likeness),
    nodeEvents(count, likeness),
    mittEmitter(count, likeness),
    nanoevents(count, likeness),
    tseep(count, likeness),
    eventemitter2(count, likeness),
    rxjs(count, likeness),
  ]
}

/** The floor: the same handlers, called by nothing but a loop. */
function plainLoop(count: number, likeness: Likeness): Candidate {
  const { sink, listeners } = payloadListeners(count, likeness)
  return {
    name: 'plain loop',
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) for (const listener of listeners) listener(tick)
    },
  }
}

function tradewire(name: string, count: number, likeness: Likeness, validate: boolean): Candidate {
  const sink = new Sink()
  const bus = createBus({ validate })
  const handlers = likeness === 'distinct' ? onEvent(sink) : onEventAlike(sink)
  for (const handler of handlers.slice(0, count)) bus.on(type, handler)
  return {
    name,
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) bus.emitSync(type, tick)
    },
  }
}

function eventemitter3(count: number, likeness: Likeness): Candidate {
  const { sink, listeners } = payloadListeners(count, likeness)
  const emitter = new EventEmitter3()
  for (const listener of listeners) emitter.on(type, listener)
  return {
    name: 'eventemitter3',
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) emitter.emit(type, tick)
    },
  }
}

function nodeEvents(count: number, likeness: Likeness): Candidate {
  const { sink, listeners } = payloadListeners(count, likeness)
  const emitter = new NodeEmitter()
  for (const listener of listeners) emitter.on(type, listener)
  return {
    name: 'node:events',
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) emitter.emit(type, tick)
    },
  }
}

function mittEmitter(count: number, likeness: Likeness): Candidate {
  const { sink, listeners } = payloadListeners(count, likeness)
  // Its types describe the CommonJS build, where the function is a property of the default.
  const create = mitt as unknown as typeof mitt.default
  const emitter = create<{ [type]: TradeTick }>()
  for (const listener of listeners) emitter.on(type, listener)
  return {
    name: 'mitt',
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) emitter.emit(type, tick)
    },
  }
}

function nanoevents(count: number, likeness: Likeness): Candidate {
  const { sink, listeners } = payloadListeners(count, likeness)
  const emitter = createNanoEvents<{ [type]: Listener }>()
  for (const listener of listeners) emitter.on(type, listener)
  return {
    name: 'nanoevents',
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) emitter.emit(type, tick)
    },
  }
}

function tseep(count: number, likeness: Likeness): Candidate {
  const { sink, listeners } = payloadListeners(count, likeness)
  const emitter = new Tseep<{ [type]: Listener }>()
  for (const listener of listeners) emitter.on(type, listener)
  return {
    name: 'tseep',
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) emitter.emit(type, tick)
    },
  }
}

function eventemitter2(count: number, likeness: Likeness): Candidate {
  const { sink, listeners } = payloadListeners(count, likeness)
  const emitter = new eventemitter2Module.EventEmitter2({ maxListeners: 0 })
  for (const listener of listeners) emitter.on(type, listener)
  return {
    name: 'eventemitter2',
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) emitter.emit(type, tick)
    },
  }
}

function rxjs(count: number, likeness: Likeness): Candidate {
  const { sink, listeners } = payloadListeners(count, likeness)
  const subject = new Subject<TradeTick>()
  for (const listener of listeners) subject.subscribe(listener)
  return {
    name: 'rxjs',
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) subject.next(tick)
    },
  }
}

function payloadListeners(
  count: number,
  likeness: Likeness,
): { sink: Sink; listeners: readonly Listener[] } {
  const sink = new Sink()
  const listeners = likeness === 'distinct' ? onPayload(sink) : onPayloadAlike(sink)
  return { sink, listeners: listeners.slice(0, count) }
}
