/** What readers see of missions: their tasks, progress and staffing; and the sum over all of them. */
import { compareIds, get, list, values } from "../../table.ts";
import { type Takers, takersByWord } from "../agents/takers.ts";
import { nameOf } from "../lookup.ts";
import type { State } from "../state.ts";
import { isOpen, type Task } from "../tasks/task.ts";
import { isOverdue } from "../tasks/views.ts";
import type { Mission } from "./mission.ts";

export interface Staffing {
  specialist: string;
  /** Present agents who take tasks of this specialism: the first of them. */
  agents: string[];
  /** All of them. */
  present: number;
  covered: boolean;
}

/** Agents that are named for a specialism; in a large company each mission would name all of it. */
const MAX_NAMED = 20;
/** Missions in the overview, which every plan answers. */
const MAX_OVERVIEW = 50;

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
    staffing: staffingOf(state, mission),
  };
}

function staffingOf(state: State, { required_specialists }: Mission): Staffing[] {
  if (required_specialists.length === 0) return [];
  const takers = takersByWord(state.agents);
  return required_specialists.map((specialist) => toStaffing(takers, specialist));
}

/** Many missions name the same specialism. */
const staffings = new WeakMap<Takers, Map<string, Staffing>>();

function toStaffing(takers: Takers, specialist: string): Staffing {
  const known = staffings.get(takers) ?? new Map<string, Staffing>();
  staffings.set(takers, known);
  let staffing = known.get(specialist);
  if (!staffing) {
    const ids = takers.get(specialist) ?? [];
    const { length } = ids;
    staffing = {
      specialist,
      agents: ids.slice(0, MAX_NAMED),
      present: length,
      covered: length > 0,
    };
    known.set(specialist, staffing);
  }
  return staffing;
}

/** The tasks of a mission, by its id. */
export type TasksOf = (id: string) => readonly Task[];

/** The tasks of all missions in the parts in which they were grouped, brought together by mission. */
export function partsByMission(
  grouped: readonly ReadonlyMap<string, readonly Task[]>[],
): Map<string, (readonly Task[])[]> {
  const all = new Map<string, (readonly Task[])[]>();
  for (const groups of grouped) {
    for (const [id, tasks] of groups) {
      const parts = all.get(id);
      if (parts) parts.push(tasks);
      else all.set(id, [tasks]);
    }
  }
  return all;
}

/** From the tasks of all missions, also in parts. */
export function tasksIn(grouped: readonly ReadonlyMap<string, readonly Task[]>[]): TasksOf {
  const all = partsByMission(grouped);
  return (id) => all.get(id)?.flat() ?? [];
}

export function missionViews(
  state: State,
  now: number,
  tasksOf: TasksOf = tasksIn([tasksByMission(values(state.tasks))]),
): MissionView[] {
  return list(state.missions).map((mission) =>
    toMissionView(state, mission, tasksOf(mission.id), now),
  );
}

/** @param candidates ids among which all tasks of the mission are: a pass over the company's would cost too much */
export function tasksAmong(state: State, id: string, candidates: Iterable<string>): Task[] {
  const tasks: Task[] = [];
  for (const taskId of new Set(candidates)) {
    const task = get(state.tasks, taskId);
    if (task?.mission_id === id) tasks.push(task);
  }
  return tasks;
}

/** The view of a mission that is known to exist, for replies. */
export function viewMission(
  state: State,
  id: string,
  now: number,
  tasks: readonly Task[],
): MissionView {
  const mission = get(state.missions, id);
  if (!mission) throw new Error(`no mission ${id} right after it was written`);
  return toMissionView(state, mission, tasks, now);
}

export interface MissionControl {
  total: number;
  by_status: Record<Mission["status"], number>;
  /** The mission to look at first: blocked before active, then the most urgent. */
  focus: string | null;
  /** The first of them in that order, those that are done last. */
  missions: Pick<MissionView, "id" | "title" | "status" | "progress" | "counts" | "staffing">[];
}

const ORDER: Readonly<Record<Mission["status"], number>> = {
  blocked: 0,
  active: 1,
  planned: 2,
  done: 3,
};

function compareForFocus(a: Mission, b: Mission): number {
  const byStatus = ORDER[a.status] - ORDER[b.status];
  if (byStatus !== 0) return byStatus;
  if (a.priority !== b.priority) return a.priority < b.priority ? -1 : 1;
  return compareIds(a.id, b.id);
}

/** The id of the mission to look at first; null when none is open. */
export function focusOf(missions: readonly Mission[]): string | null {
  const [first] = firstOf(missions, 1);
  return first && first.status !== "done" ? first.id : null;
}

/** The first so many to look at: to sort all of them for these would cost too much. */
function firstOf(missions: readonly Mission[], most: number): Mission[] {
  const first: Mission[] = [];
  for (const mission of missions) {
    const last = first[most - 1];
    if (last && compareForFocus(last, mission) < 0) continue;
    let at = first.length;
    while (at > 0 && compareForFocus(mission, first[at - 1] as Mission) < 0) at--;
    first.splice(at, 0, mission);
    first.length = Math.min(first.length, most);
  }
  return first;
}

export function missionControl(
  state: State,
  now: number,
  tasksOf: TasksOf = tasksIn([tasksByMission(values(state.tasks))]),
): MissionControl {
  const all = list(state.missions);
  const by_status = { planned: 0, active: 0, blocked: 0, done: 0 };
  for (const { status } of all) by_status[status] += 1;
  return {
    total: all.length,
    by_status,
    focus: focusOf(all),
    missions: firstOf(all, MAX_OVERVIEW).map((mission) => {
      const view = toMissionView(state, mission, tasksOf(mission.id), now);
      const { id, title, status, progress, counts, staffing } = view;
      return { id, title, status, progress, counts, staffing };
    }),
  };
}
