/**
 * What is kept of the past: a snapshot now and then, and the entries that somebody may still ask for.
 * Neighbours: the engine tells what it wrote, the journal keeps and lets go.
 * Invariants: an entry goes only when it is behind both bounds, the number and the age, or behind as many
 * characters as are kept at most, and behind a kept snapshot; snapshots write in the long run no more than is written anyway.
 */
import type { Entry } from "./entry.ts";
import type { Journal } from "./ports.ts";
import { toParts } from "./snapshot-parts.ts";
import type { State } from "./state/state.ts";
import { toTime } from "./time.ts";

export interface RetentionOptions {
  journal: Journal;
  /** Milliseconds since the epoch. */
  clock(): number;
  /** A snapshot is kept after this many entries, once they are as large as the last one together. */
  snapshotEvery: number;
  /** However few they are, not more of their characters are left for the next start, unless a snapshot is larger. */
  longTail?: number;
  /** Entries kept behind the head. */
  keepEntries: number;
  /** Entries younger than this are kept, too; in milliseconds. */
  keepMs: number;
  /** Of the texts of what is kept; beyond it entries go however few and young they are. */
  keepCharacters?: number | undefined;
  /** What opening found behind the newest snapshot. */
  snapshotSeq: number;
  tailBytes: number;
  /** Told when a snapshot could not be kept; the next one is due after as many entries again. */
  onWarning?: ((error: Error) => void) | undefined;
}

export interface Retention {
  /** Notes what was written and, when it is time, keeps a snapshot in the background. */
  wrote(bytes: number, state: State, seq: number): void;
  /** Ends what is under way and keeps a last snapshot where there is something new. */
  close(state: State, seq: number): Promise<void>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

const LONG_TAIL = 64_000_000;
const KEEP_CHARACTERS = 4_000_000_000;
/** Into so many steps the characters that are kept are parted. */
const STEPS = 64;

export function createRetention(options: RetentionOptions): Retention {
  const { journal, clock, snapshotEvery, keepEntries, keepMs, longTail = LONG_TAIL } = options;
  const { keepCharacters = KEEP_CHARACTERS } = options;
  let { snapshotSeq, tailBytes } = options;
  let underWay: Promise<void> | null = null;
  /** Since it was opened, in characters: what was kept before has been within the same bound. */
  let written = 0;
  /** How much was written when an entry was, step by step. */
  const marks: { seq: number; written: number }[] = [];

  function keep(state: State, seq: number): Promise<void> {
    underWay ??= (async () => {
      const covered = tailBytes;
      try {
        await journal.saveSnapshot(seq, toTime(clock()), toParts(state));
        await prune(seq);
      } catch (error) {
        options.onWarning?.(error as Error);
      }
      snapshotSeq = seq;
      tailBytes -= covered;
      underWay = null;
    })();
    return underWay;
  }

  async function prune(head: number): Promise<void> {
    const to = Math.max(await lastBehind(head - keepEntries), lastBeyond());
    if (to > journal.floor()) await journal.prune(to);
  }

  /** The last entry that has more behind it than is kept; it is asked for no more. */
  function lastBeyond(): number {
    const next = marks.findIndex((mark) => mark.written > written - keepCharacters);
    const [last] = marks.splice(0, next < 0 ? marks.length : next).slice(-1);
    return last?.seq ?? 0;
  }

  /** The last entry up to the limit that is old enough; by halving, for their times rise. */
  async function lastBehind(limit: number): Promise<number> {
    const before = clock() - keepMs;
    let [known, open] = [journal.floor(), limit];
    while (known < open) {
      const middle = keepMs === 0 ? open : Math.ceil((known + open) / 2);
      if (keepMs === 0 || (await timeOf(middle)) <= before) known = middle;
      else open = middle - 1;
    }
    return known;
  }

  async function timeOf(seq: number): Promise<number> {
    const [record] = await journal.read(seq - 1, 1);
    return record ? (JSON.parse(record.json) as Entry).action.stamp.at : Number.POSITIVE_INFINITY;
  }

  return {
    wrote(bytes, state, seq) {
      tailBytes += bytes;
      written += bytes;
      if (written - (marks.at(-1)?.written ?? 0) >= keepCharacters / STEPS) {
        marks.push({ seq, written });
      }
      const last = journal.recovery.backups[0]?.bytes ?? 0;
      // More often would cost each write more than it saves a start after a kill, which replays the tail.
      if (tailBytes < last) return;
      if (seq - snapshotSeq >= snapshotEvery || tailBytes >= longTail) void keep(state, seq);
    },
    async close(state, seq) {
      await underWay;
      if (seq > snapshotSeq) await keep(state, seq);
    },
    settled: async () => {
      await underWay;
    },
  };
}
