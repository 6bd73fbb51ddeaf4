/**
 * The files of a journal, and the head mark: a small file that holds the journal's id and the last
 * acknowledged number. SQLite takes a WAL that was cut short for the end of the history; the mark knows
 * better. Neighbours: the worker, which alone touches these files.
 * Invariant: the mark is written after the commit it tells of and never synced, so it may lag behind
 * the database after a power cut but never runs ahead of what was durable.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

export interface Files {
  dir: string;
  db: string;
  wal: string;
  /** Begins with the name of the database, so that `rm clawtasker.db*` takes all of it. */
  mark: string;
  /** There while something speaks against what is older than the newest snapshot: all is checked first. */
  doubt: string;
  /** Where a clean database grows before it takes the place of a damaged one. */
  next: string;
}

/** The name of the database, and what the names of all that belongs to it begin with. */
export const DATABASE = "clawtasker.db";

export function filesIn(dir: string): Files {
  const db = join(dir, DATABASE);
  return {
    dir,
    db,
    wal: `${db}-wal`,
    mark: `${db}-head`,
    doubt: `${db}-doubt`,
    next: `${db}.next`,
  };
}

/** Makes the next opening check everything before it serves. */
export function noteDoubt({ doubt, dir }: Files, reason: string): void {
  try {
    writeFileSync(doubt, `${reason}\n`, { mode: 0o600 });
    syncFolder(dir);
  } catch {
    // A disk that takes no mark: the check in the background finds it again.
  }
}

export function clearDoubt({ doubt }: Files): void {
  rmSync(doubt, { force: true });
}

/** Bytes; 0 also when there is no such file. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

export interface HeadMark {
  id: string;
  seq: number;
}

/** The mark, or null where there is none that can be read. */
export function readMark({ mark }: Files): HeadMark | null {
  if (!existsSync(mark)) return null;
  const found = /^([\w-]+) (\d{16})\n$/.exec(readFileSync(mark, "latin1"));
  return found?.[1] && found[2] ? { id: found[1], seq: Number(found[2]) } : null;
}

export interface MarkWriter {
  write(mark: HeadMark): void;
  close(): void;
}

export function openMark({ mark }: Files): MarkWriter {
  const descriptor = openSync(mark, existsSync(mark) ? "r+" : "w+", 0o600);
  return {
    write({ id, seq }) {
      try {
        // Always the same length: overwriting needs no space on the disk.
        writeSync(descriptor, `${id} ${String(seq).padStart(16, "0")}\n`, 0, "latin1");
      } catch {
        // The entry is durable; a mark that lags only notices less.
      }
    },
    close: () => closeSync(descriptor),
  };
}

/** Removes what an earlier start may have left in the place where a database grows. */
export function clearNext({ next }: Files): void {
  rmSync(next, { force: true });
  rmSync(`${next}-journal`, { force: true });
}

/** Makes the grown database the one in use, where there is none yet; whole, or not at all. */
export function moveIn({ db, next, dir }: Files): void {
  if (existsSync(db) && sizeOf(db) === 0) rmSync(db);
  renameSync(next, db);
  syncFolder(dir);
}

/**
 * Puts the clean database in the place of the damaged one (or one that is replaced for another reason),
 * which stays beside it under the returned name. To be called with the old one open: its lock keeps others out meanwhile.
 */
export function swapAside(files: Files, openedAt: string, why = "damaged"): string {
  const { db, wal, next, dir } = files;
  const kept = freeName(`${db}.${why}-${openedAt.slice(0, 19).replaceAll(/[-:]/g, "")}`);
  try {
    linkSync(db, kept);
  } catch {
    // A file system without hard links.
    copyFileSync(db, kept);
  }
  if (sizeOf(wal) > 0) {
    copyFileSync(wal, `${kept}-wal`);
    // Or it would be played into the clean database; the mark covers a crash right here.
    rmSync(wal);
  }
  renameSync(next, db);
  syncFolder(dir);
  return kept;
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let n = 2; existsSync(name); n++) name = `${wanted}-${n}`;
  return name;
}

function syncFolder(dir: string): void {
  const descriptor = openSync(dir, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
