import type { Subscription } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, hello, rest, setUp, textsOf } from '../support/buses.ts'

describe('order', () => {
  it('starts handlers by priority, higher first, then by registration', () => {
    const { bus } = setUp()
    const log: string[] = []
    const add = (pattern: 'note.made' | '*' | 'note.*', name: string, priority?: number): void => {
      bus.on(pattern, () => log.push(name), { priority })
    }
    add('*', 'a')
    add('note.made', 'b', 5)
    add('note.*', 'c', 10)
    add('note.made', 'd')
    add('*', 'e', 5)
    bus.emitSync('note.made', hello)
    expect(log).toEqual(['c', 'b', 'e', 'a', 'd'])
  })

  it('shows everybody the cause before the effect, wherever the effect is emitted', () => {
    const { bus } = setUp()
    const seen = new Map<string, number[]>()
    const watch = (name: string): void => {
      seen.set(name, [])
      bus.onAny(({ sequence }) => seen.get(name)!.push(sequence))
    }
    watch('early')
    bus.on('note.made', () => {
      bus.emitSync('note.read', hello)
      void bus.emit('note.read', hello)
      void bus.emitSerial('note.read', hello)
      void bus.emitBatch([{ type: 'note.read', data: hello }])
    })
    watch('middle')
    bus.on('note.read', ({ sequence }) => {
      if (sequence === 2) bus.emitSync('alarm.rung', hello)
    })
    watch('late')
    bus.emitSync('note.made', hello)
    const all = [1, 2, 3, 4, 5, 6]
    expect([...seen.values()]).toEqual([all, all, all])
  })

  it('dispatches a nested emission once all handlers of its cause were called', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', () => {
      bus.emitSync('note.read', hello)
      log.push('first')
    })
    bus.on('note.read', () => log.push('nested'))
    bus.on('note.made', () => log.push('second'))
    bus.emitSync('note.made', hello)
    expect(log).toEqual(['first', 'second', 'nested'])
  })

  it('lets a predicate, an observer and a middleware emit behind the event they are asked for', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.observe({
      onEmitted: ({ type }) => {
        if (type === 'note.made') bus.emitSync('note.read', { text: 'observer' })
      },
    })
    bus.on('note.made', () => log.push('handler'), {
      where: () => {
        bus.emitSync('note.read', { text: 'predicate' })
        return true
      },
    })
    bus.use({
      after: ({ type }) => {
        if (type === 'note.made') bus.emitSync('note.read', { text: 'middleware' })
      },
    })
    bus.on('note.read', ({ data }) => log.push(data.text))
    bus.emitSync('note.made', hello)
    expect(log).toEqual(['handler', 'observer', 'predicate', 'middleware'])
  })

  it('dispatches two overlapping emissions in sequence order', async () => {
    const { bus } = setUp()
    const log: number[] = []
    bus.on('note.made', async ({ sequence }) => {
      log.push(sequence)
      await rest()
    })
    await Promise.all([bus.emit('note.made', hello), bus.emit('note.made', hello)])
    expect(log).toEqual([1, 2])
  })
})

describe('snapshot', () => {
  it('lets a handler that is added during a dispatch hear the next event', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.once('note.made', () => {
      bus.on('note.made', () => log.push('exact'))
      bus.onAny(() => log.push('any'), { priority: 9 })
    })
    bus.emitSync('note.made', hello)
    expect(log).toEqual([])
    bus.emitSync('note.made', hello)
    expect(log).toEqual(['any', 'exact'])
  })

  it('counts an event that was emitted before and is dispatched after as the next', () => {
    const { bus } = setUp()
    const log: number[] = []
    bus.once('note.made', () => {
      bus.emitSync('note.made', hello)
      bus.on('note.made', ({ sequence }) => log.push(sequence))
    })
    bus.emitSync('note.made', hello)
    expect(log).toEqual([2])
  })

  it('does not call a handler that was removed before its turn', () => {
    const { bus } = setUp()
    const log: string[] = []
    const later: Subscription[] = []
    bus.on('note.made', () => {
      for (const subscription of later) subscription.unsubscribe()
    })
    later.push(bus.on('note.made', () => log.push('exact')))
    later.push(bus.onAny(() => log.push('any')))
    later.push(bus.once('note.made', () => log.push('once')))
    later.push(bus.on('note.made', () => log.push('where'), { where: () => true }))
    bus.emitSync('note.made', hello)
    expect(log).toEqual([])
  })

  it('lets a handler remove itself', () => {
    const { bus } = setUp()
    const log: number[] = []
    const own = bus.on('note.made', ({ sequence }) => {
      log.push(sequence)
      own.unsubscribe()
    })
    bus.on('note.made', ({ sequence }) => log.push(-sequence))
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    expect(log).toEqual([1, -1, -2])
  })

  it('passes by a handler that was paused before its turn, and calls one that was resumed', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', () => {
      paused.pause()
      resumed.resume()
    })
    const paused = bus.on('note.made', () => log.push('paused'))
    const resumed = bus.on('note.made', () => log.push('resumed'))
    resumed.pause()
    bus.emitSync('note.made', hello)
    expect(log).toEqual(['resumed'])
    expect(paused.stats.dropped).toBe(1)
  })
})

describe('once', () => {
  it('is consumed before it is called, also under nested emissions', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.once('note.made', ({ sequence }) => {
      log.push(`a ${sequence}`)
      bus.emitSync('note.made', hello)
    })
    bus.once('note.made', ({ sequence }) => log.push(`b ${sequence}`))
    bus.emitSync('note.made', hello)
    expect(log).toEqual(['a 1', 'b 1'])
    expect(bus.handlerCount()).toBe(0)
  })

  it('is consumed by a call that fails', () => {
    const { bus } = setUp()
    let calls = 0
    bus.once('note.made', () => {
      calls += 1
      throw new Error('no')
    })
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    expect(calls).toBe(1)
  })

  it('is not consumed by an event that its predicate declines, or that passes it by', () => {
    const { bus } = setUp()
    const log: string[] = []
    const subscription = bus.once('note.made', ({ data }) => log.push(data.text), {
      where: ({ data }) => data.text !== 'not this',
    })
    bus.emitSync('note.made', { text: 'not this' })
    subscription.pause()
    bus.emitSync('note.made', { text: 'paused' })
    subscription.resume()
    bus.emitSync('note.made', { text: 'this' })
    bus.emitSync('note.made', { text: 'too late' })
    expect(log).toEqual(['this'])
    expect(subscription.active).toBe(false)
  })

  it('can be armed again from inside its handler', () => {
    const { bus } = setUp()
    const log: number[] = []
    const arm = (): void => {
      bus.once('note.made', ({ sequence }) => {
        log.push(sequence)
        arm()
      })
    }
    arm()
    for (let round = 0; round < 3; round += 1) bus.emitSync('note.made', hello)
    expect(log).toEqual([1, 2, 3])
  })
})

describe('maxDepth', () => {
  it('ends a handler that emits its own event for ever', () => {
    const { bus } = setUp({ maxDepth: 5 })
    const refusals: unknown[] = []
    let calls = 0
    bus.on('note.made', () => {
      calls += 1
      try {
        bus.emitSync('note.made', hello)
      } catch (error) {
        refusals.push(error)
      }
    })
    bus.emitSync('note.made', hello)
    expect(calls).toBe(6)
    expect(refusals).toEqual([coded('EMIT_DEPTH')])
    expect(refusals[0]).toMatchObject({ type: 'note.made', maxDepth: 5 })
    expect(bus.history.size).toBe(6)
  })

  it('is 100 unless said', () => {
    const { bus } = setUp()
    let calls = 0
    bus.on('note.made', () => {
      calls += 1
      void bus.emit('note.made', hello)
    })
    bus.emitSync('note.made', hello)
    expect(calls).toBe(101)
  })

  it('refuses every way to emit, and starts anew at top level', async () => {
    const { bus } = setUp({ maxDepth: 1 })
    const refused: unknown[] = []
    const note = (error: unknown): void => {
      refused.push(error)
    }
    bus.on('note.read', () => {
      bus.emit('note.made', hello).catch(note)
      bus.emitSerial('note.made', hello).catch(note)
      bus.emitBatch([{ type: 'note.made', data: hello }]).catch(note)
      bus.emitBatch([]).catch(note)
    })
    bus.on('note.made', () => bus.emitSync('note.read', hello))
    await bus.emit('note.made', hello)
    await bus.emit('note.made', hello)
    const depth = coded('EMIT_DEPTH')
    expect(refused).toEqual([depth, depth, depth, depth, depth, depth, depth, depth])
    expect(bus.history.size).toBe(4)
  })

  it('still reports a handler that fails at the deepest level', () => {
    const { bus } = setUp({ maxDepth: 1 })
    const types: string[] = []
    bus.onAny(({ type }) => types.push(type))
    bus.on('note.made', () => bus.emitSync('note.read', hello))
    bus.on('note.read', () => {
      throw new Error('deep down')
    })
    bus.emitSync('note.made', hello)
    expect(types).toEqual(['note.made', 'note.read', 'system.error'])
  })

  it('keeps the depth of a serial emission over the waits between its handlers', async () => {
    const { bus } = setUp({ maxDepth: 2 })
    let calls = 0
    bus.on('note.made', rest)
    bus.on('note.made', () => {
      calls += 1
      void bus.emitSerial('note.made', hello)
    })
    await bus.emitSerial('note.made', hello)
    await bus.idle()
    expect(calls).toBe(3)
  })
})

/** Makes a handler that answers its own event, with it as the cause, after it has waited. */
function answering(pauseMs: number) {
  const { bus, clock } = setUp({ maxDepth: 5 })
  const refusals: unknown[] = []
  bus.on('note.made', async (cause) => {
    await (pauseMs === 0 ? rest() : clock.sleep(pauseMs))
    if (cause.sequence === 20) return
    await bus.emit('note.made', hello, { cause }).catch((error: unknown) => refusals.push(error))
  })
  return { bus, clock, refusals }
}

describe('a chain of causes', () => {
  it('ends at maxDepth, whatever was awaited between, while no time passes', async () => {
    const { bus, refusals } = answering(0)
    await bus.emit('note.made', hello)
    expect(refusals).toEqual([coded('EMIT_DEPTH')])
    expect(bus.history.size).toBe(6)
  })

  it('goes on where time passes', async () => {
    const { bus, clock, refusals } = answering(1)
    const emitted = bus.emit('note.made', hello)
    await clock.advanceBy(100)
    await emitted
    expect(refusals).toEqual([])
    expect(bus.history.size).toBe(20)
  })

  it('ends for a batch and for an event with a time of its own, too', async () => {
    const { bus } = setUp({ maxDepth: 1 })
    const options = { timestamp: 5 }
    const first = bus.emitSync('note.made', hello, options)
    const cause = bus.emitSync('note.made', hello, { ...options, cause: first })
    const depth = { code: 'EMIT_DEPTH' }
    const item = { type: 'note.made', data: hello, options: { ...options, cause } } as const
    await expect(bus.emitBatch([item])).rejects.toMatchObject(depth)
    await expect(bus.emit('note.made', hello, item.options)).rejects.toMatchObject(depth)
    expect(bus.emitSync('note.made', hello, { cause }).causationId).toBe(cause.id)
  })
})

describe('the line of a dispatch', () => {
  it('is bounded: the emission that would not fit is refused', () => {
    const { bus } = setUp({ history: 0 })
    let refusal: unknown
    const texts = textsOf(bus, 'note.read')
    bus.on('note.made', () => {
      for (let count = 0; count < 100_000; count += 1) bus.emitSync('note.read', hello)
      try {
        bus.emitSync('note.read', hello)
      } catch (error) {
        refusal = error
      }
    })
    bus.emitSync('note.made', hello)
    expect(refusal).toMatchObject({ code: 'EMIT_QUEUE_FULL', capacity: 100_000 })
    expect(texts).toHaveLength(100_000)
  })

  it('takes a batch as a whole or not at all', async () => {
    const { bus } = setUp({ history: 0 })
    const dropped: string[] = []
    bus.observe({ onDropped: ({ type }) => dropped.push(type) })
    const batch = Array.from(
      { length: 100_001 },
      () => ({ type: 'note.read', data: hello }) as const,
    )
    let refusal: unknown
    bus.on('note.made', () => {
      void bus.emitBatch(batch).catch((error: unknown) => {
        refusal = error
      })
    })
    await bus.emit('note.made', hello)
    await rest()
    expect(refusal).toEqual(coded('EMIT_QUEUE_FULL'))
    expect(bus.eventCounts().has('note.read')).toBe(false)
    expect(dropped).toEqual(['emitBatch'])
  })
})
