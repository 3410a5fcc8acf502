import { ConfigurationError, TradewireError } from '../errors/tradewire-error.ts'
import {
  LogDamagedError,
  LogFormatError,
  LogKeyError,
  LogLockedError,
  LogStorageError,
} from './errors.ts'
import type { SqliteFile } from './sqlite-file.ts'
import { type EventParcel, fromParcel } from './sqlite-parcel.ts'
import type { StoreAppend } from './store.ts'

/** What can be asked of the thread that has the file. */
export type WireMethod =
  | 'open'
  | 'append'
  | 'page'
  | 'last'
  | 'notes'
  | 'noteUpTo'
  | 'writeNotes'
  | 'cut'
  | 'remove'
  | 'countAfter'
  | 'removedThrough'
  | 'stats'
  | 'verify'
  | 'close'

/** A question to that thread. */
export interface WireRequest {
  readonly id: number
  readonly method: WireMethod
  readonly values: readonly unknown[]
}

/** An error, as it crosses from one thread to another. */
export interface WireError {
  /** The code of an error of ours, or the name of another one. */
  readonly code: string
  readonly message: string
  /** What else the error says of itself. */
  readonly fields: WireFields
  /** The message and the code of its cause. */
  readonly cause: { readonly message: string; readonly code: string | undefined } | undefined
}

interface WireFields {
  readonly path?: string
  readonly holder?: number | undefined
  readonly first?: number
  readonly last?: number
  readonly keyName?: string
}

/** An answer of that thread. */
export type WireAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: WireError }

/** What a file says to a request. Never throws. */
export function answer(file: SqliteFile, { id, method, values }: WireRequest): WireAnswer {
  try {
    if (method === 'append') {
      const [parcel, options] = values as readonly [EventParcel, StoreAppend]
      return { id, value: file.append(fromParcel(parcel), options) }
    }
    // A request comes from SqliteStore, which is checked against LogStore, as SqliteFile's methods are.
    const run = file[method] as (...values: readonly unknown[]) => unknown
    return { id, value: run.apply(file, values as unknown[]) }
  } catch (error) {
    return { id, error: toWire(error) }
  }
}

function toWire(error: unknown): WireError {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  const { path, holder, first, last, keyName } = error as WireFields
  return {
    code: codeOf(error),
    message,
    fields: { path, holder, first, last, keyName },
    cause: cause instanceof Error ? toCause(cause) : undefined,
  }
}

/** A mistake in the program comes out as what it is; it has no code. */
function codeOf(error: unknown): string {
  if (error instanceof TradewireError) return error.code
  if (error instanceof TypeError) return 'TypeError'
  return error instanceof RangeError ? 'RangeError' : 'LOG_STORAGE'
}

function toCause(cause: Error): NonNullable<WireError['cause']> {
  const { code } = cause as { readonly code?: unknown }
  return { message: cause.message, code: typeof code === 'string' ? code : undefined }
}

/** The error that has crossed, as what it was. */
export function fromWire({ code, message, fields, cause }: WireError): Error {
  const options =
    cause === undefined
      ? undefined
      : { cause: Object.assign(new Error(cause.message), cause.code && { code: cause.code }) }
  const error = makeError(code, message, fields, options)
  // Classes that write their own message have written it on the other side, from what only that one has.
  error.message = message
  // The stack begins with the message as it was when it was captured.
  Error.captureStackTrace(error, fromWire)
  return error
}

function makeError(
  code: string,
  message: string,
  { path = '', holder, first = 0, last = 0, keyName = '' }: WireFields,
  options: ErrorOptions | undefined,
): Error {
  switch (code) {
    case 'CONFIGURATION':
      return new ConfigurationError(message, options)
    case 'LOG_LOCKED':
      return new LogLockedError(path, holder, options)
    case 'LOG_DAMAGED':
      return new LogDamagedError(message, first, last, options)
    case 'LOG_FORMAT':
      return new LogFormatError(message, options)
    case 'LOG_KEY':
      return new LogKeyError(keyName, message, options)
    case 'TypeError':
      return new TypeError(message, options)
    case 'RangeError':
      return new RangeError(message, options)
    default:
      return new LogStorageError(message, options)
  }
}
