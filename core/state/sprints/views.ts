/**
 * What readers see of sprints: the burndown, day by day. Pure selectors of the state and `now`.
 * Neighbours: `sprint.ts`, the tasks, which say what a sprint holds. Invariant: the scope is what the
 * sprint holds now, since the state does not keep what it held before.
 */
import { values } from "../../table.ts";
import { DAY_MS, endOfDate, fromTime, toDate } from "../../time.ts";
import type { State } from "../state.ts";
import type { Task } from "../tasks/task.ts";
import type { Sprint } from "./sprint.ts";

export interface BurndownDay {
  /** The moment is the end of this date; the first entry is the eve of the sprint. */
  date: string;
  /** What would be left at an even pace. */
  ideal: number;
  /** What was left; null for what is still to come. */
  remaining: number | null;
}

export interface Burndown {
  /** Story points, or tasks where none of them has points. */
  unit: "points" | "tasks";
  total: number;
  done: number;
  /** Tasks that count for nothing, for they have no points. */
  unestimated: number;
  days: BurndownDay[];
}

/** A longer sprint is shown in steps of several days. */
const MAX_STEPS = 90;

/**
 * How the work of a sprint went away; null while it has no dates.
 * @param tasks those of the sprint, for who has them at hand
 */
export function burndown(
  state: State,
  sprint: Sprint,
  now: number,
  tasks: readonly Task[] = tasksOf(state, sprint),
): Burndown | null {
  const { start_date, end_date } = sprint;
  if (!start_date || !end_date) return null;
  const unit = tasks.some(({ story_points }) => story_points !== null) ? "points" : "tasks";
  const sizeOf = (task: Task) => (unit === "tasks" ? 1 : (task.story_points ?? 0));
  const sum = (some: readonly Task[]) => some.reduce((total, task) => total + sizeOf(task), 0);
  const total = sum(tasks);

  const eve = endOfDate(start_date) - DAY_MS;
  const end = endOfDate(end_date);
  const stepMs = Math.ceil((end - eve) / DAY_MS / MAX_STEPS) * DAY_MS;
  const days: BurndownDay[] = [];
  for (let at = eve; ; at = Math.min(at + stepMs, end)) {
    const left = tasks.filter((task) => !wasDoneBy(task, at));
    // The day that runs shows where it stands now.
    const begun = at === eve ? now >= eve : at - stepMs < now;
    days.push({
      date: toDate(at - 1),
      ideal: (total * (end - at)) / (end - eve),
      remaining: begun ? sum(left) : null,
    });
    if (at === end) break;
  }
  return {
    unit,
    total,
    done: sum(tasks.filter(({ status }) => status === "done")),
    unestimated: unit === "points" ? tasks.filter((task) => task.story_points === null).length : 0,
    days,
  };
}

function tasksOf(state: State, { id }: Sprint): Task[] {
  const found: Task[] = [];
  for (const task of values(state.tasks)) if (task.sprint_id === id) found.push(task);
  return found;
}

function wasDoneBy({ status, done_at }: Task, at: number): boolean {
  return status === "done" && done_at !== null && fromTime(done_at) < at;
}
