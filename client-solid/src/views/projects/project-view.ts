/** What of the state belongs to a project, kept up to date by what changed of it only. */
import { type Accessor, createMemo } from "solid-js";
import type { ProjectStatus } from "../../../../core/state/projects/project.ts";
import { isOpen, TASK_STATUSES, type TaskStatus } from "../../../../core/state/tasks/task.ts";
import { isOverdue } from "../../../../core/state/tasks/views.ts";
import { usePage } from "../../page.ts";

export const PROJECT_WORDS: Record<ProjectStatus, string> = {
  active: "Active",
  paused: "Paused",
  completed: "Completed",
  archived: "Archived",
};

export const PROJECT_TONES: Record<ProjectStatus, string | undefined> = {
  active: "info",
  paused: "warn",
  completed: "good",
  archived: undefined,
};

export interface ProjectCounts {
  by: Record<TaskStatus, number>;
  total: number;
  open: number;
  blocked: number;
  overdue: number;
}

export function useProjectCounts(id: Accessor<string>): Accessor<ProjectCounts> {
  const { mirror, now } = usePage();
  return createMemo(() => {
    const by = { backlog: 0, ready: 0, in_progress: 0, validation: 0, done: 0 };
    const counts = { by, total: 0, open: 0, blocked: 0, overdue: 0 };
    for (const taskId of mirror.tasks.ids("project", id())) {
      const task = mirror.wire.tasks[taskId];
      if (!task) continue;
      by[task.status] += 1;
      counts.total += 1;
      if (!isOpen(task)) continue;
      counts.open += 1;
      if (task.blocked) counts.blocked += 1;
      if (isOverdue(task, now())) counts.overdue += 1;
    }
    return counts;
  });
}

/** Widths of a bar of all tasks by status, in percent; of nothing, where there are none. */
export function shares({ by, total }: ProjectCounts): { status: TaskStatus; percent: number }[] {
  return TASK_STATUSES.filter((status) => by[status] > 0).map((status) => ({
    status,
    percent: (by[status] / total) * 100,
  }));
}

/** The agents whose project it is, by name. */
export function useAgentsOf(id: Accessor<string>): Accessor<string[]> {
  const { wire } = usePage().mirror;
  return createMemo(() =>
    Object.values(wire.agents)
      .filter((agent) => agent.project_id === id() && agent.standing === "active")
      .sort((a, b) => a.name.localeCompare(b.name))
      .map((agent) => agent.id),
  );
}
