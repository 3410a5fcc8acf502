import { getEventListeners } from 'node:events'
import type { EventStream, StreamOptions } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, errorsOf, hello, rest, setUp, type TestBus } from '../support/buses.ts'

function emit(bus: TestBus, ...texts: string[]): void {
  for (const text of texts) bus.emitSync('note.made', { text })
}

/** What the next read of a stream brings: a text, `done`, or an error. */
async function read(stream: EventStream): Promise<unknown> {
  try {
    const result = await stream.next()
    return result.done === true ? 'done' : (result.value.data as typeof hello).text
  } catch (error) {
    return error
  }
}

describe('stream', () => {
  it('holds events from the call on, for a reader that comes later', async () => {
    const { bus } = setUp()
    emit(bus, 'before')
    const stream = bus.stream('note.made')
    emit(bus, 'a', 'b')
    expect(stream.size).toBe(2)
    expect([await read(stream), await read(stream)]).toEqual(['a', 'b'])
    expect(stream.size).toBe(0)
  })

  it('hands an event to the reader that waits longest', async () => {
    const { bus } = setUp()
    const stream = bus.stream(['note.made', 'alarm.*'])
    const reads = [read(stream), read(stream), read(stream)]
    emit(bus, 'a')
    bus.emitSync('alarm.rung', { text: 'b' })
    bus.emitSync('note.read', { text: 'not this' })
    emit(bus, 'c', 'd')
    expect(await Promise.all(reads)).toEqual(['a', 'b', 'c'])
    expect([stream.size, stream.dropped]).toEqual([1, 0])
  })

  it('takes only what its predicate accepts; a predicate that throws is a failed delivery', () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    const stream = bus.stream('note.made', {
      where: ({ data }) => {
        if (data.text === 'bad') throw new Error('unsure')
        return data.text === 'yes'
      },
    })
    emit(bus, 'no', 'yes', 'bad')
    expect(stream.size).toBe(1)
    expect(errors).toMatchObject([{ message: 'unsure', subscriptionId: 'stream-2' }])
  })

  it.each([
    ['drop-oldest', ['c', 'd']],
    ['drop-newest', ['a', 'b']],
  ] as const)('with %s holds no more than its capacity', async (overflow, kept) => {
    const { bus } = setUp()
    const dropped: unknown[] = []
    bus.observe({
      onDropped: ({ reason, event, subscription }) =>
        dropped.push([reason, (event!.data as typeof hello).text, subscription?.id]),
    })
    const stream = bus.stream('note.made', { capacity: 2, overflow })
    emit(bus, 'a', 'b', 'c', 'd')
    expect([stream.size, stream.dropped]).toEqual([2, 2])
    expect([await read(stream), await read(stream)]).toEqual(kept)
    const gone = ['a', 'b', 'c', 'd'].filter((text) => !(kept as readonly string[]).includes(text))
    expect(dropped).toEqual(gone.map((text) => ['overflow', text, 'stream-1']))
    expect(bus.subscriptions()[0]!.stats.dropped).toBe(2)
  })

  it('drops the oldest of 1,000 unless said', () => {
    const { bus } = setUp()
    const stream = bus.stream('note.made')
    for (let count = 0; count < 1_001; count += 1) emit(bus, 'x')
    expect([stream.size, stream.dropped]).toEqual([1_000, 1])
  })

  it('with error ends: its reader gets what it holds, then the error, then the end', async () => {
    const { bus } = setUp()
    const stream = bus.stream('note.made', { capacity: 2, overflow: 'error' })
    emit(bus, 'a', 'b', 'c', 'd')
    expect(bus.handlerCount()).toBe(0)
    expect(stream.dropped).toBe(1)
    expect([await read(stream), await read(stream)]).toEqual(['a', 'b'])
    expect(await read(stream)).toMatchObject({ code: 'STREAM_OVERFLOW', capacity: 2 })
    expect(await read(stream)).toBe('done')
  })

  it('detaches when the loop over it breaks', async () => {
    const { bus } = setUp()
    const seen: string[] = []
    const stream = bus.stream('note.made')
    emit(bus, 'a', 'b', 'c')
    for await (const { data } of stream) {
      seen.push(data.text)
      if (data.text === 'b') break
    }
    expect(seen).toEqual(['a', 'b'])
    expect([bus.handlerCount(), stream.size]).toEqual([0, 0])
    expect(await read(stream)).toBe('done')
  })

  it('detaches when the loop over it throws', async () => {
    const { bus } = setUp()
    const stream = bus.stream('note.made')
    emit(bus, 'a', 'b')
    const loop = async (): Promise<void> => {
      for await (const { data } of stream) throw new Error(`cannot use ${data.text}`)
    }
    await expect(loop()).rejects.toThrow('cannot use a')
    expect([bus.handlerCount(), stream.size]).toEqual([0, 0])
  })

  it('detaches when it is thrown into, and with using', async () => {
    const { bus } = setUp()
    const stream = bus.stream('note.made')
    await expect(stream.throw(new Error('stop'))).rejects.toThrow('stop')
    {
      await using other = bus.stream('note.made')
      emit(bus, 'a')
      expect(other.size).toBe(1)
    }
    expect(bus.handlerCount()).toBe(0)
  })

  it('ends readers that wait when it is returned from', async () => {
    const { bus } = setUp()
    const stream = bus.stream('note.made')
    const reads = [read(stream), read(stream)]
    expect(await stream.return()).toEqual({ done: true, value: undefined })
    expect(await Promise.all(reads)).toEqual(['done', 'done'])
    expect(await stream.return()).toEqual({ done: true, value: undefined })
  })

  it('when aborted forgets what it holds, and throws the reason once', async () => {
    const { bus } = setUp()
    const controller = new AbortController()
    const { signal } = controller
    const stream = bus.stream('note.made', { signal })
    emit(bus, 'a')
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    controller.abort('enough')
    expect([bus.handlerCount(), stream.size]).toEqual([0, 0])
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect([await read(stream), await read(stream)]).toEqual(['enough', 'done'])
  })

  it('when aborted rejects the first reader that waits, and ends the others', async () => {
    const { bus } = setUp()
    const controller = new AbortController()
    const stream = bus.stream('note.made', { signal: controller.signal })
    const reads = [read(stream), read(stream), read(stream)]
    controller.abort('enough')
    expect(await Promise.all(reads)).toEqual(['enough', 'done', 'done'])
    expect(await read(stream)).toBe('done')
  })

  it('forgets the reason of its end when it is returned from', async () => {
    const { bus } = setUp()
    const controller = new AbortController()
    const stream = bus.stream('note.made', { signal: controller.signal })
    controller.abort('enough')
    await stream.return()
    expect(await read(stream)).toBe('done')
  })

  it('never attaches if its signal is aborted already', async () => {
    const { bus } = setUp()
    const signal = AbortSignal.abort('before')
    const stream = bus.stream('note.made', { signal })
    emit(bus, 'a')
    expect(bus.handlerCount()).toBe(0)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect([await read(stream), await read(stream)]).toEqual(['before', 'done'])
  })

  it('has no abort listener left, however it ends', async () => {
    const { bus } = setUp()
    const { signal } = new AbortController()
    await bus.stream('note.made', { signal }).return()
    bus.stream('note.made', { signal, capacity: 1, overflow: 'error' })
    emit(bus, 'a', 'b')
    bus.stream('note.made', { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await bus.close()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('ends when the bus closes, after what it holds', async () => {
    const { bus } = setUp()
    const held = bus.stream('note.made')
    const empty = bus.stream('note.read')
    const waiting = read(empty)
    emit(bus, 'a')
    await bus.close()
    expect(await waiting).toBe('done')
    expect([await read(held), await read(held)]).toEqual(['a', 'done'])
  })

  it('is its own iterator', () => {
    const { bus } = setUp()
    const stream = bus.stream('note.made')
    expect(stream[Symbol.asyncIterator]()).toBe(stream)
  })

  it('gives events in sequence order to a reader that emits', async () => {
    const { bus } = setUp()
    const sequences: number[] = []
    const stream = bus.stream('note.made')
    emit(bus, 'a', 'b')
    for await (const { sequence, data } of stream) {
      sequences.push(sequence)
      if (sequence === 4) break
      emit(bus, `answer to ${data.text}`)
    }
    expect(sequences).toEqual([1, 2, 3, 4])
  })

  it('stays away from the bus when nobody reads, whatever is emitted', async () => {
    const { bus } = setUp()
    bus.stream('note.made', { capacity: 1 })
    await bus.emit('note.made', hello)
    await bus.emitSerial('note.made', hello)
    await bus.idle()
    await rest()
    expect(bus.subscriptions()[0]!.stats).toMatchObject({
      accepted: 2,
      delivered: 1,
      dropped: 1,
    })
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['an unknown option', { highWaterMark: 5 }],
    ['capacity 0', { capacity: 0 }],
    ['a negative capacity', { capacity: -1 }],
    ['a fractional capacity', { capacity: 1.5 }],
    ['a capacity that is infinite', { capacity: Infinity }],
    ['an unknown overflow', { overflow: 'drop' }],
    ['a null overflow', { overflow: null }],
    ['where that is no function', { where: 5 }],
    ['a signal that is none', { signal: 'x' }],
  ])('refuses %s as options', (_name, options) => {
    const { bus } = setUp()
    expect(() => bus.stream('note.made', options as StreamOptions)).toThrow(coded('CONFIGURATION'))
    expect(bus.handlerCount()).toBe(0)
  })

  it('refuses to begin after close, and for a pattern that covers nothing', async () => {
    const { bus } = setUp()
    expect(() => bus.stream('note.unmade' as never)).toThrow(coded('EVENT_UNKNOWN'))
    await bus.close()
    expect(() => bus.stream('note.made')).toThrow(coded('BUS_CLOSED'))
  })
})
