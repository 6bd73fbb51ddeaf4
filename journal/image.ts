/**
 * The image of the database: its main file held still while it is copied, so that the copy is the journal
 * as of one entry and no append waits. Neighbours: the worker answers with it, `sqlite.ts` copies.
 * Invariants: while it is held everything new stays in the WAL; the file is opened once and closed after
 * the database, for closing any descriptor of it would drop SQLite's locks.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type Database from "libsql";
import { pragma } from "./format.ts";

export interface Image {
  /** Brings the file up to date and holds it; answers its bytes. */
  hold(): number;
  /** Bytes from there on, at most so many. */
  read(at: number, length: number): Uint8Array;
  release(): void;
  /** After the database is closed. */
  close(): void;
}

/** SQLite's own default. */
const CHECKPOINT_PAGES = 1_000;

export function openImage(db: Database.Database, path: string): Image {
  const descriptor = openSync(path, "r");
  return {
    hold() {
      pragma(db, "wal_autocheckpoint", " = 0");
      const [row] = db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all() as { busy: number }[];
      if (row?.busy !== 0) throw new Error("the journal could not be written into its file");
      return fstatSync(descriptor).size;
    },
    read(at, length) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, at));
    },
    release() {
      pragma(db, "wal_autocheckpoint", ` = ${CHECKPOINT_PAGES}`);
    },
    close: () => closeSync(descriptor),
  };
}
