/**
 * A backup becomes the journal of a data folder: copied, verified, then moved in. Neighbours: `copy.ts` and
 * `files.ts` have the moves, `sqlite.ts` verifies by opening, the command line calls.
 * Invariants: nothing is in the folder before all of the copy is trusted; what was there is kept beside
 * it; the restored journal has a name of its own, so that who saw more of the old one begins anew.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Database from "libsql";
import { toTime } from "../core/index.ts";
import { copyDatabase } from "./copy.ts";
import { clearNext, DATABASE, filesIn, moveIn, sizeOf, swapAside } from "./files.ts";
import { APPLICATION_ID, checkSchema, FORMAT_VERSION, pragma } from "./format.ts";
import { closeToOthers } from "./private.ts";
import { openSqliteJournal } from "./sqlite.ts";

export interface Restored {
  /** The last entry. */
  seq: number;
  journal: string;
  /** Where the database that was there is now; null when there was none. */
  kept: string | null;
}

export interface RestoreOptions {
  /** Also where the folder holds a journal. */
  force: boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Whether a server has the database. */
  isInUse(path: string): boolean;
}

/**
 * @throws Error that says what to do; the folder is then as it was
 */
export async function restoreBackup(
  file: string,
  dir: string,
  { force, now, isInUse }: RestoreOptions,
): Promise<Restored> {
  // Before it is opened: a pipe would keep us waiting, and a device has no end.
  if (!statSync(file).isFile()) throw new Error(`${file} is no file that could be a backup`);
  if (isInUse(file)) {
    const remedy = "take a backup of it (GET /api/system/backup) and restore that";
    throw new Error(`a server is using ${file}; stop it, or ${remedy}`);
  }
  const files = filesIn(dir);
  const taken = sizeOf(files.db) > 0 || sizeOf(files.wal) > 0;
  if (taken && !force) {
    throw new Error(`${dir} holds a journal; choose an empty folder, or replace it with --force`);
  }
  if (taken && isInUse(files.db)) throw new Error(`a server is using ${dir}; stop it first`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  // On the same disk, so that it can be moved in.
  const work = mkdtempSync(join(dir, ".restore-"));
  try {
    const copy = copyDatabase(file, work);
    const seq = await verify(work, file, now);
    const journal = rename(copy.db);
    clearNext(files);
    let kept: string | null = null;
    if (sizeOf(files.db) > 0) {
      renameSync(copy.db, files.next);
      kept = swapAside(files, toTime(now()), "replaced");
    } else {
      // What is left of a lost database would be played into the restored one.
      if (sizeOf(files.wal) > 0) renameSync(files.wal, `${files.wal}.replaced`);
      renameSync(copy.db, files.next);
      moveIn(files);
    }
    // It tells of the journal that was there.
    rmSync(files.mark, { force: true });
    closeToOthers(dir, DATABASE);
    return { seq, journal, kept };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Opens the copy as a server would. @throws Error when anything in it cannot be trusted */
async function verify(work: string, file: string, now: () => number): Promise<number> {
  const because = (why: string) =>
    new Error(`${file} cannot be restored: ${why.replaceAll(work, "…")}; nothing was changed`);
  // An empty file would be opened as a new journal.
  const copy = filesIn(work);
  if (sizeOf(copy.db) === 0) throw because("it is empty");
  try {
    if (sizeOf(copy.wal) > 0) playIn(copy.db);
    checkFile(copy.db);
  } catch (error) {
    throw because((error as Error).message);
  }
  const journal = await openSqliteJournal({ dir: work, now }).catch((error: Error) => {
    throw because(error.message);
  });
  // Also what a server would check behind its back.
  await journal.checked().catch((error: Error) => {
    throw because(error.message);
  });
  const { cut_off, refused, head_seq } = journal.recovery;
  await journal.close();
  if (cut_off) throw because(`it is damaged after entry ${cut_off.after_seq}: ${cut_off.reason}`);
  if (refused[0])
    throw because(`its snapshot at ${refused[0].seq} is damaged: ${refused[0].reason}`);
  return head_seq;
}

/** What the file does not say yet, its WAL does. */
function playIn(path: string): void {
  const db = new Database(path, { timeout: 0 });
  // Without a prepared statement, which would keep the closed database open.
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  db.close();
}

/** Before a statement writes to it, which would run a trigger. @throws Error when it is none of ours */
function checkFile(path: string): void {
  const db = new Database(`${pathToFileURL(path).href}?immutable=1`, { timeout: 0 });
  try {
    if (pragma(db, "application_id") !== APPLICATION_ID) throw new Error("it is no journal");
    // A newer format is refused by the opening, in words of its own.
    if (Number(pragma(db, "user_version")) <= FORMAT_VERSION) checkSchema(db);
  } finally {
    db.close();
  }
}

/** Another history from here on: the old one may have gone further. */
function rename(path: string): string {
  const id = randomUUID();
  const db = new Database(path, { timeout: 0 });
  // Without a prepared statement, which would keep the closed database open.
  db.exec(`UPDATE meta SET value = '${id}' WHERE key = 'id'; PRAGMA wal_checkpoint(TRUNCATE)`);
  db.close();
  return id;
}
