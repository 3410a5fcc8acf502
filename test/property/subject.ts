import { type Catalog, createBus, defineEvents, SimulatedClock, z } from 'tradewire'
import type { DrivenBus, SubjectFactory } from './driven-bus.ts'

const definition = { description: 'Something happened.', payload: z.looseObject({}), example: {} }

/** The events of random programs: any payload will do. */
const catalog: Catalog = defineEvents({
  'order.placed': definition,
  'order.filled': definition,
  'market.trade': definition,
  'system.error': definition,
  'action.{name}.start': definition,
})

/** A bus of the library, on a simulated clock. */
export const realBus: SubjectFactory = (settings) => {
  const clock = new SimulatedClock()
  const bus = createBus({ catalog, clock, validate: false, ...settings })
  return {
    // The same by name; programs also use names that the compiler would refuse.
    bus: bus as unknown as DrivenBus,
    advance: (ms) => clock.advanceBy(ms),
    pendingTimers: () => clock.pendingTimers,
  }
}
