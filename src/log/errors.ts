import { TradewireError } from '../errors/tradewire-error.ts'

/** Another process, or another `openLog` of this one, has the log open for writing. */
export class LogLockedError extends TradewireError {
  readonly code = 'LOG_LOCKED'
  /** The file that is locked. */
  readonly path: string
  /** The process that holds it, where that is known. */
  readonly holder: number | undefined

  constructor(path: string, holder: number | undefined, options?: ErrorOptions) {
    const who = holder === undefined ? 'Somebody' : `Process ${holder}`
    super(
      `${who} has ${JSON.stringify(path)} open for writing, and a log has one writer. End it, or open the log with { readOnly: true }.`,
      options,
    )
    this.path = path
    this.holder = holder
  }
}

/** What the log holds is not what was written: a flipped bit, or a missing or edited record. */
export class LogDamagedError extends TradewireError {
  readonly code = 'LOG_DAMAGED'
  /** The first position that is damaged; 0 where it is not a record that is. */
  readonly first: number
  /** The last position that is damaged; 0 where it is not a record that is. */
  readonly last: number

  constructor(what: string, first: number, last: number, options?: ErrorOptions) {
    super(
      `${what} Nothing damaged was returned. See what verify() reports; restore the log from an archive or a copy.`,
      options,
    )
    this.first = first
    this.last = last
  }
}

/** A file that is no log, or one of a version that this program does not know. */
export class LogFormatError extends TradewireError {
  readonly code = 'LOG_FORMAT'
}

/**
 * The storage has refused: the disk is full, a file may not be written, an I/O error. What was to be
 * appended is not in the log.
 */
export class LogStorageError extends TradewireError {
  readonly code = 'LOG_STORAGE'
}

/** The log is closed, or is being closed. */
export class LogClosedError extends TradewireError {
  readonly code = 'LOG_CLOSED'

  constructor(what: string) {
    super(`${what}: the log is closed. Open it again with openLog.`)
  }
}

/** The log was opened with `readOnly`. */
export class LogReadOnlyError extends TradewireError {
  readonly code = 'LOG_READ_ONLY'

  constructor(what: string) {
    super(`${what}: the log was opened with { readOnly: true }. Open it without, to write.`)
  }
}

/** What is encrypted cannot be read: its key was not given, or is another one. */
export class LogKeyError extends TradewireError {
  readonly code = 'LOG_KEY'
  /** The name of the key that it was encrypted with. */
  readonly keyName: string

  constructor(keyName: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.keyName = keyName
  }
}

/** More events wait for the storage than may. */
export class LogBufferFullError extends TradewireError {
  readonly code = 'LOG_BUFFER_FULL'
  /** How many events may wait. */
  readonly capacity: number

  constructor(what: string, capacity: number) {
    super(
      `${what}: ${capacity} events wait for the storage of the log, as many as may. Mend the storage, emit less often, or raise capacity.`,
    )
    this.capacity = capacity
  }
}

/** A consumer of this name runs already. */
export class ConsumerBusyError extends TradewireError {
  readonly code = 'CONSUMER_BUSY'
  /** The name of the consumer. */
  readonly consumer: string

  constructor(consumer: string) {
    super(
      `A consumer ${JSON.stringify(consumer)} of this log runs already: two of one name would each get a part of the events. Stop it first, or give this one another name.`,
    )
    this.consumer = consumer
  }
}

/** A reducer of a projection has thrown. Its state is as it was before that event. */
export class ReducerError extends TradewireError {
  readonly code = 'REDUCER_FAILED'
  /** Where in the log it failed. */
  readonly position: number

  constructor(position: number, type: string, id: string, options: ErrorOptions) {
    super(
      `The reducer has failed on ${type} ${JSON.stringify(id)} at position ${position}. Its state ends before that event; mend the reducer and project again.`,
      options,
    )
    this.position = position
  }
}

/**
 * Events that are needed are not in the log any more: `retain` has removed them, or an archive that was
 * restored had left them out.
 */
export class EventsRemovedError extends TradewireError {
  readonly code = 'EVENTS_REMOVED'
  /** The position behind which they are missing. */
  readonly after: number
  /** The highest position at which such an event is missing. */
  readonly through: number

  constructor(message: string, after: number, through: number) {
    super(message)
    this.after = after
    this.through = through
  }
}

/** Something was to be awaited inside a handler of a consumer that waits for that very handler. */
export class ConsumerDeadlockError extends TradewireError {
  readonly code = 'WOULD_DEADLOCK'
  /** The name of the consumer. */
  readonly consumer: string

  constructor(method: string, consumer: string) {
    super(
      `${method}() waits for the handler of the consumer ${JSON.stringify(consumer)}, and was called inside of it: neither could ever end. Call it outside of the handler; stop() and close() may be called inside, and begin there, but must not be awaited.`,
    )
    this.consumer = consumer
  }
}

/** An archive that cannot be restored: not what its manifest says, or no archive. */
export class ArchiveError extends TradewireError {
  readonly code = 'ARCHIVE_INVALID'
}
