import {
  createBus,
  type DeliveryOptions,
  type PayloadOf,
  type Priority,
  type QuoteUpdate,
  SimulatedClock,
  type Subscription,
  tradingEvents,
} from 'tradewire'
import { describe, expect, it } from 'vitest'
import { captureFile, readQuotes } from '../support/capture.ts'
import { FillWatch, type FillWait, mostCalls } from '../support/fill-watch.ts'

const file = captureFile()
const quotes = file === undefined ? [] : readQuotes(file)
const fill = tradingEvents.get('order.filled').example as PayloadOf<'order.filled'>

const capacity = 1_000
const flooded: DeliveryOptions = { concurrency: 1, mailbox: { capacity, overflow: 'drop-oldest' } }
/** 100 in each millisecond are 100,000 a second. */
const quotesPerMs = 100
/** A fill comes with every so many quotes, and three come together. */
const quotesPerFill = 170

interface Flood {
  readonly waits: readonly FillWait[]
  readonly subscriptions: readonly Subscription[]
  readonly fills: number
}

interface FloodOptions {
  /** Whether fills have a mailbox of their own. */
  readonly apart: boolean
  /** How long the handler of a quote takes; 0 to end at once. */
  readonly callMs: number
  readonly priorities?: readonly Priority[]
}

/** Emits all quotes of the capture at 100,000 a second, with fills between them. */
async function flood({ apart, callMs, priorities = ['normal'] }: FloodOptions): Promise<Flood> {
  const clock = new SimulatedClock({ start: quotes[0]!.timestamp })
  const bus = createBus({ clock, history: 0 })
  const watch = new FillWatch(() => clock.monotonic())
  const take = (event: { readonly sequence: number }): Promise<void> | undefined => {
    watch.called(event)
    return callMs === 0 ? undefined : clock.sleep(callMs)
  }
  const subscriptions = apart
    ? [bus.on('market.quote_update', take, flooded), bus.on('order.filled', take, flooded)]
    : [bus.on(['market.quote_update', 'order.filled'], take, flooded)]
  let fills = 0
  for (const [index, quote] of quotes.entries()) {
    const priority = priorities[index % priorities.length]!
    bus.emitSync('market.quote_update', quote satisfies QuoteUpdate, { priority })
    const fillsNow = index % quotesPerFill === 0 ? 3 : 0
    for (let count = 0; count < fillsNow; count += 1) {
      watch.emitted(() => bus.emitSync('order.filled', fill))
    }
    fills += fillsNow
    if (index % quotesPerMs === 0) await clock.advanceBy(1)
  }
  const idle = bus.idle()
  await clock.advanceBy(capacity * callMs * 2 + 1)
  await idle
  expect(watch.waiting).toBe(0)
  return { waits: watch.waits, subscriptions, fills }
}

function most(waits: readonly FillWait[], ahead: number): number {
  return Math.max(...waits.filter((wait) => wait.ahead === ahead).map(({ calls }) => calls))
}

function expectBound({ waits, fills, subscriptions }: Flood): void {
  expect(waits).toHaveLength(fills)
  expect(waits.filter((wait) => wait.calls > mostCalls(wait))).toEqual([])
  for (const { stats } of subscriptions) {
    expect(stats).toMatchObject({ pending: 0, failed: 0 })
    expect(stats.accepted).toBe(stats.delivered + stats.dropped)
  }
}

describe.skipIf(file === undefined)('Bus', () => {
  it('has the real quotes of the capture', () => {
    expect(quotes).toHaveLength(66_089)
  })

  it('lets no fill wait for more than 3 calls in a mailbox that is flooded', async () => {
    // One call takes 0.1 ms, and 10 quotes come in that time.
    const result = await flood({ apart: false, callMs: 0.1 })
    expectBound(result)
    const [{ stats }] = result.subscriptions as [Subscription]
    // The mailbox was full all the time, and no fill was dropped for it.
    expect(stats.dropped).toBeGreaterThan(50_000)
    expect(most(result.waits, 0)).toBeGreaterThan(0)
  })

  it('lets no fill wait for more than 3 calls of other mailboxes', async () => {
    const result = await flood({ apart: true, callMs: 0 })
    expectBound(result)
    expect(result.subscriptions[0]!.stats.delivered).toBe(quotes.length)
    expect(most(result.waits, 0)).toBeGreaterThan(0)
  })

  it('keeps the bound beside what is more urgent than fills, and less', async () => {
    // What is critical is as much as can be worked off: a full mailbox gives up what is less urgent.
    const others = Array.from({ length: 19 }, (_, index) => (index < 10 ? 'normal' : 'low'))
    const priorities: Priority[] = ['critical', ...others]
    const result = await flood({ apart: false, callMs: 0.1, priorities })
    expectBound(result)
    // The bound is as low as it can be stated.
    expect(most(result.waits, 0)).toBe(3)
  })
})
