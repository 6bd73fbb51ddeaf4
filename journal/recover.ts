/**
 * What opening finds: how far the entries can be trusted, which snapshot, and what to do where
 * something is damaged. Neighbours: `format.ts` has the digests, `sqlite-worker.ts` calls.
 * Invariants: nothing is written to a damaged database, only read; what is kept of it is exactly what
 * its digests vouch for, and goes into a new file.
 */
import type Database from "libsql";
import type { JournalRecord, RecoveryReport } from "../core/index.ts";
import { archiveDamage, copyArchive } from "./archive.ts";
import type { HeadMark } from "./files.ts";
import {
  chainHash,
  createSnapshotDigest,
  fromStoredKey,
  getFloor,
  getId,
  type Link,
  toBuffer,
} from "./format.ts";
import { createPager } from "./pages.ts";
import { createStore, type SnapshotRow } from "./store.ts";

export interface Findings {
  id: string;
  /** Entries up to this number have not been looked at yet. */
  uncheckedTo: number;
  /** The trusted snapshot as it was verified, so that it is read once. */
  parts: ArrayBuffer[] | null;
  /** Of the trusted entries: the one before the first, and the last. */
  floor: Link;
  head: Link;
  trusted: SnapshotRow | null;
  /** Kept snapshots from the newest on, the doubtful ones too. */
  snapshots: SnapshotRow[];
  refused: (RecoveryReport["refused"][number] & { id: number })[];
  damage: { after_seq: number; entries: number; reason: string } | null;
  /** The chain at the snapshots' numbers. */
  chain: Map<number, Buffer>;
}

interface RawEntry {
  seq: number;
  key: ArrayBuffer | null;
  json: ArrayBuffer;
  hash: ArrayBuffer;
}

const PAGE = 200;

/**
 * Reads the newest snapshot and what comes after it, which is all that a start builds on.
 * @returns null where anything is not as it should be, so that only `inspect` can tell what to do
 */
export function inspectTail(db: Database.Database, mark: HeadMark | null): Findings | null {
  try {
    const id = getId(db);
    const floor = getFloor(db);
    const snapshots = listSnapshots(db);
    const [trusted] = snapshots;
    if (!trusted || trusted.seq <= floor.seq) return null;
    const from: Link = { seq: trusted.seq, hash: toBuffer(trusted.hash) };
    const [entry] = db.prepare("SELECT hash FROM entries WHERE seq = ?").all(from.seq) as {
      hash: ArrayBuffer;
    }[];
    if (!entry || !toBuffer(entry.hash).equals(from.hash)) return null;
    const chain = new Map([[from.seq, from.hash]]);
    const parts: ArrayBuffer[] = [];
    if (distrust(db, trusted, floor, from, chain, parts) !== null) return null;
    const { last: head, reason } = walk(db, from, chain);
    if (reason !== null || (mark?.id === id && mark.seq > head.seq)) return null;
    const uncheckedTo = from.seq;
    const found = { id, uncheckedTo, parts, floor, head, trusted, snapshots, chain };
    return { ...found, refused: [], damage: null };
  } catch {
    return null;
  }
}

/**
 * Reads the whole journal and compares every digest.
 * @param rest called after every page, for whoever must not take the whole processor
 * @throws Error when nothing can be built on what is left
 */
export function inspect(
  db: Database.Database,
  mark: HeadMark | null,
  rest: () => void = () => {},
): Findings {
  const id = getId(db);
  let floor = getFloor(db);
  const snapshots = listSnapshots(db);
  const chain = new Map<number, Buffer>(snapshots.map(({ seq }) => [seq, Buffer.alloc(0)]));
  const whole = walk(db, floor, chain, rest);
  const refused: Findings["refused"] = [];
  let trusted: SnapshotRow | null = null;
  for (const row of snapshots) {
    const reason = distrust(db, row, floor, whole.last, chain);
    if (reason !== null) {
      refused.push({ id: row.id, seq: row.seq, reason });
      continue;
    }
    trusted = row;
    break;
  }

  let { last: head, reason } = whole;
  const doubted = whole.last.seq;
  let between = 0;
  if (trusted && trusted.seq > head.seq) {
    reason = `${reason ?? `the entries after ${doubted} are missing`}; the state goes on from the snapshot at ${trusted.seq}`;
    between = trusted.seq - doubted;
    floor = { seq: trusted.seq, hash: toBuffer(trusted.hash) };
    const rest = walk(db, floor, chain);
    head = rest.last;
    if (rest.reason !== null) reason = `${reason}; ${rest.reason}`;
  }
  if (!trusted && floor.seq > 0) {
    throw new Error(`the entries up to ${floor.seq} are gone and no snapshot can be trusted`);
  }
  const acknowledged = mark?.id === id ? mark.seq : 0;
  const lost = Math.max(acknowledged - head.seq, reason === null ? 0 : countAfter(db, head.seq));
  if (lost > 0) {
    reason ??= `the history ends at ${head.seq}, but ${acknowledged} had been acknowledged`;
  }
  reason ??= structuralDamage(db) ?? archiveDamage(db, head.seq);
  const damage = reason === null ? null : { after_seq: doubted, entries: between + lost, reason };
  const found = { id, uncheckedTo: 0, parts: null, floor, head, trusted, snapshots, chain };
  return { ...found, refused, damage };
}

/** Follows the chain as far as it holds, and notes it where `chain` asks for it. */
function walk(
  db: Database.Database,
  from: Link,
  chain: Map<number, Buffer>,
  rest: () => void = () => {},
): { last: Link; reason: string | null } {
  // As bytes: damaged text need not be UTF-8.
  const select = db.prepare(`SELECT seq, CAST(key AS BLOB) AS key, CAST(json AS BLOB) AS json, hash
    FROM entries WHERE seq > ? ORDER BY seq LIMIT ?`);
  const countWithin = createPager(db);
  let last = from;
  if (chain.has(from.seq)) chain.set(from.seq, from.hash);
  let limit = PAGE;
  for (;;) {
    let rows: RawEntry[];
    try {
      rows = select.all(last.seq, countWithin(last.seq, limit)) as RawEntry[];
    } catch (error) {
      if (limit === 1) {
        return {
          last,
          reason: `entry ${last.seq + 1} cannot be read: ${(error as Error).message}`,
        };
      }
      // One by one up to the damage.
      limit = 1;
      continue;
    }
    for (const { seq, key, json, hash } of rows) {
      const due = last.seq + 1;
      if (seq !== due) return { last, reason: `entry ${due} is missing` };
      const storedKey = key === null ? null : toBuffer(key);
      const expected = chainHash(last.hash, seq, storedKey, toBuffer(json));
      if (!expected.equals(toBuffer(hash))) return { last, reason: `entry ${seq} was altered` };
      last = { seq, hash: expected };
      if (chain.has(seq)) chain.set(seq, expected);
    }
    if (rows.length === 0) return { last, reason: null };
    rest();
  }
}

function listSnapshots(db: Database.Database): SnapshotRow[] {
  try {
    return db.prepare("SELECT * FROM snapshots ORDER BY seq DESC, id DESC").all() as SnapshotRow[];
  } catch {
    // The structural check says what is wrong.
    return [];
  }
}

/**
 * Why the snapshot cannot be used, or null.
 * @param parts is given its parts
 */
function distrust(
  db: Database.Database,
  row: SnapshotRow,
  floor: Link,
  head: Link,
  chain: Map<number, Buffer>,
  parts?: ArrayBuffer[],
): string | null {
  if (row.seq < floor.seq) return "the entries after it are gone";
  if (row.seq <= head.seq && !chain.get(row.seq)?.equals(toBuffer(row.hash))) {
    return "it belongs to another history";
  }
  const at = { seq: row.seq, hash: toBuffer(row.hash) };
  const digest = createSnapshotDigest(at, String(row.created_at));
  const select = db.prepare(`SELECT part, CAST(json AS BLOB) AS json FROM snapshot_parts
    WHERE snapshot = ? AND part >= ? ORDER BY part LIMIT 20`);
  try {
    for (let next = 0; ; ) {
      const page = select.all(row.id, next) as { part: number; json: ArrayBuffer }[];
      for (const { part, json } of page) {
        if (part !== next++) return `part ${next - 1} is missing`;
        digest.add(toBuffer(json));
        parts?.push(json);
      }
      if (page.length > 0) continue;
      if (next !== row.parts) return `it has ${next} parts of ${row.parts}`;
      break;
    }
  } catch (error) {
    return `it cannot be read: ${(error as Error).message}`;
  }
  return digest.digest().equals(toBuffer(row.digest)) ? null : "it was altered";
}

function countAfter(db: Database.Database, seq: number): number {
  try {
    const sql = "SELECT count(*) AS count FROM entries WHERE seq > ?";
    const [row] = db.prepare(sql).all(seq) as { count: number }[];
    return row?.count ?? 0;
  } catch {
    return 0;
  }
}

/** Damage that no digest covers: indexes, free pages. */
function structuralDamage(db: Database.Database): string | null {
  let finding: unknown;
  try {
    const rows = db.prepare("PRAGMA integrity_check(1)").all() as { integrity_check: unknown }[];
    finding = rows[0]?.integrity_check;
  } catch (error) {
    finding = (error as Error).message;
  }
  return finding === "ok" ? null : `the file is damaged: ${String(finding).replaceAll("\n", " ")}`;
}

/** Writes what can be trusted into an empty database with tables. */
export function rebuild(source: Database.Database, target: Database.Database, found: Findings) {
  const store = createStore(target, found.floor);
  const select = source.prepare(
    "SELECT seq, json, key FROM entries WHERE seq > ? ORDER BY seq LIMIT ?",
  );
  const countWithin = createPager(source);
  while (store.head().seq < found.head.seq) {
    const { seq } = store.head();
    const count = countWithin(seq, Math.min(PAGE, found.head.seq - seq));
    const rows = select.all(seq, count) as JournalRecord[];
    store.append(
      seq,
      rows.map((row) => ({ ...row, key: fromStoredKey(row.key) })),
    );
  }
  if (!store.head().hash.equals(found.head.hash)) throw new Error("the copy differs");
  copyArchive(source, target, found.head.seq);
  const good = found.snapshots.filter(
    (row) =>
      row.seq <= found.head.seq &&
      distrust(source, row, found.floor, found.head, found.chain) === null,
  );
  const selectParts = source.prepare(
    "SELECT json FROM snapshot_parts WHERE snapshot = ? AND part >= ? ORDER BY part LIMIT 20",
  );
  for (const row of good.reverse()) {
    store.beginSnapshot(row.seq, row.created_at);
    for (let part = 0; part < row.parts; ) {
      const rows = selectParts.all(row.id, part) as { json: string }[];
      if (rows.length === 0) throw new Error("the copy differs");
      store.addParts(rows.map(({ json }) => json));
      part += rows.length;
    }
    store.commitSnapshot(good.length);
  }
}
