import type { Bus } from '../bus/bus.ts'
import type { Broker, BrokerAccount } from './broker.ts'
import { type PaperBrokerOptions, toPaperSettings } from './paper-options.ts'
import { PaperVenue, type RunningPaperBroker } from './paper-venue.ts'

/** A broker that plays a venue, see {@link paperBroker}. */
export interface PaperBroker extends Broker {
  /** Begins to take commands, and to match orders against the market data of `bus`. */
  start(bus: Bus, account?: BrokerAccount): RunningPaperBroker
}

/**
 * A broker that plays a venue: it fills orders by the market data of the bus, with exact Decimals, and the
 * same way on every run. What stands is matched against each market event before anybody sees that event,
 * so that whoever sees a bar knows of the fills inside it.
 *
 * What an order gets from what it is matched against; a buy is told, a sell mirrors it:
 *
 * | order | bar | quote, depth | trade, last price |
 * | --- | --- | --- | --- |
 * | market | the open | the asks, best first, as far as their sizes go; at once by those that stand as it arrives | its price, as far as its size goes |
 * | limit that it can take | the open, if at the limit or below | asks at the limit or below, as a market order does | its price, if at the limit or below |
 * | limit that stands | the open if at the limit or below, else the limit if the low is below it | the limit, for the sizes of asks at it or below | the limit, if the price is below it |
 * | stop | the open if at the trigger or above, else the trigger if the high reaches it | wakes by an ask at the trigger or above, then as a market order | wakes by a price at the trigger or above, then by the book if known, else by the next trade |
 * | stop limit | wakes as a stop; then the price that woke it if within the limit; else the limit, if the bar opened beyond the trigger and its low is below the limit, or if it closes below the limit | wakes as a stop, then as a limit order | wakes as a stop, then as a limit order |
 * | trailing stop | as a stop, by the trigger as it was when the bar began; the low then moves it | as a stop; each ask moves it | as a stop; each price moves it |
 *
 * - **No look-ahead.** A bar matches an order only if the order had come when the bar began, at its
 *   `openTime` or before.
 * - **Data that overlap.** A bar matches nothing if a trade, quote, depth or last price was told at its
 *   `openTime` or later, or if a bar that was matched ends after its `openTime`. So shorter bars
 *   go before longer ones, whichever come first of those that end together, and ticks go before bars. Its close
 *   is still the last price if none is newer. A tick at just the `openTime` belongs to the bar.
 * - **What ends inside a bar**, cancelled or expired, stood at its open: what the open has decided is filled, at the
 *   open, after the `order.cancelled` or `order.expired`, once the bar is told. `order.triggered` is then left
 *   out. A change does not undo the open either: it meets the order as it was, up to its quantity now. What
 *   else the bar would have done is not known, and is not done: of changed orders the close alone is matched.
 * - **Inside a bar** the path of prices is not known: all that happens at the open comes first, then
 *   stops, then limits. Of a stop and a take-profit within reach the stop is filled. Fills at the open have
 *   the time `openTime`, others the `timestamp` of the bar.
 * - **A limit is touched** by a low or a trade at just its price, which fills it only with
 *   `limitFill: 'touch'`. An ask at its price always does.
 * - **Maker or taker.** A limit order takes until it meets a price that it could not take, or comes when
 *   the last price is beyond its limit; from then on it stands, and makes. On bars it takes at the open of
 *   the first bar that it meets. `postOnly` never takes: it is rejected if it could trade as it arrives.
 * - **Venues.** An order is matched by data of its venue, which is that of the broker, or else its own, and by
 *   data that name none: these are of each venue, with all of their size. An order without a venue is
 *   of the venue that the data of its symbol name. Where they name several, it is rejected with `VENUE`, unless it is
 *   `reduceOnly` and there is something to reduce of what came before; what stood then goes on at the first of
 *   them. `VENUE` is as well what an order is rejected with whose venue none of the data are of, once they
 *   name others. Instruments are the same at all venues.
 * - **A book that has ended** is unknown until it is told again: when it is older than `staleAfterMs`; or
 *   when a trade of a later time was above its best ask or below its best bid, or the whole of a bar that began
 *   after it was.
 * - **Sizes.** What one order takes of a quote, a level, a trade or the volume of a bar, the next one
 *   lacks; orders are served first come first. Each update shows its sizes anew. A last price has no size,
 *   and fills as much as is wanted; so does a quote both sizes of which are 0: its feed does not tell them. One size
 *   of 0 is a side without a price.
 * - **A trailing stop** begins at its `triggerPrice`; how far that is from the price known as it arrives (of the
 *   book the side that it would trade with, else the last price or close) is how far it stays behind. Its
 *   moves are no events; `order.triggered` tells the trigger that woke it.
 * - **Slippage** worsens what `market`, `stop` and `trailing_stop` orders get, but leaves a price above 0 above 0:
 *   one tick at the least.
 * - **Time in force.** `ioc` and `fok` have one chance: the book as it stands when they come or wake, else
 *   the next event; of a bar the open. What they do not get is cancelled. `day` ends with the session; if the
 *   last bar of the instrument was of a day or longer, with the first bar that the order can meet.
 * - **reduceOnly** counts the fills of this broker at the venue of the order: it is rejected if there is nothing to reduce, is filled
 *   up to what there is, and the rest is cancelled.
 * - **Changes.** A new price, trigger or larger quantity takes the place behind all others.
 * - Of `market.data_update` only `last` counts: its `open` is past.
 *
 * Orders are rejected with the codes `SYMBOL`, `DUPLICATE_ORDER`, `PRICE`, `TRIGGER_PRICE`, `EXPIRE_TIME`,
 * `POST_ONLY`, `REDUCE_ONLY`, `LOT_SIZE`, `TICK_SIZE`, `NO_PRICE` and `VENUE`; changes with `CHANGES`,
 * `QUANTITY` and some of these; both, and cancellations, with `UNKNOWN_ORDER` where the order is not known
 * or has ended. The ids of the last 10,000 orders that ended are remembered.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range.
 * @example
 * ```ts
 * const broker = paperBroker({
 *   fees: { maker: '0.0002', taker: '0.0005' },
 *   slippage: { bps: '1' },
 *   latencyMs: { min: 5, max: 40 },
 * })
 * ```
 */
export function paperBroker(options: PaperBrokerOptions = {}): PaperBroker {
  // Bad options are found here, and not only where it starts.
  const { name } = toPaperSettings(options)
  return {
    name,
    currency: options.currency,
    instruments: options.instruments,
    start: (bus, account) => new PaperVenue(bus, toPaperSettings(options, account)),
  }
}
