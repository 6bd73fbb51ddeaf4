/**
 * Everything impure that the core needs, as interfaces: the clock, ids, the journal. Neighbours:
 * `journal/` implements the journal, `server/` the rest, embedders and specs bring their own.
 */

/** An entry as stored: its number, its text (JSON), and its idempotency key where it has one. */
export interface JournalRecord {
  seq: number;
  json: string;
  key: string | null;
  /** What the entry does to the archive, in the same transaction; never read back. */
  archive?: ArchiveChange;
}

export const ARCHIVE_KINDS = ["task", "message", "directive"] as const;
export type ArchiveKind = (typeof ARCHIVE_KINDS)[number];

/** A record that left the state, with what it is found by. */
export interface ArchiveRow {
  kind: ArchiveKind;
  /** No two kinds share an id. */
  id: string;
  /** The record. */
  json: string;
  /** Its place in the order: the newest come first. */
  at: string;
  project: string;
  /** Whose it is: a task its owner's, a message its thread's, a directive the one's whom it is for. */
  owner: string;
  /** What a search looks in; in lower case. */
  text: string;
}

/** In this order: everything out, single ones out, others in. */
export interface ArchiveChange {
  clear: boolean;
  take: readonly string[];
  put: readonly ArchiveRow[];
}

/** A row with the number of the entry that put it there. */
export type ArchivedRow = Pick<ArchiveRow, "id" | "json" | "at"> & { seq: number };

/** The rows, or only that they are there, with an empty record: many may be large. */
export type ArchivedWhat = "whole" | "present";

/** Which rows, all conditions together. */
export interface ArchiveQuery {
  kind: ArchiveKind;
  /** Each must be in the text; in lower case. */
  words: readonly string[];
  project?: string | undefined;
  owner?: string | undefined;
  /** Only rows whose `at` is smaller. */
  before?: string | undefined;
  /** Only rows after this one in the order. */
  after?: Pick<ArchiveRow, "at" | "id"> | undefined;
  /** At most so many rows. */
  limit: number;
}

export interface ArchivePage {
  rows: ArchivedRow[];
  /**
   * Where to go on; null at the end. A page may hold fewer rows than asked for, even none, and not be
   * the last: a search looks at a bounded number of rows at a time, and a page has a bound.
   */
  next: Pick<ArchiveRow, "at" | "id"> | null;
}

/** What the last opening of a journal found and did; shown on `GET /api/system/recovery`. */
export interface RecoveryReport {
  recovered_at: string;
  source: "empty" | "journal" | "snapshot";
  journal: string;
  snapshot_seq: number | null;
  head_seq: number;
  entries_replayed: number;
  /** When every digest had been compared; null while what is older than the snapshot is being checked. */
  verified_at: string | null;
  /** Entries that could not be trusted and were set aside, with where they went. */
  cut_off: { after_seq: number; entries: number; reason: string; kept_in: string | null } | null;
  /** Snapshots that were passed over. */
  refused: { seq: number; reason: string }[];
  backups: { seq: number; created_at: string; bytes: number }[];
}

/** About as much as one reading gives, but for a single larger record. */
export const READ_CHARS = 2_000_000;

/**
 * The durable, ordered list of entries. Shaped so that a replicated log can stand behind it: an append
 * names the sequence number it expects to follow.
 */
export interface Journal {
  /** Names this history; another one, also one begun again after damage, has another name. */
  readonly id: string;
  /** What opening found; the engine adds what it replayed. */
  readonly recovery: RecoveryReport;
  /** The sequence number of the last entry, 0 when there is none. */
  head(): number;
  /** Entries up to and including this number may be gone. */
  floor(): number;
  /**
   * Makes the records durable, all or none; they are numbered from `expectedSeq + 1`.
   * @throws JournalRefusal when nothing was written and the next append may succeed
   * @throws Error when the outcome is unknown: the caller must stop and recover
   */
  append(expectedSeq: number, records: readonly JournalRecord[]): Promise<void>;
  /**
   * Records after `after` in order, at most `limit`; fewer where they are large (`READ_CHARS`), and none only
   * where there is none.
   */
  read(after: number, limit: number): Promise<JournalRecord[]>;
  findByKey(key: string): Promise<JournalRecord | null>;
  /** The archived rows of the kind among these ids, in the order of the ids. */
  findArchived(
    kind: ArchiveKind,
    ids: readonly string[],
    what?: ArchivedWhat,
  ): Promise<ArchivedRow[]>;
  /**
   * Archived rows, those with the largest `at` first, then by id downwards, the way people count. Once the
   * signal is aborted it looks no further: the page ends where it is.
   */
  listArchived(query: ArchiveQuery, signal?: AbortSignal): Promise<ArchivePage>;
  /**
   * Keeps a snapshot of the state as of `seq`, as parts: each the JSON of a piece of the wire state.
   * The parts are taken lazily, so that a large state never holds the event loop.
   */
  saveSnapshot(seq: number, createdAt: string, parts: Iterable<string>): Promise<void>;
  /** The newest snapshot that can be trusted; its parts can be taken once. */
  loadSnapshot(): Promise<{ seq: number; parts: Iterable<string> } | null>;
  /** Drops entries up to and including `seq`, as far as the kept snapshots allow. */
  prune(seq: number): Promise<void>;
  close(): Promise<void>;
}

export const JOURNAL_REFUSALS = ["full", "conflict", "closed"] as const;
export type JournalRefusalReason = (typeof JOURNAL_REFUSALS)[number];

/** A failed append that certainly wrote nothing. */
export class JournalRefusal extends Error {
  readonly reason: JournalRefusalReason;
  constructor(reason: JournalRefusalReason, message: string) {
    super(message);
    this.name = "JournalRefusal";
    this.reason = reason;
  }
}

export interface Ports {
  journal: Journal;
  /** Milliseconds since the epoch. */
  clock(): number;
  /** A new id for each dispatch, unique for ever. */
  newId(): string;
  /**
   * What the journal keeps of a batch that came with a key, to know it again: of the same text the same, from
   * which nobody reads the text. Without it the text itself is kept.
   */
  digest?(text: string): string;
  /** Aborted after so many milliseconds; without it a dispatch never waits (tasks/claim). */
  timeout?(ms: number): AbortSignal;
  /**
   * Asked between the actions of a batch, and between what readers are given who are behind: lets the event
   * loop turn, or is null where it need not yet. Without it a batch is decided in one go.
   */
  turn?(): Promise<void> | null;
  /** Milliseconds of a clock that never steps, from any beginning; without it a batch may take any time. */
  elapsed?(): number;
  /** Told of the failure after which nothing more is accepted; the process should end and recover. */
  onFatal?(error: Error): void;
  /** Told of a failure that costs nothing but should be known: a snapshot that could not be kept. */
  onWarning?(error: Error): void;
}
