import type { TradewireEvent } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { defer } from '../../src/bus/backstage.ts'
import { coded, errorsOf, hello, setUp, rest, textsOf } from '../support/buses.ts'
import { heldBy } from '../support/gates.ts'

const planted = new Error('planted')
const never = new Promise<never>(() => {})
const isMade = ({ type }: TradewireEvent): boolean => type === 'note.made'

describe('handlers and a gate', () => {
  it('have what they emit dispatched after them, in order, once it may pass', async () => {
    const { bus } = setUp()
    const { pass } = heldBy(bus)
    const log: string[] = []
    bus.on('note.made', () => {
      bus.emitSync('note.read', { text: 'a' })
      bus.emitSync('note.read', { text: 'b' })
      log.push('returned')
    })
    bus.on('note.read', ({ data }) => log.push(data.text))
    bus.emitSync('note.made', hello)
    await pass(1)
    expect(log).toEqual(['returned'])
    await pass(3)
    await pass(2)
    expect(log).toEqual(['returned', 'a', 'b'])
  })

  it('may await what they emit', async () => {
    const { bus, clock } = setUp()
    bus.hold(() => clock.sleep(5))
    const log: string[] = []
    bus.on('note.made', async () => {
      await bus.emit('note.read', hello)
      log.push('emitted')
    })
    bus.on('note.read', async () => {
      await clock.sleep(10)
      log.push('read')
    })
    void bus.emit('note.made', hello).then(() => log.push('all'))
    await clock.advanceBy(20)
    expect(log).toEqual(['read', 'emitted', 'all'])
  })

  it.each([{}, { mailbox: {} }])('end a cycle at maxDepth (%o)', async (options) => {
    const { bus } = setUp({ maxDepth: 5 })
    const errors = errorsOf(bus)
    bus.hold(() => Promise.resolve())
    let calls = 0
    const answer = (): void => {
      calls += 1
      bus.emitSync('note.made', hello)
    }
    bus.on('note.made', answer, options)
    bus.emitSync('note.made', hello)
    await bus.idle()
    expect(calls).toBe(6)
    expect(errors).toMatchObject([{ name: 'EmitDepthError' }])
    calls = -1_000
    bus.clear('note.made')
    expect(bus.emitSync('note.made', hello)).toBeDefined()
  })

  it('settle serially, with what they emit in its turn', async () => {
    const { bus, clock } = setUp()
    bus.hold(() => clock.sleep(1))
    const log: string[] = []
    for (const name of ['a', 'b']) {
      bus.on('note.made', async () => {
        bus.emitSync('note.read', { text: name })
        await clock.sleep(10)
        log.push(name)
      })
    }
    bus.on('note.read', ({ data }) => log.push(`read ${data.text}`))
    const emitted = bus.emitSerial('note.made', hello)
    await clock.advanceBy(30)
    await emitted
    expect(log).toEqual(['read a', 'a', 'read b', 'b'])
  })

  it('are not asked for again after one that was interrupted', async () => {
    const { bus, clock, lastResort } = setUp()
    const { pass } = heldBy(bus)
    const heard: number[] = []
    bus.observe({ onHandled: () => {} })
    const { monotonic } = clock
    bus.on('note.made', ({ sequence }) => {
      heard.push(sequence)
      if (sequence > 1) return
      clock.monotonic = () => {
        clock.monotonic = monotonic
        throw planted
      }
    })
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    await pass(2, 1)
    expect(lastResort).toMatchObject([{ error: planted }])
    await bus.idle()
    bus.emitSync('note.made', hello)
    await pass(3)
    expect(heard).toEqual([1, 2, 3])
  })
})

describe('a gate that emits', () => {
  it('has its event before what it emits, which it is asked for, too', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.onAny(({ type, sequence }) => log.push(`${type} ${sequence}`))
    const asked: number[] = []
    bus.hold((event) => {
      asked.push(event.sequence)
      if (isMade(event)) bus.emitSync('note.read', hello)
      return event.sequence > 2 ? Promise.resolve() : undefined
    })
    bus.emitSync('note.made', hello)
    expect(log).toEqual(['note.made 1', 'note.read 2'])
    bus.emitSync('note.made', hello)
    await bus.idle()
    expect(log.slice(2)).toEqual(['note.made 3', 'note.read 4'])
    expect(asked).toEqual([1, 2, 3, 4])
  })

  it('does not wait for itself when it awaits what it emits', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.onAny(({ type }) => log.push(type))
    bus.hold(async (event) => {
      if (!isMade(event)) return
      const read = bus.emit('note.read', hello)
      const batch = bus.emitBatch([{ type: 'alarm.rung', data: hello }])
      log.push((await read).type, (await batch)[0].type)
    })
    await bus.emit('note.made', hello)
    await bus.idle()
    const types = ['note.read', 'alarm.rung']
    expect(log).toEqual([...types, 'note.made', ...types])
  })

  it('goes to the last resort with what it emits and refuses', async () => {
    const { bus, lastResort } = setUp()
    bus.hold((event) => {
      if (!isMade(event)) return Promise.reject(planted)
      void bus.emit('note.read', hello)
      return undefined
    })
    await bus.emit('note.made', hello)
    await bus.idle()
    expect(lastResort).toMatchObject([{ error: planted, context: { origin: 'emission' } }])
  })

  it('ends at maxDepth', async () => {
    const { bus, lastResort } = setUp({ maxDepth: 3 })
    const sequences: number[] = []
    bus.onAny(({ sequence }) => sequences.push(sequence))
    bus.hold(() => {
      bus.emitSync('note.made', hello)
      return undefined
    })
    bus.emitSync('note.made', hello)
    await bus.idle()
    expect(sequences).toEqual([1, 2, 3])
    expect(lastResort).toMatchObject([{ error: coded('EMIT_DEPTH') }])
  })

  it('cannot wait for the bus to be idle or closed', async () => {
    const { bus } = setUp()
    const ends: Promise<unknown>[] = []
    bus.hold(() => {
      ends.push(bus.idle(), bus.close())
      return undefined
    })
    bus.emitSync('note.made', hello)
    for (const end of ends) await expect(end).rejects.toEqual(coded('WOULD_DEADLOCK'))
    expect([ends.length, bus.closed]).toEqual([2, false])
  })

  it('may remove itself, pause and resume', () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.made')
    const gate = bus.hold(() => {
      gate.remove()
      bus.pause()
      return undefined
    })
    bus.emitSync('note.made', { text: 'a' })
    expect(texts).toEqual([])
    bus.resume()
    bus.emitSync('note.made', { text: 'b' })
    expect(texts).toEqual(['a', 'b'])
    bus.hold(() => {
      bus.resume()
      return undefined
    })
    bus.emitSync('note.made', { text: 'c' })
    expect(texts).toHaveLength(3)
  })
})

describe('idle with a gate', () => {
  it('waits until what is held was dispatched and handled', async () => {
    const { bus, clock } = setUp()
    bus.hold(() => clock.sleep(5))
    bus.on('note.made', () => clock.sleep(10))
    bus.emitSync('note.made', hello)
    bus.emitSync('note.read', hello)
    const times: number[] = []
    void bus.idle().then(() => times.push(clock.now()))
    await clock.advanceBy(100)
    expect(times).toEqual([1_015])
    await bus.idle()
  })

  it('resolves once all was refused', async () => {
    const { bus } = setUp()
    const { refuse } = heldBy(bus)
    bus.emitSync('note.made', hello)
    let idle = false
    void bus.idle().then(() => (idle = true))
    await rest()
    expect(idle).toBe(false)
    await refuse(1)
    expect(idle).toBe(true)
  })

  it('waits for a serial emission and all behind it', async () => {
    const { bus, clock } = setUp()
    const { pass } = heldBy(bus)
    bus.on('note.read', () => clock.sleep(10))
    void bus.emitSerial('note.made', hello)
    bus.emitSync('note.read', hello)
    const times: number[] = []
    void bus.idle().then(() => times.push(clock.now()))
    await pass(2, 1)
    await clock.advanceBy(100)
    expect(times).toEqual([1_010])
  })
})

describe('pause with a gate', () => {
  it('asks at emission, and dispatches after resume what may pass', async () => {
    const { bus } = setUp()
    const { asked, pass } = heldBy(bus)
    const texts = textsOf(bus, 'note.made')
    bus.pause()
    for (const text of ['a', 'b']) bus.emitSync('note.made', { text })
    expect(asked).toEqual([1, 2])
    await pass(1)
    expect(texts).toEqual([])
    bus.resume()
    expect(texts).toEqual(['a'])
    await pass(2)
    expect(texts).toEqual(['a', 'b'])
  })

  it('keeps what is held from its turn', async () => {
    const { bus } = setUp()
    const { pass, refuse } = heldBy(bus)
    const texts = textsOf(bus, 'note.made')
    const emissions = ['a', 'b', 'c'].map((text) => bus.emit('note.made', { text }))
    bus.pause()
    await pass(1, 3)
    await Promise.all([expect(emissions[1]).rejects.toBe(planted), refuse(2, planted)])
    await bus.idle()
    expect([texts, bus.paused]).toEqual([[], true])
    bus.resume()
    expect(texts).toEqual(['a', 'c'])
  })
})

describe('close with a gate', () => {
  it('refuses new emissions, and waits for what is held', async () => {
    const { bus, clock } = setUp()
    bus.hold(() => clock.sleep(5))
    const texts = textsOf(bus, 'note.made')
    bus.emitSync('note.made', { text: 'held' })
    const closed = bus.close()
    expect(() => bus.emitSync('note.made', hello)).toThrow(coded('BUS_CLOSED'))
    await clock.advanceBy(5)
    expect(await closed).toEqual({ delivered: 1, dropped: 0, deadLettered: 0, pending: 0 })
    expect(texts).toEqual(['held'])
  })

  it('forgets what is held for longer than drainMs, and all behind it', async () => {
    const { bus, clock, lastResort } = setUp()
    const texts = textsOf(bus, 'note.made')
    const { pass, refuse } = heldBy(bus)
    const awaited = bus.emit('note.made', hello).catch((error: unknown) => error)
    for (let count = 0; count < 3; count += 1) bus.emitSync('note.made', hello)
    await refuse(3)
    await pass(4)
    const closed = bus.close({ drainMs: 10 })
    await clock.advanceBy(10)
    expect(await closed).toEqual({ delivered: 0, dropped: 0, deadLettered: 0, pending: 3 })
    expect(await awaited).toEqual(coded('BUS_CLOSED'))
    expect(lastResort.map(({ context }) => context.event?.sequence)).toEqual([3, 2, 4])
    await pass(1)
    await refuse(2)
    expect([texts, lastResort.length, bus.stats.emitted]).toEqual([[], 3, 0])
    await bus.idle()
  })

  it('forgets what waits on a paused bus, without waiting for the gate', async () => {
    const { bus } = setUp()
    bus.hold(() => never)
    bus.pause()
    bus.emitSync('note.made', hello)
    defer(bus, () => {})
    expect(await bus.close()).toMatchObject({ pending: 2 })
  })

  it('lets the reports of handlers that still run pass the gate', async () => {
    const { bus, clock } = setUp()
    bus.hold(() => clock.sleep(1))
    const errors = errorsOf(bus)
    bus.on('note.made', async () => {
      await clock.sleep(10)
      throw planted
    })
    bus.emitSync('note.made', hello)
    await clock.advanceBy(5)
    const closed = bus.close()
    await clock.advanceBy(20)
    expect(await closed).toMatchObject({ pending: 0 })
    expect(errors).toHaveLength(1)
  })
})

describe('the line of a bus with a gate', () => {
  it('refuses the 100,001st event that would wait', async () => {
    const { bus } = setUp({ history: 0 })
    let open: (value?: unknown) => void = () => {}
    const answer = new Promise((resolve) => {
      open = resolve
    })
    bus.hold(({ sequence }) => (sequence === 1 ? answer : undefined))
    for (let count = 0; count < 100_000; count += 1) bus.emitSync('note.made', hello)
    expect(() => bus.emitSync('note.made', hello)).toThrow(/100000 events wait already for what/u)
    open()
    await bus.idle()
    expect(bus.stats).toMatchObject({ emitted: 100_000, refused: 1 })
  })
})
