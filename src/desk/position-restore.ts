import { describeValue, requireInteger } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Decimal } from '../events/decimal.ts'
import { AverageBasis, type CostBasis, LotBasis } from './position-basis.ts'
import { Exact } from './position-exact.ts'
import { Holding } from './position-holding.ts'
import type { Ledger } from './position-ledger.ts'
import type { Amounts } from './position-money.ts'
import type {
  AmountTexts,
  HoldingSnapshot,
  MarketSnapshot,
  PositionSnapshot,
} from './position-snapshot.ts'

/** All that a ledger knows, as plain JSON. */
export function takeSnapshot(ledger: Ledger): PositionSnapshot {
  const { settings, openings, closedCount, fillCount, repeatedCount } = ledger
  const markets: MarketSnapshot[] = []
  for (const { instrument, mark, markVenue, isStanding } of ledger.markets.values()) {
    if (mark === undefined) continue
    const venue = markVenue === undefined ? {} : { venue: markVenue }
    markets.push({ symbol: instrument.symbol, ...venue, price: mark.toFixed(), isStanding })
  }
  return {
    version: 1,
    currency: settings.currency,
    method: settings.method,
    balances: textsOf(ledger.balances),
    realized: textsOf(ledger.realized),
    fees: textsOf(ledger.fees),
    feesApart: textsOf(ledger.feesApart),
    openings,
    closedCount,
    fillCount,
    repeatedCount,
    trades: ledger.trades.list(),
    markets,
    positions: ledger.open.map(snapshotOf),
  }
}

function textsOf(amounts: Amounts): AmountTexts {
  return Array.from(amounts.entries(), ([currency, amount]) => [currency, amount.toFixed()])
}

function snapshotOf(holding: Holding): HoldingSnapshot {
  const { state, number, side, markPrice, isStanding, reportedAt, reportedMark } = holding
  const { identity, instrument, basis, gross, fees, entered, exited } = state
  const reportedPrice = reportedMark === undefined ? {} : { mark: reportedMark.toFixed() }
  return {
    ...identity,
    multiplier: instrument.multiplier.toFixed(),
    number,
    side,
    quantity: basis.quantity.toFixed(),
    cost: basis.cost.toFixed(),
    lots: basis.lots.map(({ quantity, price }) => [quantity.toFixed(), price.toFixed()]),
    averageEntryPrice: state.averageEntryPrice.toFixed(),
    gross: gross.toFixed(),
    fees: fees.toFixed(),
    entered: [entered.value.toFixed(), entered.quantity.toFixed()],
    exited: [exited.value.toFixed(), exited.quantity.toFixed()],
    openedAt: state.openedAt,
    openingOrderId: state.openingOrderId,
    mark: { price: markPrice.toFixed(), isStanding },
    ...(reportedAt === -Infinity ? {} : { reported: { at: reportedAt, ...reportedPrice } }),
  }
}

/**
 * Has an empty ledger know what an earlier one knew.
 *
 * @throws ConfigurationError `CONFIGURATION` if the snapshot is damaged or of other options.
 */
export function restoreLedger(ledger: Ledger, snapshot: PositionSnapshot): void {
  const { settings } = ledger
  try {
    requireSame('version', snapshot.version, 1)
    requireSame('currency', snapshot.currency, settings.currency)
    requireSame('method', snapshot.method, settings.method)
    fill(ledger.balances, snapshot.balances)
    fill(ledger.realized, snapshot.realized)
    fill(ledger.fees, snapshot.fees)
    fill(ledger.feesApart, snapshot.feesApart)
    ledger.openings = requireInteger('openings', snapshot.openings)
    ledger.closedCount = requireInteger('closedCount', snapshot.closedCount)
    ledger.fillCount = requireInteger('fillCount', snapshot.fillCount)
    ledger.repeatedCount = requireInteger('repeatedCount', snapshot.repeatedCount)
    for (const trade of snapshot.trades) ledger.trades.add(trade)
    for (const { symbol, venue, price, isStanding } of snapshot.markets) {
      const market = ledger.marketOf(symbol)
      market.markPrice = new Decimal(amountOf(price))
      market.markVenue = venue
      market.isStanding = isStanding
    }
    for (const holding of snapshot.positions) restoreHolding(ledger, holding)
  } catch (error) {
    throw new ConfigurationError(
      `restore must be what snapshot() of a position keeper with the same options gave: ${(error as Error).message}`,
      { cause: error },
    )
  }
  ledger.refreshFloats()
}

function restoreHolding(ledger: Ledger, snapshot: HoldingSnapshot): void {
  const market = ledger.marketOf(snapshot.symbol)
  const { instrument } = market
  const { accountId, strategyId, venue, reported, mark } = snapshot
  const name = `The position ${describeValue(snapshot.positionId)}`
  requireSame(`${name}: multiplier`, snapshot.multiplier, instrument.multiplier.toFixed())
  requireSame(`${name}: currency`, snapshot.currency, instrument.currency)
  const holding = new Holding(
    snapshot.number,
    {
      identity: {
        positionId: snapshot.positionId,
        symbol: snapshot.symbol,
        ...(accountId === undefined ? {} : { accountId }),
        ...(strategyId === undefined ? {} : { strategyId }),
        ...(venue === undefined ? {} : { venue }),
        currency: snapshot.currency,
      },
      instrument,
      direction: snapshot.side === 'long' ? 1 : -1,
      basis: basisOf(ledger, snapshot),
      openedAt: snapshot.openedAt,
      openingOrderId: snapshot.openingOrderId,
      averageEntryPrice: new Decimal(amountOf(snapshot.averageEntryPrice)),
      gross: amountOf(snapshot.gross),
      fees: amountOf(snapshot.fees),
      entered: turnoverOf(snapshot.entered),
      exited: turnoverOf(snapshot.exited),
    },
    new Decimal(amountOf(mark.price)),
  )
  holding.isStanding = mark.isStanding
  if (reported !== undefined) {
    holding.reportedAt = reported.at
    if (reported.mark !== undefined) holding.reportedMark = new Decimal(amountOf(reported.mark))
  }
  ledger.enter(market, holding)
}

function basisOf({ settings }: Ledger, { quantity, cost, lots }: HoldingSnapshot): CostBasis {
  const { method } = settings
  if (method === 'average') return new AverageBasis(amountOf(quantity), amountOf(cost))
  return new LotBasis(
    method,
    lots.map(([size, price]) => ({ quantity: amountOf(size), price: amountOf(price) })),
  )
}

function turnoverOf([value, quantity]: readonly [string, string]) {
  return { value: amountOf(value), quantity: amountOf(quantity) }
}

/** The ledger has begun with its initial cash, which the snapshot holds too. */
function fill(amounts: Amounts, texts: AmountTexts): void {
  amounts.clear()
  for (const [currency, amount] of texts) amounts.add(currency, amountOf(amount))
}

function requireSame(name: string, found: unknown, expected: unknown): void {
  if (found === expected) return
  throw new ConfigurationError(
    `${name} is ${describeValue(found)}, but here it is ${describeValue(expected)}.`,
  )
}

function amountOf(text: string): Decimal {
  const amount = new Exact(text)
  if (typeof text === 'string' && amount.isFinite()) return amount
  throw new ConfigurationError(
    `An amount must be a decimal as text, but is ${describeValue(text)}.`,
  )
}
