import { describe, expect, it } from 'vitest'
import { endpointName, printable } from '../../src/desk/connection-endpoint.ts'
import { coded } from '../support/buses.ts'

describe('endpointName', () => {
  it.each([
    ['binance-user-data', 'binance-user-data'],
    ['what is this? a name', 'what is this? a name'],
    ['wss://fstream.binance.com/ws', 'wss://fstream.binance.com/ws'],
    ['ws://127.0.0.1:8080/', 'ws://127.0.0.1:8080'],
    ['wss://me:secret@host/ws?token=abc#part', 'wss://host/ws'],
    [
      'wss://host/ws/btcusdt_perpetual@continuousKline_1m/x',
      'wss://host/ws/btcusdt_perpetual@continuousKline_1m/x',
    ],
    [`wss://host/ws/${'pqia91ma19a5s61c'.repeat(4)}`, 'wss://host/ws/[redacted]'],
    ['wss://me:secret@', 'wss://[redacted]'],
  ])('of %s is %s', (endpoint, name) => {
    expect(endpointName(endpoint)).toBe(name)
  })

  it('is short enough for an event', () => {
    expect(endpointName('a'.repeat(300))).toHaveLength(256)
  })

  it('refuses what is no name', () => {
    expect(() => endpointName('')).toThrow(coded('CONFIGURATION'))
  })
})

describe('printable', () => {
  it('takes secrets out of the URLs in a message', () => {
    expect(printable('Invalid URL: wss://a:b@host/p?key=1 and HTTPS://host/?q and a ? b')).toBe(
      'Invalid URL: wss://host/p and https://host and a ? b',
    )
  })

  it('is at most 1,000 characters long', () => {
    expect(printable('x'.repeat(5_000))).toHaveLength(1_000)
  })
})
