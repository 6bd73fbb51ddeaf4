/**
 * The SQLite journal as the core's `Journal` port. The work is done by a worker thread, so that no sync
 * of the disk ever holds the event loop. Neighbours: `line.ts` leads to the worker, `check.ts` to the
 * thread that checks, the engine stands before it.
 * Invariant: the head moves only when the worker has said that the append is durable.
 */
import { isAscii } from "node:buffer";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import {
  type ArchivedRow,
  type Journal,
  JournalRefusal,
  type RecoveryReport,
  toTime,
} from "../core/index.ts";
import { PAGE_CHARS } from "./archive.ts";
import { type Check, startCheck } from "./check.ts";
import { createLine, startWorker } from "./line.ts";
import type { Opening, Pragmas } from "./messages.ts";

export interface SqliteJournalOptions {
  /** Made when missing; holds `clawtasker.db` and what belongs to it. */
  dir: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** The newest ones are kept; at least 1. */
  keepSnapshots?: number;
  /** A database up to this size is checked whole before it is used, in bytes. */
  checkFirstBytes?: number;
  /** How long after the opening the rest is checked, in milliseconds. */
  checkAfterMs?: number;
  /** Told when something kept turned out to be altered; what was done about it is in `recovery`. */
  onDamage?(reason: string): void;
  /** A bound for the database file, in pages of 4 KiB; none when absent. */
  maxPages?: number;
}

export interface SqliteJournal extends Journal {
  /** As read back after the first write of this opening. */
  readonly pragmas: Pragmas;
  /** Resolves once everything was checked that the opening left; fails where that was not possible. */
  checked(): Promise<void>;
  /**
   * Copies the journal as of its last entry into a new file; appends go on meanwhile. One at a time.
   * @returns the entry it is as of, and its bytes
   * @throws Error when it could not be written; there is then no file
   */
  copyTo(path: string): Promise<{ seq: number; bytes: number }>;
  /** Moves the bound of the database file; 0 for none. */
  setMaxPages(maxPages: number): Promise<void>;
  /** Ends the worker after the call that it is at, as a crash would: what is under way fails with an Error. */
  abort(): Promise<void>;
}

/** A snapshot's parts are sent in slices of about this size, taken in about this time. */
const SLICE_CHARS = 256 * 1024;
const SLICE_MS = 5;
/** A copy asks for so much at a time: an append waits behind one at most. */
const IMAGE_CHUNK_BYTES = 512 * 1024;

/** How often a search looks on before it gives what it has, with where to go on. */
const LOOKS = 50;

/** A database up to this size is checked whole before it is used: that takes no time to speak of. */
const CHECK_FIRST_BYTES = 16 * 1024 * 1024;
/** The start has the processor to itself for so long. */
const CHECK_AFTER_MS = 2_000;

/**
 * Opens the journal in a folder and verifies it: a small one whole, of a large one the newest snapshot
 * and what comes after it, the rest then in the background. Damage that can be cut off is, and is
 * reported in `recovery`.
 * @throws Error that says what to do: another server has it, a newer release wrote it, nothing in it
 * can be trusted
 */
export async function openSqliteJournal(options: SqliteJournalOptions): Promise<SqliteJournal> {
  const { dir, now, keepSnapshots = 4, maxPages = 0 } = options;
  const { checkFirstBytes = CHECK_FIRST_BYTES } = options;
  const startOnce = (cutOff: RecoveryReport["cut_off"]) =>
    startWorker({
      dir,
      keepSnapshots: Math.max(1, keepSnapshots),
      maxPages,
      checkFirstBytes,
      openedAt: toTime(now()),
      cutOff,
    });
  const start = async () => {
    let { worker, opening } = await startOnce(null);
    if (opening.kind === "mended") ({ worker, opening } = await startOnce(opening.cutOff));
    if (opening.kind === "open") return { worker, opening };
    throw new Error(opening.kind === "refused" ? opening.message : "the journal was mended twice");
  };
  return createPort(await start(), start, options);
}

type Start = () => Promise<{ worker: Worker; opening: Opening & { kind: "open" } }>;

function createPort(
  { worker, opening }: Awaited<ReturnType<Start>>,
  start: Start,
  { dir, now, onDamage, checkAfterMs = CHECK_AFTER_MS }: SqliteJournalOptions,
): SqliteJournal {
  const { recovery, pragmas } = opening;
  let { id, head, floor } = opening;
  let closing: Promise<void> | null = null;
  /** Snapshots and prunings, one after the other. */
  let background: Promise<unknown> = Promise.resolve();
  let copying: Promise<unknown> = Promise.resolve();

  const line = createLine({
    worker,
    start,
    onReopened(next, reason) {
      ({ id, floor } = next);
      // In place: who shows the report shows what is known now.
      Object.assign(recovery, { ...next.recovery, entries_replayed: recovery.entries_replayed });
      if (next.head !== head) {
        throw new Error(`the journal ends at ${next.head}, but ${head} had been acknowledged`);
      }
      onDamage?.(recovery.cut_off?.reason ?? reason);
    },
  });
  const { call } = line;

  let check: Check | null = null;
  const late = new AbortController();
  const checking = opening.unchecked ? checkRest() : Promise.resolve();
  // Whoever waits for it is told; nobody needs to.
  checking.catch(() => {});

  async function checkRest(): Promise<void> {
    await setTimeout(checkAfterMs, undefined, { ref: false, signal: late.signal });
    await call("freeze", null);
    let damage: string | null;
    try {
      late.signal.throwIfAborted();
      check = startCheck(join(dir, "clawtasker.db"));
      damage = await check.result;
    } catch (error) {
      // Nothing is known of the rest, and the file need not be held still for that; a worker that has ended holds none.
      await call("thaw", false).catch(() => {});
      throw error;
    }
    await call("thaw", damage === null);
    if (damage === null) recovery.verified_at = toTime(now());
    else await line.reopen(damage);
  }

  function inBackground(work: () => Promise<void>): Promise<void> {
    const done = background.then(() => work());
    background = done.catch(() => {});
    return done;
  }

  async function dropParts(): Promise<void> {
    while (await call("dropParts", null));
  }

  async function writeSnapshot(
    seq: number,
    createdAt: string,
    parts: Iterable<string>,
  ): Promise<void> {
    await call("beginSnapshot", { seq, createdAt });
    const iterator = parts[Symbol.iterator]();
    let finished = false;
    try {
      while (!finished) {
        const slice = takeSlice(iterator);
        finished = slice.finished;
        await call("addParts", slice.parts);
        // Others first.
        await new Promise((resolve) => setImmediate(resolve));
      }
      const backups = await call("commitSnapshot", null);
      // In place: who shows the report shows the snapshots of today.
      recovery.backups.splice(0, Number.POSITIVE_INFINITY, ...backups);
    } catch (error) {
      if (!finished) iterator.return?.();
      // At the latest the next opening does it.
      await dropParts().catch(() => {});
      throw error;
    }
    await dropParts();
  }

  async function copyTo(path: string): Promise<{ seq: number; bytes: number }> {
    const image = await call("holdImage", null);
    const file = await open(path, "wx", 0o600);
    try {
      for (let at = 0; at < image.bytes; ) {
        const chunk = await call("readImage", { at, length: IMAGE_CHUNK_BYTES });
        if (chunk.length === 0) throw new Error("the database became shorter while it was copied");
        await file.write(chunk);
        at += chunk.length;
      }
      await file.close();
      return image;
    } catch (error) {
      await file.close().catch(() => {});
      await rm(path, { force: true });
      throw error;
    } finally {
      // A worker that has ended holds nothing any more.
      await call("releaseImage", null).catch(() => {});
    }
  }

  return {
    get id() {
      return id;
    },
    recovery,
    pragmas,
    copyTo(path) {
      // Both hold the file still, and each would let it go for the other.
      const done = Promise.allSettled([copying, checking]).then(() => copyTo(path));
      copying = done.catch(() => {});
      return done;
    },
    head: () => head,
    floor: () => floor,
    async append(expectedSeq, records) {
      head = await call("append", { expectedSeq, records });
    },
    read: (after, limit) => call("read", { after, limit }),
    findByKey: (key) => call("findByKey", key),
    findArchived: (kind, ids, what) => call("findArchived", { kind, ids, what }),
    async listArchived(query, signal) {
      const rows: ArchivedRow[] = [];
      let after = query.after;
      let chars = 0;
      for (let looks = 0; looks < LOOKS; looks++) {
        if (looks > 0 && signal?.aborted) break;
        const limit = query.limit - rows.length;
        const page = await call("listArchived", { ...query, after, limit });
        rows.push(...page.rows);
        for (const { json } of page.rows) chars += json.length;
        const isFull = rows.length >= query.limit || chars >= PAGE_CHARS;
        if (page.next === null || isFull) return { rows, next: page.next };
        after = page.next;
      }
      return { rows, next: after ?? null };
    },
    saveSnapshot: (seq, createdAt, parts) =>
      inBackground(() => writeSnapshot(seq, createdAt, parts)),
    async loadSnapshot() {
      const snapshot = await call("loadSnapshot", null);
      return snapshot && { seq: snapshot.seq, parts: toTexts(snapshot.parts) };
    },
    prune: (seq) =>
      inBackground(async () => {
        for (let more = true; more; ) ({ floor, more } = await call("prune", seq));
        while (await call("shrink", null));
      }),
    async setMaxPages(maxPages) {
      await call("setMaxPages", maxPages);
    },
    checked: () => checking,
    async abort() {
      late.abort();
      await check?.stop();
      await line.abort();
    },
    close() {
      closing ??= (async () => {
        late.abort();
        await check?.stop();
        await background;
        const closed = call("close", null);
        line.refuse(new JournalRefusal("closed", "the journal is closed"));
        // A worker that has died is closed, too.
        await closed.catch(() => {});
        await line.ended();
      })();
      return closing;
    },
  };
}

/** One at a time, and each is let go: together they are as large as the state, and would be carried along while it is made. */
function* toTexts(parts: (string | ArrayBuffer)[]): Generator<string> {
  for (const [index, part] of parts.entries()) {
    parts[index] = "";
    yield typeof part === "string" ? part : toText(Buffer.from(part));
  }
}

/** A third of the time where all of it is ASCII, as most texts are. */
function toText(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString("latin1") : bytes.toString();
}

/** As many parts as fit into one message; a long wait for one part cannot be shortened. */
function takeSlice(iterator: Iterator<string>): { parts: string[]; finished: boolean } {
  const parts: string[] = [];
  const deadline = performance.now() + SLICE_MS;
  for (let chars = 0; chars < SLICE_CHARS && performance.now() < deadline; ) {
    const { value, done } = iterator.next();
    if (done) return { parts, finished: true };
    parts.push(value);
    chars += value.length;
  }
  return { parts, finished: false };
}
