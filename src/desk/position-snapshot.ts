/** Amounts by currency, as texts. */
export type AmountTexts = readonly (readonly [currency: string, amount: string])[]

/** A position as a snapshot holds it. */
export interface HoldingSnapshot {
  /** Its id. */
  readonly positionId: string
  /** The instrument. */
  readonly symbol: string
  /** The account that holds it. */
  readonly accountId?: string
  /** The strategy that holds it. */
  readonly strategyId?: string
  /** Where it is held. */
  readonly venue?: string
  /** The currency of its amounts. */
  readonly currency: string
  /** The contract multiplier. */
  readonly multiplier: string
  /** The order in which it was opened. */
  readonly number: number
  /** Which way it gains. */
  readonly side: 'long' | 'short'
  /** How much is held. */
  readonly quantity: string
  /** What it has cost, without the multiplier. */
  readonly cost: string
  /** Quantity and price of each lot that is left, oldest first; none with the average. */
  readonly lots: readonly (readonly [quantity: string, price: string])[]
  /** Average price of what is held. */
  readonly averageEntryPrice: string
  /** Profit and loss of what was closed, without fees and without the multiplier. */
  readonly gross: string
  /** Fees that are in its realized profit. */
  readonly fees: string
  /** Value and quantity of all fills that made it larger. */
  readonly entered: readonly [value: string, quantity: string]
  /** Value and quantity of all fills that made it smaller. */
  readonly exited: readonly [value: string, quantity: string]
  /** When it was opened, in milliseconds since the Unix epoch. */
  readonly openedAt: number
  /** The order whose fill opened it. */
  readonly openingOrderId: string
  /** What it is valued at. */
  readonly mark: MarkSnapshot
  /** When and at which mark its profit was reported last. */
  readonly reported?: {
    /** In milliseconds since the Unix epoch. */
    readonly at: number
    /** Absent if a fill came since. */
    readonly mark?: string
  }
}

/** A price that something is valued at. */
export interface MarkSnapshot {
  /** The price. */
  readonly price: string
  /** Whether it holds until the next one, as a quote does and the price of a trade does not. */
  readonly isStanding: boolean
}

/** The newest mark of a symbol. */
export interface MarketSnapshot extends MarkSnapshot {
  /** The instrument. */
  readonly symbol: string
  /** The venue that the mark is of. */
  readonly venue?: string
}

/** What a position keeper knows, as plain JSON: decimals are texts. */
export interface PositionSnapshot {
  /** The form of the snapshot. */
  readonly version: 1
  /** The currency of the totals. */
  readonly currency: string
  /** The method of cost. */
  readonly method: string
  /** Cash by currency. */
  readonly balances: AmountTexts
  /** Realized profit by currency. */
  readonly realized: AmountTexts
  /** Fees by currency. */
  readonly fees: AmountTexts
  /** Fees that could not be converted, by currency. */
  readonly feesApart: AmountTexts
  /** How many positions were opened. */
  readonly openings: number
  /** How many positions were closed. */
  readonly closedCount: number
  /** How many fills were booked. */
  readonly fillCount: number
  /** How many fills were ignored as repeated. */
  readonly repeatedCount: number
  /** The trades that are remembered, oldest first. */
  readonly trades: readonly string[]
  /** The newest marks. */
  readonly markets: readonly MarketSnapshot[]
  /** The open positions, in the order they were opened. */
  readonly positions: readonly HoldingSnapshot[]
}
