import { type Draft, EventVetoedError, type HandlerError, type TradewireEvent } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, hello, rest, setUp, textsOf } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

function append(letter: string) {
  return { before: ({ data }: Draft) => ({ data: { text: (data as typeof hello).text + letter } }) }
}

describe('use', () => {
  it('asks middlewares in order, each for what the one before left', async () => {
    const { bus } = setUp()
    bus.use(append('a'))
    bus.use({ before: () => {} })
    bus.use(append('b'))
    const texts = textsOf(bus, 'note.made')
    bus.emitSync('note.made', { text: '1' })
    await bus.emit('note.made', { text: '2' })
    await bus.emitSerial('note.made', { text: '3' })
    await bus.emitBatch([{ type: 'note.made', data: { text: '4' } }])
    expect(texts).toEqual(['1ab', '2ab', '3ab', '4ab'])
  })

  it('shows a middleware the emission', () => {
    const { bus } = setUp({ source: 'desk' })
    const drafts: Draft[] = []
    bus.use({ before: (draft) => void drafts.push(draft) })
    const cause = bus.emitSync('note.made', hello)
    bus.emitSync('note.read', hello, { source: 'bot', cause, metadata: { a: 1 } })
    expect(drafts).toEqual([
      { type: 'note.made', data: hello, source: 'desk', cause: undefined, metadata: undefined },
      { type: 'note.read', data: hello, source: 'bot', cause, metadata: { a: 1 } },
    ])
  })

  it('refuses an emission that is vetoed, and dispatches and counts nothing', async () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.made')
    const asked: string[] = []
    bus.use({ before: ({ type }) => (type === 'note.made' ? false : undefined) })
    bus.use({ before: ({ type }) => void asked.push(type) })
    expect(() => bus.emitSync('note.made', hello)).toThrow(EventVetoedError)
    await expect(bus.emit('note.made', hello)).rejects.toMatchObject({
      code: 'EVENT_VETOED',
      type: 'note.made',
    })
    await expect(bus.emitSerial('note.made', hello)).rejects.toThrow('vetoed')
    await expect(
      bus.emitBatch([
        { type: 'note.read', data: hello },
        { type: 'note.made', data: hello },
      ]),
    ).rejects.toThrow('vetoed')
    expect(texts).toEqual([])
    expect(asked).toEqual(['note.read'])
    expect(bus.emitSync('note.read', hello).sequence).toBe(1)
  })

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new RangeError('no')
      },
      'RangeError',
    ],
    ['returns a promise', async () => {}, 'ConfigurationError'],
    ['returns a promise that rejects', () => Promise.reject(new Error('x')), 'ConfigurationError'],
    ['returns true', () => true, 'ConfigurationError'],
    ['returns null', () => null, 'ConfigurationError'],
    ['returns an object without data', () => ({}), 'ConfigurationError'],
    [
      'returns an object that inherits data',
      () => Object.create({ data: hello }) as unknown,
      'ConfigurationError',
    ],
  ])('refuses an emission whose middleware %s', async (_name, before, cause) => {
    const { bus } = setUp()
    bus.use({ before: before as never })
    const unhandled = await unhandledDuring(() =>
      expect(bus.emit('note.made', hello)).rejects.toMatchObject({
        code: 'EVENT_VETOED',
        cause: { name: cause },
      }),
    )
    expect(unhandled).toEqual([])
    expect(bus.history.size).toBe(0)
  })

  it('checks what a middleware puts in the place of the payload', () => {
    const { bus } = setUp()
    bus.use({ before: () => ({ data: { text: 5 } as never }) })
    expect(() => bus.emitSync('note.made', hello)).toThrow(coded('EVENT_INVALID'))
  })

  it('asks no middleware for a payload that is invalid', () => {
    const { bus } = setUp()
    let asked = 0
    bus.use({ before: () => void (asked += 1) })
    expect(() => bus.emitSync('note.made', {} as never)).toThrow(coded('EVENT_INVALID'))
    expect(asked).toBe(0)
  })

  it('tells a middleware after all handlers have settled, failures and all', async () => {
    const { bus } = setUp()
    const log: unknown[] = []
    bus.use({
      after: ({ type }: TradewireEvent, failures: readonly HandlerError[]) =>
        log.push([type, failures.map((failure) => (failure.cause as Error).message)]),
    })
    bus.on('note.made', () => {
      throw new Error('at once')
    })
    bus.on('note.made', async () => {
      await rest()
      throw new Error('later')
    })
    bus.on('note.read', rest)
    await bus.emit('note.made', hello)
    await bus.emit('note.read', hello)
    await bus.emitSerial('note.read', hello)
    await bus.emitBatch([{ type: 'alarm.rung', data: hello }])
    bus.emitSync('alarm.rung', hello)
    expect(log).toEqual([
      ['system.error', []],
      ['system.error', []],
      ['note.made', ['at once', 'later']],
      ['note.read', []],
      ['note.read', []],
      ['alarm.rung', []],
      ['alarm.rung', []],
    ])
  })

  it('tells middlewares of an event that a handler emits', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.use({ after: ({ type }) => void log.push(type) })
    bus.on('note.made', () => bus.emitSync('note.read', hello))
    bus.emitSync('note.made', hello)
    expect(log).toEqual(['note.made', 'note.read'])
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('after')
      },
    ],
    ['rejects', () => Promise.reject(new Error('after'))],
  ])('sends what a middleware %s with after the event to the last resort', async (_name, after) => {
    const { bus, lastResort } = setUp()
    const log: string[] = []
    bus.use({ after })
    bus.use({ after: ({ type }) => void log.push(type) })
    const unhandled = await unhandledDuring(() => bus.emit('note.made', hello))
    expect(unhandled).toEqual([])
    expect(log).toEqual(['note.made'])
    expect(lastResort).toMatchObject([
      {
        error: new Error('after'),
        context: { origin: 'middleware', event: { type: 'note.made' } },
      },
    ])
  })

  it('takes a middleware away, with remove or with using, and only once', () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.made')
    const middleware = append('a')
    const first = bus.use(middleware)
    const second = bus.use(middleware)
    bus.emitSync('note.made', { text: '1' })
    first.remove()
    first.remove()
    bus.emitSync('note.made', { text: '2' })
    {
      using last = second
      expect(last).toBe(second)
    }
    bus.emitSync('note.made', { text: '3' })
    expect(texts).toEqual(['1aa', '2a', '3'])
  })

  it('forgets a middleware that is taken away while an event is on its way', async () => {
    const { bus } = setUp()
    const log: string[] = []
    const use = bus.use({ after: ({ type }) => void log.push(type) })
    bus.on('note.made', async () => {
      await rest()
      use.remove()
    })
    await bus.emit('note.made', hello)
    expect(log).toEqual([])
  })

  it('keeps the methods of an instance on their instance', () => {
    class Counting {
      #count = 0
      get count(): number {
        return this.#count
      }
      before(): void {
        this.#count += 1
      }
      after(): void {
        this.#count += 10
      }
    }
    const { bus } = setUp()
    const counting = new Counting()
    bus.use(counting)
    bus.emitSync('note.made', hello)
    expect(counting.count).toBe(11)
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['a function', () => {}],
    ['neither method', {}],
    ['an unknown method', { before() {}, around() {} }],
    ['before that is no function', { before: 5 }],
    ['after that is no function', { after: 'x' }],
  ])('refuses %s', (_name, middleware) => {
    const { bus } = setUp()
    expect(() => bus.use(middleware as never)).toThrow(coded('CONFIGURATION'))
  })
})
