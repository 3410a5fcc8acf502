import { describe, expect, it } from 'vitest'
import { createBus, SimulatedClock } from 'tradewire'
import { Rest } from '../../src/testing/rest.ts'

describe('Rest.watch', () => {
  it('has work beside the handlers waited for, and told if it does not settle', async () => {
    const clock = new SimulatedClock()
    const rest = new Rest(createBus({ clock }), clock, 1)
    const { promise, resolve } = Promise.withResolvers<void>()
    rest.watch(promise)
    rest.watch(Promise.reject(new Error('of somebody else')))
    await expect(rest.settle()).rejects.toThrow('not settled: what the test has started.')
    resolve()
    await expect(rest.settle()).resolves.toBeUndefined()
  })
})
