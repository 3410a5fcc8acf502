import { createBus, Decimal, SimulatedClock, type TradewireEvent } from 'tradewire'
import { createLegacyAdapter } from 'tradewire/legacy'
import { vi } from 'vitest'

/** A fill as legacy code emits it: every decimal is text. */
export const plainFill = {
  orderId: 'breakout-17',
  symbol: 'BTCUSDT',
  timestamp: 1_767_225_600_123,
  tradeId: '5512874391',
  side: 'buy',
  lastPrice: '57.638',
  lastQuantity: '0.15',
  filledQuantity: '0.25',
  remainingQuantity: '0',
  averagePrice: '57.6375',
  fee: { amount: '-0.0001', currency: 'USDT' },
} as const

/** The same fill as typed code emits it. */
export const typedFill = {
  ...plainFill,
  lastPrice: new Decimal('57.638'),
  lastQuantity: new Decimal('0.15'),
  filledQuantity: new Decimal('0.25'),
  remainingQuantity: new Decimal('0'),
  averagePrice: new Decimal('57.6375'),
  fee: { amount: new Decimal('-0.0001'), currency: 'USDT' },
}

/** Another payload, plain and typed alike. */
export const connected = { timestamp: 1, endpoint: 'wss://example.test', attempt: 1 }

/** A listener that remembers its calls. */
export const spy = () => vi.fn<(...args: unknown[]) => void>()

/** How long `vi.waitFor` waits for what comes at once, unless the machine is loaded. */
export const waiting = { timeout: 20_000 }

/** A listener that does nothing. */
export const idle = (): void => {}

/** A bus with an adapter, what it reports as system errors, and what its last resort was told. */
export function setUp() {
  const lastResort: unknown[] = []
  const bus = createBus({ clock: new SimulatedClock(), onError: (error) => lastResort.push(error) })
  const errors: TradewireEvent[] = []
  bus.on('system.error', (event) => errors.push(event))
  return { bus, adapter: createLegacyAdapter(bus), errors, lastResort }
}
