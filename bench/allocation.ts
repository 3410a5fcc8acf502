import assert from 'node:assert/strict'
import { createHook } from 'node:async_hooks'
import { GCProfiler } from 'node:v8'
import { EventEmitter } from 'eventemitter3'
import { createBus } from 'tradewire'
import { onEvent, onPayload } from './handlers.ts'
import type { Row } from './measure.ts'
import { tick } from './payloads.ts'
import type { Scenario } from './scenario.ts'
import { Sink } from './sink.ts'

const type = 'market.trade_tick'
const sink = new Sink()

export const allocationScenarios: readonly Scenario[] = [
  {
    id: 'allocation',
    group: 'allocation',
    unit: 'bytes',
    title: 'Heap allocated for one event, the payload not counted',
    // Room for every event of a sample in the young generation, so that nothing is collected.
    nodeFlags: ['--min-semi-space-size=256', '--max-semi-space-size=256'],
    exact: true,
    async run() {
      return [
        bytesPerEvent('tradewire, 1 handler, history: 0', emitterOf(1, { history: 0 })),
        bytesPerEvent('tradewire, 1 handler, history: 1,000', emitterOf(1, {})),
        bytesPerEvent('tradewire, 10 handlers, history: 1,000', emitterOf(10, {})),
        bytesPerEvent('eventemitter3, 1 handler', emitterOfPeer()),
      ]
    },
  },
  {
    id: 'promises',
    group: 'allocation',
    unit: 'promises',
    title: 'Promises made for 10,000 events, synchronous handlers',
    exact: true,
    async run() {
      return [
        ...[1, 3, 10].map((count) =>
          promisesMade(`emitSync, handlers: ${count}`, count, 'emitSync'),
        ),
        promisesMade('emit, handlers: 1 (shows that the counter counts)', 1, 'emit'),
      ]
    },
  },
]

/**
 * Bytes by which the heap grows for one event, while nothing is collected: a sample during which the
 * collector ran is no sample.
 */
function bytesPerEvent(name: string, emit: (times: number) => void): Row {
  const events = 200_000
  for (let warmup = 0; warmup < 20; warmup += 1) emit(10_000)
  const samples: number[] = []
  for (let attempt = 0; attempt < 50 && samples.length < 9; attempt += 1) {
    globalThis.gc?.()
    const profiler = new GCProfiler()
    profiler.start()
    const before = process.memoryUsage().heapUsed
    emit(events)
    const grown = process.memoryUsage().heapUsed - before
    if (profiler.stop().statistics.length === 0) samples.push(grown / events)
  }
  assert.ok(samples.length >= 9, `${name}: the collector never kept still`)
  return { name, samples }
}

function emitterOf(count: number, options: { history?: number }): (times: number) => void {
  const bus = createBus(options)
  for (const handler of onEvent(sink).slice(0, count)) bus.on(type, handler)
  return (times) => {
    for (let i = 0; i < times; i += 1) bus.emitSync(type, tick)
  }
}

function emitterOfPeer(): (times: number) => void {
  const emitter = new EventEmitter()
  emitter.on(type, onPayload(sink)[0]!)
  return (times) => {
    for (let i = 0; i < times; i += 1) emitter.emit(type, tick)
  }
}

function promisesMade(name: string, count: number, method: 'emit' | 'emitSync'): Row {
  const bus = createBus()
  for (const handler of onEvent(sink).slice(0, count)) bus.on(type, handler)
  let promises = 0
  const hook = createHook({
    init(_id, resource) {
      if (resource === 'PROMISE') promises += 1
    },
  })
  hook.enable()
  for (let i = 0; i < 10_000; i += 1) void bus[method](type, tick)
  hook.disable()
  return { name, samples: [promises] }
}
