import { encodeEvent, tradingEvents } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { Choice } from '../property/choice.ts'
import { seed } from '../property/runs.ts'
import { balanceOf, fraction, isExactly, ReferencePosition } from './position-reference.ts'
import { d, type FillText, world } from './position-world.ts'

type Method = 'average' | 'fifo' | 'lifo'

/** One step of a session: a fill, or a price. */
type Step = { readonly fill: FillText } | { readonly bar: string; readonly symbol: string }

const symbols = ['ACME', 'FUT', 'TINY'] as const
const multipliers: Record<string, string> = { ACME: '1', FUT: '12.5', TINY: '1' }
const bnbRate = '583.17'
const repeatOneIn = 8

/** Decimal text with up to so many digits, of which the last ones are places. */
function decimalText(choice: Choice, digits: number, places: number): string {
  let text = ''
  for (let index = 0; index < digits; index += 1) text += choice.below(10)
  const padded = (text.replace(/^0+/, '') || '1').padStart(places + 1, '0')
  return places === 0 ? padded : `${padded.slice(0, -places)}.${padded.slice(-places)}`
}

function price(choice: Choice, symbol: string): string {
  if (symbol === 'TINY') return decimalText(choice, 9, 18)
  const text = decimalText(choice, 1 + choice.below(7), 3)
  // Prices may be negative, and this one is at times.
  return symbol === 'FUT' && choice.chance(10) ? `-${text}` : text
}

function quantity(choice: Choice, symbol: string): string {
  // Few different ones, so that positions close exactly now and then.
  if (choice.chance(2)) return String(1 + choice.below(4))
  return symbol === 'TINY'
    ? decimalText(choice, 22, 8)
    : decimalText(choice, 1 + choice.below(5), 2)
}

function session(choice: Choice, length: number): Step[] {
  const steps: Step[] = []
  const fills: FillText[] = []
  for (let index = 0; index < length; index += 1) {
    const symbol = choice.of(symbols)
    if (choice.chance(4)) {
      steps.push({ bar: price(choice, symbol), symbol })
    } else if (fills.length > 0 && choice.chance(repeatOneIn)) {
      steps.push({ fill: choice.of(fills) })
    } else {
      const fee = choice.chance(3)
        ? undefined
        : ([
            `${choice.chance(9) ? '-' : ''}${decimalText(choice, 4, 5)}`,
            choice.of(['USD', 'BNB', 'XYZ']),
          ] as const)
      const fill = {
        side: choice.of(['buy', 'sell']),
        symbol,
        accountId: choice.of(['a', 'b']),
        quantity: quantity(choice, symbol),
        price: price(choice, symbol),
        tradeId: `t${index}`,
        orderId: `o${index}`,
        ...(fee && { fee }),
      }
      fills.push(fill)
      steps.push({ fill })
    }
  }
  return steps
}

function play(steps: readonly Step[], method: Method) {
  const side = world({
    method,
    initialCash: d('1000.01'),
    pnlIntervalMs: 0,
    instruments: { FUT: { multiplier: d(multipliers['FUT']!) } },
    convert: (amount, from) => (from === 'BNB' ? amount.times(bnbRate) : undefined),
  })
  const encoded: string[] = []
  side.bus.on('position.*', (event) => {
    encoded.push(JSON.stringify(encodeEvent(event, tradingEvents)))
  })
  for (const step of steps) {
    if ('fill' in step) side.fill(step.fill)
    else side.bar(step.bar, step.symbol)
  }
  return { ...side, encoded }
}

/** The same session, by the reference. */
function refer(steps: readonly Step[], method: Method) {
  const positions = new Map<string, ReferencePosition>()
  const marks = new Map<string, string>()
  const seen = new Set<string>()
  const apart = { fee: fraction('0') }
  for (const step of steps) {
    if ('bar' in step) {
      for (const account of ['a', 'b']) marks.set(`${account} ${step.symbol}`, step.bar)
      continue
    }
    const { fill } = step
    if (seen.has(fill.tradeId!)) continue
    seen.add(fill.tradeId!)
    const key = `${fill.accountId} ${fill.symbol}`
    const multiplier = fraction(multipliers[fill.symbol!]!)
    const position = positions.get(key) ?? new ReferencePosition(method, multiplier)
    positions.set(key, position)
    marks.set(key, fill.price)
    const [amount, currency] = fill.fee ?? ['0', 'USD']
    const own = fraction(amount)
    if (currency === 'XYZ') apart.fee = balanceOf(apart.fee, [own])
    const rate = fraction({ USD: '1', BNB: bnbRate }[currency] ?? '0')
    position.take({
      isBuy: fill.side === 'buy',
      quantity: fraction(fill.quantity),
      price: fraction(fill.price),
      fee: { top: own.top * rate.top, bottom: own.bottom * rate.bottom },
    })
  }
  return { positions, marks, apart, fills: seen.size }
}

/** Plays a session on both sides; returns how many fills were compared. */
function check(steps: readonly Step[], method: Method): number {
  const { keeper, encoded } = play(steps, method)
  const { positions, marks, apart, fills } = refer(steps, method)
  const all = [...positions]
  const start = fraction('1000.01')
  const nothing = fraction('0')
  const unrealized = all.map(([key, position]) => position.unrealized(fraction(marks.get(key)!)))
  const exact = (text: string, expected: { top: bigint; bottom: bigint }, what: string): void => {
    expect(isExactly(text, expected), `${what}: ${text}`).toBe(true)
  }
  for (const [key, position] of all) {
    const [accountId, symbol] = key.split(' ') as [string, string]
    exact(keeper.quantity(symbol, { accountId }).toFixed(), position.quantity, `quantity ${key}`)
    const held = keeper.get(symbol, { accountId })
    expect(held === undefined).toBe(position.quantity.top === 0n)
    if (held === undefined) continue
    exact(held.cost.toFixed(), position.cost, `cost ${key}`)
    exact(held.unrealizedPnl.toFixed(), position.unrealized(fraction(marks.get(key)!)), key)
  }
  const realized = all.map(([, position]) => position.realized)
  exact(
    keeper.cash.toFixed(),
    balanceOf(
      start,
      all.map(([, { cash }]) => cash),
    ),
    'cash',
  )
  exact(keeper.realizedPnl.toFixed(), balanceOf(nothing, realized), 'realized')
  exact(keeper.unrealizedPnl.toFixed(), balanceOf(nothing, unrealized), 'unrealized')
  // The identity: cash + value = initial cash + realized + unrealized.
  exact(keeper.equity.toFixed(), balanceOf(start, [...realized, ...unrealized]), 'equity')
  exact(keeper.feesApart.get('XYZ')?.toFixed() ?? '0', apart.fee, 'fees apart')
  expect(keeper.fillCount).toBe(fills)
  expect(keeper.closedCount).toBe(all.reduce((sum, [, { closed }]) => sum + closed, 0))
  const opened = all.reduce((sum, [, position]) => sum + position.opened, 0)
  expect(encoded.filter((text) => text.includes('"position.opened"'))).toHaveLength(opened)
  const size = Math.max(1, Math.abs(keeper.cash.toNumber()), keeper.exposure.toNumber())
  expect(Math.abs(keeper.equityFloat - keeper.equity.toNumber()) / size).toBeLessThan(1e-9)
  // What it knows stands in its snapshot, at every point of a session.
  const restored = world({
    method,
    restore: keeper.snapshot(),
    instruments: { FUT: { multiplier: d(multipliers['FUT']!) } },
    convert: (amount, from) => (from === 'BNB' ? amount.times(bnbRate) : undefined),
  })
  expect(restored.keeper.snapshot()).toEqual(keeper.snapshot())
  return fills
}

describe('positionKeeper', () => {
  it.each(['average', 'fifo', 'lifo'] as const)(
    'agrees with fractions of whole numbers to the last digit, by the method %s',
    (method) => {
      const sessions = 60
      let fills = 0
      console.log(`positions, ${method}: ${sessions} sessions; TRADEWIRE_SEED=${seed} replays them`)
      for (let number = 0; number < sessions; number += 1) {
        const choice = new Choice(seed + number)
        fills += check(session(choice, 1 + choice.below(80)), method)
      }
      expect(fills).toBeGreaterThan(sessions)
    },
    60_000,
  )

  it.each(['average', 'fifo', 'lifo'] as const)(
    'gives the same events for the same fills, byte for byte, by the method %s',
    (method) => {
      console.log(`positions twice, ${method}: TRADEWIRE_SEED=${seed} replays them`)
      const steps = session(new Choice(seed), 300)
      const { encoded } = play(steps, method)
      expect(encoded.length).toBeGreaterThan(100)
      expect(play(steps, method).encoded).toEqual(encoded)
    },
    60_000,
  )
})
