/**
 * What each sprint got done, in points or, where none of its tasks has points, in tasks. Pure; neighbour:
 * `Velocity.tsx`.
 */
import type { Sprint } from "../../../../core/state/sprints/sprint.ts";
import type { Task } from "../../../../core/state/tasks/task.ts";

export interface SprintSum {
  id: string;
  name: string;
  /** Of all its tasks. */
  planned: number;
  done: number;
}

type Sized = Pick<Task, "status" | "story_points">;

export function sumOf(tasks: readonly Sized[]): { planned: number; done: number } {
  const inPoints = tasks.some(({ story_points }) => story_points !== null);
  const sizeOf = ({ story_points }: Sized) => (inPoints ? (story_points ?? 0) : 1);
  const sum = (some: readonly Sized[]) => some.reduce((total, task) => total + sizeOf(task), 0);
  return { planned: sum(tasks), done: sum(tasks.filter(({ status }) => status === "done")) };
}

/** The sprints that have begun, oldest first, at most `limit` of the latest. */
export function velocity(
  sprints: readonly Sprint[],
  tasksOf: (id: string) => readonly Sized[],
  limit: number,
): SprintSum[] {
  return sprints
    .filter(({ status }) => status !== "planned")
    .sort((a, b) => ((a.start_date ?? a.created_at) < (b.start_date ?? b.created_at) ? -1 : 1))
    .slice(-limit)
    .map(({ id, name }) => ({ id, name, ...sumOf(tasksOf(id)) }));
}

/** What a sprint gets done on average, over those that are complete; null before the first. */
export function averageDone(sums: readonly SprintSum[]): number | null {
  if (sums.length === 0) return null;
  return sums.reduce((total, { done }) => total + done, 0) / sums.length;
}
