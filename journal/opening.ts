/**
 * How a database is opened: held to be ours and of a format we read, verified, mended where that is
 * needed, written once. Neighbours: `sqlite-worker.ts` opens, `recover.ts` verifies and rebuilds,
 * `files.ts` has the files. Invariants: what is not ours is not changed by a byte; a database appears,
 * and a damaged one is replaced, whole or not at all.
 */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import Database from "libsql";
import {
  clearDoubt,
  clearNext,
  DATABASE,
  type Files,
  moveIn,
  openMark,
  readMark,
  sizeOf,
  swapAside,
} from "./files.ts";
import {
  APPLICATION_ID,
  createTables,
  FORMAT_VERSION,
  GENESIS,
  migrate,
  pragma,
} from "./format.ts";
import {
  createHandlers,
  goodSnapshots,
  type Handlers,
  setMaxPages,
  toBackups,
} from "./handlers.ts";
import { openImage } from "./image.ts";
import type { Opening, Pragmas, WorkerOptions } from "./messages.ts";
import { closeToOthers, createPrivate } from "./private.ts";
import { type Findings, inspect, inspectTail, rebuild } from "./recover.ts";
import { CleanFailure, codeOf, createStore, transact } from "./store.ts";

/** Refusals in words of our own, to be shown as they are. */
class OpenRefusal extends Error {}

/** @throws Error when it cannot be opened; `explain` has the words */
export function open(
  files: Files,
  options: WorkerOptions,
): { opening: Opening; handlers?: Handlers } {
  mkdirSync(files.dir, { recursive: true, mode: 0o700 });
  closeToOthers(files.dir, DATABASE);
  const mark = readMark(files);
  const isNew = sizeOf(files.db) === 0;
  if (isNew && (sizeOf(files.wal) > 0 || (mark?.seq ?? 0) > 0)) {
    throw new OpenRefusal(
      `${files.db} is missing or empty though the folder held a journal: restore a copy of it, or remove ${files.db}* to begin again`,
    );
  }
  if (isNew) create(files);
  else checkFormat(files);
  const db = connect(files.db);
  db.exec("PRAGMA journal_mode = WAL");
  // What the file does not say yet, its WAL does.
  checkMarks(files, db);

  const bytes = sizeOf(files.db) + sizeOf(files.wal);
  const checksFirst = bytes <= options.checkFirstBytes || existsSync(files.doubt);
  const found = (checksFirst ? null : inspectTail(db, mark)) ?? inspect(db, mark);
  if (found.damage) return { opening: mend(files, db, found, options) };
  setMaxPages(db, options.maxPages);
  bringUp(db, files);
  if (found.uncheckedTo === 0) clearDoubt(files);
  const store = createStore(db, found.head, found.uncheckedTo);
  while (store.dropParts());
  const pragmas = writeOnce(db, options.openedAt);
  const marks = openMark(files);
  const image = openImage(db, files.db);
  marks.write({ id: found.id, seq: found.head.seq });
  return {
    opening: {
      kind: "open",
      id: found.id,
      head: found.head.seq,
      floor: found.floor.seq,
      unchecked: found.uncheckedTo > 0,
      pragmas,
      recovery: {
        recovered_at: options.openedAt,
        source: found.trusted ? "snapshot" : found.head.seq > 0 ? "journal" : "empty",
        journal: found.id,
        snapshot_seq: found.trusted?.seq ?? null,
        head_seq: found.head.seq,
        entries_replayed: found.head.seq - (found.trusted?.seq ?? 0),
        verified_at: found.uncheckedTo > 0 ? null : options.openedAt,
        cut_off: options.cutOff,
        refused: found.refused.map(({ seq, reason }) => ({ seq, reason })),
        backups: toBackups(goodSnapshots(store, found)),
      },
    },
    handlers: createHandlers({ db, store, marks, image, found, files, options }),
  };
}

/** A new database, which appears whole or not at all. */
function create(files: Files): void {
  clearNext(files);
  createPrivate(files.next);
  const db = connect(files.next);
  reserveShrinking(db);
  createTables(db, randomUUID(), { seq: 0, hash: GENESIS });
  db.close();
  moveIn(files);
}

/** Before the first table: later it takes a copy of the whole file. */
function reserveShrinking(db: Database.Database): void {
  db.exec("PRAGMA auto_vacuum = INCREMENTAL");
}

/** One connection that keeps every other out from its first access on. */
function connect(path: string): Database.Database {
  const db = new Database(path, { timeout: 0 });
  db.exec("PRAGMA locking_mode = EXCLUSIVE");
  db.exec("PRAGMA synchronous = FULL");
  db.exec("PRAGMA journal_size_limit = 67108864");
  return db;
}

/**
 * Looks at the marks of the format in a way that changes no byte, neither of the file nor of its WAL.
 * Without its WAL a file that a power cut left in the middle of a checkpoint looks malformed: then the
 * connection that reads both is asked (not the bytes: closing a descriptor would drop SQLite's locks).
 * @throws OpenRefusal
 */
function checkFormat(files: Files): void {
  const db = new Database(`${pathToFileURL(files.db).href}?immutable=1`, { timeout: 0 });
  try {
    checkMarks(files, db);
  } catch (error) {
    // After an error of its own libsql cannot close; and being collected would close it as well.
    if (error instanceof OpenRefusal) db.close();
    else keptOpen.push(db);
    if (!codeOf(error).startsWith("SQLITE_CORRUPT") || sizeOf(files.wal) === 0) throw error;
    return;
  }
  db.close();
}

/** Until the worker ends. */
const keptOpen: Database.Database[] = [];

/** @throws OpenRefusal for what is not ours, or of a format that is newer than this release */
function checkMarks({ db: path }: Files, db: Database.Database): void {
  const application = pragma(db, "application_id");
  const version = Number(pragma(db, "user_version"));
  if (application !== APPLICATION_ID) {
    throw new OpenRefusal(
      `${path} is no ClawTasker database; move it away, or choose another folder`,
    );
  }
  if (version > FORMAT_VERSION) {
    throw new OpenRefusal(
      `${path} has format ${version}, this release reads up to ${FORMAT_VERSION}: start the newer release again; nothing was changed`,
    );
  }
}

/** @throws OpenRefusal when there is no room for it; the database is then as it was */
function bringUp(db: Database.Database, files: Files): void {
  try {
    migrate(db);
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    if (codeOf(error) !== "SQLITE_FULL") throw error;
    throw new OpenRefusal(
      `${files.db} cannot be brought to format ${FORMAT_VERSION}: the disk is full; free some space and start again; nothing was changed`,
    );
  }
}

/** The first write, then what SQLite says it was done with. */
function writeOnce(db: Database.Database, openedAt: string): Pragmas {
  try {
    transact(db, () =>
      db.prepare("INSERT OR REPLACE INTO meta VALUES ('opened_at', ?)").run(openedAt),
    );
  } catch (error) {
    // With a full disk the journal still reads, and writes when there is space.
    if (!(error instanceof CleanFailure)) throw error;
  }
  const pragmas = {
    journal_mode: String(pragma(db, "journal_mode")),
    synchronous: Number(pragma(db, "synchronous")),
    locking_mode: String(pragma(db, "locking_mode")),
  };
  if (pragmas.journal_mode !== "wal" || pragmas.synchronous < 2) {
    throw new OpenRefusal(`SQLite does not write durably here: ${JSON.stringify(pragmas)}`);
  }
  return pragmas;
}

/** Builds a clean database of what can be trusted and puts it in the place of the damaged one. */
function mend(
  files: Files,
  source: Database.Database,
  found: Findings,
  { openedAt, cutOff }: WorkerOptions,
): Opening {
  const { damage } = found;
  if (!damage || cutOff) throw new Error(damage?.reason ?? "no damage");
  clearNext(files);
  createPrivate(files.next);
  const target = connect(files.next);
  reserveShrinking(target);
  // Another history from here on, unless no entry was lost.
  createTables(target, damage.entries > 0 ? randomUUID() : found.id, found.floor);
  rebuild(source, target, found);
  target.close();
  const kept = swapAside(files, openedAt);
  return { kind: "mended", cutOff: { ...damage, kept_in: kept } };
}

/** Why a database was not opened, and what to do. */
export function explain(files: Files, error: unknown): string {
  if (error instanceof OpenRefusal) return error.message;
  if (codeOf(error) === "SQLITE_BUSY") {
    return `another server is using ${files.dir}; stop it, or set CLAWTASKER_DATA_DIR to another folder`;
  }
  if ((error as NodeJS.ErrnoException).syscall === "mkdir") {
    return `the data folder ${files.dir} cannot be made (${codeOf(error)}); set CLAWTASKER_DATA_DIR to a folder you may write to`;
  }
  return `${files.db} cannot be opened (${(error as Error).message}); move it away or restore a copy of it, then start again; what earlier starts set aside lies beside it as *.damaged-*`;
}
