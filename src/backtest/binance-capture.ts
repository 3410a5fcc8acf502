import { requireOptions, requireText } from '../errors/checks.ts'
import { tradingEvents } from '../events/trading-events.ts'
import type { RowLedger } from './bad-rows.ts'
import { type BinanceEvent, BinanceMessages } from './binance-messages.ts'
import { fileOptions, type FileSource, fileSource, type FileSourceOptions } from './file-source.ts'
import { TextLines } from './input-lines.ts'

/** Options of {@link binanceCapture}. */
export interface BinanceCaptureOptions extends FileSourceOptions {
  /**
   * The only instrument whose messages count, such as `BTCUSDT`. A snapshot does not say what it is of:
   * it is taken to be of this one. Default: all instruments; a snapshot is of the one that was seen before.
   */
  readonly symbol?: string
}

/**
 * A raw capture of Binance USD-M futures, a message a line: nanoseconds of the local clock since the Unix
 * epoch, a blank, and JSON. `.gz` and `.zip` are recognised by their content.
 *
 * `bookTicker` becomes `market.quote_update`, `trade` becomes `market.trade_tick`, `depthUpdate` and the
 * answer of REST with a `lastUpdateId` become `market.orderbook_update`, a delta or a snapshot. Other
 * messages are ignored, and counted as such.
 *
 * An event happens when its message was received; its `timestamp` is the venue's event time. What the
 * payload has no field for stands in the metadata: `receivedAt` (nanoseconds as text), `stream`,
 * `transactionTime`, of a trade its `kind` (`MARKET`, `ADL`, …), of a delta its `firstSequence`.
 *
 * Source: developers.binance.com, "USDⓈ-M Futures", WebSocket Market Streams.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed.
 * @throws SourceError `SOURCE_INVALID` (while reading) if the file cannot be read, or a line is bad and bad
 * lines are refused.
 * @throws SourceOrderError `SOURCE_ORDER` (while reading) if time goes back.
 * @example
 * ```ts
 * for await (const event of binanceCapture('sol.gz', { symbol: 'SOLUSDT' })) console.log(event.type)
 * ```
 */
export function binanceCapture(
  path: string | URL,
  options: BinanceCaptureOptions = {},
): FileSource<BinanceEvent> {
  requireOptions('binanceCapture', options, [...fileOptions, 'symbol'])
  const { symbol } = options
  if (symbol !== undefined) requireText('symbol', symbol)
  return fileSource('binanceCapture', path, options, (ledger) => {
    const messages = new BinanceMessages(symbol)
    return new TextLines((text, line) => takeLine(ledger, messages, text, line))
  })
}

function takeLine(
  ledger: RowLedger<BinanceEvent>,
  messages: BinanceMessages,
  text: string,
  line: number,
): void {
  ledger.read += 1
  const event = messages.eventOf(text)
  if (event === 'ignored') {
    ledger.ignored += 1
  } else if ('reason' in event) {
    ledger.bad(line, event.field, event.reason)
  } else if (tradingEvents.get(event.type).accepts(event.data)) {
    ledger.add(event, event.time!, line)
  } else {
    const { issues } = tradingEvents.get(event.type).refusal(event.type, event.data)
    const { path, message } = issues[0]!
    ledger.bad(line, path, `${message}.`)
  }
}
