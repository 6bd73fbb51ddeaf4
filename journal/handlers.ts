/**
 * What the worker does for each call, one short step of the store at a time. Neighbours: `opening.ts`
 * makes the parts, `sqlite-worker.ts` answers the calls by these.
 */
import type Database from "libsql";
import { type Files, type MarkWriter, noteDoubt } from "./files.ts";
import { pragma } from "./format.ts";
import type { Image } from "./image.ts";
import type { Backups, CallName, Calls, WorkerOptions } from "./messages.ts";
import type { Findings } from "./recover.ts";
import type { SnapshotRow, Store } from "./store.ts";

const NO_BOUND = 4_294_967_294;
/** After so many pages the WAL is written back, as SQLite does by itself. */
const WAL_PAGES = 1_000;

export type Handlers = { [N in CallName]: (takes: Calls[N]["takes"]) => Calls[N]["gives"] };

export interface Parts {
  db: Database.Database;
  store: Store;
  marks: MarkWriter;
  image: Image;
  found: Findings;
  files: Files;
  options: WorkerOptions;
}

export function createHandlers({
  db,
  store,
  marks,
  image,
  found,
  files,
  options,
}: Parts): Handlers {
  const { id } = found;
  return {
    append({ expectedSeq, records }) {
      store.append(expectedSeq, records);
      const { seq } = store.head();
      marks.write({ id, seq });
      return seq;
    },
    read: ({ after, limit }) => store.read(after, limit),
    findByKey: (key) => store.findByKey(key),
    findArchived: ({ kind, ids, what }) => store.archive.find(kind, ids, what),
    listArchived: (query) => store.archive.list(query),
    beginSnapshot({ seq, createdAt }) {
      store.beginSnapshot(seq, createdAt);
      return null;
    },
    addParts(parts) {
      store.addParts(parts);
      return null;
    },
    commitSnapshot() {
      store.commitSnapshot(options.keepSnapshots);
      return toBackups(goodSnapshots(store, found));
    },
    dropParts: () => store.dropParts(),
    loadSnapshot() {
      const [row] = goodSnapshots(store, found);
      if (!row) return null;
      const verified = row.id === found.trusted?.id ? found.parts : null;
      // Handed over once: it is as large as the state.
      found.parts = null;
      return { seq: row.seq, parts: verified ?? store.partsOf(row.id) };
    },
    prune(seq) {
      const more = store.prune(seq);
      return { floor: store.floor().seq, more };
    },
    holdImage: () => ({ bytes: image.hold(), seq: store.head().seq }),
    readImage: ({ at, length }) => image.read(at, length),
    releaseImage() {
      image.release();
      return null;
    },
    shrink: () => store.shrink(),
    setMaxPages(maxPages) {
      setMaxPages(db, maxPages);
      return null;
    },
    freeze() {
      const rows = db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all() as { busy: number }[];
      if (rows[0]?.busy !== 0) throw new Error("the WAL could not be emptied");
      pragma(db, "wal_autocheckpoint", " = 0");
      return null;
    },
    thaw(isSound) {
      if (isSound) store.settle();
      pragma(db, "wal_autocheckpoint", ` = ${WAL_PAGES}`);
      return null;
    },
    doubt(reason) {
      noteDoubt(files, reason);
      return close();
    },
    abandon: () => null,
    close,
  };

  function close(): null {
    marks.close();
    try {
      pragma(db, "wal_checkpoint", "(TRUNCATE)");
    } catch {
      // What is in the WAL is durable there.
    }
    db.close();
    image.close();
    return null;
  }
}

/** Those that the opening did not find wrong. */
export function goodSnapshots(store: Store, { refused }: Findings): SnapshotRow[] {
  return store.snapshots().filter((row) => !refused.some(({ id }) => id === row.id));
}

export function toBackups(rows: readonly SnapshotRow[]): Backups {
  return rows.map(({ seq, created_at, bytes }) => ({ seq, created_at, bytes }));
}

/** @param maxPages of the database file; 0 for no bound */
export function setMaxPages(db: Database.Database, maxPages: number): void {
  pragma(db, "max_page_count", ` = ${maxPages > 0 ? maxPages : NO_BOUND}`);
}
