// A bot as a class: decorated methods are handlers, and what they return is emitted. Node runs no decorators
// as they are, so the bot is compiled first, as a build would do it.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { transformSync } from 'esbuild'
import { createBus, Decimal, type PayloadOf, SimulatedClock } from 'tradewire'
import { bindHandlers, EventCache, withErrorBoundary } from 'tradewire/handlers'
import type * as Bots from './support/class-based-bot.ts'

// The same as `tsc --target ES2022` makes of it, beside this folder, so that it finds tradewire.
const source = readFileSync(new URL('support/class-based-bot.ts', import.meta.url), 'utf8')
const compiled = new URL('../out/class-based-bot.js', import.meta.url)
mkdirSync(new URL('.', compiled), { recursive: true })
writeFileSync(compiled, transformSync(source, { loader: 'ts', target: 'es2022' }).code)
const { BreakoutBot, catalog } = (await import(compiled.href)) as typeof Bots

const bus = createBus({ catalog, clock: new SimulatedClock(), source: 'venue' })
let loads = 0
const load = async (): Promise<Bots.Instrument> => {
  loads += 1
  return { lot: new Decimal('0.001') }
}
const instruments = new EventCache<string, Bots.Instrument>({
  capacity: 100,
  ttlMs: 60_000,
  clock: bus.clock,
})
instruments.invalidateOn(bus, 'system.disconnected', () => 'SPX')

// A screen that fails must not look like a bot that fails: here it has an answer of its own.
const offscreen: string[] = []
bus.on(
  'market.new_bar',
  withErrorBoundary(
    ({ data }) => {
      if (data.close.gt(103)) throw new Error(`${data.close.toFixed()} is off the scale`)
    },
    { onError: (error) => offscreen.push(String(error)) },
  ),
)

const bot = new BreakoutBot(3, instruments, load)
{
  using binding = bindHandlers(bus, bot, { source: 'breakout-bot' })
  assert.equal(binding.subscriptions.length, 3)
  for (const close of [100, 101, 99, 102, 104]) await bus.emit('market.new_bar', bar(close))
}
// Unbound, it hears nothing.
await bus.emit('market.new_bar', bar(110))

console.log(bot.diary.join('\n'))
const orders = bus.history.query({ pattern: 'order.submitted' })
assert.deepEqual(bot.diary, ['breakout-5: buy 0.001 SPX', 'breakout-8: buy 0.001 SPX'])
assert.equal(loads, 1)
assert.deepEqual(offscreen, ['Error: 104 is off the scale', 'Error: 110 is off the scale'])
assert.equal(bus.eventCounts().get('system.error'), undefined)

// Each order knows the signal that it comes from, and that the bar.
const [order] = orders
assert.equal(order?.source, 'breakout-bot')
const signal = bus.history.query({ pattern: 'signal.entry' })[0]
assert.equal(order?.causationId, signal?.id)
assert.equal(order?.correlationId, bus.history.query({ pattern: 'market.new_bar' })[3]?.id)

// As a class it can be tried without a bus: a method is a function from an event to a payload.
const alone = new BreakoutBot(1, instruments, load)
const [first, second] = bus.history.query({ pattern: 'market.new_bar' })
assert.ok(first !== undefined && second !== undefined)
assert.equal(alone.onBar(first), undefined)
assert.equal(alone.onBar(second)?.above.toNumber(), 100)

function bar(close: number): PayloadOf<'market.new_bar'> {
  const price = new Decimal(close)
  const { example } = catalog.get('market.new_bar')
  return {
    ...(example as PayloadOf<'market.new_bar'>),
    open: price,
    high: price,
    low: price,
    close: price,
  }
}
