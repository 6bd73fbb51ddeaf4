/** What readers see of missions: their tasks, progress and staffing; and the sum over all of them. */
import { compareIds, get, list, values } from "../../table.ts";
import { isPresent } from "../agents/views.ts";
import { nameOf } from "../lookup.ts";
import type { State } from "../state.ts";
import { isOpen, type Task } from "../tasks/task.ts";
import { isOverdue } from "../tasks/views.ts";
import type { Mission } from "./mission.ts";

export interface Staffing {
  specialist: string;
  /** Present agents who take tasks of this specialism. */
  agents: string[];
  covered: boolean;
}

export interface MissionView extends Mission {
  task_ids: string[];
  progress: number;
  owner_name: string | null;
  project_name: string | null;
  counts: { total: number; open: number; done: number; blocked: number; overdue: number };
  staffing: Staffing[];
}

/** The tasks of every mission, in one pass. */
export function tasksByMission(tasks: Iterable<Task>): Map<string, Task[]> {
  const groups = new Map<string, Task[]>();
  for (const task of tasks) {
    if (!task.mission_id) continue;
    const group = groups.get(task.mission_id);
    if (group) group.push(task);
    else groups.set(task.mission_id, [task]);
  }
  return groups;
}

/** The view of a mission, given its tasks; `now` in milliseconds. */
export function toMissionView(
  state: State,
  mission: Mission,
  tasks: readonly Task[],
  now: number,
): MissionView {
  const archived = mission.archived_tasks ?? 0;
  const total = tasks.length + archived;
  const done = tasks.filter((task) => !isOpen(task)).length + archived;
  const sum = tasks.reduce((total, task) => total + task.progress, archived * 100);
  return {
    ...mission,
    task_ids: tasks.map(({ id }) => id).sort(compareIds),
    progress: total ? Math.round(sum / total) : mission.status === "done" ? 100 : 0,
    owner_name: mission.owner ? nameOf(state, mission.owner) : null,
    project_name: get(state.projects, mission.project_id)?.name ?? null,
    counts: {
      total,
      open: total - done,
      done,
      blocked: tasks.filter((task) => isOpen(task) && task.blocked).length,
      overdue: tasks.filter((task) => isOverdue(task, now)).length,
    },
    staffing: mission.required_specialists.map((specialist) => {
      const agents = list(state.agents)
        .filter((agent) => isPresent(agent) && agent.specialists.includes(specialist))
        .map(({ id }) => id);
      return { specialist, agents, covered: agents.length > 0 };
    }),
  };
}

/** @param grouped all tasks by their mission, also in parts */
export function missionViews(
  state: State,
  now: number,
  grouped: readonly ReadonlyMap<string, readonly Task[]>[] = [tasksByMission(values(state.tasks))],
): MissionView[] {
  return list(state.missions).map((mission) => {
    const tasks = grouped.flatMap((groups) => groups.get(mission.id) ?? []);
    return toMissionView(state, mission, tasks, now);
  });
}

/**
 * The view of a mission that is known to exist, for replies.
 * @param candidates ids among which all of its tasks are: a pass over the company's would cost too much
 */
export function viewMission(
  state: State,
  id: string,
  now: number,
  candidates: Iterable<string>,
): MissionView {
  const mission = get(state.missions, id);
  if (!mission) throw new Error(`no mission ${id} right after it was written`);
  const tasks: Task[] = [];
  for (const taskId of new Set(candidates)) {
    const task = get(state.tasks, taskId);
    if (task?.mission_id === id) tasks.push(task);
  }
  return toMissionView(state, mission, tasks, now);
}

export interface MissionControl {
  total: number;
  by_status: Record<Mission["status"], number>;
  /** The mission to look at first: blocked before active, then the most urgent. */
  focus: string | null;
  missions: Pick<MissionView, "id" | "title" | "status" | "progress" | "counts" | "staffing">[];
}

const FOCUS_ORDER: readonly Mission["status"][] = ["blocked", "active", "planned", "done"];

/** The id of the mission to look at first; null when none is open. */
export function focusOf(missions: readonly Mission[]): string | null {
  const ranked = missions
    .filter(({ status }) => status !== "done")
    .sort(
      (a, b) =>
        FOCUS_ORDER.indexOf(a.status) - FOCUS_ORDER.indexOf(b.status) ||
        (a.priority < b.priority ? -1 : a.priority > b.priority ? 1 : compareIds(a.id, b.id)),
    );
  return ranked[0]?.id ?? null;
}

/** @param views those of all missions, for who has them */
export function missionControl(
  state: State,
  now: number,
  views: readonly MissionView[] = missionViews(state, now),
): MissionControl {
  const by_status = { planned: 0, active: 0, blocked: 0, done: 0 };
  for (const { status } of views) by_status[status] += 1;
  return {
    total: views.length,
    by_status,
    focus: focusOf(views),
    missions: views.map(({ id, title, status, progress, counts, staffing }) => ({
      id,
      title,
      status,
      progress,
      counts,
      staffing,
    })),
  };
}
