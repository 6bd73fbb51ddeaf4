/**
 * What specs about journals share: a folder of their own, records of a known content, an opened
 * SQLite journal. Invariant: whatever the test does, the journal is closed and the folder removed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  ArchivedRow,
  ArchiveKind,
  ArchiveQuery,
  Journal,
  JournalRecord,
} from "../../core/index.ts";
import {
  openSqliteJournal,
  type SqliteJournal,
  type SqliteJournalOptions,
} from "../../journal/index.ts";

/** The clock of these specs. */
export const OPENED_AT_MS: number = Date.UTC(2026, 2, 21, 9, 30);
export const CREATED_AT = "2026-03-21T09:30:00+00:00";

/** Gives the test a new folder and removes it afterwards. */
export async function withFolder<T>(run: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), "clawtasker-"));
  try {
    return await run(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Records `from`, `from + 1`, …; every fourth one carries the key `key-<seq>`. */
export function makeRecords(from: number, count: number, fill = 0): JournalRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const seq = from + index;
    const key = seq % 4 === 0 ? `key-${seq}` : null;
    return {
      seq,
      json: JSON.stringify({ seq, text: `„Grüße“ ${seq}`, fill: "x".repeat(fill) }),
      key,
    };
  });
}

export function openIn(
  dir: string,
  more: Partial<SqliteJournalOptions> = {},
): Promise<SqliteJournal> {
  return openSqliteJournal({ dir, now: () => OPENED_AT_MS, ...more });
}

/** Opens, runs, closes. */
export async function withJournal<T>(
  dir: string,
  run: (journal: SqliteJournal) => Promise<T>,
  more: Partial<SqliteJournalOptions> = {},
): Promise<T> {
  const journal = await openIn(dir, more);
  try {
    return await run(journal);
  } finally {
    await journal.close();
  }
}

/** All that the archive holds of the kind, page by page. */
export async function allArchived(journal: Journal, kind: ArchiveKind): Promise<ArchivedRow[]> {
  const rows: ArchivedRow[] = [];
  for (let after: ArchiveQuery["after"]; ; ) {
    const page = await journal.listArchived({ kind, words: [], after, limit: 100_000 });
    rows.push(...page.rows);
    if (!page.next) return rows;
    after = page.next;
  }
}

/** All that the journal still holds, or holds after an entry. */
export async function readAll(journal: Pick<Journal, "read">, from = 0): Promise<JournalRecord[]> {
  const all: JournalRecord[] = [];
  for (let after = from; ; after = all.at(-1)?.seq ?? after) {
    const records = await journal.read(after, 1_000_000);
    if (records.length === 0) return all;
    all.push(...records);
  }
}

/** The error that the promise ends with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}

/** The newest snapshot, with all its parts. */
export async function snapshotIn(
  journal: Journal,
): Promise<{ seq: number; parts: string[] } | null> {
  const snapshot = await journal.loadSnapshot();
  return snapshot && { seq: snapshot.seq, parts: [...snapshot.parts] };
}
