/**
 * How many tasks there are in each status, and which of the open ones come first. Neighbours: `picture.ts` shows it,
 * mcp tells it. Invariant: rows of tasks that did not change are not looked at again, however often it is asked for.
 */
import { type Leaf, rowsOf, type Table } from "../../table.ts";
import { isOpen, type Task } from "./task.ts";

/** So many of the open ones. */
export const MAX_FIRST = 50;

export interface TaskOverview {
  counts: Record<string, number>;
  /** By priority, else in the order of the table. */
  first: Task[];
  /** How many are open. */
  open: number;
}

/** Of a row of tasks. */
interface Part {
  counts: ReadonlyMap<string, number>;
  /** By priority, no more of each than may be told of all. */
  first: ReadonlyMap<string, readonly Task[]>;
}

const parts = new WeakMap<object, Part>();

function toPart(leaves: readonly Leaf<Task>[]): Part {
  const counts = new Map<string, number>();
  const first = new Map<string, Task[]>();
  for (const leaf of leaves) {
    for (const task of Object.values(leaf)) {
      counts.set(task.status, (counts.get(task.status) ?? 0) + 1);
      if (!isOpen(task)) continue;
      const some = first.get(task.priority);
      if (!some) first.set(task.priority, [task]);
      else if (some.length < MAX_FIRST) some.push(task);
    }
  }
  return { counts, first };
}

/** @param tasks of a plain state, which nobody changes any more */
export function overviewOf(tasks: Table<Task>): TaskOverview {
  const counts: Record<string, number> = {};
  const byPriority = new Map<string, Task[]>();
  for (const { key, leaves } of rowsOf(tasks)) {
    const part = parts.get(key) ?? toPart(leaves);
    parts.set(key, part);
    for (const [status, count] of part.counts) counts[status] = (counts[status] ?? 0) + count;
    for (const [priority, some] of part.first) {
      const all = byPriority.get(priority) ?? [];
      byPriority.set(priority, all);
      for (const task of some) if (all.length < MAX_FIRST) all.push(task);
    }
  }
  const sorted = [...byPriority].sort(([a], [b]) => (a < b ? -1 : 1));
  const first = sorted.flatMap(([, some]) => some).slice(0, MAX_FIRST);
  const { done = 0 } = counts;
  const open = Object.values(counts).reduce((sum, count) => sum + count, 0) - done;
  return { counts, first, open };
}
