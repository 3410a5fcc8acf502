import type { PayloadIn, TypeIn } from '../events/types.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { EventMetadata, TradewireEvent } from '../events/envelope.ts'

/** An event that has been recorded, to be emitted when its time has come. */
export type SourceEvent<Schemas extends EventSchemas = TradingSchemas> = {
  [Type in TypeIn<Schemas>]: TimedPayload<Type, PayloadIn<Schemas, Type>>
}[TypeIn<Schemas>]

/** One payload with its type and its time. */
export interface TimedPayload<Type extends string = string, Payload = object> {
  /** The type to emit, such as `market.new_bar`. */
  readonly type: Type
  /** The payload to emit. */
  readonly data: Payload
  /**
   * When the strategy is to see it, in milliseconds since the Unix epoch: for a bar when it closed, for a
   * captured message when it was received. Default: `data.timestamp`.
   */
  readonly time?: number
  /** Who emits it, in 1 to 256 characters. Default: the name of its source. */
  readonly source?: string
  /** Flat facts beside the payload. */
  readonly metadata?: EventMetadata
  /** The recorded event itself, where the source is a log: its id, sequence and causes can be kept. */
  readonly recorded?: TradewireEvent
}

/**
 * Where recorded events come from, in order of time: any (async) iterable of {@link SourceEvent}s, such as
 * an array, a generator, or what `csvBars`, `binanceCapture`, `logSource` return.
 */
export type Source<Schemas extends EventSchemas = TradingSchemas> =
  | Iterable<SourceEvent<Schemas>>
  | AsyncIterable<SourceEvent<Schemas>>

/**
 * A source that gives its events by the list, which costs less than one by one. The readers of tradewire
 * do; what merges sources asks for it. A source starts anew each time that it is iterated.
 */
export interface ChunkedSource extends AsyncIterable<TimedPayload> {
  /** Its name, for messages and as the `source` of its events: a file name, for instance. */
  readonly name: string
  /** Lists of at least one event, in order of time. */
  chunks(): AsyncIterable<readonly TimedPayload[]>
  /** How much of it was given out, from 0 to 1; undefined where nobody can know. */
  readonly fraction?: number | undefined
  /** What its rows came to so far; undefined where it has none to count. */
  readonly counts?: SourceCounts
}

/** How the rows of a source fared. */
export interface SourceCounts {
  /** Rows or messages read. */
  readonly read: number
  /** Events made of them. */
  readonly events: number
  /** Rows that were bad and passed over. */
  readonly skipped: number
  /** Rows of no interest, such as messages of another kind; absent means none. */
  readonly ignored?: number
}
