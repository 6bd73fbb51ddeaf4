/**
 * The fan-out: readers who are up to date are shown what is published in one step, encoded once for
 * all of them. Neighbours: `feed.ts` owns it and wakes it; SSE and WebSocket sessions join once they
 * have caught up by a subscription of their own, and go back to one when they have no more room.
 * Invariants: each reader is shown every entry after its own number, in order, once; what is
 * published while one showing is under way goes out together with the next.
 */
import type { Entry } from "./entry.ts";

/** Entries that follow one another, as a transport sends them. */
export interface Chunk<T> {
  first: number;
  last: number;
  value: T;
}

export interface FanOutReader<T> {
  /** The last entry it has been shown; it moves this on itself. */
  readonly seq: number;
  /**
   * False when it has no room for more: it is then shown nothing until it joins again. With `more`, another
   * chunk comes within this turn: it can wait for that with its write.
   */
  take(chunk: Chunk<T>, more: boolean): boolean;
  /** Told that it was let go without a word of its own, because it took no more or history is gone. */
  dropped(): void;
}

export interface FanOutOptions<T> {
  /** Small entries together, in chunks that a slow reader can be given one at a time. */
  encode(entries: readonly Entry[]): Iterable<Chunk<T>>;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Runs once what is under way has returned, before answers that are due are made. */
  soon(run: () => void): void;
  /** Runs after so many milliseconds; with 0 once the turn of the loop is over. */
  later(run: () => void, delayMs: number): void;
}

export interface FanOut<T> {
  /** False where the reader is behind: it must catch up first. */
  join(reader: FanOutReader<T>): boolean;
  leave(reader: FanOutReader<T>): void;
}

export interface FanOutSource {
  head(): number;
  /** The entries after `seq` that are at hand; null when those right after it are not. */
  recentAfter(seq: number): readonly Entry[] | null;
}

/** After a showing the next one rests as long as one costs, under load up to so many times as long. */
const MAX_RESTS = 16;
const MAX_REST_MS = 50;
/** A showing that takes no longer comes before the answer to who wrote, which then waits for it. */
const MAX_SOON_MS = 2;
/** After so many chunks a showing lets the loop turn. */
const MAX_CHUNKS = 64;

export interface OwnedFanOut<T> extends FanOut<T> {
  wake(): void;
  readers(): number;
}

export function createFanOut<T>(
  { head, recentAfter }: FanOutSource,
  { encode, now, soon, later }: FanOutOptions<T>,
): OwnedFanOut<T> {
  const readers = new Set<FanOutReader<T>>();
  /** What every reader has been shown; some may have come with more. */
  let shown = head();
  let scheduled = false;
  let restUntil = 0;
  /** When the last showing began, how long it took, and what one costs. */
  let began = Number.NEGATIVE_INFINITY;
  let took = Number.POSITIVE_INFINITY;
  let cost = 0;
  /** Of a long showing, which goes on after a turn of the loop, what was not shown. */
  let begun: readonly Entry[] | null = null;

  /**
   * The first entry after a pause goes out in this very turn, before the answer to its writer where that costs
   * it little. After a costly showing the next one rests, so that writes get their part of the time and go
   * out together: where a showing had several entries, the more.
   */
  function wake(): void {
    if (scheduled || readers.size === 0) return;
    scheduled = true;
    const restMs = restUntil - now();
    if (restMs >= 1) later(show, restMs);
    else if (cost <= MAX_SOON_MS) soon(show);
    else later(show, 0);
  }

  function show(): void {
    scheduled = false;
    const from = now();
    const before = shown;
    let chunks = 0;
    let isLong = false;
    if (readers.size === 0) begun = null;
    while (readers.size > 0 && shown < head() && !isLong) {
      const entries = next();
      if (!entries) {
        dropAll();
        break;
      }
      for (const chunk of encode(entries)) {
        isLong = ++chunks >= MAX_CHUNKS && chunk.last < head();
        showChunk(entries, chunk, chunk.last < head() && !isLong);
        shown = chunk.last;
        if (isLong) break;
      }
      begun = isLong ? entries.slice(entries.findIndex(({ seq }) => seq > shown)) : null;
    }
    if (shown > before) rest(shown - before, from);
    if (!isLong) return;
    // Only a turn of the loop: what was begun is held until it is shown.
    scheduled = true;
    later(show, 0);
  }

  /**
   * Of two showings the shorter one tells what they cost: the machine may have held up the other. Entries that
   * could have been shown one by one in the time they came in are no load.
   */
  function rest(entries: number, from: number): void {
    const until = now();
    cost = Math.min(until - from, took);
    took = until - from;
    const isLoad = entries * cost > from - began;
    began = from;
    const rests = isLoad ? Math.min(entries, MAX_RESTS) : 1;
    restUntil = until + Math.min(rests * cost, MAX_REST_MS);
  }

  /** What comes next: the rest of what was begun, which may not be at hand any more, or all there is. */
  function next(): readonly Entry[] | null {
    const [first] = begun ?? [];
    if (begun && first?.seq === shown + 1) return begun;
    const entries = recentAfter(shown);
    return entries && entries.length > 0 ? entries : null;
  }

  function showChunk(entries: readonly Entry[], chunk: Chunk<T>, more: boolean): void {
    for (const reader of readers) {
      if (reader.seq >= chunk.last) continue;
      if (reader.seq + 1 === chunk.first) offer(reader, chunk, more);
      else {
        // It came with more than the others had been shown.
        const own = entries.filter(({ seq }) => seq > reader.seq && seq <= chunk.last);
        for (const part of encode(own)) if (!offer(reader, part, false)) break;
      }
    }
  }

  function offer(reader: FanOutReader<T>, chunk: Chunk<T>, more: boolean): boolean {
    if (reader.take(chunk, more)) return true;
    if (readers.delete(reader)) reader.dropped();
    return false;
  }

  /** What comes next is only in the journal: everybody reads it there. */
  function dropAll(): void {
    const all = [...readers];
    readers.clear();
    begun = null;
    for (const reader of all) reader.dropped();
  }

  return {
    join(reader) {
      if (readers.size === 0) shown = head();
      if (reader.seq < shown || reader.seq > head()) return false;
      readers.add(reader);
      if (reader.seq < head()) wake();
      return true;
    },
    leave: (reader) => void readers.delete(reader),
    wake,
    readers: () => readers.size,
  };
}
