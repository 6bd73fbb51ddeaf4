/**
 * The format of the database: its marks, its tables, and the two digests that everything rests on:
 * the chain over the entries and the digest of a snapshot. Neighbours: `store.ts` writes by it,
 * `recover.ts` verifies by it.
 * Invariant: an entry's hash covers its number, key, text and, through the hash before it, all of the
 * past; who has the last hash has the whole history.
 */
import { createHash, type Hash, hash } from "node:crypto";
import Database from "libsql";

/** "CLAW"; tells our file from any other SQLite database. */
export const APPLICATION_ID = 0x434c4157;
/** 2 added the archive, 3 the kinds of what is in it. */
export const FORMAT_VERSION = 3;

/** The hash before the first entry. */
export const GENESIS: Buffer = Buffer.alloc(32);

const SCHEMA = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE entries (
    seq INTEGER PRIMARY KEY, json TEXT NOT NULL, key TEXT, hash BLOB NOT NULL);
  CREATE UNIQUE INDEX entries_by_key ON entries (key) WHERE key IS NOT NULL;
  CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, created_at TEXT NOT NULL,
    hash BLOB NOT NULL, digest BLOB NOT NULL, parts INTEGER NOT NULL, bytes INTEGER NOT NULL);
  CREATE TABLE snapshot_parts (
    snapshot INTEGER NOT NULL, part INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (snapshot, part)) WITHOUT ROWID;`;

const ARCHIVE_SCHEMA = `
  CREATE TABLE archive (
    id TEXT NOT NULL, seq INTEGER NOT NULL, taken INTEGER, at TEXT NOT NULL,
    project TEXT NOT NULL, owner TEXT NOT NULL, hash BLOB NOT NULL,
    text TEXT NOT NULL, json TEXT NOT NULL);
  CREATE UNIQUE INDEX archive_by_id ON archive (id, seq);
  CREATE INDEX archive_by_time ON archive (at DESC, id DESC) WHERE taken IS NULL;
  CREATE INDEX archive_taken ON archive (taken) WHERE taken IS NOT NULL;`;

/** Ids are ordered the way people count: M-1000 is said after M-999. */
const KINDS_SCHEMA = `
  ALTER TABLE archive ADD COLUMN kind TEXT NOT NULL DEFAULT 'task';
  DROP INDEX archive_by_time;
  CREATE INDEX archive_by_time ON archive (kind, at DESC, length(id) DESC, id DESC)
    WHERE taken IS NULL;
  CREATE INDEX archive_by_owner ON archive (kind, owner, at DESC, length(id) DESC, id DESC)
    WHERE taken IS NULL;`;

/** What each format added to the one before. */
const SCHEMAS: readonly string[] = [SCHEMA, ARCHIVE_SCHEMA, KINDS_SCHEMA];

/** Where a chain stands: an entry's number and its hash. */
export interface Link {
  seq: number;
  hash: Buffer;
}

/**
 * Makes the tables in an empty database.
 * @throws Error for an id of another form, which would be read as a part of the statement
 */
export function createTables(db: Database.Database, id: string, floor: Link): void {
  checkId(id);
  // Without a prepared statement: while one lives, libsql keeps a closed database open.
  db.exec(`BEGIN IMMEDIATE; ${SCHEMAS.join(" ")}
    INSERT INTO meta VALUES ('id', '${id}'), ('floor', '${toFloorText(floor)}');
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${FORMAT_VERSION};
    COMMIT`);
}

/** Brings a sound database of an older format to this one; whole, or not at all. */
export function migrate(db: Database.Database): void {
  const version = Number(pragma(db, "user_version"));
  if (version >= FORMAT_VERSION) return;
  db.exec(`BEGIN IMMEDIATE; ${SCHEMAS.slice(version).join(" ")}
    PRAGMA user_version = ${FORMAT_VERSION};
    COMMIT`);
}

/**
 * Holds the schema against ours. A trigger or a view of somebody else's would run, or answer in a table's
 * place, once the file is used; here the schema is only read.
 * @throws Error that names what is not ours, or is missing
 */
export function checkSchema(db: Database.Database): void {
  const missing = new Set(statementsFor(Number(pragma(db, "user_version"))));
  const rows = db.prepare("SELECT type, name, sql FROM sqlite_schema").all() as {
    type: string;
    name: string;
    sql: string | null;
  }[];
  for (const { type, name, sql } of rows) {
    const isOurs =
      sql === null ? name.startsWith("sqlite_autoindex_") : missing.delete(squeeze(sql));
    if (!isOurs) throw new Error(`the ${type} ${name} in it is none of ClawTasker's`);
  }
  const [lost] = missing;
  if (lost !== undefined) throw new Error(`it lacks what "${lost.slice(0, 60)}" makes`);
}

/** What makes a database of the format, each as SQLite keeps it but for blanks. */
function statementsFor(version: number): string[] {
  const model = new Database(":memory:");
  try {
    model.exec(SCHEMAS.slice(0, version).join(" "));
    const rows = model.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").all() as {
      sql: string;
    }[];
    return rows.map(({ sql }) => squeeze(sql));
  } finally {
    model.close();
  }
}

function squeeze(sql: string): string {
  return sql.replaceAll(/\s+/g, " ").trim();
}

function getMeta(db: Database.Database, key: string): string {
  const [row] = db.prepare("SELECT value FROM meta WHERE key = ?").all(key) as { value: string }[];
  if (!row) throw new Error(`meta lacks ${key}`);
  return row.value;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The id of the journal.
 * @throws Error where it is none that a journal was ever given: whoever wrote it means something by it
 */
export function getId(db: Database.Database): string {
  return checkId(getMeta(db, "id"));
}

function checkId(id: string): string {
  if (!UUID.test(id)) throw new Error("its id is none of ClawTasker's");
  return id;
}

export function setMeta(db: Database.Database, key: string, value: string): void {
  db.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)").run(key, value);
}

function toFloorText({ seq, hash }: Link): string {
  return `${seq} ${hash.toString("hex")}`;
}

/** The last entry that was let go, or the beginning. */
/** @throws Error where it is damaged */
export function getFloor(db: Database.Database): Link {
  const [, seq, hash = ""] = /^(\d{1,15}) ([0-9a-f]{64})$/.exec(getMeta(db, "floor")) ?? [];
  if (seq === undefined) throw new Error("the number of its first entry cannot be read");
  return { seq: Number(seq), hash: Buffer.from(hash, "hex") };
}

export function setFloor(db: Database.Database, floor: Link): void {
  setMeta(db, "floor", toFloorText(floor));
}

/**
 * What the pragma says. libsql adds fields of its own to single rows, so the column is named.
 * @throws SqliteError when the file cannot be read
 */
export function pragma(db: Database.Database, name: string, assignment = ""): unknown {
  const rows = db.prepare(`PRAGMA ${name}${assignment}`).all() as Record<string, unknown>[];
  return rows[0]?.[name];
}

/** Keys are stored as JSON text: whatever they hold, what is stored is plain. */
export function toStoredKey(key: string | null): string | null {
  return key === null ? null : JSON.stringify(key);
}

export function fromStoredKey(key: string | null): string | null {
  return key === null ? null : (JSON.parse(key) as string);
}

export function chainHash(
  before: Buffer,
  seq: number,
  storedKey: string | Buffer | null,
  json: string | Buffer,
): Buffer {
  // Put together first: one call of the hash costs less than the object for many.
  const most = before.length + 32 + bytesAtMost(storedKey ?? "") + bytesAtMost(json);
  if (scratch.length < most) scratch = Buffer.allocUnsafe(2 * most);
  let end = before.copy(scratch);
  for (const part of [`${seq} `, storedKey ?? "", "\n", json]) {
    end += typeof part === "string" ? scratch.write(part, end) : part.copy(scratch, end);
  }
  return hash("sha256", scratch.subarray(0, end), "buffer");
}

let scratch = Buffer.allocUnsafe(16 * 1024);

/** In UTF-8. */
function bytesAtMost(text: string | Buffer): number {
  return typeof text === "string" ? 3 * text.length : text.length;
}

/** The digest of a snapshot, to be fed part by part. */
export function createSnapshotDigest(at: Link, createdAt: string): SnapshotDigest {
  const hash: Hash = createHash("sha256").update(`${at.seq} ${createdAt}\n`).update(at.hash);
  let bytes = 0;
  return {
    add(part) {
      const length = Buffer.byteLength(part);
      hash.update(`${length}\n`).update(part);
      bytes += length;
    },
    bytes: () => bytes,
    digest: () => hash.digest(),
  };
}

export interface SnapshotDigest {
  add(part: string | Buffer): void;
  bytes(): number;
  /** Once, at the end. */
  digest(): Buffer;
}

/** libsql gives blobs as ArrayBuffer; a damaged row may hold anything. */
export function toBuffer(value: unknown): Buffer {
  return value instanceof ArrayBuffer ? Buffer.from(value) : Buffer.alloc(0);
}
