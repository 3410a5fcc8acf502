import { Parser } from '@asyncapi/parser'
import { describe, expect, it } from 'vitest'
import { tradingEvents } from '../../src/events/trading-events.ts'
import { asyncApiOf } from '../../src/reference/async-api.ts'
import { catalog } from './many-kinds.ts'

const info = { title: 'My bot', version: '1.4.0' }

async function diagnosticsOf(document: object): Promise<string[]> {
  const { diagnostics } = await new Parser().parse(JSON.stringify(document))
  // That a version is not the newest is no fault: more tools read this one.
  const faults = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version')
  return faults.map(({ severity, code, message, path }) =>
    [severity, code, message, path.join('.')].join(' '),
  )
}

describe('asyncApiOf', { timeout: 120_000 }, () => {
  it('makes a document of the trading events with which the parser finds no fault', async () => {
    expect(await diagnosticsOf(asyncApiOf(tradingEvents, info))).toEqual([])
  })

  it('makes one of parameterised names, unions, recursive payloads and later versions', async () => {
    expect(await diagnosticsOf(asyncApiOf(catalog, info))).toEqual([])
  })
})
