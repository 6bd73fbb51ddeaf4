/**
 * What of a list is in the archive, read page by page when it is asked for, and what went there while it
 * was looked at. Neighbours: `Thread` and `Directives` show it before what is live.
 * Invariant: who has seen a record goes on seeing it, each once, until a reset takes all of it away.
 */
import { createEffect, createSignal, on } from "solid-js";
import { compareIds } from "../../../../core/table.ts";

export interface Page<T> {
  records: readonly T[];
  next: string | null;
}

export interface OlderOptions<T> {
  /** The ids of what is live, the oldest first. */
  live(): readonly string[];
  /** A live record, as it is kept. */
  recordOf(id: string): T | undefined;
  /** How many are in the archive. */
  archived(): number;
  /** The newest first. @throws Error in words to be shown */
  ask(cursor: string | null): Promise<Page<T>>;
}

export interface Older<T> {
  /** The ids of what is here, the oldest first; all of it comes before what is live. */
  ids(): readonly string[];
  get(id: string): T | undefined;
  /** How many are in the archive and not here. */
  left(): number;
  loading(): boolean;
  problem(): string;
  load(): Promise<void>;
}

export function createOlder<T extends { id: string }>(options: OlderOptions<T>): Older<T> {
  const { live, recordOf, archived, ask } = options;
  const records = new Map<string, T>();
  /** What is live, so that it is at hand when it has gone. */
  const seen = new Map<string, T>();
  const [ids, setIds] = createSignal<readonly string[]>([]);
  const [loading, setLoading] = createSignal(false);
  const [problem, setProblem] = createSignal("");
  let cursor: string | null = null;
  let ended = false;
  let count = archived();
  /** Raised when what is under way is no more of this company. */
  let age = 0;

  const show = () => setIds([...records.keys()].sort(compareIds));

  function clear(): void {
    age++;
    records.clear();
    seen.clear();
    cursor = null;
    ended = false;
    setLoading(false);
    setProblem("");
    show();
  }

  createEffect(
    on(live, (now, before: readonly string[] = []) => {
      const [known, first] = [count, now[0]];
      count = archived();
      if (count < known) clear();
      if (count > known) {
        for (const id of before) {
          if (first !== undefined && compareIds(id, first) >= 0) break;
          const record = seen.get(id);
          if (record) records.set(id, record);
          seen.delete(id);
        }
        show();
      }
      for (const id of now) {
        const record = seen.has(id) ? undefined : recordOf(id);
        if (record) seen.set(id, record);
      }
      return now;
    }),
  );

  async function load(): Promise<void> {
    if (loading()) return;
    const mine = age;
    setLoading(true);
    setProblem("");
    try {
      const before = records.size;
      // A page may hold nothing new: what went while it was looked at is here already.
      while (mine === age && records.size === before && !ended) {
        const page = await ask(cursor);
        if (mine !== age) return;
        for (const record of page.records) records.set(record.id, record);
        cursor = page.next;
        ended = cursor === null;
      }
      show();
    } catch (error) {
      if (mine === age) setProblem((error as Error).message);
    } finally {
      if (mine === age) setLoading(false);
    }
  }

  return {
    ids,
    get: (id) => records.get(id) ?? seen.get(id),
    left: () => Math.max(0, archived() - ids().length),
    loading,
    problem,
    load,
  };
}

/** Both lists as one; what is in the archive may still be shown as live, a moment long. */
export function joined(older: readonly string[], live: readonly string[]): string[] {
  const last = older.at(-1);
  let from = 0;
  while (last !== undefined && from < live.length && compareIds(live[from] ?? "", last) <= 0)
    from++;
  return [...older, ...live.slice(from)];
}
