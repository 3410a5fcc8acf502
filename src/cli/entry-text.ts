import { styleText } from 'node:util'
import type { Catalog } from '../events/catalog.ts'
import { type EncodedEvent, encodeEvent } from '../events/encoding.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { onOneLine } from '../log/trace-line.ts'
import { timeOf } from '../log/trace-print.ts'

/** The most of a payload that is shown, in UTF-16 units; `--json` shows all of it. */
const mostShown = 200

/** An event as a line for a person. */
export function entryText(position: number, event: EncodedEvent, colour: boolean): string {
  const paint = (style: 'bold' | 'cyan' | 'dim', text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text
  const data = JSON.stringify(event.data)
  const shown = data.length > mostShown ? `${data.slice(0, mostShown)}…` : data
  return [
    paint('dim', String(position)),
    timeOf(event),
    paint('bold', onOneLine(event.type)),
    paint('cyan', onOneLine(event.source)),
    onOneLine(shown),
  ].join('  ')
}

/** An event as a line of NDJSON, which `import` understands. Control characters are escaped. */
export function entryJSON(position: number, event: EncodedEvent): string {
  return safeJSON({ position, ...event })
}

/** JSON text in which nothing controls a terminal: what JSON leaves as it is gets escaped too. */
export function safeJSON(value: unknown): string {
  return onOneLine(JSON.stringify(value))
}

/** An event that was read, as plain JSON again, also where it was kept as it had been written. */
export function plainEvent(event: TradewireEvent, catalog: Catalog): EncodedEvent {
  const { id, type, data, timestamp, sequence, source, correlationId, causationId, version } = event
  if (catalog.find(type)?.version === version) return encodeEvent(event, catalog)
  const { metadata } = event
  return {
    id,
    type,
    data,
    timestamp,
    sequence,
    source,
    correlationId,
    ...(causationId === undefined ? {} : { causationId }),
    version,
    ...(metadata === undefined ? {} : { metadata }),
  }
}
