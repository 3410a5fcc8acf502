import { createBus, defineEvents, type Drop, SimulatedClock, z } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { defer } from '../../src/bus/backstage.ts'
import { coded, errorsOf, hello, rest, setUp } from '../support/buses.ts'

describe('a task on a paused bus', () => {
  it('waits in line for resume, in its turn', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.onAny(({ type }) => log.push(type))
    bus.pause()
    bus.emitSync('note.made', hello)
    defer(bus, () => log.push('task'))
    bus.emitSync('note.read', hello)
    expect(log).toEqual([])
    bus.resume()
    expect(log).toEqual(['note.made', 'task', 'note.read'])
  })

  it('is forgotten when the bus closes, and counts as pending', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.pause()
    defer(bus, () => log.push('task'))
    const emitted = bus.emit('note.made', hello).catch((error: unknown) => error)
    const report = { delivered: 0, dropped: 0, deadLettered: 0, pending: 2 }
    expect(await bus.close()).toEqual(report)
    expect(await emitted).toMatchObject({ code: 'BUS_CLOSED' })
    expect(log).toEqual([])
  })
})

describe('what handlers emit in a mailbox', () => {
  it('is dispatched when the handler has returned, in order', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on(
      'note.made',
      () => {
        bus.emitSync('note.read', hello)
        bus.emitSync('alarm.rung', hello)
        log.push('returned')
      },
      { mailbox: {} },
    )
    bus.on(['note.read', 'alarm.rung'], ({ type }) => log.push(type))
    bus.emitSync('note.made', hello)
    await bus.idle()
    expect(log).toEqual(['returned', 'note.read', 'alarm.rung'])
  })

  it('is part of the chain of emissions, which ends at maxDepth', async () => {
    const { bus } = setUp({ maxDepth: 5 })
    const errors = errorsOf(bus)
    let calls = 0
    const answer = (): void => {
      calls += 1
      bus.emitSync('note.made', hello)
    }
    bus.on('note.made', answer, { mailbox: {} })
    bus.emitSync('note.made', hello)
    await bus.idle()
    expect(calls).toBe(6)
    expect(errors).toMatchObject([{ name: 'EmitDepthError' }])
  })
})

describe('observers of mailboxes', () => {
  it('are told of each attempt that fails, of the one that succeeds, and of what is given up', async () => {
    const { bus, clock } = setUp()
    const log: unknown[] = []
    bus.observe({
      onHandled: ({ type }, { id }, durationMs) => log.push([type, id, durationMs]),
      onFailed: ({ type }, { id }, error) => log.push([type, id, error.attempts, error.code]),
      onDropped: ({ type, reason, subscription }: Drop) =>
        log.push([type, subscription?.id, reason]),
    })
    const retry = { attempts: 2, initialMs: 10, jitter: 'none' } as const
    const fail = ({ data }: { data: { text: string } }, { attempt }: { attempt: number }) => {
      if (attempt === 1 || data.text === 'bad') throw new Error('planted')
      return clock.sleep(5)
    }
    bus.on('note.made', fail, { id: 'm', retry })
    bus.emitSync('note.made', { text: 'good' })
    await clock.advanceBy(15)
    bus.emitSync('note.made', { text: 'bad' })
    await clock.advanceBy(10)
    expect(log).toEqual([
      ['note.made', 'm', 1, 'HANDLER_FAILED'],
      ['note.made', 'm', 5],
      ['note.made', 'm', 1, 'HANDLER_FAILED'],
      ['note.made', 'm', 2, 'HANDLER_FAILED'],
      ['note.made', 'm', 'failed'],
    ])
  })
})

describe('a warning of the bus', () => {
  it('goes to the last resort where a middleware refuses it', () => {
    const { bus, lastResort } = setUp({ rateLimits: { bot: { perSecond: 1 } } })
    bus.use({ before: ({ type }) => (type.startsWith('performance.') ? false : undefined) })
    expect(bus.emitSync('note.made', hello, { source: 'bot' }).sequence).toBe(1)
    const context = { origin: 'report', event: undefined }
    expect(lastResort).toEqual([{ error: coded('EVENT_VETOED'), context }])
  })

  it('goes to the last resort where the catalog has no such event', async () => {
    const payload = z.strictObject({})
    const catalog = defineEvents({
      'note.made': { description: 'A note was made.', payload, example: {} },
    })
    const errors: unknown[] = []
    const bus = createBus({
      catalog,
      clock: new SimulatedClock(),
      rateLimits: { bot: { perSecond: 1 } },
      onError: (error) => errors.push(error),
    })
    bus.emitSync('note.made', {}, { source: 'bot' })
    await rest()
    expect(errors).toEqual([coded('EVENT_UNKNOWN')])
  })
})
