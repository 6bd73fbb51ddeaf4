/**
 * The feed: committed entries for any number of subscribers, from any point of the past, then live.
 * A subscriber is a cursor, not a queue: it reads the recent entries that all share, or the journal
 * when it is further behind, so a slow one costs nothing and misses nothing.
 * Neighbours: the engine publishes, SSE and WebSocket encode; `fan-out.ts` serves those who are up to date,
 * `history.ts` reads for those behind. Invariant: in order, no gap, no double; where that cannot be kept, a
 * reset says so.
 */
import type { Entry } from "./entry.ts";
import { createFanOut, type FanOut, type FanOutOptions } from "./fan-out.ts";
import { createHistory } from "./history.ts";
import { createPace } from "./pace.ts";
import type { JournalRecord, Ports } from "./ports.ts";

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

/** So many are given without a look at who else is there: what is new to one who is up to date. */
const FEW = 16;

export interface FeedOptions {
  /** The last sequence number before the first `publish`. */
  head: number;
  floor(): number;
  read(after: number, limit: number): Promise<readonly JournalRecord[]>;
  /** Lets the event loop turn between what many are given who are behind; null where it need not yet. */
  turn?: Ports["turn"];
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
  turn,
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
  const pace = createPace(turn);
  const history = createHistory({ head: () => head, read, pace, maxBatch });

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

  function after(cursor: number): readonly Entry[] | Promise<readonly Entry[]> {
    const atHand = recentAfter(cursor, maxBatch);
    if (!atHand) return history.after(cursor);
    const due = atHand.length > FEW ? pace() : null;
    return due ? due.then(() => atHand) : atHand;
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
