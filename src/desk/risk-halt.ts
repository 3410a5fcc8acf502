import type { TradewireEvent } from '../events/envelope.ts'
import type { CommandOptions } from './broker.ts'
import type { OpenOrders } from './open-orders.ts'
import type { PositionBus } from './position.ts'
import { ClosingOrders } from './protection-closing.ts'
import type { RiskSettings } from './risk-options.ts'
import type { RiskPositions } from './risk-watch.ts'

/** What a guard commands to flatten. */
export interface RiskCommands {
  /** Cancels an order that works. */
  cancel(orderId: string, options: CommandOptions): void
}

/** Ends all risk after a halt: cancels what works, and closes what is open. */
export class Flattening {
  readonly #positions: RiskPositions
  readonly #orders: OpenOrders
  readonly #commands: RiskCommands
  readonly #closing: ClosingOrders
  /** Whether it is at work. */
  #active = false
  /** Set while orders are sent: outside of a dispatch they are filled before `send` returns. */
  #sending = false

  constructor(
    bus: PositionBus,
    settings: RiskSettings,
    positions: RiskPositions,
    orders: OpenOrders,
    commands: RiskCommands,
  ) {
    this.#positions = positions
    this.#orders = orders
    this.#commands = commands
    const { source, priority } = settings
    this.#closing = new ClosingOrders(
      bus,
      (order, { cause }) => {
        if (bus.closed) return
        const data = { ...order, timestamp: bus.clock.now() }
        bus.emitSync('order.submitted', data, { source, cause })
      },
      { source, priority, attempts: 5 },
    )
  }

  begin(cause: TradewireEvent | undefined): void {
    this.#active = true
    for (const { orderId } of this.#orders.working()) this.#commands.cancel(orderId, { cause })
    this.pursue(cause)
  }

  /** Closes what is open and is not being closed: fills may still come after the halt. */
  pursue(cause: TradewireEvent | undefined): void {
    if (!this.#active || this.#sending) return
    this.#sending = true
    try {
      this.#closeAll(cause)
    } finally {
      this.#sending = false
    }
  }

  end(): void {
    this.#active = false
  }

  close(): void {
    this.#closing.close()
  }

  #closeAll(cause: TradewireEvent | undefined): void {
    const open = this.#positions.all()
    const ids = new Set(open.map(({ positionId }) => positionId))
    for (const id of this.#closing.positionIds) if (!ids.has(id)) this.#closing.forget(id)
    for (const position of open) {
      const { positionId } = position
      if (this.#closing.isWorking(positionId) || this.#closing.hasFailed(positionId)) continue
      const orderId = this.#closing.nextId(positionId, 'flatten')
      this.#closing.send(position, open, orderId, cause)
    }
  }
}
