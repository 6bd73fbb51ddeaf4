/** Who writes on a task, and which ids its events name. Neighbours: the task actions. */
import { get } from "../../table.ts";
import type { State } from "../state.ts";
import type { Task } from "./task.ts";

/** The author, where it is an agent: people and scripts write for the CEO. */
export function agentOf(state: State, author: string): string | null {
  return get(state.agents, author) ? author : null;
}

/** Whether the task names this one as who has, checks or helps with it. */
export function isNamed(task: Task, id: string): boolean {
  const { owner, validation_owner, assignees, collaborators, lease } = task;
  return [owner, validation_owner, lease?.holder, ...assignees, ...collaborators].includes(id);
}

/** For an event's meta. */
export function taskIds(task: Task): Record<string, string> {
  return {
    task_id: task.id,
    project_id: task.project_id,
    ...(task.owner && { agent_id: task.owner }),
  };
}
