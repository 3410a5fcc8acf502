import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { SystemWarning } from '../events/system.ts'
import type { RecordSettings } from './record-settings.ts'
import type { LogWriter, WriterState } from './log-writer.ts'
import type { RecordableBus } from './recordable-bus.ts'

/** Who emits the warnings of a recording. */
const source = 'log'

const longestDetail = 256

/** A time in which the storage fails or is too slow. */
interface Trouble {
  /** When it began, by the clock of the recording, in milliseconds. */
  readonly since: number
  saidFailing: boolean
  saidFull: boolean
  /** Whether its end is being waited for. */
  ending: boolean
}

/**
 * What a recording warns of. A warning is an event, which is recorded in its turn: so each kind is said
 * once in a time of trouble, and the end of it once what had waited is written.
 */
export class RecordingWarnings {
  readonly #bus: RecordableBus<EventSchemas>
  readonly #writer: LogWriter
  readonly #settings: RecordSettings
  /** How many events were lost so far. */
  readonly #lost: () => number
  /** Of these, how many were told of when the trouble was over. */
  #told = 0
  #trouble: Trouble | undefined = undefined

  constructor(
    bus: RecordableBus<EventSchemas>,
    writer: LogWriter,
    settings: RecordSettings,
    lost: () => number,
  ) {
    this.#bus = bus
    this.#writer = writer
    this.#settings = settings
    this.#lost = lost
  }

  changed(state: WriterState): void {
    if (state.kind === 'failing') this.failing(state.error)
    else this.#awaitEnd()
  }

  /** The storage fails, or the log is closed. */
  failing(error: Error): void {
    const trouble = this.#begin()
    if (trouble.saidFailing) return
    trouble.saidFailing = true
    const { pending } = this.#writer
    const message = `The log cannot be written. ${pending} events wait in memory, of ${this.#settings.capacity} that may.`
    this.#say('log_failing', message, { pending, ...detailsOf(error) })
  }

  /** An event was lost, or refused, for want of room. */
  full(): void {
    const trouble = this.#begin()
    if (trouble.saidFull) return
    trouble.saidFull = true
    const { pending } = this.#writer
    const { policy } = this.#settings
    const does =
      policy === 'write-ahead'
        ? 'emissions are refused'
        : `the ${policy === 'drop-oldest' ? 'oldest of them' : 'events that come'} are not recorded`
    const message = `${pending} events wait for the storage of the log, as many as may: ${does}.`
    this.#say('log_buffer_full', message, { pending, policy })
    if (this.#writer.failure === undefined) this.#awaitEnd()
  }

  /** An event cannot be written down. */
  refused(event: TradewireEvent, error: Error): void {
    // One of ours: to warn of a warning would never end.
    if (event.type === 'system.warning' && event.source === source) return
    const message = `An event was not recorded, because it cannot be written down.`
    const details = { eventId: event.id, eventType: event.type, ...detailsOf(error) }
    this.#say('log_refused', message, details, event)
  }

  /** The recording has stopped before it had written all. */
  unwritten(count: number): void {
    const message = `The recording has stopped, and ${count} of its events are not known to be in the log.`
    const { failure } = this.#writer
    const details = failure === undefined ? {} : detailsOf(failure)
    this.#say('log_unwritten', message, { unwritten: count, ...details })
  }

  #begin(): Trouble {
    this.#trouble ??= {
      since: this.#settings.clock.monotonic(),
      saidFailing: false,
      saidFull: false,
      ending: false,
    }
    return this.#trouble
  }

  /** Ends the trouble once all that waits now is written, unless the storage fails again until then. */
  #awaitEnd(): void {
    const trouble = this.#trouble
    if (trouble === undefined || trouble.ending) return
    trouble.ending = true
    void this.#writer.flush().then(() => this.#end(trouble))
  }

  #end(trouble: Trouble): void {
    trouble.ending = false
    // Its recovery will come here again.
    if (this.#writer.failure !== undefined) return
    this.#trouble = undefined
    const { pending } = this.#writer
    const lost = this.#lost() - this.#told
    this.#told += lost
    const failedMs = Math.round(this.#settings.clock.monotonic() - trouble.since)
    const message = `The log is written again after ${failedMs} ms. ${lost} events were lost meanwhile.`
    this.#say('log_recovered', message, { pending, lost, failedMs })
  }

  #say(
    code: string,
    message: string,
    facts: SystemWarning['details'],
    cause?: TradewireEvent,
  ): void {
    const { capacity, pattern, onWarning } = this.#settings
    const details = { pattern: pattern.slice(0, longestDetail), capacity, ...facts }
    const warning: SystemWarning = { timestamp: this.#bus.clock.now(), code, message, details }
    if (onWarning !== undefined) tell(onWarning, warning)
    if (this.#bus.closed || this.#bus.catalog.find('system.warning') === undefined) return
    try {
      // The bus knows the type, and checks the payload.
      const { emitSync } = this.#bus as unknown as WarnedBus
      emitSync.call(this.#bus, 'system.warning', warning, cause ? { source, cause } : { source })
    } catch {
      // The bus refuses it, has counted that, and has told its observers.
    }
  }
}

interface WarnedBus {
  emitSync(
    type: 'system.warning',
    data: SystemWarning,
    options: { readonly source: string; readonly cause?: TradewireEvent },
  ): TradewireEvent
}

/** Names an error without its message, which others write and which may say anything. */
function detailsOf(error: Error): Record<string, string> {
  const code: unknown = (error as { readonly code?: unknown }).code
  const details = { error: error.name.slice(0, longestDetail) }
  return typeof code === 'string'
    ? { ...details, errorCode: code.slice(0, longestDetail) }
    : details
}

/** A callback that fails must not disturb who calls it, nor go unnoticed. */
function tell(onWarning: (warning: SystemWarning) => unknown, warning: SystemWarning): void {
  const call = async (): Promise<void> => void (await onWarning(warning))
  call().catch((error: unknown) => {
    console.error('tradewire: onWarning of a recording has failed.', error)
  })
}
