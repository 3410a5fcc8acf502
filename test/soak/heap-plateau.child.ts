import { getHeapSpaceStatistics } from 'node:v8'
import { createBus, type PayloadOf, SimulatedClock, tradingEvents, z } from '../../src/index.ts'

/**
 * Lives the life of a bus for as many events as the first argument says, and prints the heap in use
 * after a full collection each time that another 34,000 or so have passed. With `leak` as the second argument it keeps one small object for every 10,000 events.
 */
const events = Number(process.argv[2])
const leaks = process.argv[3] === 'leak'

/**
 * What has a capacity in a bus is filled and emptied in a rhythm. At each sample it is as full as at
 * the one before: 1,024 order events a round (the buffer of a stream is cut after so many reads), and
 * 25 times 40 new names (routes of parameterised types are dropped after 1,000).
 */
const roundsPerSample = 25
const fillsPerRound = 1_024 - 154
const namesPerRound = 40

const collect = globalThis.gc
if (collect === undefined) throw new Error('Run it with --expose-gc.')

const catalog = tradingEvents.extend({
  'action.{name}.start': {
    description: 'An action begins.',
    payload: z.strictObject({ n: z.number() }),
    example: { n: 1 },
  },
})
const clock = new SimulatedClock()
const bus = createBus({ catalog, clock, onError: () => {} })
const fill = tradingEvents.get('order.filled').example as PayloadOf<'order.filled'>
const order = tradingEvents.get('order.placed').example as PayloadOf<'order.placed'>
const trade = tradingEvents.get('market.trade_tick').example as PayloadOf<'market.trade_tick'>
/** A signal that outlives everything that listens to it. */
const lasting = new AbortController()
const kept: object[] = []
let cause = bus.emitSync('order.filled', fill)

bus.on('order.filled', () => {})
bus.on('order.*', () => Promise.resolve(), { priority: 2 })
bus.on('*', () => {})
bus.on('action.*.start', () => Promise.reject(new Error('no action')))
// Nobody ever reads these.
for (let count = 0; count < 3; count += 1) bus.stream('order.*', { capacity: 100 })
bus.stream('*', { capacity: 100, overflow: 'drop-newest' })

const rounds = Math.ceil(events / 1_360)
const sampled = new Float64Array(Math.floor(rounds / roundsPerSample) * 2)
for (let round = 1; round <= rounds; round += 1) {
  await emitEvents(round)
  subscribeForAWhile()
  await waitInEveryWay()
  await readStreams()
  await bus.idle()
  if (leaks && round % 7 === 0) kept.push({ round })
  if (round % roundsPerSample === 0) await sample(round / roundsPerSample - 1)
}
await bus.close()
const samples = Array.from({ length: sampled.length / 2 }, (_, index) => ({
  events: sampled[index * 2],
  bytes: sampled[index * 2 + 1],
}))
console.log(JSON.stringify({ handlers: bus.handlerCount(), samples }))

async function emitEvents(round: number): Promise<void> {
  for (let count = 0; count < fillsPerRound; count += 1) {
    // One causal chain for all time. Within one instant it would soon be too deep.
    cause = bus.emitSync('order.filled', fill, { cause, timestamp: cause.timestamp + 1 })
    if (count % 100 === 0) await bus.idle()
  }
  for (let count = 0; count < 200; count += 1) bus.emitSync('market.trade_tick', trade)
  for (let count = 0; count < 150; count += 1) await bus.emit('order.placed', order)
  await bus.emitSerial('order.placed', order)
  await bus.emitBatch([
    { type: 'order.placed', data: order },
    { type: 'order.filled', data: fill },
  ])
  for (let count = 0; count < namesPerRound; count += 1) {
    void bus.emit(`action.${round}-${count}.start`, { n: count })
  }
  bus.history.query({ pattern: 'order.placed', limit: 10 })
}

function subscribeForAWhile(): void {
  const { signal } = lasting
  for (let count = 0; count < 10; count += 1) {
    bus.once('market.trade_tick', () => {}, { signal })
    using handler = bus.on(['market.*', 'order.filled'], () => {}, { signal, id: `own ${count}` })
    void handler
    bus.emitSync('market.trade_tick', trade)
  }
  using middleware = bus.use({ after: () => {} })
  using observer = bus.observe({ onHandled: () => {} })
  void [middleware, observer]
  bus.emitSync('market.trade_tick', trade)
}

async function waitInEveryWay(): Promise<void> {
  const own = new AbortController()
  const waits: Promise<unknown>[] = []
  for (let count = 0; count < 10; count += 1) {
    waits.push(bus.waitFor('order.placed', { signal: lasting.signal, timeoutMs: 10 }))
    waits.push(bus.waitFor('order.*', { where: ({ type }) => type === 'order.placed' }))
    waits.push(bus.waitFor('order.rejected', { signal: own.signal }))
    waits.push(bus.waitFor('order.rejected', { signal: lasting.signal, timeoutMs: count }))
  }
  own.abort()
  await bus.emit('order.placed', order)
  await clock.advanceBy(10)
  await Promise.allSettled(waits)
}

async function readStreams(): Promise<void> {
  const own = new AbortController()
  const read = bus.stream('market.*', { signal: lasting.signal })
  const aborted = bus.stream('market.*', { signal: own.signal })
  for (let count = 0; count < 50; count += 1) bus.emitSync('market.trade_tick', trade)
  let count = 0
  for await (const event of read) {
    count += 1
    if (event.type === 'market.trade_tick' && count === 50) break
  }
  own.abort()
  await aborted.next().catch(() => {})
}

async function sample(index: number): Promise<void> {
  // Abort signals and promises may let go of things a turn later.
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => void setImmediate(resolve))
    collect!()
  }
  sampled[index * 2] = cause.sequence
  sampled[index * 2 + 1] = heapUsedByObjects()
}

/** Bytes of all spaces of the heap but those that hold compiled code, which comes and goes. */
function heapUsedByObjects(): number {
  let bytes = 0
  for (const { space_name: name, space_used_size: used } of getHeapSpaceStatistics()) {
    if (!/code|trusted/.test(name)) bytes += used
  }
  return bytes
}
