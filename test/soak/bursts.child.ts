import {
  createBus,
  type Ledger,
  type MailboxOverflow,
  SimulatedClock,
  tradingEvents,
  z,
} from '../../src/index.ts'

/**
 * Emits a burst of events at once to one mailbox, and prints the ledger and the heap before it, at its
 * end while the mailbox is full, and after the drain. Arguments: the overflow policy; `awaited`,
 * `unawaited` or `leak`, which is unawaited and keeps every event; how many events; the capacity.
 */
const [, , overflow, mode, eventsText, capacityText] = process.argv
const events = Number(eventsText)
const capacity = Number(capacityText)
/** Code that waits for each of its emissions, at the same time. */
const emitters = 100

// Stacks would be most of the time, and nobody reads them.
Error.stackTraceLimit = 0
const collect = globalThis.gc
if (collect === undefined) throw new Error('Run it with --expose-gc.')

const catalog = tradingEvents.extend({
  'note.made': {
    description: 'A note was made.',
    payload: z.strictObject({ text: z.string() }),
    example: { text: 'an example' },
  },
})
const bus = createBus({ catalog, clock: new SimulatedClock(), history: 0, onError: () => {} })
const kept: object[] = []
const seen = { errors: 0, lost: 0, unbalanced: 0, disordered: 0, first: 0, last: 0 }

bus.on('system.error', () => (seen.errors += 1))
bus.observe({ onDropped: () => (seen.lost += 1) })
const subscription = bus.on(
  'note.made',
  async ({ data, sequence }) => {
    if (seen.first === 0) seen.first = numberOf(data.text)
    if (numberOf(data.text) <= seen.last) seen.disordered += 1
    seen.last = numberOf(data.text)
    if (sequence % 1_000 === 0) audit()
    await Promise.resolve()
  },
  {
    concurrency: 1,
    mailbox: {
      capacity,
      overflow: overflow as MailboxOverflow,
      // Two in a row have the same key; then there are more keys than there is room.
      ...(overflow === 'conflate' && {
        key: ({ data }: { data: { text: string } }) =>
          Math.floor(numberOf(data.text) / 2) % (2 * capacity),
      }),
    },
  },
)

// What the first of each costs is no part of the burst.
await makeOne(0)
await bus.idle()
Object.assign(seen, { first: 0, last: 0, disordered: 0 })
const start = heapUsed()
const bytesPerEvent = measureEvent()
const emission = mode === 'awaited' ? await emitAwaited() : emitAll()
const full = { ledger: audit(), heap: heapUsed(), depth: subscription.stats.depth, ...seen }
subscription.resume()
await emission.all
await bus.idle()
const drained = { ledger: audit(), heap: heapUsed(), depth: subscription.stats.depth, ...seen }
await bus.close()
console.log(JSON.stringify({ start, bytesPerEvent, full, drained, kept: kept.length }))

/** A burst that has begun. */
interface Emission {
  /** Resolves at its end; undefined if that has come. */
  readonly all: Promise<unknown> | undefined
}

/** As fast as can be, with and without a promise that nobody looks at. */
function emitAll(): Emission {
  for (let number = 1; number <= events; number += 1) {
    if (number % 2 === 0) void makeOne(number)
    else bus.emitSync('note.made', { text: textOf(number) })
  }
  return { all: undefined }
}

/** Resolves once all emitters wait, while the handler is kept from being called. */
async function emitAwaited(): Promise<Emission> {
  subscription.pause()
  let next = 1
  const emitSome = async (): Promise<void> => {
    while (next <= events) {
      next += 1
      await makeOne(next - 1)
    }
  }
  const all = Promise.all(Array.from({ length: emitters }, emitSome))
  await new Promise((resolve) => void setImmediate(resolve))
  return { all }
}

function makeOne(number: number): Promise<unknown> {
  const emitted = bus.emit('note.made', { text: textOf(number) })
  if (mode === 'leak') void emitted.then((event) => kept.push(event))
  return emitted
}

/** A flat text of its own for each event, so that a hundred thousand of them cannot be overlooked. */
function textOf(number: number): string {
  return Buffer.alloc(1_000, `${number} `).toString('latin1')
}

function numberOf(text: string): number {
  return Number.parseInt(text, 10)
}

/** What one event takes on the heap by itself. */
function measureEvent(): number {
  const other = createBus({ catalog, clock: new SimulatedClock(), history: 0 })
  const before = heapUsed()
  const made = Array.from({ length: capacity }, (_, number) =>
    other.emitSync('note.made', { text: textOf(number) }),
  )
  return (heapUsed() - before) / made.length
}

/** The ledger; remembers if it does not add up. */
function audit(): Ledger {
  const ledger = subscription.stats
  const { accepted, delivered, dropped, conflated, expired, deadLettered, pending } = ledger
  if (accepted !== delivered + dropped + conflated + expired + deadLettered + pending) {
    seen.unbalanced += 1
  }
  return ledger
}

function heapUsed(): number {
  collect!()
  return process.memoryUsage().heapUsed
}
