/**
 * What an append may lose.
 *
 * - `each`: every append is a commit of its own, and resolves once it is synced to the disk.
 * - `group`: appends of up to 5 ms, or 1,000 events, share one commit, and resolve once it is synced.
 * - `lazy`: as `group`, but the commit is not synced: a crash of the process takes nothing that was
 *   acknowledged, a power cut may take the newest events.
 */
export type Durability = 'each' | 'group' | 'lazy'

/** An event as a home keeps it. */
export interface StoredEvent {
  /** Its concrete type. */
  readonly type: string
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number
  /** Who emitted it. */
  readonly source: string
  /** Its correlation id, if that is not its own id. */
  readonly correlationId: string | undefined
  /** The JSON text of the encoded event; without `data` and `metadata` where these are in `secret`. */
  readonly text: string
  /** With encryption: the JSON text of `{ data, metadata }`, which the home must encrypt. */
  readonly secret: string | undefined
  /**
   * The position that it must get, above every one before it; positions left out count as removed. Only
   * what restores an archive says this. Default: the next one.
   */
  readonly position?: number
}

/** Which records to get. Positions count from 1. */
export interface PageQuery {
  /** `forward`: records after this position. `backward`: records before it. */
  readonly after: number
  /** Which way to go. */
  readonly order: 'forward' | 'backward'
  /** The last position to look at: the highest of `forward`, the lowest of `backward`. */
  readonly through: number
  /** The most events to return: 1 to 1,000. A home returns fewer where they are large. */
  readonly limit: number
  /** Only events that one of these patterns covers. Undefined: all. */
  readonly patterns: readonly string[] | undefined
  /** Only events at or after this time, in milliseconds since the Unix epoch. */
  readonly since: number | undefined
  /** Only events before this time, in milliseconds since the Unix epoch. */
  readonly until: number | undefined
  /** Only events of this source. */
  readonly source: string | undefined
  /** Only events of this causal chain. */
  readonly correlationId: string | undefined
}

/** Some records, in the order that was asked for. */
export interface Page {
  /** Where each of them stands. */
  readonly positions: readonly number[]
  /** `text` of each. */
  readonly texts: readonly string[]
  /** `secret` of each, decrypted; undefined where none of them is encrypted. */
  readonly secrets: readonly (string | undefined)[] | undefined
  /** What to give as `after` to go on. */
  readonly next: number
  /** Whether there is nothing more to look at on the way to `through`. */
  readonly done: boolean
}

/** What is kept beside the events. */
export type NoteKind = 'consumer' | 'dead-letter' | 'snapshot'

/** Something small that is kept beside the events; its kind, name and number are its key. */
export interface Note {
  /** What it is. */
  readonly kind: NoteKind
  /** The consumer or projection that it belongs to. */
  readonly name: string
  /** A whole number from 0: 0 for a consumer, else the position that it is about. */
  readonly number: number
  /** JSON. */
  readonly text: string
}

/** Names a {@link Note}. */
export type NoteKey = Pick<Note, 'kind' | 'name' | 'number'>

/** Which records may be removed. */
export interface RemovalQuery {
  /** All up to this position, this one included. */
  readonly through: number
  /** Only those that one of these patterns covers. Undefined: all. */
  readonly patterns: readonly string[] | undefined
}

/** Where the records end that a limit wants removed. */
export interface CutQuery {
  /** Only those that one of these patterns covers are counted. Undefined: all. */
  readonly patterns: readonly string[] | undefined
  /** Records before this time go, in milliseconds since the Unix epoch. */
  readonly before: number | undefined
  /** Only the newest so many stay. */
  readonly maxEvents: number | undefined
  /** Only as many of the newest stay as take this many bytes of storage. */
  readonly maxBytes: number | undefined
}

/** Positions, both included. */
export interface PositionRange {
  /** The lowest. */
  readonly first: number
  /** The highest. */
  readonly last: number
}

/** Records that are not as they were written. */
export interface DamagedRange extends PositionRange {
  /** What is wrong, in a few words. */
  readonly reason: string
}

/** A step of `verify`. */
export interface VerifyStep {
  /** How far it has come. */
  readonly through: number
  /** How many records it has looked at. */
  readonly records: number
  /** What of them is damaged. */
  readonly damaged: readonly DamagedRange[]
  /** Whether that was all. */
  readonly done: boolean
}

/** How many events of a type a log holds. */
export interface TypeCount {
  /** The concrete type. */
  readonly type: string
  /** How many it holds. */
  readonly events: number
}

/** What a home knows of itself. */
export interface StoreStats {
  /** How many events it holds. */
  readonly events: number
  /** The position of the first that it holds; 0 if it holds none. */
  readonly first: number
  /** The position of the last that was ever appended; 0 if none was. */
  readonly last: number
  /** The time of the first that it holds. */
  readonly firstTimestamp: number | undefined
  /** The time of the last that it holds. */
  readonly lastTimestamp: number | undefined
  /** How much storage it takes, in bytes. */
  readonly bytes: number
  /** How many dead letters of consumers it keeps. */
  readonly deadLetters: number
  /** How many of each type, by name. */
  readonly types: readonly TypeCount[]
}

/** A succession of appends that must not overtake each other. */
export interface Lane {
  /** What tells it from the lanes of other writers. */
  readonly name: string
  /** From 1; raised each time that one of them has failed. */
  readonly attempt: number
}

/** What `remove` has done. */
export interface Removal {
  /** How many records it has removed. */
  readonly removed: number
  /** Whether that was all. */
  readonly done: boolean
}

/** How an append is made. */
export interface StoreAppend {
  /** What may be lost of it. */
  readonly durability: Durability
  /**
   * Appends of one writer that follow each other: once one has failed, the home refuses those that were
   * sent after it, until one comes with a higher `attempt`. So none overtakes another.
   */
  readonly lane: Lane | undefined
}

/**
 * Where the records of a log are kept. All that a home has to know; `EventLog` is built upon it. Its
 * methods reject with the errors of `errors.ts`, and may be called while others run: they take effect in
 * the order of the calls.
 */
export interface LogStore {
  /** Whether it can only be read. */
  readonly readOnly: boolean
  /** Opens it. Resolves to the last position, 0 if it is empty. Nothing else is called before. */
  open(): Promise<number>
  /**
   * Appends all of them, or none; resolves to their positions, once they are as durable as was asked.
   */
  append(events: readonly StoredEvent[], options: StoreAppend): Promise<readonly number[]>
  /** Some of the records that match, from where the query says. */
  page(query: PageQuery): Promise<Page>
  /** The last position as it is now, also where another process writes. */
  last(): Promise<number>
  /** The notes of a kind, of one name if it is given, by name and number. */
  notes(kind: NoteKind, name?: string): Promise<readonly Note[]>
  /** The note with the highest number up to `number`. */
  noteUpTo(key: NoteKey): Promise<Note | undefined>
  /** Writes and deletes all of them, or none; resolves once that is durable. */
  writeNotes(put: readonly Note[], remove: readonly NoteKey[]): Promise<void>
  /** The highest position that has to go; 0 if none has to. */
  cut(query: CutQuery): Promise<number>
  /** Removes some, in at most a few milliseconds. Tells how many, and whether that was all. */
  remove(query: RemovalQuery): Promise<Removal>
  /** How many records after a position one of the patterns covers. */
  countAfter(position: number, patterns: readonly string[] | undefined): Promise<number>
  /**
   * The highest position at which an event that one of the patterns covers was removed, or may have stood
   * in a stretch that an append has left out; 0 if there is none. It never sinks.
   */
  removedThrough(patterns: readonly string[] | undefined): Promise<number>
  /** What it holds. */
  stats(): Promise<StoreStats>
  /** Checks some records after `position`, in at most a few milliseconds, on the way to `through`. */
  verify(position: number, through: number): Promise<VerifyStep>
  /** Releases it. Nothing else is called afterwards. */
  close(): Promise<void>
}
