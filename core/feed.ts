/**
 * The feed: committed entries for any number of subscribers, from any point of the past, then live.
 * A subscriber is a cursor, not a queue: it reads the recent entries that all share, or the journal
 * when it is further behind, so a slow one costs nothing and misses nothing.
 * Neighbours: the engine publishes, SSE and WebSocket encode; `fan-out.ts` serves those who are up to date. Invariant: in order, no gap, no double;
 * where that cannot be kept, a reset says so.
 */
import type { Entry } from "./entry.ts";
import { createFanOut, type FanOut, type FanOutOptions } from "./fan-out.ts";
import type { JournalRecord } from "./ports.ts";

export const RESET_REASONS = ["gone", "ahead"] as const;
export type ResetReason = (typeof RESET_REASONS)[number];

export type FeedItem =
  | { type: "entries"; entries: readonly Entry[] }
  /** The history asked for is not there; what follows continues after `seq`. */
  | { type: "reset"; reason: ResetReason; seq: number };

export interface Subscription {
  /** The last sequence number already known; absent for live only. */
  since?: number;
  signal: AbortSignal;
}

export interface Feed {
  subscribe(subscription: Subscription): AsyncGenerator<FeedItem, void, void>;
  /** For many readers who are up to date: what is published, encoded once for all. */
  fanOut<T>(options: FanOutOptions<T>): FanOut<T>;
  /** Adds durable entries, which must follow the last ones. */
  publish(entries: readonly Entry[], bytes: number): void;
  /** The latest entries that are at hand, oldest first. */
  recent(limit: number): readonly Entry[];
  /** Subscriptions, and readers of the fan-outs. */
  subscribers(): number;
}

/** What comes from the journal is held by those alone who asked for it, and an entry may be as large as a body. */
const JOURNAL_BATCH = 64;
const JOURNAL_CHARS = 256 * 1024;

export interface FeedOptions {
  /** The last sequence number before the first `publish`. */
  head: number;
  floor(): number;
  read(after: number, limit: number): Promise<readonly JournalRecord[]>;
  /** Told of a subscriber that has seen more than there is: an older database was put in place. */
  onAhead?(since: number): void;
  maxEntries?: number;
  maxBytes?: number;
  /** How many entries a subscriber is given at once; what is shown to all is cut by its encoding. */
  maxBatch?: number;
}

export function createFeed({
  head: first,
  floor,
  read,
  onAhead,
  maxEntries = 2_000,
  maxBytes = 16 * 1024 * 1024,
  maxBatch = 256,
}: FeedOptions): Feed {
  let head = first;
  let recent: Entry[] = [];
  const sizes: { seq: number; bytes: number }[] = [];
  let recentBytes = 0;
  const waiting = new Set<() => void>();
  const fanOuts: { wake(): void; readers(): number }[] = [];
  let subscribers = 0;

  function trim(): void {
    while (sizes.length > 1 && (recent.length > maxEntries || recentBytes > maxBytes)) {
      const oldest = sizes.shift();
      if (!oldest) return;
      recentBytes -= oldest.bytes;
      const keep = recent.findIndex(({ seq }) => seq > oldest.seq);
      recent = keep < 0 ? [] : recent.slice(keep);
    }
  }

  function changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      waiting.add(done);
      signal.addEventListener("abort", done);
    });
  }

  /** The entries after the cursor, or the first of them; null when those right after it are not at hand. */
  function recentAfter(cursor: number, limit = Number.POSITIVE_INFINITY): readonly Entry[] | null {
    const oldest = recent[0]?.seq;
    if (oldest === undefined || cursor + 1 < oldest) return null;
    const start = cursor + 1 - oldest;
    return recent.slice(start, start + limit);
  }

  /** By their cursor: a crowd that comes back together reads the journal together. */
  const reading = new Map<number, Promise<readonly Entry[]>>();
  /** How many entries are about as much as may be read at once, by what the last ones were. */
  let portion = JOURNAL_BATCH;

  async function readAfter(cursor: number): Promise<readonly Entry[]> {
    // No further than was published: the journal may hold an entry whose append is not answered yet.
    const records = await read(cursor, Math.min(maxBatch, portion, head - cursor));
    const chars = records.reduce((sum, { json }) => sum + json.length, 1);
    portion = Math.ceil(Math.min(JOURNAL_BATCH, (JOURNAL_CHARS * records.length) / chars)) || 1;
    return records.map(({ json }) => JSON.parse(json) as Entry);
  }

  function after(cursor: number): readonly Entry[] | Promise<readonly Entry[]> {
    const atHand = recentAfter(cursor, maxBatch);
    if (atHand) return atHand;
    let entries = reading.get(cursor);
    if (!entries) {
      const done = () => reading.delete(cursor);
      entries = readAfter(cursor);
      entries.then(done, done);
      reading.set(cursor, entries);
    }
    return entries;
  }

  async function* subscribe({ since, signal }: Subscription): AsyncGenerator<FeedItem, void, void> {
    subscribers++;
    try {
      let cursor = since ?? head;
      if (cursor > head || cursor < floor()) {
        const reason = cursor > head ? "ahead" : "gone";
        if (reason === "ahead") onAhead?.(cursor);
        cursor = head;
        yield { type: "reset", reason, seq: cursor };
      }
      while (!signal.aborted) {
        if (cursor === head) {
          await changed(signal);
          continue;
        }
        const entries = await after(cursor);
        if (signal.aborted) return;
        const last = entries.at(-1);
        if (last === undefined || entries[0]?.seq !== cursor + 1) {
          // Pruned away while this subscriber was behind.
          cursor = head;
          yield { type: "reset", reason: "gone", seq: cursor };
        } else {
          cursor = last.seq;
          yield { type: "entries", entries };
        }
      }
    } finally {
      subscribers--;
    }
  }

  return {
    subscribe,
    fanOut(options) {
      const fanOut = createFanOut({ head: () => head, recentAfter }, options);
      fanOuts.push(fanOut);
      return fanOut;
    },
    publish(entries, bytes) {
      const last = entries.at(-1);
      if (!last) return;
      if (entries[0]?.seq !== head + 1)
        throw new Error(`published ${entries[0]?.seq} after ${head}`);
      recent.push(...entries);
      sizes.push({ seq: last.seq, bytes });
      recentBytes += bytes;
      trim();
      head = last.seq;
      for (const wake of [...waiting]) wake();
      for (const fanOut of fanOuts) fanOut.wake();
    },
    recent: (limit) => recent.slice(-limit),
    subscribers: () => fanOuts.reduce((sum, fanOut) => sum + fanOut.readers(), subscribers),
  };
}
