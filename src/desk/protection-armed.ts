import { compareDecimals, type Decimal } from '../events/decimal.ts'
import type { Position } from './position.ts'
import type { CheckedRule, CheckedRules } from './protection-options.ts'
import { levelAt, PriceLevel, TrailingStop } from './trailing.ts'

/** Which rule closes a position. */
export type ProtectionLabel = 'stop-loss' | 'take-profit'

/** A position that is watched. */
export class ArmedPosition {
  position: Position
  /** Which way it gains. */
  readonly direction: 1 | -1
  readonly trailing: TrailingStop | undefined
  readonly stop: PriceLevel | undefined
  readonly target: PriceLevel | undefined
  readonly #rules: CheckedRules
  /** The rule that was reached, and its price; undefined until then. */
  reached: { readonly label: ProtectionLabel; readonly triggerPrice: Decimal } | undefined =
    undefined

  constructor(position: Position, rules: CheckedRules) {
    const { averageEntryPrice: entry } = position
    const { stopLoss, takeProfit } = rules
    const direction = position.side === 'long' ? 1 : -1
    const against = direction === 1 ? -1 : 1
    this.position = position
    this.direction = direction
    this.#rules = rules
    this.trailing =
      stopLoss && isTrailing(stopLoss) ? new TrailingStop(direction, stopLoss, entry) : undefined
    this.stop =
      this.trailing?.level ??
      (stopLoss && new PriceLevel(against, levelAt(entry, stopLoss, against)))
    this.target = takeProfit && new PriceLevel(direction, levelAt(entry, takeProfit, direction))
  }

  /** The position has changed its size, and maybe its average price. */
  update(position: Position): void {
    const { averageEntryPrice: entry } = position
    const hasMoved = compareDecimals(entry, this.position.averageEntryPrice) !== 0
    this.position = position
    if (!hasMoved) return
    const { stopLoss, takeProfit } = this.#rules
    const against = this.direction === 1 ? -1 : 1
    if (this.trailing === undefined && stopLoss !== undefined) {
      this.stop!.move(levelAt(entry, stopLoss, against))
    }
    if (takeProfit !== undefined) this.target!.move(levelAt(entry, takeProfit, this.direction))
  }
}

function isTrailing({ kind }: CheckedRule): boolean {
  return kind === 'trailingPercent' || kind === 'trailingDistance'
}
