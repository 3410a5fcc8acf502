/**
 * The event log: an ordered, durable record of a bus, and what can be done with it.
 *
 * @module tradewire/log
 */
export { openLog, type OpenLogOptions } from './log/open-log.ts'
export { type EncryptionOptions } from './log/sealing.ts'
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
} from './log/event-log.ts'
export type { UnknownPolicy } from './log/unknown-policy.ts'
export type {
  BufferOverflow,
  FailingWriter,
  LogWriter,
  LogWriterOptions,
  RecoveredWriter,
  WriterState,
} from './log/log-writer.ts'
export { record } from './log/record.ts'
export type {
  Recording,
  RecordingStats,
  RecordOptions,
  RecordOverflow,
  StopRecordingOptions,
} from './log/recording.ts'
export type { BusAttachment, RecordableBus } from './log/recordable-bus.ts'
export { project, type ProjectOptions, stateAt } from './log/projection.ts'
export type { Reducer } from './log/reducer.ts'
export { follow, type FollowOptions, type LiveProjection } from './log/live-projection.ts'
export {
  archive,
  type ArchiveOptions,
  type ArchivePosition,
  type ArchiveUntil,
} from './log/archive.ts'
export type { ArchiveKey, ArchiveManifest } from './log/archive-manifest.ts'
export {
  type ArchiveVerification,
  type DamagedFile,
  restore,
  type RestoreOptions,
  type RestoreReport,
  verifyArchive,
} from './log/restore.ts'
export { exportLog, type ExportOptions } from './log/export-log.ts'
export type { ExportReport } from './log/export-lines.ts'
export { importLog, type ImportOptions } from './log/import-log.ts'
export { ImportError, type ImportReport } from './log/import-error.ts'
export { trace, type TraceOptions } from './log/trace.ts'
export type { CausalNode, CausalTree, MissingCause } from './log/causal-tree.ts'
export { printTrace, type PrintTraceOptions } from './log/trace-print.ts'
export { type MermaidOptions, traceToMermaid } from './log/mermaid.ts'
export type { ConsumerState, LogStats } from './log/log-stats.ts'
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
export { ConsumerTimeoutError } from './log/consumer-timeout.ts'
export type { ConsumerTrouble, OnConsumerError } from './log/consumer-trouble.ts'
export type { LogDeadLetters, LoggedDeadLetter, RecordedError } from './log/log-dead-letters.ts'
export type {
  CutQuery,
  DamagedRange,
  Durability,
  Lane,
  LogStore,
  Note,
  NoteKey,
  NoteKind,
  Page,
  PageQuery,
  PositionRange,
  Removal,
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
  ConsumerDeadlockError,
  EventsRemovedError,
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
