/**
 * The core's selectors on the page's store. They look records up by `hasOwn`, which a Solid store does
 * not track; each function here touches the key first, so that a record that appears later is noticed.
 * Neighbours: the views. Invariant: no rule of the domain is written here, only asked for.
 */
import { type Agent, CEO } from "../../../core/state/agents/agent.ts";
import { type Workload, workloads } from "../../../core/state/agents/views.ts";
import { nameOf } from "../../../core/state/lookup.ts";
import type { WireState } from "../../../core/state/state.ts";
import { TASK_STATUSES, type Task, type TaskStatus } from "../../../core/state/tasks/task.ts";
import {
  blockersOf,
  type ExceptionDashboard,
  exceptionDashboard,
  isOverdue,
  isStale,
} from "../../../core/state/tasks/views.ts";
import { compareIds } from "../../../core/table.ts";

export function personName(wire: WireState, id: string): string {
  if (id !== CEO) void wire.agents[id];
  return nameOf(wire, id);
}

/** Milliseconds since the epoch for `now`, as everywhere here. */
export function isTaskStale(wire: WireState, task: Task, now: number): boolean {
  if (task.owner) void wire.agents[task.owner];
  return isStale(wire, task, now);
}

export const isTaskOverdue = isOverdue;

/** The open tasks that this one waits for. */
export function waitsFor(wire: WireState, task: Task): string[] {
  for (const id of task.depends_on) void wire.tasks[id];
  for (const { target_id } of task.links) void wire.tasks[target_id];
  return blockersOf(wire, task);
}

export function dashboard(wire: WireState, now: number): ExceptionDashboard {
  void Object.keys(wire.agents);
  return exceptionDashboard(wire, now);
}

export function agentLoads(wire: WireState): Map<string, Workload> {
  return workloads(wire);
}

export type Columns = Record<TaskStatus, string[]>;

/** The ids of all tasks by status, each column by priority, then by id. */
export function columns(wire: WireState): Columns {
  const by = Object.fromEntries(TASK_STATUSES.map((status) => [status, []])) as unknown as Columns;
  const priority = new Map<string, string>();
  for (const task of Object.values(wire.tasks)) {
    by[task.status].push(task.id);
    priority.set(task.id, task.priority);
  }
  const rank = (id: string) => priority.get(id) ?? "";
  for (const status of TASK_STATUSES) {
    by[status].sort((a, b) =>
      rank(a) === rank(b) ? compareIds(a, b) : rank(a) < rank(b) ? -1 : 1,
    );
  }
  return by;
}

/** The ids of those who take work: the chief first, then by name. */
export function rosterIds(wire: WireState): string[] {
  const chief = wire.company.chief_agent_id;
  const active = Object.values(wire.agents).filter(({ standing }) => standing === "active");
  const names = new Map(active.map(({ id, name }: Agent) => [id, name]));
  const rank = (id: string) => (id === chief ? "" : (names.get(id) ?? id).toLowerCase());
  return [...names.keys()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
