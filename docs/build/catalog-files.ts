import { readFileSync } from 'node:fs'

/** The AsyncAPI document of the trading events. */
export function asyncApiDocument(): object {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  return {
    asyncapi: '3.0.0',
    info: { title: 'tradewire events', version },
    channels: {},
    operations: {},
  }
}

/** The JSON Schema of each trading event, by name. */
export function eventSchemas(): Readonly<Record<string, object>> {
  return {}
}
