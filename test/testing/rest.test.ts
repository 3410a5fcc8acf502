import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
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

describe('Rest.settle', () => {
  it('waits for what Node shows, for a while, while another handler sleeps', async () => {
    const clock = new SimulatedClock()
    const bus = createBus({ clock })
    const rest = new Rest(bus, clock, 4_000)
    let isRead = false
    bus.on('system.warning', async () => {
      await readFile(import.meta.filename)
      await setTimeout(5)
      isRead = true
    })
    bus.on('system.warning', () => clock.sleep(1))
    bus.emitSync('system.warning', { timestamp: 1, code: 'x', message: 'x' })
    await rest.settle()
    expect(isRead).toBe(true)
  })

  it('passes over a server of the test, once it has looked long enough', async () => {
    const clock = new SimulatedClock()
    const bus = createBus({ clock })
    const rest = new Rest(bus, clock, 20)
    bus.on('system.warning', () => clock.sleep(1))
    bus.emitSync('system.warning', { timestamp: 1, code: 'x', message: 'x' })
    const server = createServer().listen(0)
    await expect(rest.settle()).resolves.toBeUndefined()
    server.close()
  })

  it('passes over a handler that waits for one that sleeps', async () => {
    const clock = new SimulatedClock()
    const bus = createBus({ clock })
    const rest = new Rest(bus, clock, 20)
    const { promise, resolve } = Promise.withResolvers<void>()
    bus.on('system.warning', () => clock.sleep(1).then(resolve))
    bus.on('system.warning', () => promise)
    bus.emitSync('system.warning', { timestamp: 1, code: 'x', message: 'x' })
    await rest.passTo(1)
    await expect(promise).resolves.toBeUndefined()
  })
})
