import { describe, expect, it } from 'vitest'
import { errorsOf, hello, rest, setUp, textsOf } from '../support/buses.ts'

describe('emitSerial', () => {
  it('starts each handler once the one before has settled', async () => {
    const { bus } = setUp()
    const log: string[] = []
    for (const name of ['a', 'b', 'c']) {
      bus.on('note.made', async () => {
        log.push(`${name} starts`)
        await rest()
        log.push(`${name} ends`)
      })
    }
    const emitted = bus.emitSerial('note.made', hello)
    expect(log).toEqual(['a starts'])
    expect((await emitted).sequence).toBe(1)
    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends'])
  })

  it('calls synchronous handlers within the call', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', () => log.push('a'))
    bus.on('note.made', () => log.push('b'))
    void bus.emitSerial('note.made', hello)
    expect(log).toEqual(['a', 'b'])
  })

  it('goes on after a handler that fails, at once or later', async () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    bus.on('note.made', () => Promise.reject(new Error('later')))
    bus.on('note.made', () => {
      throw new Error('at once')
    })
    const texts = textsOf(bus, 'note.made')
    await bus.emitSerial('note.made', hello)
    expect(texts).toEqual(['hello'])
    expect(errors.map(({ message }) => message)).toEqual(['later', 'at once'])
  })

  it('rejects with all failures at its end, if asked to', async () => {
    const { bus } = setUp()
    bus.on('note.made', () => Promise.reject(new Error('later')))
    bus.on('note.made', () => {
      throw new Error('at once')
    })
    await expect(bus.emitSerial('note.made', hello, { throwOnError: true })).rejects.toMatchObject({
      errors: [{ cause: new Error('later') }, { cause: new Error('at once') }],
    })
  })

  it('rejects if it is refused', async () => {
    const { bus } = setUp()
    await expect(bus.emitSerial('note.made', {} as never)).rejects.toMatchObject({
      code: 'EVENT_INVALID',
    })
  })

  it('keeps one order for everybody: what is emitted meanwhile waits for those still to come', async () => {
    const { bus } = setUp()
    const seen: Record<string, number[]> = { first: [], second: [], third: [] }
    for (const [name, sequences] of Object.entries(seen)) {
      bus.onAny(async ({ sequence }) => {
        sequences.push(sequence)
        if (name === 'first' && sequence === 1) bus.emitSync('note.read', hello)
        await rest()
      })
    }
    const serial = bus.emitSerial('note.made', hello)
    bus.emitSync('alarm.rung', hello)
    await serial
    await bus.idle()
    expect(seen).toEqual({ first: [1, 2, 3], second: [1, 2, 3], third: [1, 2, 3] })
  })

  it('does not deadlock when a handler awaits an event that others get only after this one', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.onAny(async ({ type }) => {
      log.push(`a ${type}`)
      if (type !== 'note.made') return
      await bus.emit('note.read', hello)
      await bus.emitSerial('alarm.rung', hello)
      log.push('a resolved')
    })
    bus.onAny(({ type }) => log.push(`b ${type}`))
    await bus.emitSerial('note.made', hello)
    expect(log).toEqual([
      'a note.made',
      'a note.read',
      'a alarm.rung',
      'a resolved',
      'b note.made',
      'b note.read',
      'b alarm.rung',
    ])
  })

  it('runs beside another serial emission, in sequence order for everybody', async () => {
    const { bus } = setUp()
    const seen: number[][] = [[], []]
    for (const sequences of seen) {
      bus.onAny(async ({ sequence }) => {
        await rest()
        sequences.push(sequence)
      })
    }
    await Promise.all([bus.emitSerial('note.made', hello), bus.emitSerial('note.read', hello)])
    await bus.idle()
    expect(seen).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  it('decides who hears it when it begins', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', async () => {
      bus.on('note.made', () => log.push('added'))
      removed.unsubscribe()
      await rest()
    })
    const removed = bus.on('note.made', () => log.push('removed'))
    bus.on('note.made', () => log.push('kept'))
    await bus.emitSerial('note.made', hello)
    expect(log).toEqual(['kept'])
  })

  it('drops what waited for a subscription that ends before its turn', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', async () => {
      await bus.emit('note.read', hello)
      removed.unsubscribe()
      await bus.emit('note.read', hello)
    })
    const removed = bus.onAny(({ type }) => log.push(type))
    await bus.emitSerial('note.made', hello)
    expect(log).toEqual([])
    expect(removed.stats).toMatchObject({ delivered: 0, dropped: 0 })
  })

  it('passes by whoever is paused, and does not hold events for them', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', async () => {
      await bus.emit('note.read', hello)
      paused.resume()
    })
    const paused = bus.onAny(({ type }) => log.push(type))
    paused.pause()
    await bus.emitSerial('note.made', hello)
    expect(log).toEqual(['note.made'])
    expect(paused.stats.dropped).toBe(1)
  })

  it('gives a once subscription that is still to come the first of the events alone', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', () => bus.emit('note.read', hello))
    bus.once('note.*', ({ type }) => log.push(type))
    await bus.emitSerial('note.made', hello)
    expect(log).toEqual(['note.made'])
  })

  it('asks the predicate of whoever is still to come only in their turn', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', async () => {
      await bus.emit('note.read', hello)
      log.push('first ends')
    })
    bus.onAny(({ type }) => log.push(`handles ${type}`), {
      where: ({ type }) => {
        log.push(`asked for ${type}`)
        return type === 'note.read'
      },
    })
    await bus.emitSerial('note.made', hello)
    expect(log).toEqual([
      'first ends',
      'asked for note.made',
      'asked for note.read',
      'handles note.read',
    ])
  })

  it('holds a bounded number of events for whoever is still to come, and counts the rest', async () => {
    const { bus } = setUp({ history: 0 })
    const gate = Promise.withResolvers<void>()
    const reasons = new Set<string>()
    bus.observe({ onDropped: ({ reason }) => reasons.add(reason) })
    bus.on('note.made', () => gate.promise)
    let heard = 0
    const late = bus.onAny(() => {
      heard += 1
    })
    const serial = bus.emitSerial('note.made', hello)
    for (let count = 0; count < 100_003; count += 1) bus.emitSync('note.read', hello)
    gate.resolve()
    await serial
    expect(heard).toBe(100_001)
    expect(late.stats.dropped).toBe(3)
    expect([...reasons]).toEqual(['overflow'])
  })

  it('is in flight until its last handler has settled', async () => {
    const { bus } = setUp()
    const log: string[] = []
    for (const name of ['a', 'b']) {
      bus.on('note.made', async () => {
        await rest()
        log.push(name)
      })
    }
    void bus.emitSerial('note.made', hello)
    await bus.idle()
    expect(log).toEqual(['a', 'b'])
  })
})
