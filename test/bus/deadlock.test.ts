import { describe, expect, it, vi } from 'vitest'
import { runsWithin } from '../../src/delivery/deadlock.ts'
import { coded, hello, rest, setUp, type TestBus } from '../support/buses.ts'

type Ask = (bus: TestBus) => Promise<void>

const tick = (): Promise<void> => Promise.resolve()

async function helper(bus: TestBus): Promise<void> {
  await rest()
  await bus.idle()
}

/** What a handler may do that waits for itself. */
const asks: readonly (readonly [string, Ask])[] = [
  ['within its synchronous part', (bus) => bus.idle()],
  [
    'after an await',
    async (bus) => {
      await rest()
      await bus.idle()
    },
  ],
  [
    'after many awaits',
    async (bus) => {
      for (let count = 0; count < 50; count += 1) await tick()
      await rest()
      await tick()
      await bus.idle()
    },
  ],
  ['through a helper', async (bus) => helper(bus)],
  [
    'through helpers of helpers',
    async (bus) => {
      const deep = async (depth: number): Promise<void> => {
        await tick()
        await (depth === 0 ? helper(bus) : deep(depth - 1))
      }
      await deep(30)
    },
  ],
  [
    'within Promise.all',
    async (bus) => {
      await Promise.all([rest(), helper(bus)])
    },
  ],
  ['within then', (bus) => rest().then(() => bus.idle())],
  ['within then of a helper', async (bus) => rest().then(() => helper(bus))],
  [
    'within catch and finally',
    async (bus) => {
      await Promise.reject(new Error('x'))
        .catch(() => helper(bus))
        .finally(() => {})
    },
  ],
  [
    'after a nested emission',
    async (bus) => {
      await bus.emit('note.read', hello)
      await bus.idle()
    },
  ],
]

/** How a handler is given its event. */
const ways = ['emit', 'emitSync', 'emitSerial', 'emitBatch'] as const

async function emitBy(bus: TestBus, way: (typeof ways)[number]): Promise<void> {
  if (way === 'emitSync') bus.emitSync('note.made', hello)
  else if (way === 'emitBatch') await bus.emitBatch([{ type: 'note.made', data: hello }])
  else await bus[way]('note.made', hello)
  await bus.idle()
}

/** Gives up on a promise that does not settle, because the test would hang on it. */
async function orHangs(promise: Promise<unknown>): Promise<unknown> {
  let outcome: unknown = 'hangs'
  promise.then(
    () => (outcome = 'resolved'),
    (error: unknown) => (outcome = error),
  )
  for (let turn = 0; turn < 20; turn += 1) await rest()
  return outcome
}

describe('idle in a handler', () => {
  it.each(asks)('is refused %s', async (_name, ask) => {
    for (const way of ways) {
      const { bus } = setUp()
      let outcome: unknown
      bus.on('note.made', async () => {
        outcome = await ask(bus).catch((error: unknown) => error)
      })
      expect(await orHangs(emitBy(bus, way))).toBe('resolved')
      expect(outcome).toEqual(coded('WOULD_DEADLOCK'))
    }
  })

  it.each(asks)('is refused %s while observers watch', async (_name, ask) => {
    const { bus } = setUp()
    let outcome: unknown
    bus.observe({ onHandled: () => {} })
    bus.on('note.made', async () => {
      outcome = await ask(bus).catch((error: unknown) => error)
    })
    expect(await orHangs(emitBy(bus, 'emit'))).toBe('resolved')
    expect(outcome).toEqual(coded('WOULD_DEADLOCK'))
  })

  it('is refused every time', async () => {
    const { bus } = setUp()
    const outcomes: unknown[] = []
    bus.on('note.made', async () => {
      for (let count = 0; count < 3; count += 1) {
        await rest()
        outcomes.push(await bus.idle().catch((error: unknown) => error))
      }
    })
    expect(await orHangs(bus.emit('note.made', hello))).toBe('resolved')
    expect(outcomes).toEqual(Array(3).fill(coded('WOULD_DEADLOCK')))
  })

  it('is refused to each of several handlers, of one event and of others', async () => {
    const { bus } = setUp()
    const outcomes: unknown[] = []
    for (const type of ['note.made', 'note.made', 'note.read', 'alarm.rung'] as const) {
      bus.on(type, async () => {
        await rest()
        outcomes.push(await bus.idle().catch((error: unknown) => error))
      })
    }
    const emitted = (['note.made', 'note.read', 'alarm.rung'] as const).map((type) =>
      bus.emit(type, hello),
    )
    expect(await orHangs(Promise.all(emitted))).toBe('resolved')
    expect(outcomes).toEqual(Array(4).fill(coded('WOULD_DEADLOCK')))
  })

  it('is refused after another handler of the event has failed, asked before or only then', async () => {
    const { bus } = setUp()
    const outcomes: unknown[] = []
    bus.on('system.error', () => {})
    bus.on('note.made', () => Promise.reject(new Error('x')))
    bus.on('note.made', async () => {
      await rest()
      outcomes.push(await bus.idle().catch((error: unknown) => error))
    })
    bus.on('note.made', async () => {
      await tick()
      outcomes.push(await bus.idle().catch((error: unknown) => error))
      await rest()
      outcomes.push(await bus.idle().catch((error: unknown) => error))
    })
    bus.on('note.made', async () => {
      await rest()
      throw new Error('y')
    })
    expect(await orHangs(bus.emit('note.made', hello))).toBe('resolved')
    expect(outcomes).toEqual(Array(3).fill(coded('WOULD_DEADLOCK')))
    expect(bus.eventCounts().get('system.error')).toBe(2)
  })

  it('is not refused to what the handler left behind', async () => {
    const { bus } = setUp()
    const outcomes: unknown[] = []
    const detached = async (): Promise<void> => {
      await tick()
      outcomes.push(await bus.idle().catch((error: unknown) => error))
    }
    bus.on('note.made', async () => {
      void detached()
      queueMicrotask(() => void bus.idle().then(() => outcomes.push('microtask'), outcomes.push))
      await rest()
    })
    expect(await orHangs(bus.emit('note.made', hello))).toBe('resolved')
    await rest()
    expect(outcomes).toEqual(expect.arrayContaining([undefined, 'microtask']))
    expect(outcomes).toHaveLength(2)
  })

  it('is not refused to a handler of another bus', async () => {
    const { bus } = setUp()
    const { bus: other } = setUp({ run: 'other' })
    const gate = Promise.withResolvers<void>()
    let outcome: unknown
    bus.on('note.made', () => gate.promise)
    other.on('note.made', async () => {
      await rest()
      outcome = await bus.idle().then(() => 'idle', String)
    })
    bus.emitSync('note.made', hello)
    other.emitSync('note.made', hello)
    await rest()
    gate.resolve()
    expect(await orHangs(other.idle())).toBe('resolved')
    expect(outcome).toBe('idle')
  })

  it('is not refused at top level, whatever is in flight', async () => {
    const { bus } = setUp()
    const main = async (): Promise<string> => {
      bus.on('note.made', rest)
      bus.emitSync('note.made', hello)
      await bus.emit('note.made', hello)
      bus.emitSync('note.made', hello)
      await bus.idle()
      await bus.close()
      return 'closed'
    }
    expect(await main()).toBe('closed')
  })

  it('is not refused once the handler has settled', async () => {
    const { bus } = setUp()
    let after: Promise<void> | undefined
    bus.on('note.made', async () => {
      await rest()
    })
    const emitted = bus.emit('note.made', hello).then(() => {
      after = bus.idle()
      return after
    })
    expect(await orHangs(emitted)).toBe('resolved')
  })
})

describe('close in a handler', () => {
  it.each([
    ['within its synchronous part', (bus: TestBus) => bus.close()],
    ['after an await', (bus: TestBus) => rest().then(() => bus.close())],
    [
      'by await using',
      async (bus: TestBus) => {
        await rest()
        await using own = bus
        expect(own.closed).toBe(false)
      },
    ],
  ])('is refused %s; the bus stays open, and the last resort is told', async (_name, close) => {
    const { bus, lastResort } = setUp()
    let outcome: unknown
    bus.on('note.made', async () => {
      outcome = await close(bus).catch((error: unknown) => error)
    })
    expect(await orHangs(bus.emit('note.made', hello))).toBe('resolved')
    const deadlock = coded('WOULD_DEADLOCK')
    expect(outcome).toEqual(deadlock)
    expect(bus.closed).toBe(false)
    expect(lastResort).toEqual([
      { error: deadlock, context: { origin: 'handler', event: undefined } },
    ])
    await bus.close()
  })

  it('is refused to a handler that the close at top level is waiting for', async () => {
    const { bus } = setUp()
    let outcome: unknown
    bus.on('note.made', async () => {
      await rest()
      outcome = await bus.close().catch((error: unknown) => error)
    })
    bus.emitSync('note.made', hello)
    expect(await orHangs(bus.close())).toBe('resolved')
    expect(outcome).toEqual(coded('WOULD_DEADLOCK'))
  })
})

async function outerFunction(work: () => Promise<boolean>): Promise<boolean> {
  const answer = await work()
  return answer
}

async function ask(): Promise<boolean> {
  await tick()
  return runsWithin('outerFunction')
}

describe('runsWithin', () => {
  it('finds the function that awaits the running code, and no other', async () => {
    expect(await outerFunction(ask)).toBe(true)
    expect(await ask()).toBe(false)
  })

  it('leaves the limit of stack traces as it was', async () => {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 3
    expect(await outerFunction(ask)).toBe(true)
    expect(Error.stackTraceLimit).toBe(3)
    Error.stackTraceLimit = limit
  })

  it('adds no limit where there was none', () => {
    const limit = Error.stackTraceLimit
    Reflect.deleteProperty(Error, 'stackTraceLimit')
    runsWithin('outerFunction')
    expect(Object.hasOwn(Error, 'stackTraceLimit')).toBe(false)
    Error.stackTraceLimit = limit
  })

  it('answers false where the limit cannot be changed', async () => {
    const original = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')!
    Object.defineProperty(Error, 'stackTraceLimit', { ...original, writable: false })
    expect(await outerFunction(ask)).toBe(false)
    Object.defineProperty(Error, 'stackTraceLimit', original)
    expect(await outerFunction(ask)).toBe(true)
  })

  it('does not ask how somebody formats stacks, and leaves that as it is', async () => {
    const { prepareStackTrace } = Error
    const format = vi.fn<() => never>(() => {
      throw new Error('no stacks here')
    })
    Error.prepareStackTrace = format
    const answer = await outerFunction(ask)
    expect(Error.prepareStackTrace).toBe(format)
    Error.prepareStackTrace = prepareStackTrace
    expect(answer).toBe(true)
    expect(format).not.toHaveBeenCalled()
  })
})
