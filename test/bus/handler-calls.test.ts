import { createBus, defineEvents, type HandlerError, SimulatedClock, z } from 'tradewire'
import { describe, expect, it, vi } from 'vitest'
import { errorsOf, hello, rest, setUp, textsOf } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

type Settle = (value: unknown) => void

function thenable(then: (resolve: Settle, reject: Settle) => unknown): object {
  // oxlint-disable-next-line unicorn/no-thenable -- what it is here for.
  return { then }
}

/** Results of handlers that fail: each name with what is told of it. */
const hostile: readonly (readonly [string, () => unknown, string])[] = [
  ['throws', () => fail(new Error('thrown')), 'thrown'],
  ['throws undefined', () => fail(undefined), 'undefined'],
  ['throws null', () => fail(null), 'null'],
  ['throws a string', () => fail('text'), 'text'],
  ['throws a symbol', () => fail(Symbol('x')), 'Symbol(x)'],
  [
    'throws what cannot be printed',
    () => fail(Object.create(null)),
    'a thrown value that cannot be printed',
  ],
  ['rejects', () => Promise.reject(new Error('rejected')), 'rejected'],
  ['rejects with undefined', () => Promise.reject(undefined), 'undefined'],
  ['returns a thenable that throws', () => thenable(() => fail(new Error('then'))), 'then'],
  ['returns a thenable that rejects', () => thenable((_, reject) => reject(new Error('no'))), 'no'],
  ['returns an async then that fails', () => thenable(async () => fail(new Error('late'))), 'late'],
  [
    'returns a proxy of a promise',
    () => new Proxy(Promise.resolve(), {}),
    'Method Promise.prototype.then called on incompatible receiver #<Promise>',
  ],
  ['returns a promise whose constructor throws late', throwingLate, 'from constructor'],
  ['returns a revoked proxy', revoked, "Cannot perform 'get' on a proxy that has been revoked"],
]

function fail(error: unknown): never {
  throw error
}

/** A promise that looks like any other until somebody has begun to wait for it. */
function throwingLate(): object {
  let reads = 0
  return Object.defineProperty(Promise.resolve(), 'constructor', {
    get() {
      reads += 1
      return reads > 2 ? fail(new Error('from constructor')) : Promise
    },
  })
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

describe('isolation', () => {
  it.each(hostile)(
    'keeps a handler that %s from everybody else, awaited or not',
    async (_name, result, message) => {
      const { bus, lastResort } = setUp()
      const errors = errorsOf(bus)
      const before = textsOf(bus, 'note.made')
      bus.on('note.made', result, { id: 'hostile' })
      const after = textsOf(bus, 'note.made')
      const unhandled = await unhandledDuring(async () => {
        await bus.emit('note.made', hello)
        void bus.emit('note.made', hello)
        bus.emitSync('note.made', hello)
        await bus.emitSerial('note.made', hello)
        void bus.emitSerial('note.made', hello)
        void bus.emitBatch([{ type: 'note.made', data: hello }])
        void bus.emit('note.made', hello, { throwOnError: true })
        void bus.emitSerial('note.made', hello, { throwOnError: true })
        void bus.emitBatch([{ type: 'note.made', data: hello, options: { throwOnError: true } }])
        await bus.idle()
      })
      expect(unhandled).toEqual([])
      expect([before.length, after.length]).toEqual([9, 9])
      expect(errors).toHaveLength(9)
      for (const error of errors) {
        expect(error).toMatchObject({ message, subscriptionId: 'hostile' })
      }
      expect(lastResort).toEqual([])
    },
  )

  it.each<[string, () => unknown]>([
    ['calls both', () => thenable((resolve, reject) => [resolve(1), reject(new Error('x'))])],
    ['resolves twice', () => thenable((resolve) => [resolve(1), resolve(2)])],
    ['throws after it resolved', () => thenable((resolve) => [resolve(1), fail('late')])],
  ])('takes the first answer of a thenable that %s', async (_name, result) => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    const { stats } = bus.on('note.made', result)
    expect(stats.delivered).toBe(0)
    await bus.emit('note.made', hello)
    expect(errors).toEqual([])
    expect(bus.subscriptions()[1]!.stats.delivered).toBe(1)
  })

  it('lets a handler that never settles hold up its own emission alone', async () => {
    const { bus } = setUp()
    const onResolved = vi.fn<() => void>()
    bus.on('note.made', () => thenable(() => {}))
    void bus.emit('note.made', hello).then(onResolved)
    const texts = textsOf(bus, 'note.read')
    await bus.emit('note.read', hello)
    expect(texts).toEqual(['hello'])
    await rest()
    expect(onResolved).not.toHaveBeenCalled()
  })

  it('never makes an unhandled rejection of an emission that is refused', async () => {
    const { bus } = setUp()
    const unhandled = await unhandledDuring(async () => {
      void bus.emit('note.made', {} as never)
      void bus.emit('note.unmade' as never, hello as never)
      void bus.emitSerial('note.made', {} as never)
      void bus.emitBatch([{ type: 'note.made', data: {} as never }])
      void bus.waitFor('note.unmade' as never)
      await bus.close()
      void bus.emit('note.made', hello)
    })
    expect(unhandled).toEqual([])
  })

  it('ignores what else a handler returns', async () => {
    const { bus } = setUp()
    for (const result of [undefined, null, 0, 'text', {}, [], () => {}, Symbol('x'), 1n]) {
      bus.on('note.made', () => result)
    }
    await bus.emit('note.made', hello, { throwOnError: true })
    expect(bus.subscriptions().map(({ stats }) => stats.delivered)).toEqual(Array(9).fill(1))
  })
})

describe('system.error', () => {
  it('names the event, the subscription, the handler and the error, and follows its cause', async () => {
    const { bus } = setUp()
    const wait = bus.waitFor('system.error')
    bus.on(
      'note.made',
      function book() {
        throw Object.assign(new RangeError('out of range'), { code: 'E_RANGE' })
      },
      { id: 'booker' },
    )
    const event = bus.emitSync('note.made', hello, { correlationId: 'chain' })
    expect(await wait).toMatchObject({
      data: {
        timestamp: 1_000,
        name: 'RangeError',
        message: 'out of range',
        code: 'E_RANGE',
        originalEvent: { id: event.id, type: 'note.made' },
        subscriptionId: 'booker',
        handler: 'book',
      },
      causationId: event.id,
      correlationId: 'chain',
    })
  })

  it('comes once for each failure, of handlers that fail at once, later and together', async () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    bus.on('note.made', () => Promise.reject(new Error('a')))
    bus.on('note.made', async () => {
      await rest()
      throw new Error('b')
    })
    bus.on('note.made', () => fail(new Error('c')))
    bus.on('note.made', rest)
    bus.on('note.made', () => Promise.reject(new Error('d')))
    await bus.emit('note.made', hello)
    expect(errors.map(({ message }) => message)).toEqual(['c', 'a', 'd', 'b'])
    expect(bus.subscriptions().map(({ stats }) => [stats.delivered, stats.failed])).toEqual([
      [4, 0],
      [0, 1],
      [0, 1],
      [0, 1],
      [1, 0],
      [0, 1],
    ])
  })

  it('comes for a predicate that throws, too, and the handler is not called', () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    const handler = vi.fn<() => void>()
    const subscription = bus.on('note.made', handler, { where: () => fail(new Error('unsure')) })
    bus.emitSync('note.made', hello)
    expect(errors).toMatchObject([{ message: 'unsure' }])
    expect(handler).not.toHaveBeenCalled()
    expect(subscription.stats).toMatchObject({ accepted: 1, delivered: 0, failed: 1, dropped: 1 })
  })

  it('comes for a predicate that answers with a promise, which is no answer', async () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    const handler = vi.fn<() => void>()
    bus.on('note.made', handler, { where: (() => Promise.reject(new Error('x'))) as never })
    expect(await unhandledDuring(() => bus.emitSync('note.made', hello))).toEqual([])
    expect(errors).toMatchObject([{ name: 'ConfigurationError' }])
    expect(handler).not.toHaveBeenCalled()
  })

  it('is not emitted for its own handlers: their errors go to the last resort', async () => {
    const { bus, lastResort } = setUp()
    let calls = 0
    bus.on('system.error', () => {
      calls += 1
      throw new Error('in the error handler')
    })
    bus.on('system.error', () => Promise.reject(new Error('in another')))
    bus.on('note.made', () => fail(new Error('first')))
    await bus.emit('note.made', hello)
    await bus.idle()
    expect(calls).toBe(1)
    expect(lastResort).toMatchObject([
      { error: { cause: new Error('in the error handler') }, context: { origin: 'handler' } },
      { error: { cause: new Error('in another') }, context: { origin: 'handler' } },
    ])
    expect(lastResort[0]!.context.event?.type).toBe('system.error')
  })

  it('goes to the last resort, reason and all, where the catalog has none', () => {
    const payload = z.strictObject({})
    const small = defineEvents({ 'a.b': { description: 'A.', payload, example: {} } })
    const told: unknown[] = []
    const bus = createBus({
      catalog: small,
      clock: new SimulatedClock(),
      onError: (error, context) => told.push([error, context.origin]),
    })
    bus.on('a.b', () => fail(new Error('x')))
    bus.emitSync('a.b', {})
    const [[error, origin]] = told as [[HandlerError, string]]
    expect(origin).toBe('report')
    expect(error.cause).toEqual(new Error('x'))
    expect(error.message).toContain('Its system.error was refused: UnknownEventError')
  })

  it('goes to the last resort where a middleware vetoes it', () => {
    const { bus, lastResort } = setUp()
    bus.use({ before: ({ type }) => (type === 'system.error' ? false : undefined) })
    bus.on('note.made', () => fail(new Error('x')))
    bus.emitSync('note.made', hello)
    expect(lastResort).toMatchObject([{ context: { origin: 'report' } }])
  })
})

describe('onError', () => {
  it.each<[string, () => unknown]>([
    ['throws', () => fail(new Error('again'))],
    ['rejects', () => Promise.reject(new Error('again'))],
  ])('that %s itself ends on the console', async (_name, onError) => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { bus } = setUp({ onError })
    bus.on('system.error', () => fail(new Error('x')))
    bus.on('note.made', () => fail(new Error('x')))
    expect(await unhandledDuring(() => bus.emitSync('note.made', hello))).toEqual([])
    expect(complaints).toHaveBeenCalledExactlyOnceWith(
      'tradewire: onError itself failed.',
      new Error('again'),
    )
    complaints.mockRestore()
  })
})

describe('stats', () => {
  it('counts deliveries as their handlers start, and takes back those that fail later', async () => {
    const { bus, clock } = setUp()
    const gate = Promise.withResolvers<void>()
    const subscription = bus.on('note.made', () => gate.promise)
    expect(subscription.stats).toEqual({
      accepted: 0,
      delivered: 0,
      dropped: 0,
      conflated: 0,
      expired: 0,
      deadLettered: 0,
      pending: 0,
      failed: 0,
      retried: 0,
      timedOut: 0,
      duplicates: 0,
      depth: 0,
      oldestAgeMs: 0,
      lastDeliveredAt: undefined,
      handlerDurationMs: undefined,
      breaker: undefined,
    })
    await clock.advanceBy(5)
    const emitted = bus.emit('note.made', hello)
    expect(subscription.stats).toMatchObject({ delivered: 1, lastDeliveredAt: 1_005 })
    gate.reject(new Error('late'))
    await emitted
    expect(subscription.stats).toMatchObject({ delivered: 0, failed: 1 })
  })

  it('knows a delivery at any time', () => {
    const { bus } = setUp()
    const subscription = bus.on('note.made', () => {})
    bus.emitSync('note.made', hello, { timestamp: -1 })
    expect(subscription.stats.lastDeliveredAt).toBe(-1)
  })
})
