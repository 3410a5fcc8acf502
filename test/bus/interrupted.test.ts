import { createBus, type EventOf, SimulatedClock, tradingEvents } from 'tradewire'
import { describe, expect, it } from 'vitest'

/** A clock that can be broken for one reading of its monotonic time. */
class BreakableClock extends SimulatedClock {
  broken = false

  override monotonic(): number {
    if (!this.broken) return super.monotonic()
    this.broken = false
    throw new Error('the clock is broken')
  }
}

describe('Bus.emitSync', () => {
  it('first dispatches what an interrupted dispatch has left in line', () => {
    const clock = new BreakableClock()
    const bus = createBus({ clock })
    const { example } = tradingEvents.get('system.connected')
    const payload = example as EventOf<'system.connected'>['data']
    const heard: number[] = []
    bus.observe({ onHandled: () => {} })
    bus.on('system.connected', ({ sequence }) => {
      heard.push(sequence)
      clock.broken = sequence === 2
      if (sequence > 1) return
      for (let count = 0; count < 2; count += 1) bus.emitSync('system.connected', payload)
    })
    expect(() => bus.emitSync('system.connected', payload)).toThrow('the clock is broken')
    expect(heard).toEqual([1, 2])
    bus.emitSync('system.connected', payload)
    expect(heard).toEqual([1, 2, 3, 4])
  })
})
