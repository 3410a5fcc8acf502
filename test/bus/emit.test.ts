import { createBus, Decimal, HandlerError, SimulatedClock } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { hello, rest, setUp, textsOf } from '../support/buses.ts'

describe('emit', () => {
  it('resolves to the event once every handler that it started has settled', async () => {
    const { bus } = setUp()
    const log: string[] = []
    const gate = Promise.withResolvers<void>()
    bus.on('note.made', async () => {
      await gate.promise
      log.push('handled')
    })
    const emitted = bus.emit('note.made', hello).then((event) => {
      log.push('resolved')
      return event
    })
    await rest()
    expect(log).toEqual([])
    gate.resolve()
    expect(await emitted).toMatchObject({ type: 'note.made', data: hello })
    expect(log).toEqual(['handled', 'resolved'])
  })

  it('resolves to the event if no handler is asynchronous, or there is none', async () => {
    const { bus } = setUp()
    expect((await bus.emit('note.made', hello)).sequence).toBe(1)
    textsOf(bus, 'note.made')
    expect((await bus.emit('note.made', hello)).sequence).toBe(2)
  })

  it('starts all handlers within the call, and lets them run concurrently', async () => {
    const { bus } = setUp()
    const log: string[] = []
    for (const name of ['a', 'b']) {
      bus.on('note.made', async () => {
        log.push(`${name} starts`)
        await rest()
        log.push(`${name} ends`)
      })
    }
    const emitted = bus.emit('note.made', hello)
    expect(log).toEqual(['a starts', 'b starts'])
    await emitted
    expect(log).toEqual(['a starts', 'b starts', 'a ends', 'b ends'])
  })

  it('fills in the envelope', async () => {
    const { bus, clock } = setUp({ run: 'r1', source: 'desk' })
    await clock.advanceBy(0.25)
    const event = await bus.emit('note.made', hello)
    expect(JSON.parse(JSON.stringify(event))).toEqual({
      id: 'r1-1',
      type: 'note.made',
      data: hello,
      timestamp: 1_000.25,
      sequence: 1,
      source: 'desk',
      correlationId: 'r1-1',
      priority: 'normal',
      version: 1,
    })
  })

  it('takes source, metadata, timestamp and correlation from its options', async () => {
    const { bus } = setUp()
    const metadata = { request: 'q7', retried: false, attempt: 2 }
    const options = { source: 'desk', metadata, timestamp: -5.5, correlationId: 'trade-9' }
    const event = await bus.emit('note.made', hello, options)
    expect(event).toMatchObject(options)
    metadata.attempt = 3
    expect(event.metadata).toEqual({ request: 'q7', retried: false, attempt: 2 })
    expect(Object.isFrozen(event.metadata)).toBe(true)
  })

  it('makes an event the consequence of its cause, and of the chain that the cause is in', async () => {
    const { bus } = setUp()
    const first = await bus.emit('note.made', hello)
    const second = await bus.emit('note.read', hello, { cause: first })
    const third = await bus.emit('alarm.rung', hello, { cause: second })
    expect(third).toMatchObject({ causationId: second.id, correlationId: first.id })
    const apart = await bus.emit('note.made', hello, { cause: third, correlationId: 'other' })
    expect(apart).toMatchObject({ causationId: third.id, correlationId: 'other' })
    expect((await bus.emit('note.made', hello)).causationId).toBeUndefined()
  })

  it('counts emissions from 1 without gaps, refused ones excepted', async () => {
    const { bus } = setUp()
    const sequences: number[] = []
    bus.onAny(({ sequence }) => {
      sequences.push(sequence)
    })
    bus.emitSync('note.made', hello)
    await expect(bus.emit('note.made', { text: 5 } as never)).rejects.toThrow('expected string')
    expect(() => bus.emitSync('note.made', {} as never)).toThrow('text')
    await bus.emitSerial('note.read', hello)
    await bus.emitBatch([{ type: 'alarm.rung', data: hello }])
    await bus.emit('action.buy.start', hello)
    expect(sequences).toEqual([1, 2, 3, 4])
  })

  it('hands out the payload itself, Decimals and all', async () => {
    const bus = createBus({ clock: new SimulatedClock() })
    const data = bus.catalog.get('market.trade_tick').example as never
    const event = await bus.emit('market.trade_tick', data)
    expect(event.data).toBe(data)
    expect(event.data.price).toBeInstanceOf(Decimal)
  })

  it('rejects with all failures once every handler has settled, if asked to', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', () => {
      throw new TypeError('at once')
    })
    bus.on('note.made', () => Promise.reject(new RangeError('later')), { id: 'second' })
    bus.on('note.made', async () => {
      await rest()
      log.push('the healthy one has ended')
    })
    const failure = await bus.emit('note.made', hello, { throwOnError: true }).catch((error) => {
      log.push('rejected')
      return error as AggregateError
    })
    expect(log).toEqual(['the healthy one has ended', 'rejected'])
    expect(failure).toBeInstanceOf(AggregateError)
    const errors = (failure as AggregateError).errors as HandlerError[]
    expect(errors.map(({ cause }) => cause)).toEqual([
      new TypeError('at once'),
      new RangeError('later'),
    ])
    expect(errors[1]).toMatchObject({ code: 'HANDLER_FAILED', subscriptionId: 'second' })
    expect(errors[1]!.event.type).toBe('note.made')
  })

  it('rejects with failures that all happened within the call, too', async () => {
    const { bus } = setUp()
    bus.on('note.made', () => {
      throw new Error('at once')
    })
    const emitted = bus.emit('note.made', hello, { throwOnError: true })
    await expect(emitted).rejects.toMatchObject({ errors: [{ code: 'HANDLER_FAILED' }] })
  })

  it('resolves with throwOnError if nothing fails', async () => {
    const { bus } = setUp()
    bus.on('note.made', rest)
    expect((await bus.emit('note.made', hello, { throwOnError: true })).sequence).toBe(1)
  })

  it('tells the emitter nothing of failures unless asked', async () => {
    const { bus } = setUp()
    bus.on('note.made', () => Promise.reject(new Error('later')))
    bus.on('note.made', () => {
      throw new Error('at once')
    })
    expect((await bus.emit('note.made', hello, { throwOnError: false })).sequence).toBe(1)
    expect(bus.emitSync('note.made', hello).type).toBe('note.made')
  })

  it('inside a handler resolves once the handlers of the nested event have settled', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', async () => {
      const nested = await bus.emit('note.read', hello)
      log.push(`resolved ${nested.type}`)
    })
    bus.on('note.read', async () => {
      await rest()
      log.push('read')
    })
    await bus.emit('note.made', hello)
    expect(log).toEqual(['read', 'resolved note.read'])
  })

  it('inside a handler rejects with failures of the nested event, if asked to', async () => {
    const { bus } = setUp()
    let failure: unknown
    bus.on('note.made', async () => {
      failure = await bus.emit('note.read', hello, { throwOnError: true }).catch((error) => error)
    })
    bus.on('note.read', () => {
      throw new Error('unreadable')
    })
    await bus.emit('note.made', hello)
    expect(failure).toMatchObject({ errors: [{ cause: new Error('unreadable') }] })
  })
})

describe('emitSync', () => {
  it('returns the event with every handler started, and awaits none', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', async () => {
      log.push('starts')
      await rest()
      log.push('ends')
    })
    expect(bus.emitSync('note.made', hello).sequence).toBe(1)
    expect(log).toEqual(['starts'])
    await bus.idle()
    expect(log).toEqual(['starts', 'ends'])
  })

  it('inside a handler returns the event before it is dispatched', () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.read')
    let seen = -1
    bus.on('note.made', () => {
      expect(bus.emitSync('note.read', hello, { throwOnError: true }).sequence).toBe(2)
      seen = texts.length
    })
    bus.emitSync('note.made', hello)
    expect(seen).toBe(0)
    expect(texts).toEqual(['hello'])
  })

  it('throws the failures that have happened by its return, if asked to', async () => {
    const { bus } = setUp()
    bus.on('note.made', () => Promise.reject(new Error('later')))
    expect(bus.emitSync('note.made', hello, { throwOnError: true }).sequence).toBe(1)
    bus.on('note.made', () => {
      throw new Error('at once')
    })
    expect(() => bus.emitSync('note.made', hello, { throwOnError: true })).toThrow(
      expect.objectContaining({ errors: [expect.any(HandlerError)] }),
    )
    await bus.idle()
  })
})

describe('emitBatch', () => {
  it('emits its events in order, and resolves to them once all handlers have settled', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.onAny(async ({ type, data }) => {
      log.push(`${type} ${(data as typeof hello).text}`)
      await rest()
      log.push('settled')
    })
    const events = await bus.emitBatch([
      { type: 'note.made', data: { text: 'a' } },
      { type: 'note.read', data: { text: 'b' }, options: { source: 'desk' } },
    ])
    expect(log).toEqual(['note.made a', 'note.read b', 'settled', 'settled'])
    expect(events.map(({ sequence, source }) => [sequence, source])).toEqual([
      [1, 'tradewire'],
      [2, 'desk'],
    ])
  })

  it('numbers its events before what their handlers emit', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.onAny(({ type }) => {
      log.push(type)
    })
    bus.once('note.made', () => {
      bus.emitSync('alarm.rung', hello)
    })
    await bus.emitBatch([
      { type: 'note.made', data: hello },
      { type: 'note.read', data: hello },
    ])
    expect(log).toEqual(['note.made', 'note.read', 'alarm.rung'])
  })

  it('emits nothing if one of its events is refused', async () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.made')
    const good = { type: 'note.made', data: hello } as const
    for (const bad of [
      { type: 'note.made', data: {} },
      { type: 'note.unmade', data: hello },
      { type: 'note.made', data: hello, options: { metadata: { deep: {} } } },
      { type: 'note.made', data: hello, options: { timestamp: Number.NaN } },
      { type: 'note.made', data: hello, options: null },
      { type: 'note.made', data: hello, optoins: {} },
      null,
      'note.made',
      undefined,
    ]) {
      await expect(bus.emitBatch([good, bad as never, good])).rejects.toHaveProperty('code')
    }
    expect(texts).toEqual([])
    expect(bus.history.size).toBe(0)
    expect(bus.eventCounts().size).toBe(0)
    expect((await bus.emit('note.made', hello)).sequence).toBe(1)
  })

  it('refuses a list with holes, and what is no list', async () => {
    const { bus } = setUp()
    const holes: never[] = []
    holes.length = 2
    for (const bad of [holes, {}, null, undefined, 5, 'note.made']) {
      await expect(bus.emitBatch(bad as never)).rejects.toMatchObject({ code: 'CONFIGURATION' })
    }
    expect(bus.history.size).toBe(0)
  })

  it('resolves to an empty list for an empty one', async () => {
    const { bus } = setUp()
    expect(await bus.emitBatch([])).toEqual([])
  })

  it('inside a handler joins the line', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.onAny(({ type }) => {
      log.push(type)
    })
    bus.once('note.made', async () => {
      await bus.emitBatch([
        { type: 'note.read', data: hello },
        { type: 'alarm.rung', data: hello },
      ])
      log.push('resolved')
    })
    await bus.emit('note.made', hello)
    expect(log).toEqual(['note.made', 'note.read', 'alarm.rung', 'resolved'])
  })

  it('rejects with the failures of an event that asks for them', async () => {
    const { bus } = setUp()
    bus.on('note.read', () => {
      throw new Error('unreadable')
    })
    const options = { throwOnError: true }
    const batch = bus.emitBatch([
      { type: 'note.made', data: hello, options },
      { type: 'note.read', data: hello, options },
    ])
    await expect(batch).rejects.toBeInstanceOf(AggregateError)
  })
})
