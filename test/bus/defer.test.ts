import { describe, expect, it } from 'vitest'
import { defer } from '../../src/bus/backstage.ts'
import { coded, hello, setUp } from '../support/buses.ts'

describe('defer', () => {
  it('does a task at once where nothing is being dispatched', () => {
    const { bus } = setUp()
    const log: string[] = []
    defer(bus, () => log.push('task'))
    expect(log).toEqual(['task'])
  })

  it('does a task in its turn behind what is in line', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', () => {
      bus.emitSync('note.read', hello)
      defer(bus, () => log.push('task'))
      bus.emitSync('alarm.rung', hello)
    })
    bus.onAny(({ type }) => log.push(type))
    bus.emitSync('note.made', hello)
    expect(log).toEqual(['note.made', 'note.read', 'task', 'alarm.rung'])
  })

  it('lets what a task emits wait for its end', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.onAny(({ type }) => log.push(type))
    defer(bus, () => {
      bus.emitSync('note.made', hello)
      log.push('task')
    })
    expect(log).toEqual(['task', 'note.made'])
  })

  it('sends what a task throws to the last resort', () => {
    const { bus, lastResort } = setUp()
    defer(bus, () => {
      throw new Error('x')
    })
    expect(lastResort).toEqual([
      { error: new Error('x'), context: { origin: 'handler', event: undefined } },
    ])
    expect(bus.emitSync('note.made', hello).sequence).toBe(1)
  })

  it('refuses a chain of tasks that is too deep', () => {
    const { bus, lastResort } = setUp({ maxDepth: 3 })
    let tasks = 0
    const again = (): void => {
      tasks += 1
      defer(bus, again)
    }
    defer(bus, again)
    expect(tasks).toBe(4)
    expect(lastResort).toMatchObject([{ error: coded('EMIT_DEPTH') }])
  })

  it('refuses what is no bus', () => {
    expect(() => defer({}, () => {})).toThrow(coded('CONFIGURATION'))
  })
})
