/**
 * What the port and its worker say to each other: one call, one reply. Neighbours: `sqlite.ts` calls,
 * `sqlite-worker.ts` answers, appends before others.
 * Invariant: each call is short, so that an append never waits long behind another; long work is
 * many calls.
 */
import type {
  ArchivedRow,
  ArchivedWhat,
  ArchiveKind,
  ArchivePage,
  ArchiveQuery,
  JournalRecord,
  JournalRefusalReason,
  RecoveryReport,
} from "../core/index.ts";

/** What SQLite says about itself after the first write. */
export interface Pragmas {
  journal_mode: string;
  synchronous: number;
  locking_mode: string;
}

export interface WorkerOptions {
  dir: string;
  keepSnapshots: number;
  /** Of the database file; 0 for no bound. */
  maxPages: number;
  /** Up to this size the database is checked whole before it is used, in bytes. */
  checkFirstBytes: number;
  /** The time of this opening. */
  openedAt: string;
  /** What the worker before this one had to set aside. */
  cutOff: RecoveryReport["cut_off"];
}

/** The worker's first message. */
export type Opening =
  | {
      kind: "open";
      id: string;
      head: number;
      floor: number;
      /** Whether entries older than the newest snapshot are still to be checked. */
      unchecked: boolean;
      pragmas: Pragmas;
      recovery: RecoveryReport;
    }
  /** Damage was set aside and a clean database put in its place; open again. */
  | { kind: "mended"; cutOff: NonNullable<RecoveryReport["cut_off"]> }
  | { kind: "refused"; message: string };

export type Backups = RecoveryReport["backups"];

/** Each call with what it takes and what it gives. */
export interface Calls {
  append: { takes: { expectedSeq: number; records: readonly JournalRecord[] }; gives: number };
  read: { takes: { after: number; limit: number }; gives: JournalRecord[] };
  findByKey: { takes: string; gives: JournalRecord | null };
  findArchived: {
    takes: { kind: ArchiveKind; ids: readonly string[]; what: ArchivedWhat | undefined };
    gives: ArchivedRow[];
  };
  /** One look at a bounded number of rows. */
  listArchived: { takes: ArchiveQuery; gives: ArchivePage };
  beginSnapshot: { takes: { seq: number; createdAt: string }; gives: null };
  addParts: { takes: readonly string[]; gives: null };
  commitSnapshot: { takes: null; gives: Backups };
  /** Deletes some parts that belong to no snapshot; true while there are more. */
  dropParts: { takes: null; gives: boolean };
  /** The parts as UTF-8 where they were just verified. */
  loadSnapshot: { takes: null; gives: { seq: number; parts: (string | ArrayBuffer)[] } | null };
  /** Deletes some entries up to the number. */
  prune: { takes: number; gives: { floor: number; more: boolean } };
  /** Gives some space back; true while there is more. */
  shrink: { takes: null; gives: boolean };
  /** Leaves the database file as it is until `thaw`: everything is in it, what comes stays in the WAL. */
  freeze: { takes: null; gives: null };
  /** The rest was checked (`true`), or that failed. */
  thaw: { takes: boolean; gives: null };
  /** Ends the worker, so that the next one checks everything. */
  doubt: { takes: string; gives: null };
  /** Holds the main file still for a copy, as of the last entry. */
  holdImage: { takes: null; gives: { seq: number; bytes: number } };
  readImage: { takes: { at: number; length: number }; gives: Uint8Array };
  releaseImage: { takes: null; gives: null };
  setMaxPages: { takes: number; gives: null };
  /** Ends the worker as it is, before anything else that waits. */
  abandon: { takes: null; gives: null };
  close: { takes: null; gives: null };
}
export type CallName = keyof Calls;

export interface Call<N extends CallName = CallName> {
  id: number;
  name: N;
  takes: Calls[N]["takes"];
}

export type Reply =
  | { id: number; ok: true; gives: unknown }
  /** Nothing was done: what it rests on was altered. To be asked again of a worker that checked all. */
  | { id: number; ok: false; doubt: string }
  /** Without a reason the outcome is unknown. */
  | { id: number; ok: false; doubt?: never; reason: JournalRefusalReason | null; message: string };

/** What the checking thread is told, and its one answer: what is wrong, or null. */
export interface CheckOptions {
  file: string;
  /** One Int32, 0 until it shall stop; it sleeps on it. */
  stopped: SharedArrayBuffer;
}
export type CheckResult = { damage: string | null };
