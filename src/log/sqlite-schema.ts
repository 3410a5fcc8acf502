import type { Connection } from './sqlite-connection.ts'
import { type Head, writeHead } from './sqlite-directory.ts'

/** Says in the header of a file that it is a log: `TWLG`. */
export const applicationId = 0x54_57_4c_47

/** The version of the tables, in the header as `user_version`. */
export const schemaVersion = 1

/** Bytes of a page. */
const pageSize = 8_192

const tables = `
CREATE TABLE head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  log TEXT NOT NULL,
  last INTEGER NOT NULL,
  hash BLOB NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE types (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  appended INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  removed_through INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE records (
  position INTEGER PRIMARY KEY,
  type_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  timestamp REAL NOT NULL,
  source TEXT NOT NULL,
  correlation_id TEXT,
  sealed INTEGER,
  event TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  previous BLOB NOT NULL
) STRICT;
CREATE INDEX records_by_type ON records (type_id);
CREATE INDEX records_by_correlation ON records (correlation_id) WHERE correlation_id IS NOT NULL;
CREATE TABLE sealed (
  first INTEGER PRIMARY KEY,
  events INTEGER NOT NULL,
  key TEXT NOT NULL,
  nonce BLOB NOT NULL,
  tag BLOB NOT NULL,
  ciphertext BLOB NOT NULL
) STRICT;
CREATE TABLE gaps (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE zones (
  zone INTEGER PRIMARY KEY,
  lowest REAL NOT NULL,
  highest REAL NOT NULL,
  bytes INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE notes (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  number INTEGER NOT NULL,
  text TEXT,
  key TEXT,
  nonce BLOB,
  tag BLOB,
  ciphertext BLOB,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (kind, name, number)
) STRICT, WITHOUT ROWID;
`

/** Views for people; nothing here reads them. */
const views = `
CREATE VIEW events AS SELECT
  position,
  types.name AS type,
  timestamp,
  strftime('%Y-%m-%dT%H:%M:%fZ', timestamp / 1000.0, 'unixepoch') AS time,
  source,
  event ->> '$.id' AS id,
  event ->> '$.sequence' AS sequence,
  coalesce(correlation_id, event ->> '$.correlationId') AS correlation_id,
  event ->> '$.causationId' AS causation_id,
  event -> '$.data' AS data,
  event
FROM records JOIN types ON types.id = records.type_id;
CREATE VIEW consumers AS SELECT
  name, text ->> '$.position' AS position, text
FROM notes WHERE kind = 'consumer';
CREATE VIEW dead_letters AS SELECT
  notes.name AS consumer,
  notes.number AS position,
  events.type,
  notes.text ->> '$.attempts' AS attempts,
  notes.text ->> '$.failedAt' AS failed_at,
  notes.text -> '$.errors' AS errors,
  events.event
FROM notes LEFT JOIN events ON events.position = notes.number WHERE notes.kind = 'dead-letter';
CREATE VIEW snapshots AS SELECT
  name, number AS position, text
FROM notes WHERE kind = 'snapshot';
`

/**
 * Makes the tables of a new log in an empty file, and leaves it in WAL mode. Nothing is synced: who calls
 * it does that once, when the file is whole.
 */
export function createSchema(connection: Connection, head: Head): void {
  connection.exec(
    `PRAGMA page_size = ${pageSize}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = OFF`,
  )
  connection.transaction('IMMEDIATE', () => {
    connection.exec(`${tables}${views}
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${schemaVersion};`)
    writeHead(connection, head)
  })
  connection.exec('PRAGMA journal_mode = WAL')
}
