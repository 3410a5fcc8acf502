import { ConfigurationError, Decimal, type OrderFilled } from 'tradewire'
import {
  type Broker,
  type BrokerAccount,
  paperBroker,
  type PaperBrokerOptions,
  type PositionKeeperOptions,
  startDesk,
} from 'tradewire/desk'
import { describe, expect, it } from 'vitest'
import { quietBus, trade } from './desk-support.ts'

const fees = { maker: '0', taker: '0.01' }

/** The fee of 2 units at 100, and what the positions make of them. */
function bought(options: PaperBrokerOptions, positions: PositionKeeperOptions = {}): unknown {
  const { bus } = quietBus()
  const said: OrderFilled[] = []
  bus.on('order.filled', ({ data }) => void said.push(data))
  const desk = startDesk(bus, { broker: paperBroker({ fees, ...options }), positions })
  desk.orders.buy('SPX', '2')
  trade(bus, '100')
  const fee = said[0]?.fee
  const held = desk.positions.get('SPX')
  return [
    `${fee?.amount.toFixed()} ${fee?.currency}`,
    `${held?.cost.toFixed()} ${held?.currency}`,
    desk.positions.multiplier('SPX').toFixed(),
    desk.positions.currencyOf('SPX'),
  ]
}

/** A broker of our own. */
function brokerOf(
  terms: Pick<Broker, 'currency' | 'instruments'>,
): Broker & { account?: BrokerAccount } {
  const broker: Broker & { account?: BrokerAccount } = {
    name: 'mine',
    ...terms,
    start: (_bus, account) => {
      if (account !== undefined) broker.account = account
      return { submit: () => {}, cancel: () => {}, modify: () => {}, close: () => {} }
    },
  }
  return broker
}

describe('startDesk', () => {
  // 2 x 100 x 50, and 1 % of it.
  const fifty = ['100 EUR', '10000 EUR', '50', 'EUR']
  const terms = { multiplier: '50', currency: 'EUR' }

  it('tells the broker what the positions know of an instrument', () => {
    expect(bought({}, { instruments: { SPX: terms } })).toEqual(fifty)
    // Also where the broker has a list of what is traded, and knows less of it.
    const listed = { SPX: { tickSize: '0.5' }, OTHER: { multiplier: '7' } }
    expect(bought({ instruments: listed }, { instruments: { SPX: terms } })).toEqual(fifty)
    expect(bought({ currency: 'GBP' }, { instruments: { SPX: terms } })).toEqual(fifty)
  })

  it('tells the positions what the broker knows of an instrument', () => {
    expect(bought({ instruments: { SPX: terms } })).toEqual(fifty)
    expect(bought({ instruments: { SPX: { multiplier: '50' } }, currency: 'EUR' })).toEqual(fifty)
    expect(bought({ currency: 'EUR' })).toEqual(['2 EUR', '200 EUR', '1', 'EUR'])
  })

  it('puts together what each of them knows, and lets both say the same', () => {
    const half = { instruments: { SPX: { multiplier: new Decimal(50) } } }
    expect(bought({ instruments: { SPX: { currency: 'EUR' } } }, half)).toEqual(fifty)
    expect(bought(half, { instruments: { SPX: { currency: 'EUR' } } })).toEqual(fifty)
    const same = { instruments: { SPX: { multiplier: '50.0', currency: 'EUR' } } }
    expect(bought(same, { instruments: { SPX: terms } })).toEqual(fifty)
    expect(bought({}, { currency: 'USDT' })).toEqual(['2 USDT', '200 USDT', '1', 'USDT'])
  })

  it('has nothing traded that the broker does not list', () => {
    const { bus, types } = quietBus()
    const broker = paperBroker({ instruments: { OTHER: {} } })
    const desk = startDesk(bus, { broker, positions: { instruments: { SPX: terms } } })
    desk.orders.buy('SPX', '1')
    expect(types()).toEqual(['order.submitted', 'order.rejected'])
  })

  it('refuses what contradicts itself, with both values', () => {
    const started = (options: PaperBrokerOptions, positions: PositionKeeperOptions) => () =>
      bought(options, positions)
    const message =
      'positions.instruments says that the multiplier of SPX is 50, but the broker paper says 20.'
    const twenty = { instruments: { SPX: { multiplier: '20' } } }
    expect(started(twenty, { instruments: { SPX: terms } })).toThrow(ConfigurationError)
    expect(started(twenty, { instruments: { SPX: terms } })).toThrow(message)
    const one = { instruments: { SPX: { multiplier: '1' } } }
    expect(started(one, { instruments: { SPX: terms } })).toThrow(
      'is 50, but the broker paper says 1.',
    )
    expect(
      started({ instruments: { SPX: { currency: 'USD' } } }, { instruments: { SPX: terms } }),
    ).toThrow('the currency of SPX is EUR, but the broker paper says USD.')
  })

  it('leaves a bus free whose desk it refused', () => {
    const { bus } = quietBus()
    const broker = paperBroker({ instruments: { SPX: { multiplier: '2' } } })
    const positions = { instruments: { SPX: { multiplier: '3' } } }
    expect(() => startDesk(bus, { broker, positions })).toThrow(ConfigurationError)
    expect(startDesk(bus, { broker }).positions.multiplier('SPX').toFixed()).toBe('2')
  })

  it('speaks with a broker of yours as with ours', () => {
    const { bus } = quietBus()
    const more = { ES: { multiplier: '50', tickSize: '0.25' } }
    const broker = brokerOf({ currency: 'EUR', instruments: more })
    const desk = startDesk(bus, {
      broker,
      positions: { instruments: { FGBL: { currency: 'CHF' } } },
    })
    expect(desk.positions.multiplier('ES').toFixed()).toBe('50')
    expect(['ES', 'FGBL', 'X'].map((symbol) => desk.positions.currencyOf(symbol))).toEqual([
      'EUR',
      'CHF',
      'EUR',
    ])
    expect(broker.account).toEqual({
      currency: 'USD',
      instruments: { FGBL: { currency: 'CHF' }, ES: { multiplier: new Decimal(50) } },
    })
  })

  it('refuses what a broker of yours cannot know', () => {
    const started = (terms: object) => () => startDesk(quietBus().bus, { broker: brokerOf(terms) })
    expect(started({ instruments: { ES: { multiplier: '-1' } } })).toThrow(
      'instruments of the broker mine["ES"].multiplier must be a Decimal above 0',
    )
    expect(started({ instruments: [] })).toThrow('instruments of the broker mine must be an object')
    expect(started({ instruments: { ES: 5 } })).toThrow(ConfigurationError)
    expect(started({ currency: '' })).toThrow('The currency of the broker mine must be a string')
  })
})
