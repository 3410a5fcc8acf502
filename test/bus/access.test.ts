import { AccessDeniedError, type Drop } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, errorsOf, hello, rest, setUp, textsOf } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

const denied = coded('ACCESS_DENIED')

describe('allow', () => {
  it('lets the sources of a type emit it, and nobody else', () => {
    const { bus } = setUp({ allow: { 'note.made': ['desk', 'audit'] } })
    const texts = textsOf(bus, 'note.made')
    bus.emitSync('note.made', { text: 'a' }, { source: 'desk' })
    bus.emitSync('note.made', { text: 'b' }, { source: 'audit' })
    for (const source of ['bot', 'Desk', 'desk ', 'tradewire']) {
      expect(() => bus.emitSync('note.made', hello, { source })).toThrow(denied)
    }
    expect(texts).toEqual(['a', 'b'])
  })

  it('takes an emission without a source for one of the source of the bus', () => {
    const { bus } = setUp({ source: 'desk', allow: { 'note.made': ['desk'], 'note.read': ['x'] } })
    expect(bus.emitSync('note.made', hello).source).toBe('desk')
    expect(() => bus.emitSync('note.read', hello)).toThrow(denied)
    expect(() => bus.emitSync('note.made', hello, { source: 'x' })).toThrow(denied)
  })

  it('leaves a type free that no pattern covers', () => {
    const { bus } = setUp({ allow: { 'note.*': ['desk'] } })
    expect(bus.emitSync('alarm.rung', hello, { source: 'anybody' }).sequence).toBe(1)
    expect(() => bus.emitSync('note.read', hello, { source: 'anybody' })).toThrow(denied)
  })

  it('lets the sources of every pattern that covers a type emit it', () => {
    const allow = { '*': ['root'], 'note.*': ['desk'], 'note.made': ['bot', 'desk'] }
    const { bus } = setUp({ allow })
    const may = (type: 'note.made' | 'note.read' | 'alarm.rung') =>
      ['root', 'desk', 'bot', 'other'].filter((source) => {
        try {
          bus.emitSync(type, hello, { source })
          return true
        } catch {
          return false
        }
      })
    expect(may('note.made')).toEqual(['root', 'desk', 'bot'])
    expect(may('note.read')).toEqual(['root', 'desk'])
    expect(may('alarm.rung')).toEqual(['root'])
  })

  it('knows types with parameters, by the whole of their patterns', () => {
    const { bus } = setUp({ allow: { 'action.buy.*': ['buyer'], 'action.*.start': ['desk'] } })
    const emit = (type: `action.${string}.start`, source: string) =>
      bus.emitSync(type, hello, { source }).type
    expect(emit('action.buy.start', 'buyer')).toBe('action.buy.start')
    expect(emit('action.buy.start', 'desk')).toBe('action.buy.start')
    expect(emit('action.sell.start', 'desk')).toBe('action.sell.start')
    expect(() => emit('action.sell.start', 'buyer')).toThrow(denied)
  })

  it('remembers who may emit more than 10,000 types, and stays right', () => {
    const { bus } = setUp({ history: 0, allow: { 'action.*.start': ['desk'] } })
    bus.emitSync('action.first.start', hello, { source: 'desk' })
    for (let index = 0; index < 10_001; index += 1) {
      bus.emitSync(`action.a${index}.start`, hello, { source: 'desk' })
    }
    for (const type of ['action.first.start', 'action.a10000.start', 'action.new.start'] as const) {
      expect(() => bus.emitSync(type, hello, { source: 'bot' })).toThrow(denied)
    }
    expect(bus.emitSync('action.first.start', hello, { source: 'desk' }).sequence).toBe(10_003)
  })

  it('refuses with who was to emit what, and who may', () => {
    const { bus } = setUp({ allow: { 'note.made': ['desk', 'audit'], 'note.read': [] } })
    const failure = (type: 'note.made' | 'note.read'): unknown => {
      try {
        return bus.emitSync(type, hello, { source: 'bot' })
      } catch (error) {
        return error
      }
    }
    const refusal = failure('note.made')
    expect(refusal).toBeInstanceOf(AccessDeniedError)
    expect(refusal).toMatchObject({ type: 'note.made', source: 'bot' })
    expect(String(refusal)).toContain('"bot"')
    expect(String(refusal)).toContain('desk, audit')
    expect(String(failure('note.read'))).toContain('Those that may: none.')
  })

  it('dispatches nothing that it refuses, and counts it', async () => {
    const { bus } = setUp({ allow: { 'note.made': ['desk'] } })
    const drops: Drop[] = []
    bus.observe({ onDropped: (drop) => drops.push(drop) })
    const texts = textsOf(bus, 'note.made')
    expect(() => bus.emitSync('note.made', hello)).toThrow(denied)
    await expect(bus.emit('note.made', hello)).rejects.toBeInstanceOf(AccessDeniedError)
    await expect(bus.emitSerial('note.made', hello)).rejects.toMatchObject(
      expect.objectContaining({ code: 'ACCESS_DENIED' }),
    )
    expect(bus.stats).toMatchObject({ emitted: 0, refused: 3, denied: 3, rateLimited: 0 })
    const drop = { type: 'note.made', reason: 'refused', error: denied }
    expect(drops).toEqual([drop, drop, drop])
    expect([texts, bus.history.size]).toEqual([[], 0])
    expect(bus.emitSync('note.read', hello).sequence).toBe(1)
  })

  it('tells onError of a refusal that nobody awaits, and of no other', async () => {
    const { bus, lastResort } = setUp({ allow: { 'note.made': ['desk'] } })
    const unhandled = await unhandledDuring(async () => {
      void bus.emit('note.made', hello)
      await bus.emit('note.made', hello).catch(() => {})
      void bus.emitBatch([{ type: 'note.made', data: hello }])
    })
    expect(unhandled).toEqual([])
    const context = { origin: 'emission', event: undefined }
    expect(lastResort).toEqual([
      { error: denied, context },
      { error: denied, context },
    ])
  })

  it('refuses a batch as a whole', async () => {
    const { bus } = setUp({ allow: { 'note.made': ['desk'] } })
    const texts = textsOf(bus, 'note.read')
    const items = [
      { type: 'note.read', data: hello },
      { type: 'note.made', data: hello, options: { source: 'desk' } },
      { type: 'note.made', data: hello, options: { source: 'bot' } },
    ] as const
    await expect(bus.emitBatch(items)).rejects.toMatchObject({ source: 'bot', type: 'note.made' })
    expect(texts).toEqual([])
    expect(bus.stats).toMatchObject({ emitted: 0, refused: 1, denied: 1 })
    expect(await bus.emitBatch(items.slice(0, 2))).toMatchObject([{ sequence: 1 }, { sequence: 2 }])
  })

  it.each([[undefined], ['note.made'], [[undefined]], [[null]], [[7]]])(
    'leaves it to the bus to say what is wrong with the batch %j',
    async (items) => {
      const { bus } = setUp({ allow: { 'note.made': ['desk'] } })
      // @ts-expect-error -- no batch.
      await expect(bus.emitBatch(items)).rejects.toMatchObject({ code: 'CONFIGURATION' })
      expect(bus.stats.denied).toBe(0)
    },
  )

  it('asks for an event of another bus by its own source', async () => {
    const { bus: from } = setUp({ run: 'from' })
    const { bus: to } = setUp({ run: 'to', allow: { 'note.*': ['desk'] } })
    const errors = errorsOf(from)
    const texts = textsOf(to, 'note.made')
    from.forward(to, { pattern: 'note.made' })
    from.emitSync('note.made', { text: 'a' }, { source: 'desk' })
    from.emitSync('note.made', { text: 'b' }, { source: 'bot' })
    from.addRoute({
      pattern: 'alarm.rung',
      to,
      map: ({ data }) => ({ type: 'note.made', data }),
    })
    from.emitSync('alarm.rung', { text: 'c' }, { source: 'bot' })
    from.emitSync('alarm.rung', { text: 'd' }, { source: 'desk' })
    await from.idle()
    expect(texts).toEqual(['a', 'd'])
    expect(errors).toMatchObject([{ name: 'AccessDeniedError' }, { name: 'AccessDeniedError' }])
    expect(to.stats).toMatchObject({ emitted: 2, refused: 2, denied: 2 })
  })

  it('lets the bus itself emit what it has to tell', async () => {
    const allow = { 'system.*': ['nobody'], 'performance.**': ['nobody'] }
    const { bus } = setUp({ allow, rateLimits: { bot: { perSecond: 1 } } })
    const errors = errorsOf(bus)
    const warnings: string[] = []
    bus.on('performance.rate_limit_warning', ({ data }) => warnings.push(data.endpoint))
    bus.on('note.made', () => {
      throw new Error('planted')
    })
    bus.emitSync('note.made', hello, { source: 'bot' })
    await rest()
    expect(errors).toMatchObject([{ message: 'planted' }])
    expect(warnings).toEqual(['bot'])
    expect(bus.stats.denied).toBe(0)
  })

  it.each([
    [[], 'allow'],
    ['note.made', 'allow'],
    [null, 'allow'],
    [{ 'note.made': 'desk' }, 'allow["note.made"] must be a list of sources'],
    [{ 'note.made': ['desk', 7] }, 'allow["note.made"] must be a list of sources'],
    [{ 'note..made': ['desk'] }, 'note..made'],
  ])('refuses the rules %j, saying where', (allow, where) => {
    // @ts-expect-error -- no rules.
    const make = (): unknown => setUp({ allow })
    expect(make).toThrow(coded('CONFIGURATION'))
    expect(make).toThrow(where)
  })

  it('refuses a pattern that no event could match', () => {
    expect(() => setUp({ allow: { 'risky.*': ['desk'] } })).toThrow(coded('EVENT_UNKNOWN'))
  })

  it('keeps the rules as they were given, whatever becomes of the lists', () => {
    const sources = ['desk']
    const { bus } = setUp({ allow: { 'note.made': sources } })
    sources.push('bot')
    expect(() => bus.emitSync('note.made', hello, { source: 'bot' })).toThrow(denied)
  })
})
