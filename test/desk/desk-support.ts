import { type Bus, createBus, Decimal, SimulatedClock, type TradingEvent } from 'tradewire'
import { type Broker, type Desk, type DeskOptions, startDesk } from 'tradewire/desk'
import { onTestFinished } from 'vitest'

/** 1 January 2026, 12:00 UTC. */
export const noon = Date.UTC(2026, 0, 1, 12)

/** A bus on a simulated clock, and all that was emitted on it; what fails on it fails the test. */
export function quietBus() {
  const clock = new SimulatedClock({ start: noon })
  const errors: unknown[] = []
  const bus = createBus({ clock, run: 'r', onError: (error) => errors.push(error) })
  const events: TradingEvent[] = []
  bus.onAny((event) => {
    events.push(event)
  })
  onTestFinished(() => {
    const failed = events.filter(({ type }) => type === 'system.error')
    if (errors.length + failed.length > 0) {
      throw new Error(`Something failed: ${JSON.stringify([errors.map(String), failed])}`)
    }
  })
  return { clock, bus, events, types: () => events.map(({ type }) => type) }
}

/** A broker that writes down its commands, and answers nothing. */
export function silentBroker() {
  const commands: string[] = []
  let closed = 0
  const broker: Broker = {
    name: 'silent',
    start: () => ({
      submit: ({ orderId, quantity }) => commands.push(`submit ${orderId} ${quantity.toFixed()}`),
      cancel: (orderId, { cause }) =>
        commands.push(`cancel ${orderId}${cause === undefined ? '' : ` because of ${cause.type}`}`),
      modify: (orderId, changes, { cause }) => {
        const text = Object.entries(changes).map(([name, value]) => `${name} ${String(value)}`)
        commands.push(
          `modify ${orderId} ${text.join(' ')}${cause === undefined ? '' : ` because of ${cause.type}`}`,
        )
      },
      close: () => {
        closed += 1
      },
    }),
  }
  return {
    broker,
    commands,
    get closed() {
      return closed
    },
  }
}

/** A desk with a broker that answers nothing. */
export function silentDesk(options: DeskOptions = {}) {
  const quiet = quietBus()
  const silent = silentBroker()
  const desk: Desk = startDesk(quiet.bus, { broker: silent.broker, ...options })
  return { ...quiet, ...silent, desk, silent }
}

/** A trade of others, at a price. */
export function trade(bus: Bus, price: string, symbol = 'SPX', size = '1000') {
  return bus.emitSync('market.trade_tick', {
    symbol,
    timestamp: bus.clock.now(),
    price: new Decimal(price),
    size: new Decimal(size),
    aggressorSide: 'none',
  })
}
