/**
 * The event log: an ordered, durable record of a bus, and what can be done with it.
 *
 * @module tradewire/log
 */
export { memoryLog, openStore, type LogOptions } from './log/open-store.ts'
export type {
  AppendOptions,
  EncodedEntry,
  EventLog,
  LogEntry,
  LoggedEvents,
  LogPatterns,
  LogReader,
  NewEncodedEntry,
  ReadQuery,
  TailQuery,
  UnknownPolicy,
} from './log/event-log.ts'
export type { BufferOverflow, LogWriter, LogWriterOptions, WriterState } from './log/log-writer.ts'
export type { LogStats } from './log/log-stats.ts'
export type { Progress } from './log/progress.ts'
export type { RetainOptions, RetainReport } from './log/retain.ts'
export type { Verification } from './log/verify.ts'
export type { LogSnapshots, Snapshot } from './log/snapshots.ts'
export type {
  ConsumeContext,
  ConsumeHandler,
  ConsumeOptions,
  Consumer,
  ConsumeRetry,
} from './log/consumer-options.ts'
export type { LogDeadLetters, LoggedDeadLetter, RecordedError } from './log/log-dead-letters.ts'
export type {
  CutQuery,
  DamagedRange,
  Durability,
  LogStore,
  Note,
  NoteKey,
  NoteKind,
  Page,
  PageQuery,
  PositionRange,
  RemovalQuery,
  StoreAppend,
  StoredEvent,
  StoreStats,
  TypeCount,
  VerifyStep,
} from './log/store.ts'
export {
  ArchiveError,
  ConsumerBusyError,
  LogBufferFullError,
  LogClosedError,
  LogDamagedError,
  LogFormatError,
  LogKeyError,
  LogLockedError,
  LogReadOnlyError,
  LogStorageError,
  ReducerError,
} from './log/errors.ts'
