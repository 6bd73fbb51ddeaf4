/**
 * How the page arranges what it shows: the columns of the board, the order of the roster. What a thing
 * means (stale, overdue, waiting) is asked of the core's selectors, which read a Solid store as well.
 * Neighbours: the views. Invariant: no rule of the domain is written here.
 */
import type { Agent } from "../../../core/state/agents/agent.ts";
import type { WireState } from "../../../core/state/state.ts";
import { TASK_STATUSES, type TaskStatus } from "../../../core/state/tasks/task.ts";
import { compareIds } from "../../../core/table.ts";

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
