import type { Bus } from '../bus/bus.ts'
import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { OrderSubmitted } from '../events/order.ts'
import type { CommandOptions, OrderChanges, RunningBroker } from './broker.ts'
import { none, sumOf } from './fill-arithmetic.ts'
import { FillExecution } from './fill-execution.ts'
import type { PaperOrder } from './order-state.ts'
import { PaperAnswers } from './paper-answers.ts'
import { PaperFaults } from './paper-faults.ts'
import { PaperFeed } from './paper-feed.ts'
import { PaperIntake } from './paper-intake.ts'
import { PaperLatency } from './paper-latency.ts'
import { PaperMarkets } from './paper-markets.ts'
import type { PaperSettings } from './paper-options.ts'
import { PaperOrders } from './paper-orders.ts'

/** A paper broker that takes commands. */
export interface RunningPaperBroker extends RunningBroker {
  /** The sum of its fills of an instrument, at all venues: above 0 is long, below 0 short. */
  positionOf(symbol: string): Decimal
  /** The orders that stand, by instrument and venue, first come first. */
  orders(symbol?: string): readonly PaperOrder[]
  /** An order that stands. */
  find(orderId: string): PaperOrder | undefined
  /**
   * Ends it: orders that stand are dropped without a word, and commands are no longer taken. Does nothing
   * the second time.
   */
  close(): void
  /** The same as `close`. */
  [Symbol.dispose](): void
}

/** Plays a venue on a bus. */
export class PaperVenue implements RunningPaperBroker {
  readonly #bus: Bus
  readonly #latency: PaperLatency
  readonly #markets: PaperMarkets
  readonly #orders = new PaperOrders()
  readonly #feed: PaperFeed
  readonly #intake: PaperIntake
  #closed = false

  constructor(bus: Bus, given: PaperSettings) {
    // On a live clock another session has other ids: those of the last one are known already.
    const name = bus.clock.deterministic ? given.name : `${given.name}-${bus.run}`
    const settings = { ...given, name }
    const answers = new PaperAnswers(bus, settings.venue, settings.source)
    const faults = new PaperFaults(settings.faults)
    const orders = this.#orders
    const markets = new PaperMarkets(settings)
    const execution = new FillExecution(settings, answers, faults, (order) => {
      order.stopExpiry?.()
      orders.end(order)
    })
    this.#bus = bus
    this.#latency = new PaperLatency(bus.clock, settings.latency, settings.seed)
    this.#markets = markets
    this.#feed = new PaperFeed(bus, settings, markets, execution)
    const { quotes } = this.#feed
    const parts = { bus, settings, answers, faults, markets, orders, execution, quotes }
    this.#intake = new PaperIntake(parts)
  }

  submit(terms: OrderSubmitted, event: TradewireEvent): void {
    this.#send(terms.orderId, () => this.#intake.submit(terms, event))
  }

  cancel(orderId: string, { cause }: CommandOptions): void {
    this.#send(orderId, () => this.#intake.cancel(orderId, cause))
  }

  modify(orderId: string, changes: OrderChanges, { cause }: CommandOptions): void {
    this.#send(orderId, () => this.#intake.modify(orderId, changes, cause))
  }

  positionOf(symbol: string): Decimal {
    return this.#markets.at(symbol).reduce((sum, { position }) => sumOf(sum, position), none)
  }

  orders(symbol?: string): readonly PaperOrder[] {
    const markets = symbol === undefined ? this.#markets.all() : this.#markets.at(symbol)
    return markets.flatMap((market) =>
      market.orders.filter(({ open }) => open).map((order) => order.view()),
    )
  }

  find(orderId: string): PaperOrder | undefined {
    const order = this.#orders.get(orderId)
    return order?.open === true ? order.view() : undefined
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#feed.close()
    this.#latency.close()
    for (const market of this.#markets.all()) {
      market.matched.close()
      for (const order of market.orders) {
        order.stopExpiry?.()
        // It may be in the middle of matching them.
        order.open = false
        order.late = false
      }
      market.orders = []
    }
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Commands that arrive where nobody can hear the answer are dropped. */
  #send(orderId: string, arrive: () => void): void {
    this.#latency.send(orderId, () => {
      if (!this.#closed && !this.#bus.closed) arrive()
    })
  }
}
