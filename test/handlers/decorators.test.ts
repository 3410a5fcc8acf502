import type { EventOf } from 'tradewire'
import { createBus, SimulatedClock, tradingEvents } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { bindHandlers, decoratorsFor, publishes, subscribeTo } from '../../src/handlers.ts'
import { decorated } from './applied-decorators.ts'

describe('the decorators of the trading events', () => {
  it('subscribe and publish', async () => {
    const bus = createBus({ clock: new SimulatedClock() })
    const seen: EventOf<'system.warning'>[] = []
    bus.on('system.warning', (event) => seen.push(event))
    const warning = { timestamp: 0, code: 'crossed', message: 'crossed' }
    const both = [subscribeTo('market.quote_update'), publishes('system.warning')]
    bindHandlers(
      bus,
      decorated(both, 'check', () => warning),
    )
    await bus.emit('market.quote_update', tradingEvents.get('market.quote_update').example as never)
    expect(seen.map(({ data }) => data)).toEqual([warning])
  })
})

describe('subscribeTo', () => {
  it('is refused on both sides of a decorator that replaces the method, whatever compiles them', () => {
    const replacing = () => (): void => {}
    const both = [subscribeTo('order.filled'), replacing, subscribeTo('order.submitted')]
    expect(() => decorated(both, 'heard', () => {})).toThrow(
      'The decorators of Bot.heard must stand together',
    )
  })
})

describe('publishes', () => {
  it('refuses a type that is no text, and options that it does not know', () => {
    expect(() => publishes('' as 'system.warning')).toThrow('type must be a string')
    const options = { cause: undefined } as object
    expect(() => publishes('system.warning', options)).toThrow('publishes has no option "cause"')
  })
})

describe('decoratorsFor', () => {
  it('refuses what is no catalog', () => {
    expect(() => decoratorsFor({} as typeof tradingEvents)).toThrow('catalog must come from')
  })

  it('gives decorators whose options may be left out', () => {
    const own = decoratorsFor(tradingEvents)
    const bot = decorated(
      [own.subscribeTo('*'), own.publishes('system.warning')],
      'none',
      () => undefined,
    )
    const bus = createBus({ clock: new SimulatedClock() })
    expect(bindHandlers(bus, bot).subscriptions).toHaveLength(1)
  })
})
