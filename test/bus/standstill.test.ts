import { setImmediate } from 'node:timers/promises'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { describe, expect, it } from 'vitest'
import { activityOf } from '../../src/bus/backstage.ts'
import { createBus } from '../../src/bus/bus.ts'
import { type Guess, Standstill } from '../../src/bus/standstill.ts'
import { payloadOf } from '../../src/testing/payloads.ts'
import { SimulatedClock } from '../../src/time/simulated-clock.ts'

const warning = { timestamp: 1, code: 'x', message: 'x' }
const patience = { shownMs: 30, neededMs: 600, unseenMs: 8, passesWork: true }

function setup() {
  const clock = new SimulatedClock()
  const bus = createBus({ clock })
  const guesses: Guess[] = []
  // Real time that goes on by a millisecond each time that it is asked for.
  let now = 0
  const standstill = new Standstill(
    activityOf(bus),
    clock,
    patience,
    () => (now += 1),
    (guess) => guesses.push(guess),
  )
  /** After how many turns time may move on. */
  const turns = async (most = 2_000): Promise<number> => {
    standstill.begin()
    for (let turn = 1; turn <= most; turn += 1) {
      await setImmediate()
      if (standstill.isOver()) return turn
    }
    return Infinity
  }
  return { bus, clock, guesses, standstill, turns }
}

async function close(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
  await setImmediate()
}

describe('Standstill', () => {
  it('passes over what stays open though all wait for time, once', async () => {
    const { bus, clock, guesses, standstill, turns } = setup()
    bus.on('system.warning', () => clock.sleep(1), { id: 'sleeper' })
    bus.emitSync('system.warning', warning)
    const server = createServer().listen(0)
    expect(await turns()).toBeGreaterThan(30)
    expect(await turns()).toBe(1)
    expect(guesses).toEqual([
      { shown: ['TCPServerWrap'], example: expect.stringContaining('subscription sleeper') },
    ])
    await close(server)
    expect(await turns()).toBe(1)
    // Another one is something new.
    const other = createServer().listen(0)
    expect(await turns(10)).toBe(Infinity)
    expect(standstill.shown).toEqual(['TCPServerWrap'])
    await close(other)
  })

  it('waits longer for what stays open if somebody waits for something else', async () => {
    const { bus, clock, guesses, turns } = setup()
    bus.on('system.warning', () => clock.sleep(1))
    bus.on('system.warning', () => new Promise(() => {}))
    bus.emitSync('system.warning', warning)
    const server = createServer().listen(0)
    const taken = await turns()
    await close(server)
    expect(taken).toBeGreaterThan(600)
    expect(taken).toBeLessThan(700)
    expect(guesses).toHaveLength(1)
  })

  it('gives what is not shown less each time, and does not ask again about the same', async () => {
    const { bus, clock, guesses, turns } = setup()
    bus.on('system.warning', () => clock.sleep(1))
    bus.on('system.warning', () => new Promise(() => {}))
    bus.emitSync('system.warning', warning)
    const first = await turns()
    expect(first).toBeGreaterThan(8)
    expect(await turns()).toBe(1)
    bus.emitSync('system.warning', warning)
    expect(await turns()).toBeLessThanOrEqual(first)
    expect(await turns()).toBe(1)
    expect(guesses).toMatchObject([{ shown: [] }, { shown: [] }])
  })

  it('waits for ever for a handler where nothing waits for time or an event', async () => {
    const { bus, guesses, turns } = setup()
    bus.on('system.warning', () => new Promise(() => {}))
    bus.emitSync('system.warning', warning)
    expect(await turns()).toBe(Infinity)
    expect(guesses).toEqual([])
  })

  it('counts calls of mailboxes, and what awaits the handlers of an emission', async () => {
    const { bus, clock, guesses, turns } = setup()
    bus.on('system.warning', () => clock.sleep(1), { mailbox: {} })
    bus.on('system.warning', () => clock.sleep(1))
    bus.once('order.cancelled', async () => {
      await bus.emit('system.warning', warning)
    })
    bus.emitSync('order.cancelled', payloadOf('order.cancelled'))
    expect(await turns()).toBe(1)
    expect(guesses).toEqual([])
  })

  it('looks at handlers alone where time moves by itself', async () => {
    const bus = createBus()
    const standstill = new Standstill(
      activityOf(bus),
      undefined,
      patience,
      () => 0,
      () => {},
    )
    bus.on('system.warning', () => new Promise(() => {}))
    bus.emitSync('system.warning', warning)
    expect(standstill.isOver()).toBe(false)
    bus.stream('system.warning')
    expect(standstill.isOver()).toBe(true)
  })
})
