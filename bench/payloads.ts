import { Decimal, type NewBar, type QuoteUpdate, type TradeTick } from 'tradewire'

const instrument = { symbol: 'BTCUSDT', venue: 'binance', timestamp: 1_767_225_600_123 }

/** The payload that every candidate emits, always this same object. */
export const tick: TradeTick = {
  ...instrument,
  price: new Decimal('61659.7'),
  size: new Decimal('0.012'),
  aggressorSide: 'buy',
  tradeId: '5512874391',
}

export const quote: QuoteUpdate = {
  ...instrument,
  bidPrice: new Decimal('61659.6'),
  bidSize: new Decimal('4.218'),
  askPrice: new Decimal('61659.7'),
  askSize: new Decimal('1.035'),
}

export const bar: NewBar = {
  ...instrument,
  timeframe: '1m',
  openTime: 1_767_225_540_123,
  open: new Decimal('61650.1'),
  high: new Decimal('61661.9'),
  low: new Decimal('61648.0'),
  close: new Decimal('61659.7'),
  volume: new Decimal('18.412'),
}
