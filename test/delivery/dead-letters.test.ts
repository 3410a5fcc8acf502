import { describe, expect, it } from 'vitest'
import { coded, errorsOf, hello, rest, setUp, type TestBus } from '../support/buses.ts'

type SetUp = ReturnType<typeof setUp>

/** A handler that fails on what `bad` holds, with dead letters. */
function failing({ bus, clock }: SetUp, bad: Set<string>, options: object = {}) {
  const calls: string[] = []
  const subscription = bus.on(
    'note.made',
    ({ data }) => {
      calls.push(`${clock.now() - 1_000} ${data.text}`)
      if (bad.has(data.text)) throw new Error(`bad ${data.text}`)
    },
    { id: 'desk', deadLetter: true, ...options },
  )
  return { calls, subscription }
}

function emit(bus: TestBus, texts: string): void {
  for (const text of texts) bus.emitSync('note.made', { text })
}

const lettersOf = (bus: TestBus): string[] =>
  bus.deadLetters
    .list()
    .map(({ id, event }) => `${id} ${(event.data as { readonly text: string }).text}`)

describe('a dead letter', () => {
  it('tells what has failed, how often, when and why', async () => {
    const world = setUp()
    const { bus, clock } = world
    failing(world, new Set('a'), {
      retry: { attempts: 3, initialMs: 100, factor: 2, jitter: 'none' },
    })
    const event = bus.emitSync('note.made', { text: 'a' })
    await clock.advanceBy(299)
    expect(bus.deadLetters.size).toBe(0)
    await clock.advanceBy(1)
    const [letter] = bus.deadLetters.list()
    expect(letter).toMatchObject({
      id: 'dead-1',
      subscriptionId: 'desk',
      attempts: 3,
      firstAt: 1_000,
      lastAt: 1_300,
      errors: [{ message: 'bad a' }, { message: 'bad a' }, { message: 'bad a' }],
    })
    expect(letter!.event).toBe(event)
    expect(Object.isFrozen(letter)).toBe(true)
    expect(bus.deadLetters.get('dead-1')).toBe(letter)
    expect(bus.deadLetters.get('dead-2')).toBeUndefined()
  })

  it('has the times at which its attempts began, however long they took', async () => {
    const { bus, clock } = setUp()
    bus.on(
      'note.made',
      async () => {
        await clock.sleep(30)
        throw new Error('late')
      },
      { deadLetter: true, retry: { attempts: 2, initialMs: 100, jitter: 'none' } },
    )
    bus.emitSync('note.made', hello)
    await clock.advanceBy(1_000)
    expect(bus.deadLetters.list()).toMatchObject([{ firstAt: 1_000, lastAt: 1_130 }])
  })

  it('keeps the newest ten errors, the newest last', async () => {
    const { bus, clock } = setUp()
    bus.on(
      'note.made',
      (_, { attempt }) => {
        throw new Error(String(attempt))
      },
      { deadLetter: true, retry: { attempts: 12, initialMs: 0 } },
    )
    bus.emitSync('note.made', hello)
    await clock.advanceBy(100)
    const [letter] = bus.deadLetters.list()
    expect(letter!.attempts).toBe(12)
    expect(letter!.errors.map((error) => (error as Error).message)).toEqual(
      Array.from({ length: 10 }, (_, index) => String(index + 3)),
    )
  })

  it('is told of by one system.error, after the last attempt', async () => {
    const world = setUp()
    const errors = errorsOf(world.bus)
    const sizes: number[] = []
    world.bus.on('system.error', () => void sizes.push(world.bus.deadLetters.size))
    failing(world, new Set('a'), { retry: { attempts: 2, initialMs: 10, jitter: 'none' } })
    const { id } = world.bus.emitSync('note.made', { text: 'a' })
    await world.clock.advanceBy(9)
    expect(errors).toEqual([])
    await world.clock.advanceBy(1)
    expect(errors).toEqual([
      {
        timestamp: 1_010,
        name: 'Error',
        message: 'bad a',
        originalEvent: { id, type: 'note.made' },
        subscriptionId: 'desk',
        attempts: 2,
      },
    ])
    // It was there by then.
    expect(sizes).toEqual([1])
  })

  it('is made of each event of a batch that has failed', async () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    const subscription = bus.onBatch(
      'note.made',
      () => {
        throw new Error('all of it')
      },
      { maxSize: 3, deadLetter: true },
    )
    emit(bus, 'abc')
    await rest()
    expect(lettersOf(bus)).toEqual(['dead-1 a', 'dead-2 b', 'dead-3 c'])
    expect(errors).toHaveLength(3)
    expect(subscription.stats).toMatchObject({ deadLettered: 3, failed: 1, pending: 0 })
  })

  it('is not made of what was never tried: what is dropped or left when the subscription ends', async () => {
    const world = setUp()
    const { subscription } = failing(world, new Set('a'), {
      mailbox: { capacity: 1, overflow: 'drop-newest' },
    })
    emit(world.bus, 'ab')
    subscription.unsubscribe()
    await rest()
    expect(world.bus.deadLetters.size).toBe(0)
    expect(subscription.stats).toMatchObject({ dropped: 2, deadLettered: 0 })
  })
})

describe('bus.deadLetters', () => {
  it('lists by subscription, type and predicate', async () => {
    const { bus } = setUp()
    for (const id of ['one', 'two']) {
      bus.on(
        ['note.made', 'note.read'],
        () => {
          throw new Error('no')
        },
        { id, deadLetter: true },
      )
    }
    bus.emitSync('note.made', hello)
    bus.emitSync('note.read', hello)
    await rest()
    const idsOf = (filter: object): string[] => bus.deadLetters.list(filter).map(({ id }) => id)
    const all = idsOf({})
    expect(all).toHaveLength(4)
    expect(idsOf({ subscriptionId: 'one' })).toHaveLength(2)
    expect(idsOf({ subscriptionId: 'one', type: 'note.read' })).toHaveLength(1)
    expect(idsOf({ where: ({ id }: { id: string }) => id === 'dead-2' })).toEqual(['dead-2'])
    expect(idsOf({ subscriptionId: 'three' })).toEqual([])
    expect(() => idsOf({ pattern: 'note.*' })).toThrow(coded('CONFIGURATION'))
  })

  it('forgets the oldest when it is full, and says how many', async () => {
    const world = setUp({ deadLetters: { capacity: 2 } })
    const { subscription } = failing(world, new Set('abcd'))
    emit(world.bus, 'abcd')
    await rest()
    expect(lettersOf(world.bus)).toEqual(['dead-3 c', 'dead-4 d'])
    expect(world.bus.deadLetters).toMatchObject({ capacity: 2, size: 2, forgotten: 2 })
    expect(subscription.stats.deadLettered).toBe(4)
    expect(world.bus.stats).toMatchObject({ deadLetters: 2, deadLettered: 4 })
  })

  it('discards one, or those that match, and says how many', async () => {
    const world = setUp()
    failing(world, new Set('abcd'))
    emit(world.bus, 'abcd')
    await rest()
    const { deadLetters } = world.bus
    expect(deadLetters.discard('dead-2')).toBe(1)
    expect(deadLetters.discard('dead-2')).toBe(0)
    expect(deadLetters.discard({ where: ({ id }) => id > 'dead-3' })).toBe(1)
    expect(lettersOf(world.bus)).toEqual(['dead-1 a', 'dead-3 c'])
    expect(deadLetters.discard({})).toBe(2)
    expect(deadLetters).toMatchObject({ size: 0, forgotten: 0 })
  })
})

describe('redeliver', () => {
  it('puts one back, which counts as accepted anew', async () => {
    const world = setUp()
    const bad = new Set('ab')
    const { calls, subscription } = failing(world, bad)
    emit(world.bus, 'ab')
    await rest()
    bad.clear()
    expect(world.bus.deadLetters.redeliver('dead-2')).toBe(1)
    expect(subscription.stats).toMatchObject({ accepted: 3, deadLettered: 2, pending: 1 })
    await world.bus.idle()
    expect(calls).toEqual(['0 a', '0 b', '0 b'])
    expect(lettersOf(world.bus)).toEqual(['dead-1 a'])
    expect(subscription.stats).toMatchObject({ accepted: 3, delivered: 1, deadLettered: 2 })
  })

  it('puts all that match back, in order of their sequence and ahead of later events', async () => {
    const world = setUp()
    const bad = new Set('acd')
    const { calls, subscription } = failing(world, bad)
    emit(world.bus, 'abcd')
    await rest()
    subscription.pause()
    emit(world.bus, 'ef')
    calls.length = 0
    bad.clear()
    expect(world.bus.deadLetters.redeliver('dead-3')).toBe(1)
    expect(world.bus.deadLetters.redeliver({ subscriptionId: 'desk' })).toBe(2)
    subscription.resume()
    await world.bus.idle()
    expect(calls).toEqual(['0 a', '0 c', '0 d', '0 e', '0 f'])
    expect(world.bus.deadLetters.size).toBe(0)
  })

  it('begins with the first attempt again, and comes back under a new id', async () => {
    const world = setUp()
    const errors = errorsOf(world.bus)
    failing(world, new Set('a'), { retry: { attempts: 2, initialMs: 10, jitter: 'none' } })
    emit(world.bus, 'a')
    await world.clock.advanceBy(100)
    world.bus.deadLetters.redeliver('dead-1')
    expect(world.bus.deadLetters.get('dead-1')).toBeUndefined()
    await world.clock.advanceBy(100)
    expect(world.bus.deadLetters.list()).toMatchObject([
      { id: 'dead-2', attempts: 2, firstAt: 1_100, lastAt: 1_110, errors: [{}, {}] },
    ])
    expect(errors).toHaveLength(2)
  })

  it('finds a new subscription with the same id', async () => {
    const world = setUp()
    const { subscription } = failing(world, new Set('a'))
    emit(world.bus, 'a')
    await rest()
    subscription.unsubscribe()
    const texts: string[] = []
    world.bus.on('note.made', ({ data }) => void texts.push(data.text), {
      id: 'desk',
      concurrency: 1,
    })
    expect(world.bus.deadLetters.redeliver({})).toBe(1)
    await world.bus.idle()
    expect(texts).toEqual(['a'])
  })

  it.each([
    ['there is none', () => {}],
    ['it has no mailbox', (bus: TestBus) => void bus.on('note.made', () => {}, { id: 'desk' })],
  ])('leaves it where its subscription is gone and %s', async (_, subscribe) => {
    const world = setUp()
    const { subscription } = failing(world, new Set('a'))
    emit(world.bus, 'a')
    await rest()
    subscription.unsubscribe()
    subscribe(world.bus)
    const { deadLetters } = world.bus
    expect(() => deadLetters.redeliver('dead-1')).toThrow(coded('CONFIGURATION'))
    expect(() => deadLetters.redeliver('dead-1')).toThrow('no subscription "desk" with a mailbox')
    expect(deadLetters.redeliver({})).toBe(0)
    expect(deadLetters.size).toBe(1)
  })

  it('leaves what finds no room', async () => {
    const world = setUp()
    const { subscription } = failing(world, new Set('abc'), { mailbox: { capacity: 3 } })
    emit(world.bus, 'abc')
    await rest()
    subscription.pause()
    emit(world.bus, 'de')
    expect(world.bus.deadLetters.redeliver({})).toBe(1)
    expect(lettersOf(world.bus)).toEqual(['dead-2 b', 'dead-3 c'])
    expect(world.bus.deadLetters.redeliver('dead-2')).toBe(0)
    expect(subscription.stats).toMatchObject({ accepted: 6, depth: 3, pending: 3 })
  })

  it('gives what room there is to the earliest in sequence, whichever failed first', async () => {
    const world = setUp()
    const { subscription } = failing(world, new Set('ab'), { mailbox: { capacity: 2 } })
    emit(world.bus, 'ab')
    await rest()
    world.bus.deadLetters.redeliver('dead-1')
    await rest()
    expect(lettersOf(world.bus)).toEqual(['dead-2 b', 'dead-3 a'])
    subscription.pause()
    emit(world.bus, 'c')
    expect(world.bus.deadLetters.redeliver({})).toBe(1)
    expect(lettersOf(world.bus)).toEqual(['dead-2 b'])
  })

  it('refuses an id that there is not', () => {
    const { bus } = setUp()
    expect(() => bus.deadLetters.redeliver('dead-1')).toThrow('There is no dead letter "dead-1".')
    expect(bus.deadLetters.redeliver({})).toBe(0)
  })

  it('is not stopped by the filter discarding letters meanwhile', async () => {
    const world = setUp()
    failing(world, new Set('ab'))
    emit(world.bus, 'ab')
    await rest()
    const { deadLetters } = world.bus
    const where = ({ id }: { readonly id: string }): boolean => {
      if (id === 'dead-2') deadLetters.discard('dead-1')
      return true
    }
    expect(deadLetters.redeliver({ where })).toBe(1)
  })
})
