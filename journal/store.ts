/**
 * Entries and snapshots on one open connection. Neighbours: `sqlite-worker.ts` calls it for the port,
 * `recover.ts` fills a clean database through it.
 * Invariants: a write is one transaction and leaves nothing behind when it fails; a snapshot counts
 * from the moment its row is there, its parts alone are nothing.
 */
import type Database from "libsql";
import type { JournalRecord, JournalRefusalReason } from "../core/index.ts";
import { READ_CHARS } from "../core/ports.ts";
import { type ArchiveTable, createArchiveTable } from "./archive.ts";
import {
  chainHash,
  createSnapshotDigest,
  fromStoredKey,
  getFloor,
  type Link,
  pragma,
  type SnapshotDigest,
  setFloor,
  toBuffer,
  toStoredKey,
} from "./format.ts";
import { createPager } from "./pages.ts";

/** A write that certainly changed nothing. */
export class CleanFailure extends Error {
  readonly reason: JournalRefusalReason;
  constructor(reason: JournalRefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface SnapshotRow {
  id: number;
  seq: number;
  created_at: string;
  hash: ArrayBuffer;
  digest: ArrayBuffer;
  parts: number;
  bytes: number;
}

export interface Store {
  head(): Link;
  floor(): Link;
  /** @throws CleanFailure when nothing was written, SqliteError when that is not certain */
  append(expectedSeq: number, records: readonly JournalRecord[]): void;
  read(after: number, limit: number): JournalRecord[];
  findByKey(key: string): JournalRecord | null;
  archive: Pick<ArchiveTable, "find" | "list">;
  /** Everything was checked: what is read needs no second look. */
  settle(): void;
  beginSnapshot(seq: number, createdAt: string): void;
  addParts(parts: readonly string[]): void;
  commitSnapshot(keep: number): void;
  /** Deletes some parts of dropped snapshots; true while there are more. */
  dropParts(): boolean;
  snapshots(): SnapshotRow[];
  partsOf(id: number): string[];
  /** Gives some free pages back to the file system; true while there are more than are worth keeping. */
  shrink(): boolean;
  /** Deletes some entries; true while there are more to delete. */
  prune(seq: number): boolean;
}

interface EntryRow extends Pick<JournalRecord, "seq" | "json" | "key"> {
  hash: ArrayBuffer;
}

const COLUMNS = 4;
const ROWS_AT_ONCE = 16;
const PARTS_AT_ONCE = 64;
const ENTRIES_AT_ONCE = 256;
/** Of what goes at once: an append waits behind it. */
const PRUNED_CHARS = 16_000_000;
const PAGES_AT_ONCE = 256;
/** Free pages that are kept for what comes next: the next snapshot is about as large as the last. */
const SPARE_PAGES = 256;
const SPARE_SHARE = 0.25;

/** Runs in one transaction; see `Store.append` for what it throws. */
export function transact<T>(db: Database.Database, run: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = run();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // Some failures have rolled back by themselves.
    if (db.inTransaction) db.exec("ROLLBACK");
    const code = codeOf(error);
    if (code === "SQLITE_FULL") {
      throw new CleanFailure("full", "the disk is full, or the database has reached its bound");
    }
    if (code.startsWith("SQLITE_CONSTRAINT")) {
      throw new CleanFailure("conflict", `a record collides: ${(error as Error).message}`);
    }
    throw error;
  }
}

export function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? "");
}

/** Something that was kept is not what it was. */
export class Doubt extends Error {}

/**
 * @param verifiedHead the last entry, as verified
 * @param uncheckedTo entries up to here are verified when they are read
 */
export function createStore(db: Database.Database, verifiedHead: Link, uncheckedTo = 0): Store {
  let head = verifiedHead;
  let floor = getFloor(db);
  let draft: {
    id: number;
    at: Link;
    createdAt: string;
    digest: SnapshotDigest;
    parts: number;
  } | null = null;

  const archive = createArchiveTable(db);
  const insertOf = (entries: number) =>
    db.prepare(`INSERT INTO entries (seq, json, key, hash)
      VALUES ${Array(entries).fill("(?, ?, ?, ?)").join(", ")}`);
  const insertEntry = insertOf(1);
  const insertEntries = insertOf(ROWS_AT_ONCE);
  const selectAfter = db.prepare(
    "SELECT seq, json, key, hash FROM entries WHERE seq > ? ORDER BY seq LIMIT ?",
  );
  const countWithin = createPager(db);
  const selectKey = db.prepare("SELECT seq, json, key, hash FROM entries WHERE key = ?");
  const selectHash = db.prepare("SELECT hash FROM entries WHERE seq = ?");
  const insertPart = db.prepare(
    "INSERT INTO snapshot_parts (snapshot, part, json) VALUES (?, ?, ?)",
  );
  const selectSnapshots = db.prepare("SELECT * FROM snapshots ORDER BY seq DESC, id DESC");
  const selectOrphans = db.prepare(`SELECT DISTINCT snapshot FROM snapshot_parts
    WHERE snapshot NOT IN (SELECT id FROM snapshots)`);
  const deleteParts = db.prepare(`DELETE FROM snapshot_parts WHERE snapshot = ?1 AND part IN
    (SELECT part FROM snapshot_parts WHERE snapshot = ?1 LIMIT ${PARTS_AT_ONCE})`);

  /** Snapshots that are gone but whose parts are still there. */
  const orphans = new Set<number>();
  for (const { snapshot } of selectOrphans.all() as { snapshot: number }[]) orphans.add(snapshot);
  const snapshots = () => selectSnapshots.all() as SnapshotRow[];
  let lastId = Math.max(0, ...orphans, ...snapshots().map(({ id }) => id));

  let unchecked = uncheckedTo;
  const toRecord = (row: EntryRow): JournalRecord => ({
    seq: row.seq,
    json: row.json,
    key: fromStoredKey(row.key),
  });

  /** @throws Doubt when one of the rows, which follow each other, is not what was written */
  function verified(rows: EntryRow[]): EntryRow[] {
    const [first] = rows;
    if (!first || first.seq > unchecked) return rows;
    const [link] = selectHash.all(first.seq - 1) as { hash: unknown }[];
    let before = first.seq - 1 === floor.seq ? floor.hash : toBuffer(link?.hash);
    for (const { seq, key, json, hash } of rows) {
      const stored = toBuffer(hash);
      if (!chainHash(before, seq, key, json).equals(stored)) {
        throw new Doubt(`entry ${seq} was altered`);
      }
      before = stored;
    }
    return rows;
  }

  /** @throws CleanFailure when the journal holds no such entry */
  function linkAt(seq: number): Link {
    if (seq === head.seq) return head;
    if (seq === floor.seq) return floor;
    const [row] = selectHash.all(seq) as { hash: unknown }[];
    if (!row) throw new CleanFailure("conflict", `the journal holds no entry ${seq}`);
    return { seq, hash: toBuffer(row.hash) };
  }

  function append(expectedSeq: number, records: readonly JournalRecord[]): void {
    if (expectedSeq !== head.seq) {
      throw new CleanFailure("conflict", `expected head ${expectedSeq}, found ${head.seq}`);
    }
    let { seq, hash } = head;
    const values: unknown[] = [];
    transact(db, () => {
      for (const record of records) {
        if (record.seq !== ++seq) {
          throw new CleanFailure("conflict", `a record is numbered ${record.seq}, due is ${seq}`);
        }
        const key = toStoredKey(record.key);
        hash = chainHash(hash, seq, key, record.json);
        values.push(seq, record.json, key, hash);
        if (record.archive) archive.apply(seq, record.archive);
      }
      insert(values);
    });
    head = { seq, hash };
  }

  /** A statement for each row would cost a third more. */
  function insert(values: readonly unknown[]): void {
    const many = ROWS_AT_ONCE * COLUMNS;
    let at = 0;
    for (; at + many <= values.length; at += many) {
      insertEntries.run(...values.slice(at, at + many));
    }
    for (; at < values.length; at += COLUMNS) insertEntry.run(...values.slice(at, at + COLUMNS));
  }

  function beginSnapshot(seq: number, createdAt: string): void {
    const at = linkAt(seq);
    const id = ++lastId;
    draft = { id, at, createdAt, digest: createSnapshotDigest(at, createdAt), parts: 0 };
    // Until its row is there, a crash leaves orphans.
    orphans.add(id);
  }

  function addParts(parts: readonly string[]): void {
    const { id, digest, parts: before } = drafted();
    transact(db, () => {
      for (const [index, part] of parts.entries()) insertPart.run(id, before + index, part);
    });
    for (const part of parts) digest.add(part);
    drafted().parts += parts.length;
  }

  function commitSnapshot(keep: number): void {
    const { id, at, createdAt, digest, parts } = drafted();
    const bytes = digest.bytes();
    const dropped = transact(db, () => {
      db.prepare(
        `INSERT INTO snapshots (id, seq, created_at, hash, digest, parts, bytes)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ).run(id, at.seq, createdAt, at.hash, digest.digest(), parts, bytes);
      const seen = new Set<number>();
      const surplus = snapshots().filter(({ seq }) => seen.size >= keep || isSecond(seen, seq));
      for (const row of surplus) db.prepare("DELETE FROM snapshots WHERE id = ?").run(row.id);
      return surplus;
    });
    orphans.delete(id);
    for (const row of dropped) orphans.add(row.id);
    draft = null;
  }

  function drafted() {
    if (!draft) throw new CleanFailure("conflict", "no snapshot has been begun");
    return draft;
  }

  function dropParts(): boolean {
    const [id] = orphans;
    if (id === undefined) return false;
    const { changes } = transact(db, () => deleteParts.run(id));
    if (changes < PARTS_AT_ONCE) {
      orphans.delete(id);
      if (draft?.id === id) draft = null;
    }
    return orphans.size > 0;
  }

  function prune(seq: number): boolean {
    const oldest = snapshots().at(-1)?.seq ?? 0;
    const limit = Math.min(seq, oldest);
    if (limit <= floor.seq) return false;
    const count = countWithin(floor.seq, ENTRIES_AT_ONCE, PRUNED_CHARS);
    const to = linkAt(Math.min(limit, floor.seq + count));
    transact(db, () => {
      setFloor(db, to);
      db.prepare("DELETE FROM entries WHERE seq <= ?").run(to.seq);
      archive.prune(to.seq);
    });
    floor = to;
    return to.seq < limit;
  }

  return {
    head: () => head,
    floor: () => floor,
    append,
    read(after, limit) {
      const from = Math.max(after, floor.seq);
      const count = countWithin(from, limit, READ_CHARS);
      return verified(selectAfter.all(from, count) as EntryRow[]).map(toRecord);
    },
    findByKey(key) {
      const [row] = verified(selectKey.all(toStoredKey(key)) as EntryRow[]);
      return row ? toRecord(row) : null;
    },
    settle() {
      unchecked = 0;
    },
    archive,
    beginSnapshot,
    addParts,
    commitSnapshot,
    dropParts,
    snapshots,
    partsOf: (id) =>
      (
        db.prepare("SELECT json FROM snapshot_parts WHERE snapshot = ? ORDER BY part").all(id) as {
          json: string;
        }[]
      ).map(({ json }) => json),
    prune,
    shrink() {
      const free = Number(pragma(db, "freelist_count"));
      const spare = Math.max(SPARE_PAGES, Number(pragma(db, "page_count")) * SPARE_SHARE);
      // A database of an older release that was not made for it keeps its pages, and uses them again.
      if (free <= spare || Number(pragma(db, "auto_vacuum")) !== 2) return false;
      db.exec(`PRAGMA incremental_vacuum(${Math.min(PAGES_AT_ONCE, free)})`);
      return Number(pragma(db, "freelist_count")) < free;
    },
  };
}

function isSecond(seen: Set<number>, seq: number): boolean {
  if (seen.has(seq)) return true;
  seen.add(seq);
  return false;
}
