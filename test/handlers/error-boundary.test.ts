/* eslint-disable unicorn/no-thenable -- hostile on purpose. */

import type { Handler, HandlerContext } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { withErrorBoundary } from '../../src/handlers.ts'
import { errorsOf, hello, setUp } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

const planted = new Error('planted')
const context = {} as HandlerContext

/** What onError was told, and a handler that fails in some way. */
function guarded(handler: Handler, fallback: () => unknown = () => 'fallback') {
  const told: unknown[][] = []
  const call = withErrorBoundary(handler, {
    onError: (...args) => {
      told.push(args)
      return fallback()
    },
  })
  return { call, told }
}

const event = setUp().bus.emitSync('note.made', hello)

describe('withErrorBoundary', () => {
  it('passes event and context on, and returns what the handler returns, without a promise', () => {
    const result = { kept: true }
    const calls: unknown[][] = []
    const { call, told } = guarded((...args) => {
      calls.push(args)
      return result
    })
    expect(call(event, context)).toBe(result)
    expect(calls).toEqual([[event, context]])
    expect(guarded(() => {}).call(event, context)).toBeUndefined()
    expect(told).toEqual([])
  })

  it('tells onError what was thrown, and returns its fallback, without a promise', () => {
    const { call, told } = guarded(() => {
      throw planted
    })
    expect(call(event, context)).toBe('fallback')
    expect(told).toEqual([[planted, event, context]])
  })

  it('tells onError of a rejection, and resolves to the fallback, promised or not', async () => {
    const fails = async (): Promise<never> => Promise.reject(planted)
    const { call, told } = guarded(fails)
    await expect(call(event, context)).resolves.toBe('fallback')
    expect(told).toEqual([[planted, event, context]])
    const later = guarded(fails, async () => 'later')
    await expect(later.call(event, context)).resolves.toBe('later')
    await expect(guarded(async () => 5).call(event, context)).resolves.toBe(5)
  })

  it('lets the bus hear of what onError throws, now or later', async () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    const rethrow = (): never => {
      throw new Error('rethrown')
    }
    bus.on('note.made', guarded(() => rethrow(), rethrow).call)
    bus.on('note.made', guarded(async () => rethrow(), rethrow).call)
    bus.on('note.made', guarded(async () => rethrow()).call)
    await bus.emit('note.made', hello)
    expect(errors.map(({ message }) => message)).toEqual(['rethrown', 'rethrown'])
  })

  it('counts as delivered what onError has dealt with', async () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    const { call } = guarded(async () => Promise.reject(planted))
    const subscription = bus.on('note.made', call, { retry: { attempts: 5 } })
    bus.emitSync('note.made', hello)
    await bus.idle()
    expect(subscription.stats).toMatchObject({ delivered: 1, failed: 0 })
    expect(errors).toEqual([])
  })

  it.each<[string, () => unknown]>([
    [
      'a getter of then that throws',
      () =>
        Object.defineProperty({}, 'then', {
          get: () => {
            throw planted
          },
        }),
    ],
    [
      'a then that rejects',
      () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(planted) }),
    ],
    [
      'a then that throws',
      () => ({
        then: () => {
          throw planted
        },
      }),
    ],
    [
      'a promise whose constructor throws at last',
      () => {
        let reads = 0
        return Object.defineProperty(Promise.resolve(1), 'constructor', {
          get: () => {
            reads += 1
            if (reads > 2) throw planted
            return Promise
          },
        })
      },
    ],
  ])('tells onError once of %s', async (_, hostile) => {
    const { call, told } = guarded(() => hostile())
    const unhandled = await unhandledDuring(async () => {
      expect(await call(event, context)).toBe('fallback')
    })
    expect(told).toEqual([[planted, event, context]])
    expect(unhandled).toEqual([])
  })

  it('keeps the name of the handler, for the errors that tell of it', () => {
    const book = (): void => {}
    expect(withErrorBoundary(book, { onError: () => {} }).name).toBe('book')
  })

  it('refuses handlers, onError and options that are none', () => {
    const onError = (): void => {}
    const none = 5 as unknown as Handler
    expect(() => withErrorBoundary(none, { onError })).toThrow('The handler must be a function')
    expect(() => withErrorBoundary(() => {}, {} as { onError: () => void })).toThrow(
      'onError must be a function',
    )
    const unknown = { onError, fallback: 1 } as { onError: () => void }
    expect(() => withErrorBoundary(() => {}, unknown)).toThrow(
      'withErrorBoundary has no option "fallback"',
    )
  })
})
