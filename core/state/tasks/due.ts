/**
 * When time alone makes something of a task: it goes stale, or overdue. Neighbours: `relations.ts` keeps
 * the tasks by the minute in which that is, the sweep asks which of them came due since the last one.
 * Invariant: what is found by the minute is what a walk over all tasks would find (CORE-9).
 */
import type { Relations } from "../../relations.ts";
import type { Steps } from "../../steps.ts";
import { get } from "../../table.ts";
import { endOfDate, minuteOf } from "../../time.ts";
import type { State } from "../state.ts";
import { isOpen, type Task } from "./task.ts";
import { staleFrom } from "./views.ts";

/** In milliseconds; none for what is neither in progress nor has a date. */
function dueMoments(task: Task, endOf = endOfDate): number[] {
  const moments = [];
  const stale = staleFrom(task);
  if (stale < Number.POSITIVE_INFINITY) moments.push(stale);
  if (isOpen(task) && task.due_date) moments.push(endOf(task.due_date));
  return moments;
}

/** The keys under which a task is kept. */
export function dueMinutes(task: Task): string[] {
  return dueMoments(task).map((moment) => String(minuteOf(moment)));
}

/**
 * The tasks that went stale or overdue after `from` and by `now`, in milliseconds.
 * @param changedAfter only those that an entry after this one changed
 */
export function* cameDue(
  state: State,
  relations: Relations,
  from: number,
  now: number,
  changedAfter = 0,
): Steps<Set<string>> {
  const found = new Set<string>();
  // Many have one date, and to read it costs more than all else.
  const ends = new Map<string, number>();
  const endOf = (date: string) => {
    const end = ends.get(date) ?? endOfDate(date);
    ends.set(date, end);
    return end;
  };
  for (const minute of minutesWithin(relations, minuteOf(from), minuteOf(now))) {
    for (const id of relations.tasks("due", minute)) {
      yield;
      const task = get(state.tasks, id);
      if (!task || task.version <= changedAfter) continue;
      if (dueMoments(task, endOf).some((moment) => from < moment && moment <= now)) {
        found.add(id);
      }
    }
  }
  return found;
}

/** After a long time fewer minutes have a task than have passed. */
function* minutesWithin(relations: Relations, first: number, last: number): Generator<string> {
  const keys = relations.keys("due");
  if (last - first < keys.size) {
    for (let minute = first; minute <= last; minute++) yield String(minute);
    return;
  }
  for (const key of keys) if (first <= Number(key) && Number(key) <= last) yield key;
}
