import { requireFunction, requireInteger, requireOptions, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { ReducerError } from './errors.ts'
import type { LogEntry } from './event-log.ts'
import type { Reducer } from './reducer.ts'
import type { LogSnapshots, Snapshot } from './snapshots.ts'
import { stateOf, textOfState } from './state-text.ts'

/** What the text of a snapshot says. */
interface SnapshotText {
  readonly pattern: string | readonly string[]
  /** The highest timestamp of the events that it follows from. */
  readonly newest: number
  readonly state: string
}

/** How a fold is kept from beginning at its first event again. */
export interface FoldingHost {
  readonly snapshots: LogSnapshots
  readonly readOnly: boolean
}

/** Where a fold begins, and how often it is written down. */
export interface FoldingOptions {
  readonly from: number | undefined
  /** In events; 0 for never. */
  readonly snapshotEvery: number
}

const reducerNames = ['name', 'version', 'pattern', 'initial', 'reduce', 'encode', 'decode']

/** A state, and how it goes on from event to event. */
export class Folding<State> {
  readonly #host: FoldingHost
  readonly #reducer: Reducer<TradewireEvent, string | readonly string[], State>
  readonly #snapshotEvery: number
  /** What the snapshots are kept under. */
  readonly #key: string
  #state: State
  #position: number
  #newest = -Infinity
  /** Events since the last snapshot. */
  #unsaved = 0

  /** @throws ConfigurationError `CONFIGURATION` if the reducer is malformed. */
  constructor(
    host: FoldingHost,
    reducer: Reducer<TradewireEvent, string | readonly string[], State>,
    { from = 1, snapshotEvery }: FoldingOptions,
  ) {
    requireReducer(reducer)
    this.#host = host
    this.#reducer = reducer
    this.#snapshotEvery = host.readOnly ? 0 : snapshotEvery
    // What begins elsewhere comes to another state: its snapshots are no use to the others.
    const begin = from === 1 ? '' : `+${from}`
    this.#key = `${reducer.name}@${reducer.version ?? 1}${begin}`
    this.#position = from - 1
    this.#state = reducer.initial()
  }

  get state(): State {
    return this.#state
  }

  /** The last event that it follows from; before the first, the position before that. */
  get position(): number {
    return this.#position
  }

  /** What the log is asked for. */
  get pattern(): string | readonly string[] {
    return this.#reducer.pattern ?? '*'
  }

  /** Whether it is time for a snapshot. */
  get due(): boolean {
    return this.#snapshotEvery > 0 && this.#unsaved >= this.#snapshotEvery
  }

  /**
   * Begins at the newest snapshot up to a position of which all events are of a time or before it.
   *
   * @throws ConfigurationError `CONFIGURATION` if it is of another pattern, or cannot be decoded.
   */
  async restore(through: number, time: number): Promise<void> {
    let snapshot = await this.#host.snapshots.latest(this.#key, through)
    while (snapshot !== undefined) {
      const text = JSON.parse(snapshot.text) as SnapshotText
      if (text.newest <= time) return this.#begin(snapshot, text)
      snapshot = await this.#host.snapshots.latest(this.#key, snapshot.position - 1)
    }
  }

  /**
   * Takes one more event.
   *
   * @throws ReducerError `REDUCER_FAILED` if the reducer throws.
   * @throws ConfigurationError `CONFIGURATION` if the reducer is async.
   */
  take({ position, event }: LogEntry): void {
    let state: State
    try {
      state = this.#reducer.reduce(this.#state, event, position)
    } catch (cause) {
      throw new ReducerError(position, event.type, event.id, { cause })
    }
    if (state instanceof Promise) {
      state.catch(() => {})
      throw new ConfigurationError(
        `The reducer ${JSON.stringify(this.#reducer.name)} has returned a promise. It must return the state; gather what it needs beforehand.`,
      )
    }
    this.#state = state
    this.#position = position
    if (event.timestamp > this.#newest) this.#newest = event.timestamp
    this.#unsaved += 1
  }

  /** Writes a snapshot, if snapshots are wanted and there is anything new. */
  async save(): Promise<void> {
    if (this.#snapshotEvery === 0 || this.#unsaved === 0) return
    const { encode = textOfState } = this.#reducer
    const text: SnapshotText = {
      pattern: this.pattern,
      newest: this.#newest,
      state: encode(this.#state),
    }
    this.#unsaved = 0
    await this.#host.snapshots.save(this.#key, this.#position, JSON.stringify(text))
  }

  #begin(snapshot: Snapshot, { pattern, newest, state }: SnapshotText): void {
    if (JSON.stringify(pattern) !== JSON.stringify(this.pattern)) {
      throw this.#unusable(snapshot, 'was made of events of another pattern')
    }
    try {
      // What the default makes of a state is one again.
      const { decode = stateOf as (text: string) => State } = this.#reducer
      this.#state = decode(state)
    } catch (cause) {
      throw this.#unusable(snapshot, 'cannot be decoded', cause)
    }
    this.#position = snapshot.position
    this.#newest = newest
  }

  #unusable(snapshot: Snapshot, why: string, cause?: unknown): ConfigurationError {
    return new ConfigurationError(
      `The snapshot ${JSON.stringify(this.#key)} at position ${snapshot.position} ${why}. Raise the version of the reducer, or discard it with log.snapshots.discard.`,
      { cause },
    )
  }
}

function requireReducer(reducer: { readonly [Name in keyof Reducer]: unknown }): void {
  requireOptions('a reducer', reducer, reducerNames)
  const { name, version = 1, initial, reduce, encode, decode } = reducer
  requireText('The name of a reducer', name)
  requireInteger('The version of a reducer', version, 1)
  requireFunction('initial', initial)
  requireFunction('reduce', reduce)
  if (encode === undefined && decode === undefined) return
  // One without the other could write what it cannot read, or the other way round.
  requireFunction('encode', encode)
  requireFunction('decode', decode)
}
