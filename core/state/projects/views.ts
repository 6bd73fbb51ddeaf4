/** What readers see of projects beyond the record: how their work stands, in numbers and in a word. */
import { list, values } from "../../table.ts";
import type { State } from "../state.ts";
import { isOpen } from "../tasks/task.ts";
import { isOverdue, isStale } from "../tasks/views.ts";
import type { Project } from "./project.ts";

export interface ProjectHealth {
  project_id: string;
  name: string;
  status: Project["status"];
  total: number;
  done: number;
  blocked: number;
  overdue: number;
  stale: number;
  /** Off track with overdue work; at risk with work that is held up or that nobody drives. */
  health: "on_track" | "at_risk" | "off_track" | "quiet";
}

/** The health of every project by name, in one pass over the tasks. */
export function projectHealth(state: State, now: number): ProjectHealth[] {
  const found = new Map<string, ProjectHealth>();
  for (const { id, name, status } of list(state.projects)) {
    const none = { total: 0, done: 0, blocked: 0, overdue: 0, stale: 0 };
    found.set(id, { project_id: id, name, status, ...none, health: "quiet" });
  }
  for (const task of values(state.tasks)) {
    const project = found.get(task.project_id);
    if (!project) continue;
    project.total += 1;
    if (!isOpen(task)) {
      project.done += 1;
      continue;
    }
    if (task.blocked || task.needs_human) project.blocked += 1;
    if (isOverdue(task, now)) project.overdue += 1;
    if (isStale(state, task, now)) project.stale += 1;
  }
  for (const project of found.values()) project.health = healthWord(project);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The word for the numbers, for who has them already. */
export function healthWord({
  total,
  done,
  blocked,
  overdue,
  stale,
}: Omit<ProjectHealth, "health">): ProjectHealth["health"] {
  if (overdue > 0) return "off_track";
  if (blocked > 0 || stale > 0) return "at_risk";
  return total > done ? "on_track" : "quiet";
}
