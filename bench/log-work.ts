import { rmSync } from 'node:fs'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createBus,
  Decimal,
  type OrderFilled,
  type QuoteUpdate,
  type TradewireEvent,
} from 'tradewire'
import { bar, quote, tick } from './payloads.ts'

/** A mixed day of a bot: mostly quotes, some trades, bars, and a fill each hundredth event. */
export function payloadOf(index: number): readonly [string, object] {
  const timestamp = quote.timestamp + index
  if (index % 100 === 99) return ['order.filled', { ...fill, timestamp, tradeId: `t-${index}` }]
  if (index % 10 === 9) return ['market.new_bar', { ...bar, timestamp }]
  if (index % 3 === 2) return ['market.trade_tick', { ...tick, timestamp, tradeId: `${index}` }]
  return ['market.quote_update', { ...quote, ...quoteOf(index), timestamp }]
}

/** A bus that was given these payloads in turn, and what it emitted. Timestamps rise by 1 ms. */
export function emitted(events: number): TradewireEvent[] {
  const bus = createBus({ history: 0, run: 'bench', source: 'feed' })
  return Array.from({ length: events }, (_, index) => {
    const [type, data] = payloadOf(index)
    const options = { timestamp: quote.timestamp + index }
    return bus.emitSync(type as 'order.filled', data as OrderFilled, options)
  })
}

/** A directory that is gone after `work`. */
export async function inDirectory<Result>(
  work: (directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), 'tradewire-bench-'))
  try {
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function quoteOf(index: number): Partial<QuoteUpdate> {
  return { bidSize: new Decimal(index % 977).div(8), sequence: index }
}

const fill: OrderFilled = {
  orderId: 'momentum-1',
  symbol: 'BTCUSDT',
  timestamp: quote.timestamp,
  tradeId: 't-1',
  side: 'buy',
  lastPrice: new Decimal('61659.7'),
  lastQuantity: new Decimal('0.25'),
  filledQuantity: new Decimal('0.25'),
  remainingQuantity: new Decimal(0),
  averagePrice: new Decimal('61659.7'),
}
