import { tradingEvents } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { failureReport } from '../../src/bus/failure-report.ts'
import { hello, setUp } from '../support/buses.ts'

const [unnamed] = [() => {}]

function report(error: unknown, handler: object = unnamed): Record<string, unknown> {
  const { bus } = setUp()
  const subscription = bus.on('note.made', () => {}, { id: 'book' })
  const event = bus.emitSync('note.made', hello)
  const payload = failureReport(5, event, subscription, handler, error, undefined)
  expect(tradingEvents.get('system.error').accepts(payload)).toBe(true)
  return payload
}

const unreadable = {
  get name(): string {
    throw new Error('name')
  },
  get message(): string {
    throw new Error('message')
  },
  toString(): string {
    throw new Error('toString')
  },
}

describe('failureReport', () => {
  it('tells of an error', () => {
    expect(report(Object.assign(new TypeError('no price'), { code: 'E1' }))).toEqual({
      timestamp: 5,
      name: 'TypeError',
      message: 'no price',
      code: 'E1',
      originalEvent: { id: 'sim-1', type: 'note.made' },
      subscriptionId: 'book',
    })
  })

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    ['text', 'text'],
    ['', ''],
    [5, '5'],
    [5n, '5'],
    [Symbol('x'), 'Symbol(x)'],
    [{ message: 7 }, '[object Object]'],
    [{ message: 'like an error' }, 'like an error'],
    [Object.create(null), 'a thrown value that cannot be printed'],
  ])('prints %o, which is no error', (error, message) => {
    expect(report(error)).toMatchObject({ name: 'NonError', message })
  })

  it('tells of what throws when it is read', () => {
    expect(report(unreadable)).toMatchObject({
      name: 'NonError',
      message: 'a thrown value that cannot be printed',
    })
  })

  it('shortens what is too long, and leaves out what is empty or no text', () => {
    const error = Object.assign(new Error('m'.repeat(20_000)), { code: 404 })
    error.name = 'n'.repeat(1_000)
    const payload = report(error)
    expect(payload['name']).toHaveLength(256)
    expect(payload['message']).toHaveLength(10_000)
    expect(payload).not.toHaveProperty('code')
    expect(report('t'.repeat(20_000))['message']).toHaveLength(10_000)
    expect(report(Object.assign(new Error('x'), { name: '' }))).toMatchObject({ name: 'NonError' })
  })

  it('names the handler where it has a name that is text', () => {
    expect(report(1, function book() {})).toMatchObject({ handler: 'book' })
    expect(report(1, () => {})).not.toHaveProperty('handler')
    for (const name of [5, undefined, '', unreadable]) {
      const handler = Object.defineProperty(() => {}, 'name', { value: name })
      expect(report(1, handler)).not.toHaveProperty('handler')
    }
  })
})
