import { readFileSync } from 'node:fs'
import { tradingEvents } from '../../src/events/trading-events.ts'
import { asyncApiOf } from '../../src/reference/async-api.ts'
import { jsonSchemasOf } from '../../src/reference/json-schemas.ts'

/** The AsyncAPI document of the trading events. */
export function asyncApiDocument(): object {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  return asyncApiOf(tradingEvents, { title: 'tradewire events', version })
}

/** The JSON Schema of each trading event as text, by file name, such as `order.filled.schema.json`. */
export function eventSchemas(): ReadonlyMap<string, string> {
  const schemas = [...jsonSchemasOf(tradingEvents).values()]
  return new Map(schemas.map((schema) => [String(schema['$id']), asText(schema)]))
}

/** JSON as a file has it. */
export function asText(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
