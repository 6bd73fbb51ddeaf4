/**
 * The fifteen tasks of the demo company, as pure data. Neighbours: `console-tasks.ts` and
 * `project-tasks.ts` hold them, `task-talk.ts` their comments, `demo.ts` makes full records of them.
 */
import type { Task } from "../state/tasks/task.ts";

import { CONSOLE_TASKS } from "./console-tasks.ts";
import { PROJECT_TASKS } from "./project-tasks.ts";

export type TaskSeed = Pick<
  Task,
  | "id"
  | "title"
  | "description"
  | "project_id"
  | "mission_id"
  | "sprint_id"
  | "status"
  | "progress"
  | "owner"
  | "validation_owner"
  | "priority"
  | "specialist"
  | "story_points"
  | "labels"
  | "acceptance_criteria"
> &
  Partial<Task> & {
    createdDaysAgo: number;
    sinceHoursAgo: number;
    updatedMinutesAgo: number;
    /** Days from the day of the reset; negative is overdue. */
    dueInDays?: number;
  };

export const TASKS: readonly TaskSeed[] = [...CONSOLE_TASKS, ...PROJECT_TASKS];
