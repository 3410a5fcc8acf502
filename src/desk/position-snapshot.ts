/** What a position keeper knows, as plain JSON: decimals are texts. */
export interface PositionSnapshot {
  /** The form of the snapshot. */
  readonly version: 1
  /** The currency of the totals. */
  readonly currency: string
}
