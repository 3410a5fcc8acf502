import { RateLimitError, type RateLimits } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, hello, rest, setUp, textsOf } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

const limited = coded('RATE_LIMITED')
const bot = { source: 'bot' }

/** A bus that limits `bot`, and what it warned of. */
function limitedBus(limit: RateLimits[string]) {
  const made = setUp({ rateLimits: { bot: limit } })
  const warnings: object[] = []
  made.bus.on('performance.rate_limit_warning', ({ data }) => warnings.push(data))
  const texts = textsOf(made.bus, 'note.made')
  const done: string[] = []
  /** Emits, and notes when that has resolved, or with which code it has rejected. */
  const emit = (text: string, source = 'bot'): void => {
    const note = (end: string): void => void done.push(`${text} ${end} ${made.clock.now()}`)
    made.bus.emit('note.made', { text }, { source }).then(
      () => note('at'),
      (error: { code: string }) => note(error.code),
    )
  }
  return { ...made, warnings, texts, done, emit }
}

describe('rateLimits with wait', () => {
  it('lets emissions that are awaited wait their turn, in order, at exact times', async () => {
    const { clock, emit, done, texts } = limitedBus({ perSecond: 10, burst: 2 })
    for (const text of ['a', 'b', 'c', 'd', 'e']) emit(text)
    await rest()
    expect([texts, done]).toEqual([
      ['a', 'b'],
      ['a at 1000', 'b at 1000'],
    ])
    await clock.advanceBy(99)
    expect(texts).toEqual(['a', 'b'])
    await clock.advanceBy(1)
    expect(texts).toEqual(['a', 'b', 'c'])
    emit('f')
    await clock.advanceBy(1_000)
    expect(done.slice(2)).toEqual(['c at 1100', 'd at 1200', 'e at 1300', 'f at 1400'])
  })

  it('does not limit other sources', async () => {
    const { bus, emit, done } = limitedBus({ perSecond: 1 })
    for (const text of ['a', 'b']) emit(text)
    for (const text of ['c', 'd']) emit(text, 'desk')
    bus.emitSync('note.made', hello)
    await rest()
    expect(done).toEqual(['a at 1000', 'c at 1000', 'd at 1000'])
  })

  it('stamps an event with the time at which it was let in', async () => {
    const { bus, clock } = limitedBus({ perSecond: 1 })
    void bus.emit('note.made', hello, bot)
    const second = bus.emit('note.made', hello, bot)
    await clock.advanceBy(1_000)
    expect(await second).toMatchObject({ timestamp: 2_000, source: 'bot' })
  })

  it('lets serial emissions and batches wait, too', async () => {
    const { bus, clock, texts } = limitedBus({ perSecond: 10, burst: 3 })
    const item = (text: string) => ({ type: 'note.made', data: { text }, options: bot }) as const
    await bus.emitBatch([item('a'), item('b')])
    const waiting = bus.emitBatch([item('c'), item('d')])
    const serial = bus.emitSerial('note.made', { text: 'e' }, bot)
    expect(texts).toEqual(['a', 'b'])
    await clock.advanceBy(99)
    expect(texts).toEqual(['a', 'b'])
    await clock.advanceBy(1)
    expect(texts).toEqual(['a', 'b', 'c', 'd'])
    await clock.advanceBy(100)
    expect([await waiting, await serial]).toMatchObject([
      [{ sequence: expect.any(Number) }, { timestamp: 1_100 }],
      { timestamp: 1_200 },
    ])
  })

  it('refuses a batch that is larger than burst, for good', async () => {
    const { bus, texts } = limitedBus({ perSecond: 10, burst: 2 })
    const items = Array.from({ length: 3 }, () => ({
      type: 'note.made' as const,
      data: hello,
      options: bot,
    }))
    const error = await bus.emitBatch(items).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ limited: 'bot', perSecond: 10, retryAfterMs: Infinity })
    expect(String(error)).toContain('Split it, or raise burst')
    expect(texts).toEqual([])
    expect(bus.stats).toMatchObject({ refused: 1, rateLimited: 1, denied: 0 })
  })

  it('throws from emitSync, which cannot wait', () => {
    const { bus } = limitedBus({ perSecond: 4, burst: 1 })
    bus.emitSync('note.made', hello, bot)
    const again = (): unknown => bus.emitSync('note.made', hello, bot)
    expect(again).toThrow(expect.objectContaining({ limited: 'bot', retryAfterMs: 250 }))
    expect(again).toThrow('await emit instead')
    expect(bus.stats).toMatchObject({ refused: 2, rateLimited: 2 })
  })

  it('does not let emitSync overtake what waits', async () => {
    const { bus, clock, emit } = limitedBus({ perSecond: 10, burst: 1 })
    for (const text of ['a', 'b', 'c']) emit(text)
    await clock.advanceBy(100)
    expect(() => bus.emitSync('note.made', hello, bot)).toThrow(limited)
  })

  it('refuses the 10,001st emission that would wait', async () => {
    const { bus, clock, texts } = limitedBus({ perSecond: 1_000, burst: 1 })
    for (let count = 0; count < 10_001; count += 1) void bus.emit('note.made', hello, bot)
    await expect(bus.emit('note.made', hello, bot)).rejects.toThrow('10000 emissions wait already')
    await clock.advanceBy(1)
    expect(texts).toHaveLength(2)
    const next = bus.emit('note.made', hello, bot)
    await clock.advanceBy(10_000)
    expect(await next).toMatchObject({ timestamp: 11_001 })
    expect(bus.stats).toMatchObject({ rateLimited: 1, refused: 1 })
  })

  it('rejects what waits when the bus closes, without an unhandled rejection', async () => {
    const { bus, clock, lastResort, texts } = limitedBus({ perSecond: 1 })
    const rejected: unknown[] = []
    const unhandled = await unhandledDuring(async () => {
      void bus.emit('note.made', hello, bot)
      void bus.emit('note.made', hello, bot)
      bus.emit('note.made', hello, bot).catch((error: unknown) => rejected.push(error))
      await bus.close()
    })
    expect(unhandled).toEqual([])
    expect(rejected).toEqual([coded('BUS_CLOSED')])
    expect(clock.pendingTimers).toBe(0)
    expect(lastResort).toContainEqual({
      error: coded('BUS_CLOSED'),
      context: { origin: 'emission', event: undefined },
    })
    await clock.advanceBy(10_000)
    expect(texts).toHaveLength(1)
    expect(bus.stats).toMatchObject({ refused: 2, rateLimited: 0 })
  })

  it('refuses what is invalid once its turn has come', async () => {
    const { bus, clock } = limitedBus({ perSecond: 1 })
    void bus.emit('note.made', hello, bot)
    // @ts-expect-error -- no payload.
    const invalid = bus.emit('note.made', {}, bot).catch((error: unknown) => error)
    await clock.advanceBy(1_000)
    expect(await invalid).toMatchObject({ code: 'EVENT_INVALID' })
  })
})

describe('rateLimits with drop', () => {
  it('rejects what comes too soon, and tells nobody who did not ask', async () => {
    const { bus, clock, emit, done, texts, lastResort } = limitedBus({
      perSecond: 10,
      burst: 1,
      onLimit: 'drop',
    })
    const unhandled = await unhandledDuring(() => {
      emit('a')
      emit('b')
      void bus.emit('note.made', hello, bot)
    })
    expect(done).toEqual(['a at 1000', 'b RATE_LIMITED 1000'])
    expect(() => bus.emitSync('note.made', hello, bot)).toThrow('Emit less often')
    await clock.advanceBy(100)
    emit('c')
    await rest()
    expect(texts).toEqual(['a', 'c'])
    expect([unhandled, lastResort]).toEqual([[], []])
    // Two notes, and a warning with each.
    expect(bus.stats).toMatchObject({ emitted: 4, refused: 3, rateLimited: 3 })
  })

  it('counts a batch that it refuses as one refusal, and takes nothing for it', async () => {
    const { bus } = limitedBus({ perSecond: 10, burst: 3, onLimit: 'drop' })
    const batch = (length: number) =>
      bus.emitBatch(
        Array.from({ length }, () => ({ type: 'note.made', data: hello, options: bot }) as const),
      )
    await batch(2)
    await expect(batch(2)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 100 })
    expect(await batch(1)).toHaveLength(1)
    expect(bus.stats).toMatchObject({ refused: 1, rateLimited: 1 })
  })
})

describe('rateLimits with error', () => {
  it('rejects what comes too soon, and tells onError where nobody awaits that', async () => {
    const { bus, lastResort } = limitedBus({ perSecond: 10, burst: 1, onLimit: 'error' })
    const dropped: unknown[] = []
    bus.observe({ onDropped: (drop) => dropped.push(drop) })
    await bus.emit('note.made', hello, bot)
    await expect(bus.emit('note.made', hello, bot)).rejects.toMatchObject({ retryAfterMs: 100 })
    const unhandled = await unhandledDuring(() => void bus.emit('note.made', hello, bot))
    expect(unhandled).toEqual([])
    expect(lastResort).toEqual([
      { error: limited, context: { origin: 'emission', event: undefined } },
    ])
    const drop = { type: 'note.made', reason: 'refused', error: limited }
    expect(dropped).toEqual([drop, drop])
  })
})

describe('performance.rate_limit_warning of a source', () => {
  it('is emitted once when the limit is near, and again only after it was far', async () => {
    const limit = { perSecond: 10, burst: 10, warnAt: 0.8, onLimit: 'drop' } as const
    const { clock, emit, warnings } = limitedBus(limit)
    for (let count = 1; count <= 7; count += 1) emit('x')
    expect(warnings).toEqual([])
    emit('the eighth')
    const warning = { timestamp: 1_000, endpoint: 'bot', used: 8, limit: 10, windowMs: 1_000 }
    expect(warnings).toEqual([warning])
    for (let count = 1; count <= 5; count += 1) emit('x')
    await clock.advanceBy(500)
    for (let count = 1; count <= 3; count += 1) emit('near again, but was not far')
    expect(warnings).toHaveLength(1)
    await clock.advanceBy(500)
    emit('far')
    for (let count = 1; count <= 4; count += 1) emit('near')
    expect(warnings).toEqual([warning, { ...warning, timestamp: 2_000 }])
  })

  it('says when the next one may come, where none may now', async () => {
    const { emit, warnings } = limitedBus({ perSecond: 4, burst: 1 })
    emit('a')
    expect(warnings).toMatchObject([{ used: 1, limit: 1, windowMs: 250, retryAfterMs: 250 }])
  })
})

describe('rateLimits', () => {
  it.each([
    [[], 'rateLimits'],
    [null, 'rateLimits'],
    [{ bot: {} }, 'rateLimits["bot"].perSecond'],
    [{ bot: { perSecond: 0 } }, 'rateLimits["bot"].perSecond'],
    [{ bot: { perSecond: 1, onLimit: 'never' } }, 'rateLimits["bot"].onLimit'],
    [{ bot: { perSecond: 1, burst: 0.5 } }, 'rateLimits["bot"].burst'],
    [{ bot: { perSecond: 1, warnAt: 0 } }, 'rateLimits["bot"].warnAt'],
    [{ bot: 5 }, 'rateLimits["bot"]'],
  ])('refuses %j, saying where', (rateLimits, where) => {
    // @ts-expect-error -- no limits.
    const make = (): unknown => setUp({ rateLimits })
    expect(make).toThrow(coded('CONFIGURATION'))
    expect(make).toThrow(where)
  })

  it('limits the source of the bus for emissions that give none', () => {
    const { bus } = setUp({ source: 'me', rateLimits: { me: { perSecond: 1, onLimit: 'error' } } })
    bus.emitSync('note.made', hello)
    expect(() => bus.emitSync('note.made', hello)).toThrow(limited)
    expect(() => bus.emitSync('note.made', hello, { source: 'me' })).toThrow(limited)
  })

  it('does not let an emission use the limit up that its source may not make', async () => {
    const rateLimits = { bot: { perSecond: 1, onLimit: 'error' } } as const
    const { bus } = setUp({ rateLimits, allow: { 'note.read': ['desk'] } })
    expect(() => bus.emitSync('note.read', hello, bot)).toThrow(coded('ACCESS_DENIED'))
    expect(bus.emitSync('note.made', hello, bot).type).toBe('note.made')
    expect(bus.stats).toMatchObject({ denied: 1, rateLimited: 0, refused: 1 })
  })
})
