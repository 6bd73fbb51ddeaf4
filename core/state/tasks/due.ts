/**
 * When time alone makes something of a task: it goes stale, or overdue. Neighbours: `relations.ts` keeps
 * the tasks by the minute in which that is, the sweep asks which of them came due since the last one.
 * Invariant: what is found by the minute is what a walk over all tasks would find (CORE-9).
 */
import type { Relations } from "../../relations.ts";
import { compareIds, get } from "../../table.ts";
import { endOfDate, SECOND_MS } from "../../time.ts";
import type { State } from "../state.ts";
import { isOpen, type Task } from "./task.ts";
import { staleFrom } from "./views.ts";

const MINUTE_MS = 60_000;

const minuteOf = (ms: number) => Math.floor(ms / MINUTE_MS);

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

/** How far a look came: all until then, or of that very second only those up to this task. */
export interface Since {
  /** In milliseconds. */
  at: number;
  /** As tasks of one second stand: by their ids. */
  upTo?: string | undefined;
}

export interface Due {
  id: string;
  /** In whole seconds, as states say them; in milliseconds. */
  at: number;
}

/** The tasks that went stale or overdue since then and by `now`, in milliseconds; one may come twice. */
export function* cameDue(
  state: State,
  relations: Relations,
  { at: from, upTo }: Since,
  now: number,
): Generator<Due> {
  // Many have one date, and to read it costs more than all else.
  const ends = new Map<string, number>();
  const endOf = (date: string) => {
    const end = ends.get(date) ?? endOfDate(date);
    ends.set(date, end);
    return end;
  };
  for (const minute of minutesWithin(relations, minuteOf(from), minuteOf(now))) {
    for (const id of relations.tasks("due", minute)) {
      const task = get(state.tasks, id);
      for (const moment of task ? dueMoments(task, endOf) : []) {
        const at = Math.floor(moment / SECOND_MS) * SECOND_MS;
        const isNew =
          upTo === undefined
            ? from < moment
            : from < at || (from === at && compareIds(upTo, id) < 0);
        if (isNew && moment <= now) yield { id, at };
      }
    }
  }
}

/** In the order in which a look may end anywhere and go on there. */
export function inTurn(due: Iterable<Due>): Due[] {
  return [...due].sort((a, b) => a.at - b.at || compareIds(a.id, b.id));
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
