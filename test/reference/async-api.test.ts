import { Parser } from '@asyncapi/parser'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvents } from '../../src/events/catalog.ts'
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

  it('has a channel for each of two names that differ in what no key may hold', () => {
    const event = { description: 'x', payload: z.strictObject({}), example: {} }
    const { channels } = asyncApiOf(defineEvents({ 'a.b/c': event, 'a.b_2fc': event }), info)
    expect(channels).toMatchObject({
      'a.b_2fc': { address: 'a.b/c' },
      'a.b_2fc-2': { address: 'a.b_2fc' },
    })
  })
})
