import { compareDecimals, type Decimal } from '../events/decimal.ts'
import type { BookLevel, OrderbookUpdate } from '../events/market.ts'
import { BookBuffer } from './order-book-buffer.ts'
import type { BookView } from './order-book-checksum.ts'
import { BookSide } from './order-book-side.ts'

/**
 * What an update did: `applied`: the book is live and has changed; `ignored`: it was old, or of no
 * use without a snapshot; `buffered`: it waits for a snapshot. The book is not live any more after
 * `gap` (updates are missing), `checksum` (the book is not the venue's) and `outdated` (the snapshot
 * is older than the first delta that waits for it). `overflow`: it waits, and the first since the book
 * was live had to go for it.
 */
export type BookChange =
  | 'applied'
  | 'ignored'
  | 'buffered'
  | 'overflow'
  | 'gap'
  | 'checksum'
  | 'outdated'

/** How many levels each side of a book has. */
export interface LevelCounts {
  /** Prices that somebody buys at. */
  readonly bids: number
  /** Prices that somebody sells at. */
  readonly asks: number
}

/**
 * What a book knows: `empty`: nothing has come; `waiting`: for a snapshot, as there was none, or the
 * book was lost; `live`: it is the venue's.
 */
export type BookStanding = 'empty' | 'waiting' | 'live'

/** What became of the updates of a book. All are counts since it was made. */
export interface BookStats {
  /** Snapshots that came. */
  readonly snapshots: number
  /** Deltas that came. */
  readonly deltas: number
  /** Levels that the deltas listed which were applied. */
  readonly levelChanges: number
  /** Deltas that were held until a snapshot. */
  readonly buffered: number
  /** Held deltas that went because there were more than `bufferCapacity`. */
  readonly overflowed: number
  /** Deltas that went because a snapshot was newer, or because nothing tells whether it is. */
  readonly staleDropped: number
  /** Times that updates were missing, before a delta or between a snapshot and the deltas held. */
  readonly gaps: number
  /** Deltas that came again, or too late, to a live book. */
  readonly repeated: number
  /** Updates after which the best bid was at or above the best ask. */
  readonly crossed: number
  /** Updates after which the checksum was another than the venue's. */
  readonly checksumFailures: number
}

/** Two numbers of which a book went by: those of a gap, or two checksums. */
export interface BookMismatch {
  /** What should have come. */
  readonly expected: number
  /** What came, or was computed. */
  readonly found: number
}

/** Options of {@link OrderBookState}. */
export interface OrderBookStateOptions {
  /** How many deltas are held until a snapshot; then the oldest goes. From 1. Default 10,000. */
  readonly bufferCapacity?: number
  /** Computes what the `checksum` given to `apply` must be. Default: nothing is compared. */
  readonly checksumOf?: (book: BookView) => number
}

/**
 * A book without a bus: says of each update what it did, and keeps the levels.
 *
 * Numbers of updates, where a venue has them, decide. A delta follows if its `previousSequence` is the
 * book's `sequence`, also if its own is lower, as venues begin anew. One that does not, with a lower or
 * equal `sequence`, is old. The first after a snapshot must reach over it: `previousSequence` ≤
 * snapshot < `sequence`. (https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams/How-to-manage-a-local-order-book-correctly)
 * Where no number tells, updates follow in the order in which they come.
 *
 * @example
 * ```ts
 * const book = new OrderBookState()
 * const bids = [[new Decimal('61659.6'), new Decimal('4.2')]] as const
 * const asks = [[new Decimal('61659.7'), new Decimal('1.5')]] as const
 * book.apply({ symbol: 'BTCUSDT', timestamp: 1_795_253_400_000, kind: 'snapshot', bids, asks })
 * console.log(book.standing) // live
 * ```
 */
export class OrderBookState implements BookView {
  readonly #bids = new BookSide('bid')
  readonly #asks = new BookSide('ask')
  readonly #buffer: BookBuffer
  readonly #checksumOf: ((book: BookView) => number) | undefined
  #standing: BookStanding = 'empty'
  #sequence: number | undefined = undefined
  /** Whether no delta has followed the snapshot yet. */
  #bridging = false
  #mismatch: BookMismatch | undefined = undefined
  /** The best rank that has changed since somebody asked. */
  #touched = Infinity
  #snapshots = 0
  #deltas = 0
  #levelChanges = 0
  #staleDropped = 0
  #gaps = 0
  #repeated = 0
  #crossed = 0
  #checksumFailures = 0

  constructor({ bufferCapacity = 10_000, checksumOf }: OrderBookStateOptions = {}) {
    this.#buffer = new BookBuffer(bufferCapacity)
    this.#checksumOf = checksumOf
  }

  /** What the book knows. Only a live one has levels. */
  get standing(): BookStanding {
    return this.#standing
  }

  /** The venue's number of the last update; undefined if it gives none, or the book is not live. */
  get sequence(): number | undefined {
    return this.#sequence
  }

  /** Whether the last snapshot waits for the first delta that follows it. */
  get bridging(): boolean {
    return this.#bridging
  }

  /** Why the book was lost last, for a gap or a checksum that differs. */
  get mismatch(): BookMismatch | undefined {
    return this.#mismatch
  }

  /** The highest bid. */
  get bestBid(): BookLevel | undefined {
    return this.#bids.best
  }

  /** The lowest ask. */
  get bestAsk(): BookLevel | undefined {
    return this.#asks.best
  }

  /** How many levels each side has. */
  get levels(): LevelCounts {
    return { bids: this.#bids.size, asks: this.#asks.size }
  }

  /** What became of the updates, as it is now. */
  get stats(): BookStats {
    return {
      snapshots: this.#snapshots,
      deltas: this.#deltas,
      levelChanges: this.#levelChanges,
      buffered: this.#buffer.held,
      overflowed: this.#buffer.overflowed,
      staleDropped: this.#staleDropped,
      gaps: this.#gaps,
      repeated: this.#repeated,
      crossed: this.#crossed,
      checksumFailures: this.#checksumFailures,
    }
  }

  bids(count?: number): BookLevel[] {
    return this.#bids.top(count)
  }

  asks(count?: number): BookLevel[] {
    return this.#asks.top(count)
  }

  /** The size that stands at a price, in units of the instrument. */
  sizeAt(side: 'bid' | 'ask', price: Decimal): Decimal | undefined {
    return (side === 'bid' ? this.#bids : this.#asks).sizeAt(price)
  }

  /**
   * How many levels are better than the best one that has changed since the last call; Infinity if none
   * has. Depth of fewer levels is as it was.
   */
  takeTouched(): number {
    const touched = this.#touched
    this.#touched = Infinity
    return touched
  }

  /**
   * Takes an update in.
   *
   * @param checksum what the venue says that the book has after it.
   */
  apply(update: OrderbookUpdate, checksum?: number): BookChange {
    if (update.kind === 'snapshot') return this.#restart(update, checksum)
    this.#deltas += 1
    if (this.#standing !== 'live') return this.#hold(update, checksum)
    const relation = this.#relationOf(update)
    if (relation === 'next') return this.#change(update, checksum)
    if (relation === 'gap') {
      this.#loseByGap(update)
      this.#hold(update, checksum)
      return 'gap'
    }
    this.#repeated += 1
    return 'ignored'
  }

  /** Forgets the book, as after a lost connection: it waits for a snapshot. */
  reset(): void {
    this.#lose()
    this.#buffer.clear()
  }

  #hold(update: OrderbookUpdate, checksum: number | undefined): BookChange {
    this.#standing = 'waiting'
    if (update.sequence === undefined) {
      // Nothing will tell whether a snapshot has it; what came before one is in it.
      this.#staleDropped += 1
      return 'ignored'
    }
    return this.#buffer.hold({ update, checksum }) ? 'buffered' : 'overflow'
  }

  #relationOf({ sequence, previousSequence }: OrderbookUpdate): 'next' | 'old' | 'gap' {
    const last = this.#sequence
    if (last === undefined || previousSequence === last) return 'next'
    if (sequence !== undefined && sequence <= last) return 'old'
    if (previousSequence === undefined) return 'next'
    return this.#bridging && previousSequence < last ? 'next' : 'gap'
  }

  #change(update: OrderbookUpdate, checksum: number | undefined): BookChange {
    const { bids, asks, sequence } = update
    this.#setAll(this.#bids, bids)
    this.#setAll(this.#asks, asks)
    this.#levelChanges += bids.length + asks.length
    this.#bridging = false
    if (sequence !== undefined) this.#sequence = sequence
    return this.#settle(checksum, sequence)
  }

  #setAll(side: BookSide, levels: readonly BookLevel[]): void {
    for (let index = 0; index < levels.length; index += 1) {
      const rank = side.set(levels[index]!)
      if (rank >= 0 && rank < this.#touched) this.#touched = rank
    }
  }

  /** What there is to do after any update of a live book. */
  #settle(checksum: number | undefined, sequence: number | undefined): BookChange {
    const [bid, ask] = [this.#bids.best, this.#asks.best]
    if (bid !== undefined && ask !== undefined && compareDecimals(bid[0], ask[0]) >= 0) {
      this.#crossed += 1
    }
    if (checksum === undefined || this.#checksumOf === undefined) return 'applied'
    const found = this.#checksumOf(this)
    if (found === checksum) return 'applied'
    this.#checksumFailures += 1
    this.#lose()
    this.#mismatch = { expected: checksum, found }
    this.#buffer.lose(sequence)
    return 'checksum'
  }

  #restart(snapshot: OrderbookUpdate, checksum: number | undefined): BookChange {
    this.#snapshots += 1
    const { sequence, bids, asks } = snapshot
    const { lostThrough } = this.#buffer
    if (lostThrough !== undefined && sequence !== undefined && sequence < lostThrough) {
      return this.#outdate(lostThrough, sequence)
    }
    this.#bids.replace(bids)
    this.#asks.replace(asks)
    this.#standing = 'live'
    this.#sequence = sequence
    this.#bridging = sequence !== undefined
    this.#touched = 0
    const settled = this.#settle(checksum, sequence)
    return settled === 'applied' ? this.#catchUp() : settled
  }

  /** Applies what was held while there was no snapshot. */
  #catchUp(): BookChange {
    const held = this.#buffer.takeAll()
    for (const [index, { update, checksum }] of held.entries()) {
      const relation = this.#sequence === undefined ? 'old' : this.#relationOf(update)
      if (relation === 'old') {
        this.#staleDropped += 1
        continue
      }
      if (relation === 'next') {
        if (this.#change(update, checksum) === 'applied') continue
        this.#buffer.putBack(held.slice(index + 1))
        return 'checksum'
      }
      const outdated = this.#bridging
      this.#loseByGap(update)
      this.#buffer.putBack(held.slice(index))
      return outdated ? 'outdated' : 'gap'
    }
    return 'applied'
  }

  #outdate(expected: number, found: number): BookChange {
    this.#gaps += 1
    this.#lose()
    this.#mismatch = { expected, found }
    return 'outdated'
  }

  /** Only a delta that says which one it follows can find that one missing. */
  #loseByGap({ previousSequence }: OrderbookUpdate): void {
    const [expected, found] = [this.#sequence!, previousSequence!]
    this.#gaps += 1
    this.#lose()
    this.#mismatch = { expected, found }
  }

  /** A book that may be wrong shows nothing. */
  #lose(): void {
    this.#bids.clear()
    this.#asks.clear()
    this.#standing = 'waiting'
    this.#sequence = undefined
    this.#bridging = false
    this.#touched = Infinity
    this.#mismatch = undefined
  }
}
