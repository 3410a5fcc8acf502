import { memoryLog } from 'tradewire/log'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { noted, settle } from '../support/consumed.ts'
import { eventMaker, logCatalog } from '../support/logged-events.ts'
import { unhandledDuring } from '../support/rejections.ts'

const once = { retry: { attempts: 1 } } as const

afterEach(() => {
  vi.restoreAllMocks()
})

describe('LogOptions.onError', () => {
  it('is told of each dead letter once it is written, and not of redeliveries', async () => {
    const { log, append, troubles } = await noted()
    await append('abc')
    const thrown = new Error('no b')
    const letters: Promise<number>[] = []
    const handler = (_: unknown, { position }: { position: number }): void => {
      if (troubles.length > letters.length) letters.push(log.stats().then((s) => s.deadLetters))
      if (position === 2) throw thrown
    }
    const consumer = await log.consume('books', handler, once)
    await consumer.caughtUp()
    expect(troubles).toEqual([[thrown, { consumer: 'books', kind: 'dead-letter', position: 2 }]])
    expect(await Promise.all(letters)).toEqual([1])
    expect(await log.deadLetters.redeliver('books')).toBe(0)
    expect(troubles).toHaveLength(1)
  })

  it('is told of a consumer that stops because its handler fails', async () => {
    const { log, append, troubles } = await noted()
    await append('ab')
    const thrown = new Error('no')
    const handler = () => Promise.reject(thrown)
    const consumer = await log.consume('books', handler, { ...once, onFailure: 'stop' })
    await expect(consumer.stopped).rejects.toBe(thrown)
    expect(troubles).toEqual([[thrown, { consumer: 'books', kind: 'stopped', position: 1 }]])
  })

  it('is told of a consumer that stops because the log cannot be read or written', async () => {
    const { log, store, clock, append, troubles } = await noted()
    await append('a')
    const writing = await log.consume('writing', () => void (store.refusals = Infinity))
    await clock.advanceBy(30_000)
    await expect(writing.stopped).rejects.toMatchObject({ code: 'LOG_STORAGE' })
    store.refusals = 0
    const failure = new Error('made up by a test')
    const reading = await log.consume('reading', () => {
      store.page = () => Promise.reject(failure)
    })
    await settle()
    await append('b')
    await expect(reading.stopped).rejects.toBe(failure)
    const context = { kind: 'stopped', position: undefined }
    expect(troubles).toEqual([
      [expect.objectContaining({ code: 'LOG_STORAGE' }), { ...context, consumer: 'writing' }],
      [failure, { ...context, consumer: 'reading' }],
    ])
    await expect(writing.lag()).rejects.toThrow('how far it has come cannot be written down')
    await expect(reading.lag()).rejects.toThrow('the log cannot be read behind position 1')
  })

  it('is not told of a consumer that is stopped', async () => {
    const { log, append, troubles } = await noted()
    await append('a')
    const consumer = await log.consume('books', () => {})
    await consumer.stop()
    await log.close()
    expect(troubles).toEqual([])
  })

  it('is given an error also where something else was thrown', async () => {
    const { log, append, troubles } = await noted()
    await append('abc')
    const hostile = new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error('made up by a test')
        },
      },
    )
    const things: readonly unknown[] = ['oops', { a: 1 }, hostile]
    const consumer = await log.consume(
      'books',
      (_, { position }) => {
        throw things[position - 1]
      },
      once,
    )
    await consumer.caughtUp()
    expect(troubles.map(([{ name, message }]) => `${name}: ${message}`)).toEqual([
      'NoError: oops',
      'NoError: an object {"a":1}',
      'NoError: an object',
    ])
    expect(troubles.map(([{ cause }]) => cause === things[0])).toEqual([true, false, false])
  })

  it('is told up to where events are gone that a consumer has not consumed when it starts', async () => {
    const { log, append, troubles } = await noted()
    await append('ab!cd')
    const failing = { ...once, onFailure: 'stop', pattern: 'note.made' } as const
    const before = await log.consume('books', refuseFrom(2), failing)
    await before.stopped.catch(() => {})
    expect(before.position).toBe(1)
    troubles.length = 0
    await log.retain({ before: 5 })
    const seen: number[] = []
    const handler = (_: unknown, { position }: { position: number }) => seen.push(position)
    const again = await log.consume('books', handler, { pattern: 'note.made' })
    await again.caughtUp()
    expect(seen).toEqual([5])
    expect(troubles).toEqual([
      [
        expect.objectContaining({ code: 'EVENTS_REMOVED', after: 1, through: 4 }),
        { consumer: 'books', kind: 'removed', position: 4 },
      ],
    ])
    expect(troubles[0]![0].message).toContain('begins behind position 1')
    await again.stop()
    await log.consume('books', handler, { pattern: 'note.made' })
    const alarms = await log.consume('alarms', handler, { from: 4, pattern: 'alarm.rung' })
    await alarms.caughtUp()
    expect(troubles).toHaveLength(1)
  })

  it('writes one line to the console by default, without a word of what was thrown', async () => {
    const lines = vi.spyOn(console, 'error').mockReturnValue()
    const log = memoryLog({ catalog: logCatalog })
    const { note } = eventMaker()
    await log.append([note('a'), note('b')])
    const thrown = Object.assign(new TypeError('account 4711'), { code: 'E\u001b[2J' })
    const refuse = (): never => {
      throw thrown
    }
    const letters = await log.consume('bo\u009boks\n', refuse, once)
    await letters.caughtUp()
    const stops = await log.consume('stops', refuse, { ...once, onFailure: 'stop' })
    await stops.stopped.catch(() => {})
    await log.retain({ maxEvents: 0 })
    await (await log.consume('late', refuse)).caughtUp()
    const name = String.raw`"bo\u009boks\n"`
    expect(lines.mock.calls).toEqual([
      ...[1, 2].map((position) => [
        String.raw`tradewire: The consumer ${name} has failed for good on the event at position ${position}, which is a dead letter now: TypeError E\u001b[2J. See log.deadLetters.list(${name}).`,
      ]),
      [
        String.raw`tradewire: The consumer "stops" has stopped at position 1: TypeError E\u001b[2J. See what its stopped rejects with, and start it again with log.consume.`,
      ],
      [
        'tradewire: The consumer "late" begins behind position 0, but events of its pattern are gone up to position 2: it does not get those that it has not consumed. It goes on with what is left.',
      ],
    ])
  })

  it('says where a consumer has stopped only if its handler has failed there', async () => {
    const lines = vi.spyOn(console, 'error').mockReturnValue()
    const log = memoryLog()
    await log.appendEncoded([{ event: strange() }])
    const consumer = await log.consume('books', () => {})
    await consumer.stopped.catch(() => {})
    expect(lines.mock.calls).toEqual([
      [
        'tradewire: The consumer "books" has stopped: UnknownEventError EVENT_UNKNOWN. See what its stopped rejects with, and start it again with log.consume.',
      ],
    ])
  })

  const failures: Record<string, () => unknown> = {
    throws: () => {
      throw new RangeError('made up by a test')
    },
    rejects: () => Promise.reject(new RangeError('made up by a test')),
  }
  for (const [what, fail] of Object.entries(failures)) {
    it(`disturbs nobody when it ${what}: both failures are on the console`, async () => {
      const lines = vi.spyOn(console, 'error').mockReturnValue()
      const log = memoryLog({ catalog: logCatalog, onError: fail })
      await log.append(eventMaker().note('a'))
      const unhandled = await unhandledDuring(async () => {
        const consumer = await log.consume('books', refuseFrom(1), once)
        await consumer.caughtUp()
        await log.close()
      })
      expect(unhandled).toEqual([])
      expect(lines.mock.calls).toEqual([
        ['tradewire: onError of a log has failed: RangeError.'],
        [expect.stringContaining('has failed for good on the event at position 1')],
      ])
    })
  }
})

describe('a consumer that has stopped', () => {
  it('says why, and gives the reason as the cause', async () => {
    const { log, append } = await noted()
    await append('ab')
    const failing = { ...once, onFailure: 'stop' } as const
    const consumer = await log.consume('books', refuseFrom(2), failing)
    const waits = consumer.caughtUp().catch((error: unknown) => error)
    const thrown = await consumer.stopped.catch((error: unknown) => error)
    const refusal = {
      code: 'CONFIGURATION',
      cause: thrown,
      message: expect.stringContaining('failed for good on the event at position 2'),
    }
    expect(await waits).toMatchObject(refusal)
    await expect(consumer.caughtUp()).rejects.toMatchObject(refusal)
    await expect(consumer.lag()).rejects.toMatchObject(refusal)
    await expect(consumer.reset(0)).rejects.toMatchObject(refusal)
  })

  it('says that it was stopped, where it was', async () => {
    const { log } = await noted()
    const consumer = await log.consume('books', () => {})
    await consumer.stop()
    const failure = await consumer.caughtUp().catch((error: unknown) => error)
    expect(failure).toMatchObject({ message: expect.stringContaining('was stopped') })
    expect('cause' in (failure as Error)).toBe(false)
  })
})

/** A handler that fails on the event at this position, and on those behind it. */
function refuseFrom(first: number) {
  return (_: unknown, { position }: { position: number }): void => {
    if (position >= first) throw new Error(`no ${position}`)
  }
}

function strange() {
  return {
    id: 'run-1',
    type: 'strange.thing',
    data: {},
    timestamp: 1,
    sequence: 1,
    source: 'test',
    correlationId: 'run-1',
    version: 1,
  }
}
