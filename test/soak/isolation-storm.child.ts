import { createBus, tradingEvents } from '../../src/index.ts'
import { hostilities } from './hostilities.ts'

/**
 * Emits as many events as the first argument says to ten handlers, three of them hostile in turn in
 * every way that `hostilities` knows, and prints what the other seven got. With `leak` as the second
 * argument, it leaves a rejection that nobody handles.
 */
// Stacks would be most of the time, and nobody reads them.
Error.stackTraceLimit = 0
const emissions = Number(process.argv[2])
const leaks = process.argv[3] === 'leak'

const bus = createBus({ history: 100 })
const payload = tradingEvents.get('order.filled').example as never
const healthy = Array.from({ length: 7 }, () => 0)
const failures = { reported: 0, lastDeliveries: 0 }

for (const index of healthy.keys()) {
  const priority = index
  if (index % 2 === 0) {
    bus.on('order.filled', () => (healthy[index]! += 1), { priority })
  } else {
    const count = async (): Promise<void> => {
      await Promise.resolve()
      healthy[index]! += 1
    }
    bus.on('order.filled', count, { priority })
  }
}

const hostile = [2, 4, 6].map((priority) =>
  bus.on(
    'order.filled',
    ({ sequence }) => hostilities[(sequence + priority) % hostilities.length]!(),
    { priority },
  ),
)

bus.on('system.error', () => (failures.reported += 1))

for (let emission = 1; emission <= emissions; emission += 1) {
  if (emission % 100 === 0) await bus.emit('order.filled', payload)
  else if (emission % 2 === 0) void bus.emit('order.filled', payload)
  else bus.emitSync('order.filled', payload)
  if (emission % 10_000 === 0) await bus.idle()
}
await bus.idle()

const failed = hostile.reduce((sum, { stats }) => sum + stats.failed, 0)
const delivered = hostile.reduce((sum, { stats }) => sum + stats.delivered, 0)
await bus.close()
if (leaks) void Promise.reject(new Error('planted'))
console.log(JSON.stringify({ healthy, failed, delivered, reported: failures.reported }))
