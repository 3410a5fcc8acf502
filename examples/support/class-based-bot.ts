// A bot as a class: its methods are the handlers. Example 12 compiles it and lets it run.
import { Decimal, decimal, type EventOf, type PayloadOf, tradingEvents, z } from 'tradewire'
import { decoratorsFor, type EventCache } from 'tradewire/handlers'

/** The trading events, and what the bot itself has to say. */
export const catalog = tradingEvents.extend({
  'signal.entry': {
    description: 'A bar closed above the highest close of the bars before it.',
    payload: z.strictObject({ symbol: z.string(), above: decimal() }),
    example: { symbol: 'BTCUSDT', above: new Decimal('61659.7') },
  },
})

/** What a venue says of a symbol. */
export interface Instrument {
  /** The least quantity of an order. */
  readonly lot: Decimal
}

const { subscribeTo, publishes } = decoratorsFor(catalog)

/** Buys the smallest lot when a bar closes above the highest close of the last bars. */
export class BreakoutBot {
  /** What it has done, for people. */
  readonly diary: string[] = []
  readonly #bars: number
  readonly #instruments: EventCache<string, Instrument>
  readonly #load: (symbol: string) => Promise<Instrument>
  #closes: readonly Decimal[] = []

  constructor(
    bars: number,
    instruments: EventCache<string, Instrument>,
    load: (symbol: string) => Promise<Instrument>,
  ) {
    this.#bars = bars
    this.#instruments = instruments
    this.#load = load
  }

  @subscribeTo('market.new_bar')
  @publishes('signal.entry')
  onBar({
    data,
  }: EventOf<'market.new_bar'>): PayloadOf<'signal.entry', typeof catalog> | undefined {
    const before = this.#closes
    this.#closes = [...before, data.close].slice(-this.#bars)
    const above = Decimal.max(0, ...before)
    if (before.length < this.#bars || data.close.lte(above)) return undefined
    return { symbol: data.symbol, above }
  }

  @subscribeTo('signal.entry')
  @publishes('order.submitted')
  async enter(
    event: EventOf<'signal.entry', typeof catalog>,
  ): Promise<PayloadOf<'order.submitted'>> {
    const { symbol } = event.data
    const { lot } = await this.#instruments.get(symbol, this.#load)
    return {
      orderId: `breakout-${event.sequence}`,
      symbol,
      timestamp: event.timestamp,
      side: 'buy',
      orderType: 'market',
      quantity: lot,
      timeInForce: 'ioc',
    }
  }

  @subscribeTo('order.submitted')
  note({ data }: EventOf<'order.submitted'>): void {
    this.diary.push(`${data.orderId}: ${data.side} ${data.quantity.toFixed()} ${data.symbol}`)
  }
}
