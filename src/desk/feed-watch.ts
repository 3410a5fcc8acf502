import type { TradingEvent, TradingSchemas } from '../events/trading-events.ts'
import type { PatternsIn } from '../bus/typing.ts'
import type { Subscription } from '../delivery/subscription.ts'
import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { endpointName } from './connection-endpoint.ts'
import { requireLabel, requirePositive } from './health-options.ts'
import type { Check, HealthReport, Raised } from './health-report.ts'
import type { Hysteresis } from './hysteresis.ts'

/** What is expected to come, and how often. */
export interface FeedWatchOptions {
  /** Where it comes from: a name, or a URL, of which secrets are not shown. */
  readonly endpoint: string
  /** The events that show that it is alive, such as `market.*`. */
  readonly pattern: PatternsIn<TradingSchemas>
  /**
   * The instruments of which each must come, by the `symbol` of the payload. Default: the feed as a
   * whole, whatever comes.
   */
  readonly symbol?: string | readonly string[]
  /** From which silence on it is stale, in milliseconds, more than 0. */
  readonly thresholdMs: number
  /** The venue that the warnings name. */
  readonly venue?: string
}

/** The silence of one symbol, or of a whole feed. */
interface Silence {
  readonly symbol: string | undefined
  readonly alarm: Hysteresis
  /** When the last event came, in monotonic milliseconds; when the watch began before the first. */
  lastAt: number
}

const type = 'system.feed_stale'

/**
 * Warns of a feed that is silent for too long, once in each silence. Ages are by the monotonic clock of
 * this process: what a venue writes on its data has no say.
 */
export class FeedWatch implements Check {
  readonly #report: HealthReport
  readonly #endpoint: string
  readonly #venue: string | undefined
  readonly #silences: readonly Silence[]
  readonly #subscription: Subscription

  /** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
  constructor(report: HealthReport, options: FeedWatchOptions) {
    requireOptions('watchFeed', options, ['endpoint', 'pattern', 'symbol', 'thresholdMs', 'venue'])
    const { endpoint, pattern, symbol, thresholdMs, venue } = options
    requirePositive('thresholdMs', thresholdMs)
    this.#report = report
    this.#endpoint = endpointName(endpoint)
    this.#venue = venue === undefined ? undefined : requireLabel('venue', venue)
    const lastAt = report.bus.clock.monotonic()
    this.#silences = symbolsOf(symbol).map((each) => ({
      symbol: each,
      alarm: report.hysteresis(thresholdMs),
      lastAt,
    }))
    this.#subscription = report.bus.on(pattern, this.#handler())
  }

  sample(now: number): void {
    for (const silence of this.#silences) {
      const { alarm, lastAt, symbol } = silence
      const ageMs = now - lastAt
      if (!alarm.judge(ageMs, now)) continue
      this.#report.emit(type, {
        endpoint: this.#endpoint,
        lastReceivedAt: this.#report.bus.clock.now() - ageMs,
        ageMs,
        thresholdMs: alarm.threshold,
        ...(symbol === undefined ? {} : { symbol }),
        ...(this.#venue === undefined ? {} : { venue: this.#venue }),
      })
    }
  }

  *raised(): Iterable<Raised> {
    for (const { symbol, alarm } of this.#silences) {
      const of = symbol === undefined ? this.#endpoint : `${this.#endpoint} ${symbol}`
      yield* this.#report.raised(type, of, alarm)
    }
  }

  close(): void {
    this.#subscription.unsubscribe()
  }

  /** Runs for every event of the feed: it does no more than to note the time. */
  #handler(): (event: TradingEvent) => void {
    const { clock } = this.#report.bus
    const heard = (silence: Silence): void => {
      silence.lastAt = clock.monotonic()
      if (silence.alarm.since !== undefined) silence.alarm.clear()
    }
    const [first] = this.#silences
    if (first!.symbol === undefined) return () => heard(first!)
    const bySymbol = new Map(this.#silences.map((silence) => [silence.symbol, silence]))
    return ({ data }) => {
      const silence = bySymbol.get((data as { readonly symbol?: string }).symbol)
      if (silence !== undefined) heard(silence)
    }
  }
}

function symbolsOf(symbol: FeedWatchOptions['symbol']): readonly (string | undefined)[] {
  if (symbol === undefined) return [undefined]
  const symbols: readonly string[] = typeof symbol === 'string' ? [symbol] : symbol
  if (!Array.isArray(symbols) || symbols.length === 0) {
    throw new ConfigurationError(
      `symbol must be a string, or a list of at least one, but is ${describeValue(symbol)}.`,
    )
  }
  return [...new Set(symbols.map((each) => requireLabel('symbol', each)))]
}
