/**
 * The archive's table: records that left the state, each with the entry that put it there and, once it
 * came back, the one that took it. Neighbours: `store.ts` applies changes within an append,
 * `recover.ts` carries the rows over to a clean database.
 * Invariants: a row is written in the transaction of its entry; a taken row stays until that entry is
 * pruned, so that a history that is cut off takes the archive back with it.
 */
import { createHash } from "node:crypto";
import type Database from "libsql";
import type {
  ArchiveChange,
  ArchivedRow,
  ArchivedWhat,
  ArchiveKind,
  ArchivePage,
  ArchiveQuery,
} from "../core/index.ts";
import { toBuffer } from "./format.ts";

/** Rows that one look at the table may pass, so that an append never waits long behind a search. */
const ROWS_AT_ONCE = 1_000;
/** And what is searched in them; a task may have many long labels. */
const SEARCHED_CHARS = 8_000_000;
/** About as much as one page may hold: a task may be large, and its reader parses all of it at once. */
export const PAGE_CHARS = 4 * 1024 * 1024;
const PAGE = 100;

export interface ArchiveTable {
  /** Within the transaction of the entry. */
  apply(seq: number, change: ArchiveChange): void;
  /** Deletes what was taken up to the entry; within a transaction. */
  prune(seq: number): void;
  /** @throws Error when a row was altered, where it is asked for whole */
  find(kind: ArchiveKind, ids: readonly string[], what?: ArchivedWhat): ArchivedRow[];
  /** One look: at most `ROWS_AT_ONCE` rows, and about `PAGE_CHARS`. @throws Error when a row was altered */
  list(query: ArchiveQuery): ArchivePage;
}

interface StoredRow {
  kind: ArchiveKind;
  id: string;
  seq: number;
  taken: number | null;
  at: string;
  project: string;
  owner: string;
  hash: ArrayBuffer;
  text: string;
  json: string;
}

function hashOf(row: Omit<StoredRow, "hash" | "taken">) {
  const { kind, id, seq, at, project, owner, text, json } = row;
  // Of a task as format 2 made it, which knew no other kind.
  const more = kind === "task" ? [] : [kind];
  return createHash("sha256")
    .update(JSON.stringify([id, seq, at, project, owner, text, ...more]))
    .update(json)
    .digest();
}

function verified(row: StoredRow): ArchivedRow {
  const { id, seq, at, json } = row;
  if (!hashOf(row).equals(toBuffer(row.hash))) throw new Error(`archived ${id} was altered`);
  return { id, seq, at, json };
}

export function createArchiveTable(db: Database.Database): ArchiveTable {
  const insert = db.prepare(`INSERT INTO archive
    (kind, id, seq, at, project, owner, hash, text, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const take = db.prepare("UPDATE archive SET taken = ? WHERE id = ? AND taken IS NULL");
  const takeAll = db.prepare("UPDATE archive SET taken = ? WHERE taken IS NULL");
  const prune = db.prepare("DELETE FROM archive WHERE taken <= ?");
  const byId = db.prepare("SELECT * FROM archive WHERE id = ? AND kind = ? AND taken IS NULL");
  const present = db.prepare(`SELECT id, seq, at, '' AS json FROM archive
    WHERE id = ? AND kind = ? AND taken IS NULL`);
  const byRow = db.prepare("SELECT * FROM archive WHERE rowid = ?");

  return {
    apply(seq, { clear, take: ids, put }) {
      if (clear) takeAll.run(seq);
      for (const id of ids) take.run(seq, id);
      for (const row of put) {
        const { kind, id, at, project, owner, text, json } = row;
        insert.run(kind, id, seq, at, project, owner, hashOf({ ...row, seq }), text, json);
      }
    },
    prune: (seq) => void prune.run(seq),
    find(kind, ids, what) {
      if (what === "present") return ids.flatMap((id) => present.all(id, kind) as ArchivedRow[]);
      return ids.flatMap((id) => (byId.all(id, kind) as StoredRow[]).map(verified));
    },
    list({ kind, words, project, owner, before, after, limit }) {
      const match = ["1"];
      const given: unknown[] = [];
      const also = (sql: string, ...values: unknown[]) => given.push(...values) && match.push(sql);
      if (project !== undefined) also("project = ?", project);
      for (const word of words) also("instr(text, ?) > 0", word);
      const where = ["taken IS NULL"];
      const only = (sql: string, ...values: unknown[]) => given.push(...values) && where.push(sql);
      only("kind = ?", kind);
      if (owner !== undefined) only("owner = ?", owner);
      if (before !== undefined) only("at < ?", before);
      if (after) only("(at, length(id), id) < (?, length(?), ?)", after.at, after.id, after.id);
      const order = "ORDER BY at DESC, length(id) DESC, id DESC";
      const sizes = db
        .prepare(`SELECT octet_length(text) AS size FROM archive
          WHERE ${where.join(" AND ")} ${order} LIMIT ${ROWS_AT_ONCE}`)
        .all(...given.slice(match.length - 1)) as { size: number }[];
      const most = countWithin(sizes);
      const looked = db
        .prepare(`SELECT rowid AS place, id, at, ${match.join(" AND ")} AS matches FROM archive
          WHERE ${where.join(" AND ")} ${order} LIMIT ${most}`)
        .all(...given) as { place: number; id: string; at: string; matches: number }[];
      const rows: ArchivedRow[] = [];
      let chars = 0;
      for (const [index, { place, id, at, matches }] of looked.entries()) {
        if (!matches) continue;
        for (const row of (byRow.all(place) as StoredRow[]).map(verified)) {
          rows.push(row);
          chars += row.json.length;
        }
        if (rows.length < limit && chars < PAGE_CHARS) continue;
        const more = index < looked.length - 1 || looked.length === most;
        return { rows, next: more ? { at, id } : null };
      }
      const last = looked.length === most ? looked.at(-1) : undefined;
      return { rows, next: last ? { at: last.at, id: last.id } : null };
    },
  };
}

/** How many of the rows one look may search; at least one. */
function countWithin(sizes: readonly { size: number }[]): number {
  let left = SEARCHED_CHARS;
  let count = 0;
  for (const { size } of sizes) {
    left -= size;
    if (left < 0 && count > 0) return count;
    count++;
  }
  return ROWS_AT_ONCE;
}

/** Every row as of the entry, altered ones too; those taken later are there again. */
export function* rowsAsOf(
  db: Database.Database,
  seq: number,
): Generator<{ row: StoredRow; good: boolean }> {
  if (!hasArchive(db)) return;
  const select = db.prepare("SELECT rowid AS place, * FROM archive WHERE rowid > ? LIMIT ?");
  for (let place = 0; ; ) {
    const rows = select.all(place, PAGE) as (StoredRow & { place: number })[];
    for (const row of rows) {
      place = row.place;
      if (row.seq > seq) continue;
      // Format 2 knew tasks only.
      row.kind ??= "task";
      if (row.taken !== null && row.taken > seq) row.taken = null;
      yield { row, good: hashOf(row).equals(toBuffer(row.hash)) };
    }
    if (rows.length < PAGE) return;
  }
}

/** What is wrong with the archive as of the entry, or null. */
export function archiveDamage(db: Database.Database, seq: number): string | null {
  try {
    let altered = 0;
    for (const { good } of rowsAsOf(db, seq)) if (!good) altered++;
    return altered === 0 ? null : `${altered} archived records were altered`;
  } catch (error) {
    return `the archive cannot be read: ${(error as Error).message}`;
  }
}

/** Carries over what can be trusted; the target's table is empty. */
export function copyArchive(source: Database.Database, target: Database.Database, seq: number) {
  const insert = target.prepare(`INSERT INTO archive
    (kind, id, seq, taken, at, project, owner, hash, text, json)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  target.exec("BEGIN IMMEDIATE");
  try {
    for (const { row, good } of rowsAsOf(source, seq)) {
      if (!good) continue;
      const { kind, id, taken, at, project, owner, hash, text, json } = row;
      insert.run(kind, id, row.seq, taken, at, project, owner, toBuffer(hash), text, json);
    }
  } catch {
    // What lies behind the page that cannot be read is lost; the report says so.
  }
  target.exec("COMMIT");
}

/** A database of format 1 has none. */
export function hasArchive(db: Database.Database): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'archive'").all().length > 0;
}
