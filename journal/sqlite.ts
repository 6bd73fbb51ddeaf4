/**
 * The SQLite journal as the core's `Journal` port. The work is done by a worker thread, so that no sync
 * of the disk ever holds the event loop. Neighbours: `sqlite-worker.ts` behind, the engine before it.
 * Invariants: the head moves only when the worker has said that the append is durable; when the worker
 * dies, every call under way fails with an Error, for nobody knows how it went.
 */
import { Worker } from "node:worker_threads";
import {
  type ArchivedRow,
  type Journal,
  JournalRefusal,
  type RecoveryReport,
  toTime,
} from "../core/index.ts";
import type { Call, CallName, Calls, Opening, Pragmas, Reply, WorkerOptions } from "./messages.ts";

export interface SqliteJournalOptions {
  /** Made when missing; holds `clawtasker.db` and what belongs to it. */
  dir: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** The newest ones are kept; at least 1. */
  keepSnapshots?: number;
  /** A bound for the database file, in pages of 4 KiB; none when absent. */
  maxPages?: number;
}

export interface SqliteJournal extends Journal {
  /** As read back after the first write of this opening. */
  readonly pragmas: Pragmas;
  /** Moves the bound of the database file; 0 for none. */
  setMaxPages(maxPages: number): Promise<void>;
  /** Ends the worker at once, as a crash would: what is under way fails with an Error. */
  abort(): Promise<void>;
}

/** A snapshot's parts are sent in slices of about this size, taken in about this time. */
const SLICE_CHARS = 256 * 1024;
const SLICE_MS = 5;

/** How often a search looks on before it gives what it has, with where to go on. */
const LOOKS = 50;

/**
 * Opens the journal in a folder and verifies it; damage that can be cut off is, and is reported in
 * `recovery`.
 * @throws Error that says what to do: another server has it, a newer release wrote it, nothing in it
 * can be trusted
 */
export async function openSqliteJournal(options: SqliteJournalOptions): Promise<SqliteJournal> {
  const { dir, now, keepSnapshots = 4, maxPages = 0 } = options;
  const start = (cutOff: RecoveryReport["cut_off"]) =>
    startWorker({
      dir,
      keepSnapshots: Math.max(1, keepSnapshots),
      maxPages,
      openedAt: toTime(now()),
      cutOff,
    });
  let { worker, opening } = await start(null);
  if (opening.kind === "mended") ({ worker, opening } = await start(opening.cutOff));
  if (opening.kind === "open") return createPort(worker, opening);
  throw new Error(opening.kind === "refused" ? opening.message : "the journal was mended twice");
}

/** Waits for the first message; where it is no journal, also for the end of the worker. */
async function startWorker(options: WorkerOptions): Promise<{ worker: Worker; opening: Opening }> {
  const worker = new Worker(new URL("./sqlite-worker.js", import.meta.url), {
    workerData: options,
    // Not this process's: with `--input-type` or `--eval` no worker starts.
    execArgv: [],
  });
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const opening = await new Promise<Opening>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the journal's worker ended while opening")));
  });
  if (opening.kind !== "open") await ended;
  return { worker, opening };
}

function createPort(worker: Worker, opening: Opening & { kind: "open" }): SqliteJournal {
  const { id, recovery, pragmas } = opening;
  let { head, floor } = opening;
  let lastCall = 0;
  const pending = new Map<number, { resolve(gives: unknown): void; reject(error: Error): void }>();
  /** Why no call can be sent any more. */
  let over: Error | null = null;
  let closing: Promise<void> | null = null;
  /** Snapshots and prunings, one after the other. */
  let background: Promise<unknown> = Promise.resolve();

  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  worker.on("message", (reply: Reply) => {
    const call = pending.get(reply.id);
    pending.delete(reply.id);
    if (reply.ok) call?.resolve(reply.gives);
    else if (reply.reason) call?.reject(new JournalRefusal(reply.reason, reply.message));
    else call?.reject(new Error(`the journal failed: ${reply.message}`));
  });
  worker.on("error", die);
  worker.on("exit", () => die(new Error("the journal's worker has ended")));

  function die(error: Error): void {
    over ??= error;
    for (const { reject } of pending.values()) reject(over);
    pending.clear();
  }

  function call<N extends CallName>(name: N, takes: Calls[N]["takes"]): Promise<Calls[N]["gives"]> {
    if (over) return Promise.reject(over);
    return new Promise((resolve, reject) => {
      const message: Call<N> = { id: ++lastCall, name, takes };
      pending.set(message.id, { resolve: resolve as (gives: unknown) => void, reject });
      worker.postMessage(message);
    });
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

  return {
    id,
    recovery,
    pragmas,
    head: () => head,
    floor: () => floor,
    async append(expectedSeq, records) {
      head = await call("append", { expectedSeq, records });
    },
    read: (after, limit) => call("read", { after, limit }),
    findByKey: (key) => call("findByKey", key),
    findArchived: (ids) => call("findArchived", ids),
    async listArchived(query) {
      const rows: ArchivedRow[] = [];
      let after = query.after;
      for (let looks = 0; looks < LOOKS; looks++) {
        const limit = query.limit - rows.length;
        const page = await call("listArchived", { ...query, after, limit });
        rows.push(...page.rows);
        if (page.next === null || rows.length >= query.limit) return { rows, next: page.next };
        after = page.next;
      }
      return { rows, next: after ?? null };
    },
    saveSnapshot: (seq, createdAt, parts) =>
      inBackground(() => writeSnapshot(seq, createdAt, parts)),
    loadSnapshot: () => call("loadSnapshot", null),
    prune: (seq) =>
      inBackground(async () => {
        for (let more = true; more; ) ({ floor, more } = await call("prune", seq));
      }),
    async setMaxPages(maxPages) {
      await call("setMaxPages", maxPages);
    },
    abort: async () => {
      await worker.terminate();
    },
    close() {
      closing ??= (async () => {
        await background;
        const closed = over ? null : call("close", null);
        over ??= new JournalRefusal("closed", "the journal is closed");
        // A worker that has died is closed, too.
        await closed?.catch(() => {});
        await ended;
      })();
      return closing;
    },
  };
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
