import { describe, expect, it } from 'vitest'
import { createBus } from '../../src/bus/bus.ts'
import { requireSimulatedClock, Settling } from '../../src/backtest/settling.ts'
import { SimulatedClock } from '../../src/time/simulated-clock.ts'
import { SystemClock } from '../../src/time/system-clock.ts'

const warning = { timestamp: 1, code: 'x', message: 'x' }

describe('Settling', () => {
  it('tells, with its name, of a handler that keeps time standing still', async () => {
    const clock = new SimulatedClock()
    const bus = createBus({ clock })
    const told: [waitedMs: number, handler: string][] = []
    let release = (): void => {}
    bus.on('system.warning', () => new Promise<void>((resolve) => (release = resolve)), {
      id: 'slow',
    })
    // A real clock that goes a second further each time it is asked.
    let now = 0
    const realClock = new SystemClock()
    realClock.monotonic = () => (now += 1_000)
    const stuck = (...what: [number, string]): void => {
      told.push(what)
      if (told.length === 2) release()
    }
    const settling = new Settling(bus, clock, { stuck, realClock })
    bus.emitSync('system.warning', warning)
    expect(settling.settled).toBe(false)
    await settling.settle()
    expect(told).toEqual([
      [
        10_000,
        'the handler of subscription slow (system.warning), called with system.warning sim-1',
      ],
      [20_000, expect.stringContaining('slow')],
    ])
    expect(settling.settle()).toBeUndefined()
  })
})

describe('requireSimulatedClock', () => {
  it('refuses a clock that it cannot move', () => {
    const clock = new SimulatedClock()
    expect(requireSimulatedClock('It', clock)).toBe(clock)
    expect(() => requireSimulatedClock('It', new SystemClock())).toThrow(
      /It needs a bus on a SimulatedClock/,
    )
  })
})
