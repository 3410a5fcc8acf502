import Emittery from 'emittery'
import eventemitter2Module from 'eventemitter2'
import { EventEmitter as EventEmitter3 } from 'eventemitter3'
import { createHooks } from 'hookable'
import { createBus, type TradeTick } from 'tradewire'
import type { Candidate } from './candidate.ts'
import { onEvent, onEventAsync, onPayload, onPayloadAsync } from './handlers.ts'
import { tick } from './payloads.ts'
import { Sink } from './sink.ts'

const type = 'market.trade_tick'
/** Returns nothing or a promise; `Promise.all` takes both. */
type Listener = (payload: TradeTick) => unknown

type HookListener = (payload: TradeTick) => void | Promise<void>

export type HandlerKind = 'sync' | 'async'

/** Everything whose emission can be awaited, each with `count` handlers of one event. */
export function awaitedCandidates(count: number, kind: HandlerKind): readonly Candidate[] {
  return [
    bareHandlers(count, kind),
    tradewire('tradewire', count, kind, true),
    tradewire('tradewire, validate: false', count, kind, false),
    listenersOfEventemitter3(count, kind),
    emittery(count, kind),
    hookable(count, kind),
    eventemitter2(count, kind),
  ]
}

/** The floor: an array of the same handlers, called and awaited together. */
function bareHandlers(count: number, kind: HandlerKind): Candidate {
  const { sink, listeners } = payloadListeners(count, kind)
  return {
    name: 'Promise.all over an array',
    sink,
    async run(times) {
      for (let i = 0; i < times; i += 1) {
        await Promise.all(listeners.map((listener) => listener(tick)))
      }
    },
  }
}

function tradewire(name: string, count: number, kind: HandlerKind, validate: boolean): Candidate {
  const sink = new Sink()
  const bus = createBus({ validate })
  const handlers = kind === 'sync' ? onEvent(sink) : onEventAsync(sink)
  for (const handler of handlers.slice(0, count)) bus.on(type, handler)
  return {
    name,
    sink,
    async run(times) {
      for (let i = 0; i < times; i += 1) await bus.emit(type, tick)
    },
  }
}

/** What people write who have eventemitter3 and need to await. */
function listenersOfEventemitter3(count: number, kind: HandlerKind): Candidate {
  const { sink, listeners } = payloadListeners(count, kind)
  const emitter = new EventEmitter3<{ [type]: Listener }>()
  for (const listener of listeners) emitter.on(type, listener)
  return {
    name: 'Promise.all over eventemitter3',
    sink,
    async run(times) {
      for (let i = 0; i < times; i += 1) {
        // It returns what it was given above; its types forget that listeners may return a promise.
        const current = emitter.listeners(type) as readonly Listener[]
        await Promise.all(current.map((listener) => listener(tick)))
      }
    },
  }
}

function emittery(count: number, kind: HandlerKind): Candidate {
  const sink = new Sink()
  const emitter = new Emittery<{ [type]: TradeTick }>()
  const handlers = kind === 'sync' ? onEvent(sink) : onEventAsync(sink)
  for (const handler of handlers.slice(0, count)) emitter.on(type, handler)
  return {
    name: 'emittery',
    sink,
    async run(times) {
      for (let i = 0; i < times; i += 1) await emitter.emit(type, tick)
    },
  }
}

function hookable(count: number, kind: HandlerKind): Candidate {
  const { sink, listeners } = payloadListeners(count, kind)
  const hooks = createHooks<{ [type]: HookListener }>()
  // Every listener is one of `onPayload` or `onPayloadAsync`, which return these two.
  for (const listener of listeners) hooks.hook(type, listener as HookListener)
  return {
    name: 'hookable, callHookParallel',
    sink,
    async run(times) {
      for (let i = 0; i < times; i += 1) await hooks.callHookParallel(type, tick)
    },
  }
}

function eventemitter2(count: number, kind: HandlerKind): Candidate {
  const { sink, listeners } = payloadListeners(count, kind)
  const emitter = new eventemitter2Module.EventEmitter2({ maxListeners: 0 })
  for (const listener of listeners) emitter.on(type, listener)
  return {
    name: 'eventemitter2, emitAsync',
    sink,
    async run(times) {
      for (let i = 0; i < times; i += 1) await emitter.emitAsync(type, tick)
    },
  }
}

function payloadListeners(
  count: number,
  kind: HandlerKind,
): { sink: Sink; listeners: readonly Listener[] } {
  const sink = new Sink()
  const all: readonly Listener[] = kind === 'sync' ? onPayload(sink) : onPayloadAsync(sink)
  return { sink, listeners: all.slice(0, count) }
}
