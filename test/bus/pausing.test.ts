import { describe, expect, it } from 'vitest'
import { coded, errorsOf, hello, rest, setUp, textsOf } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

describe('pause', () => {
  it('keeps events in line until resume, in order', () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.made')
    bus.pause()
    expect(bus.paused).toBe(true)
    for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', { text })
    expect([texts, bus.history.size, bus.stats.emitted]).toEqual([[], 0, 0])
    bus.resume()
    expect(bus.paused).toBe(false)
    expect(texts).toEqual(['a', 'b', 'c'])
    bus.emitSync('note.made', { text: 'd' })
    expect(texts).toEqual(['a', 'b', 'c', 'd'])
  })

  it('lets emitSync return its event at once, with the next sequence and the time of now', () => {
    const { bus } = setUp()
    bus.emitSync('note.made', hello)
    bus.pause()
    expect(bus.emitSync('note.made', hello)).toMatchObject({ sequence: 2, timestamp: 1_000 })
    expect(bus.emitSync('note.read', hello)).toMatchObject({ sequence: 3 })
  })

  it('does nothing the second time, and neither does resume', () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.made')
    bus.resume()
    bus.pause()
    bus.pause()
    bus.emitSync('note.made', { text: 'a' })
    bus.resume()
    bus.resume()
    bus.emitSync('note.made', { text: 'b' })
    expect(texts).toEqual(['a', 'b'])
  })

  it('still refuses what is invalid, at once', async () => {
    const { bus } = setUp()
    bus.pause()
    // @ts-expect-error -- no payload.
    expect(() => bus.emitSync('note.made', {})).toThrow(coded('EVENT_INVALID'))
    // @ts-expect-error -- no payload.
    await expect(bus.emit('note.made', {})).rejects.toMatchObject({ code: 'EVENT_INVALID' })
  })

  it.each(['emit', 'emitSerial'] as const)('lets an awaited %s wait for resume', async (method) => {
    const { bus, clock } = setUp()
    bus.on('note.made', () => clock.sleep(10))
    bus.pause()
    let resolved = false
    const emitted = bus[method]('note.made', hello).then((event) => {
      resolved = true
      return event
    })
    await clock.advanceBy(1_000)
    bus.resume()
    await clock.advanceBy(9)
    expect(resolved).toBe(false)
    await clock.advanceBy(1)
    expect(await emitted).toMatchObject({ timestamp: 1_000, sequence: 1 })
  })

  it('lets a batch wait, and tells of failures with throwOnError after resume', async () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.read')
    bus.on('note.made', () => {
      throw new Error('planted')
    })
    bus.pause()
    const batch = bus.emitBatch([
      { type: 'note.read', data: { text: 'a' } },
      { type: 'note.read', data: { text: 'b' } },
    ])
    const failing = bus.emit('note.made', hello, { throwOnError: true })
    expect(() => bus.emitSync('note.made', hello, { throwOnError: true })).not.toThrow()
    await rest()
    expect(texts).toEqual([])
    bus.resume()
    expect(texts).toEqual(['a', 'b'])
    expect(await batch).toMatchObject([{ sequence: 1 }, { sequence: 2 }])
    await expect(failing).rejects.toBeInstanceOf(AggregateError)
  })

  it('takes effect after the event that is being dispatched', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', ({ data }) => {
      log.push(`first ${data.text}`)
      if (data.text !== 'a') return
      bus.emitSync('note.made', { text: 'nested' })
      bus.pause()
    })
    bus.on('note.made', ({ data }) => log.push(`second ${data.text}`))
    bus.emitSync('note.made', { text: 'a' })
    bus.emitSync('note.made', { text: 'b' })
    expect(log).toEqual(['first a', 'second a'])
    bus.resume()
    expect(log.slice(2)).toEqual(['first nested', 'second nested', 'first b', 'second b'])
  })

  it('may be ended by the handler that began it', () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.read')
    bus.on('note.made', () => {
      bus.pause()
      bus.emitSync('note.read', { text: 'a' })
      bus.resume()
      bus.emitSync('note.read', { text: 'b' })
      texts.push('made')
    })
    bus.emitSync('note.made', hello)
    expect(texts).toEqual(['made', 'a', 'b'])
    bus.emitSync('note.read', { text: 'c' })
    expect(texts).toHaveLength(4)
  })

  it('may begin again while resume dispatches', () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.made')
    bus.on('note.made', ({ data }) => data.text === 'b' && bus.pause())
    bus.pause()
    for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', { text })
    bus.resume()
    expect([texts, bus.paused]).toEqual([['a', 'b'], true])
    bus.resume()
    expect(texts).toEqual(['a', 'b', 'c'])
  })

  it('keeps who subscribed meanwhile from nothing, and who left from all', () => {
    const { bus } = setUp()
    const gone = bus.on('note.made', () => texts.push('gone'))
    bus.pause()
    bus.emitSync('note.made', { text: 'a' })
    gone.unsubscribe()
    const texts = textsOf(bus, 'note.made')
    bus.resume()
    expect(texts).toEqual(['a'])
  })

  it('refuses the 100,001st event that would wait', () => {
    const { bus } = setUp({ history: 0 })
    let calls = 0
    bus.on('note.made', () => (calls += 1))
    bus.pause()
    for (let count = 0; count < 100_000; count += 1) bus.emitSync('note.made', hello)
    expect(() => bus.emitSync('note.made', hello)).toThrow(coded('EMIT_QUEUE_FULL'))
    bus.resume()
    expect(calls).toBe(100_000)
    expect(bus.emitSync('note.made', hello).sequence).toBe(100_001)
    expect(bus.stats).toMatchObject({ emitted: 100_001, refused: 1 })
  })

  it('refuses a batch that would not fit as a whole', async () => {
    const { bus } = setUp({ history: 0 })
    bus.pause()
    const item = { type: 'note.made', data: hello } as const
    const some = bus.emitBatch(Array.from({ length: 99_999 }, () => item))
    const pair = bus.emitBatch([item, item])
    await expect(pair).rejects.toMatchObject({ code: 'EMIT_QUEUE_FULL' })
    bus.emitSync('note.made', hello)
    bus.resume()
    expect(await some).toHaveLength(99_999)
    expect(bus.stats.emitted).toBe(100_000)
  })

  it('lets handlers that run go on, and their system.error wait', async () => {
    const { bus, clock } = setUp()
    const errors = errorsOf(bus)
    const log: string[] = []
    bus.on('note.made', async ({ data }) => {
      await clock.sleep(10)
      log.push(data.text)
      throw new Error('planted')
    })
    const emitted = bus.emit('note.made', hello)
    bus.pause()
    await clock.advanceBy(10)
    await emitted
    expect([log, errors]).toEqual([['hello'], []])
    bus.resume()
    expect(errors).toMatchObject([{ message: 'planted' }])
  })

  it('lets a serial emission that has begun go on', async () => {
    const { bus, clock } = setUp()
    const log: string[] = []
    for (const name of ['a', 'b']) {
      bus.on('note.made', async () => {
        await clock.sleep(10)
        log.push(name)
      })
    }
    const emitted = bus.emitSerial('note.made', hello)
    bus.pause()
    await clock.advanceBy(20)
    expect(await emitted).toMatchObject({ sequence: 1 })
    expect(log).toEqual(['a', 'b'])
  })

  it('keeps what a handler emits after an await in line', async () => {
    const { bus, clock } = setUp()
    const texts = textsOf(bus, 'note.read')
    bus.on('note.made', async () => {
      await clock.sleep(10)
      bus.emitSync('note.read', { text: 'late' })
    })
    bus.emitSync('note.made', hello)
    bus.pause()
    await clock.advanceBy(10)
    expect(texts).toEqual([])
    bus.resume()
    expect(texts).toEqual(['late'])
  })

  it('gives waits and streams nothing until resume; a wait still times out', async () => {
    const { bus, clock } = setUp()
    const stream = bus.stream('note.made')
    const wait = bus.waitFor('note.made')
    const short = bus.waitFor('note.made', { timeoutMs: 5 }).catch((error: unknown) => error)
    bus.pause()
    bus.emitSync('note.made', hello)
    await clock.advanceBy(5)
    expect(await short).toMatchObject({ code: 'WAIT_TIMEOUT' })
    expect(stream.size).toBe(0)
    bus.resume()
    expect(await wait).toMatchObject({ sequence: 1 })
    expect(stream.size).toBe(1)
  })

  it('is refused after close', async () => {
    const { bus } = setUp()
    await bus.close()
    expect(() => bus.pause()).toThrow(coded('BUS_CLOSED'))
    expect(bus.paused).toBe(false)
  })
})

describe('pause of a bus with mailboxes', () => {
  it('lets mailboxes call nothing until resume, then in order', async () => {
    const { bus } = setUp()
    const log: string[] = []
    const subscription = bus.on('note.made', ({ data }) => log.push(data.text), { mailbox: {} })
    for (const text of ['a', 'b']) bus.emitSync('note.made', { text })
    bus.pause()
    bus.emitSync('note.made', { text: 'c' })
    await rest()
    expect(log).toEqual([])
    expect(subscription.stats).toMatchObject({ accepted: 2, pending: 2, depth: 2 })
    bus.resume()
    expect(subscription.stats).toMatchObject({ accepted: 3, depth: 3 })
    await bus.idle()
    expect(log).toEqual(['a', 'b', 'c'])
  })

  it('takes effect between two events of a mailbox', async () => {
    const { bus } = setUp()
    const log: string[] = []
    const note = ({ data }: { data: { text: string } }): void => {
      log.push(data.text)
      if (data.text === 'a') bus.pause()
    }
    bus.on('note.made', note, { mailbox: {} })
    for (const text of ['a', 'b']) bus.emitSync('note.made', { text })
    await rest()
    expect(log).toEqual(['a'])
    bus.resume()
    await bus.idle()
    expect(log).toEqual(['a', 'b'])
  })

  it('lets a retry wait for resume', async () => {
    const { bus, clock } = setUp()
    const attempts: number[] = []
    const handler = (_: unknown, { attempt }: { attempt: number }): void => {
      attempts.push(attempt)
      if (attempt === 1) throw new Error('planted')
    }
    const retry = { attempts: 2, initialMs: 10, jitter: 'none' } as const
    bus.on('note.made', handler, { retry })
    bus.emitSync('note.made', hello)
    await rest()
    bus.pause()
    await clock.advanceBy(100)
    expect(attempts).toEqual([1])
    bus.resume()
    await rest()
    expect(attempts).toEqual([1, 2])
  })

  it('leaves a subscription paused that was paused on its own', async () => {
    const { bus } = setUp()
    const log: string[] = []
    const subscription = bus.on('note.made', ({ data }) => log.push(data.text), { mailbox: {} })
    subscription.pause()
    bus.pause()
    bus.emitSync('note.made', { text: 'a' })
    bus.resume()
    await bus.idle()
    expect([log, subscription.paused]).toEqual([[], true])
    subscription.resume()
    await bus.idle()
    expect(log).toEqual(['a'])
  })
})

describe('idle of a paused bus', () => {
  it('resolves once what runs has ended, whatever waits', async () => {
    const { bus, clock } = setUp()
    bus.on('note.made', () => clock.sleep(10), { mailbox: {} })
    bus.on('note.made', () => clock.sleep(20))
    for (let count = 0; count < 3; count += 1) bus.emitSync('note.made', hello)
    await rest()
    bus.pause()
    bus.emitSync('note.made', hello)
    const times: number[] = []
    void bus.idle().then(() => times.push(clock.now()))
    await clock.advanceBy(100)
    expect(times).toEqual([1_020])
    expect(bus.stats).toMatchObject({ pending: 2, depth: 2, emitted: 3 })
    await bus.idle()
  })
})

describe('close of a paused bus', () => {
  it('rejects the emissions that wait, and reports them as pending', async () => {
    const { bus, lastResort } = setUp()
    const texts = textsOf(bus, 'note.made')
    bus.emitSync('note.made', { text: 'a' })
    bus.pause()
    const item = { type: 'note.made', data: hello } as const
    const rejections: unknown[] = []
    const unhandled = await unhandledDuring(async () => {
      bus.emitSync('note.made', hello)
      void bus.emit('note.made', hello)
      void bus.emitSerial('note.made', hello)
      void bus.emitBatch([item, item])
      const waiting = [
        bus.emit('note.made', hello),
        bus.emit('note.made', hello, { throwOnError: true }),
        bus.emitSerial('note.made', hello),
        bus.emitBatch([item, item]),
      ]
      const ends = waiting.map((promise) =>
        (promise as Promise<unknown>).catch((error: unknown) => rejections.push(error)),
      )
      const report = { delivered: 0, dropped: 0, deadLettered: 0, pending: 10 }
      expect(await bus.close()).toEqual(report)
      await Promise.all(ends)
    })
    const closed = coded('BUS_CLOSED')
    expect(rejections).toEqual([closed, closed, closed, closed])
    expect([texts, unhandled]).toEqual([['a'], []])
    expect(lastResort.every(({ context }) => context.origin === 'emission')).toBe(true)
    expect(bus.stats).toMatchObject({ emitted: 1, accepted: 1, delivered: 1, pending: 0 })
  })

  it('leaves the events of mailboxes undelivered, and counts them', async () => {
    const { bus } = setUp()
    const log: string[] = []
    const subscription = bus.on('note.made', ({ data }) => log.push(data.text), { mailbox: {} })
    for (const text of ['a', 'b']) bus.emitSync('note.made', { text })
    bus.pause()
    const report = { delivered: 0, dropped: 0, deadLettered: 0, pending: 2 }
    expect(await bus.close()).toEqual(report)
    expect(log).toEqual([])
    expect(subscription.stats).toMatchObject({ accepted: 2, dropped: 2, pending: 0 })
  })

  it('waits for handlers that run, and still tells of their failures', async () => {
    const { bus, clock } = setUp()
    const errors = errorsOf(bus)
    bus.on('note.made', async () => {
      await clock.sleep(10)
      throw new Error('planted')
    })
    bus.emitSync('note.made', hello)
    bus.pause()
    let closed = false
    void bus.close().then(() => (closed = true))
    await clock.advanceBy(9)
    expect(closed).toBe(false)
    await clock.advanceBy(1)
    expect(closed).toBe(true)
    expect(errors).toMatchObject([{ message: 'planted' }])
  })
})
