import { requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { matchTokens } from '../events/pattern.ts'
import { LogBufferFullError, LogClosedError, LogStorageError } from './errors.ts'
import type { EventLog } from './event-log.ts'
import type { LogWriter } from './log-writer.ts'
import type { BusAttachment, RecordableBus } from './recordable-bus.ts'
import type { Recording, RecordingStats, StopRecordingOptions } from './recording.ts'
import type { RecordSettings } from './record-settings.ts'
import { RecordingWarnings } from './recording-warnings.ts'

/** How many types are remembered as covered or not. A catalog with parameters has no end of them. */
const rememberedTypes = 10_000

/** The one implementation of {@link Recording}. */
export class BusRecording implements Recording {
  readonly #writer: LogWriter
  readonly #warnings: RecordingWarnings
  readonly #settings: RecordSettings
  readonly #patterns: readonly (readonly string[])[]
  /** Whether a type is covered. */
  readonly #covered = new Map<string, boolean>()
  readonly #attachment: BusAttachment
  #refused = 0
  /** Dispatched after the log was closed. */
  #turnedAway = 0
  /** What refused them. */
  #closed: LogClosedError | undefined = undefined
  /** Taken by the writer, and given up for want of room. What else it gives up, the end has cost. */
  #dropped = 0
  #stopped: Promise<void> | undefined = undefined
  /** Ends the wait of each event that the bus holds. */
  readonly #held = new Set<(error: Error) => void>()

  constructor(
    bus: RecordableBus<EventSchemas>,
    log: EventLog<EventSchemas>,
    patterns: readonly (readonly string[])[],
    settings: RecordSettings,
  ) {
    this.#settings = settings
    this.#patterns = patterns
    const { policy, durability, capacity, retryMs } = settings
    const drops = policy === 'drop-newest' || policy === 'drop-oldest'
    this.#writer = log.writer({
      durability,
      // What is held waits in the line of the bus, too, which has a capacity of its own.
      capacity: policy === 'hold' ? Number.MAX_SAFE_INTEGER : capacity,
      overflow: drops ? policy : 'refuse',
      onState: (state) => this.#warnings.changed(state),
      ...(retryMs === undefined ? {} : { retryMs }),
    })
    this.#warnings = new RecordingWarnings(bus, this.#writer, settings, () => this.stats.lost)
    try {
      this.#attachment = this.#attach(bus)
    } catch (error) {
      // Nothing waits in it.
      void this.#writer.close()
      throw error
    }
  }

  get stats(): RecordingStats {
    const { written, pending, lost, failure, position } = this.#writer
    return {
      recorded: written,
      pending,
      lost: lost + this.#turnedAway,
      refused: this.#refused,
      failing: (failure ?? this.#closed) !== undefined,
      failure: failure ?? this.#closed,
      position,
    }
  }

  flush(): Promise<void> {
    return this.#writer.flush()
  }

  stop(options: StopRecordingOptions = {}): Promise<void> {
    requireOptions('stop', options, ['timeoutMs'])
    const timeoutMs = requireNumber('timeoutMs', options.timeoutMs ?? 10_000, 0)
    if (this.#stopped === undefined) {
      this.#stopped = this.#stop(timeoutMs)
      // The warning has said it to whoever does not look at the promise.
      this.#stopped.catch(() => {})
    }
    return this.#stopped
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #attach(bus: RecordableBus<EventSchemas>): BusAttachment {
    switch (this.#settings.policy) {
      case 'write-ahead':
        return hold(bus, (event) => this.#ahead(event))
      case 'hold':
        return hold(bus, (event) => this.#room(event))
      default:
        return bus.observe({ onEmitted: (event) => void this.#tryTake(event) })
    }
  }

  /** Resolves once the event is in the log. Throws, or rejects, if it will not be. */
  #ahead(event: TradewireEvent): Promise<void> | undefined {
    try {
      const ticket = this.#take(event)
      if (ticket === undefined) return undefined
      return this.#durable(ticket).catch((error: unknown) => {
        this.#refused += 1
        throw error
      })
    } catch (error) {
      this.#refused += 1
      if (error instanceof LogBufferFullError) this.#warnings.full()
      if (error instanceof LogClosedError) this.#warnings.failing(error)
      throw error
    }
  }

  /** Resolves once no more events wait than may. */
  #room(event: TradewireEvent): Promise<void> | undefined {
    const ticket = this.#tryTake(event)
    const { capacity } = this.#settings
    if (ticket === undefined || this.#writer.pending <= capacity) return undefined
    // More than `capacity` wait, so this is a ticket that was given. If its event is lost, there is room.
    return this.#durable(ticket - capacity).catch(() => {})
  }

  /** As `durable` of the writer, but not for ever where the storage gives no answer. */
  #durable(ticket: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#held.add(reject)
      const ended = (settle: () => void): void => {
        this.#held.delete(reject)
        settle()
      }
      this.#writer.durable(ticket).then(
        () => ended(resolve),
        (error: unknown) => ended(() => reject(error)),
      )
    })
  }

  /** Takes an event that is dispatched whatever becomes of it here. */
  #tryTake(event: TradewireEvent): number | undefined {
    try {
      return this.#take(event)
    } catch (error) {
      this.#missed(event, error)
      return undefined
    }
  }

  /** Hands an event that is covered to the writer. Throws what `write` throws. */
  #take(event: TradewireEvent): number | undefined {
    if (!this.#covers(event.type)) return undefined
    const { lost } = this.#writer
    const ticket = this.#writer.write(event)
    if (this.#writer.lost > lost) {
      this.#dropped += this.#writer.lost - lost
      this.#warnings.full()
    }
    return ticket
  }

  #missed(event: TradewireEvent, error: unknown): void {
    if (error instanceof LogClosedError) {
      this.#turnedAway += 1
      this.#closed = error
      this.#warnings.failing(error)
    } else {
      this.#refused += 1
      // What encodes throws errors alone.
      this.#warnings.refused(event, error as Error)
    }
  }

  #covers(type: string): boolean {
    const known = this.#covered.get(type)
    if (known !== undefined) return known
    if (this.#covered.size >= rememberedTypes) this.#covered.clear()
    const tokens = type.split('.')
    const covers = this.#patterns.some((pattern) => matchTokens(pattern, tokens))
    this.#covered.set(type, covers)
    return covers
  }

  #trouble(timeoutMs: number): string {
    if (this.#closed !== undefined) return 'the log was closed first. Stop the recording before it.'
    const reason =
      this.#writer.failure === undefined ? `has not answered for ${timeoutMs} ms` : 'fails'
    return `the storage ${reason}. What is in the log, read() tells once it is mended.`
  }

  async #stop(timeoutMs: number): Promise<void> {
    this.#attachment.remove()
    const writer = this.#writer
    const late = Promise.withResolvers<void>()
    const timer = this.#settings.clock.setTimer(timeoutMs, late.resolve)
    await Promise.race([writer.close(), late.promise])
    timer.cancel()
    const unwritten = writer.lost - this.#dropped + writer.pending + this.#turnedAway
    if (unwritten === 0) return
    this.#warnings.unwritten(unwritten)
    const { failure } = this.stats
    const error = new LogStorageError(
      `The recording has stopped, and ${unwritten} of its events are not known to be in the log: ${this.#trouble(timeoutMs)}`,
      { cause: failure },
    )
    for (const release of this.#held) release(error)
    throw error
  }
}

/** Holds the events of a bus, which one recording can do at a time. */
function hold(
  bus: RecordableBus<EventSchemas>,
  gate: (event: TradewireEvent) => Promise<unknown> | undefined,
): BusAttachment {
  try {
    return bus.hold(gate)
  } catch (cause) {
    if (!(cause instanceof ConfigurationError)) throw cause
    throw new ConfigurationError(
      "A bus has at most one recording that holds its events, with writeAhead or overflow: 'hold', and no other gate beside it. Stop the one that it has, or record without.",
      { cause },
    )
  }
}
