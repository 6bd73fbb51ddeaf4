/**
 * How views read. Records straight from the store, field by field: `wire.tasks[id]?.title`. Lists of
 * tasks from here, which cost the same at any size and change only when their members or order do:
 *
 *     const { read } = usePage();
 *     <For each={read.taskIdsBy("status", "ready")}>{(id) => <TaskCard id={id} />}</For>
 *     read.openCountOf("codex"), read.workloadOf("codex"), read.dependentsOf("T-203")
 *     <For each={read.exceptionIds("overdue")}>{(id) => <Row item={read.exception("overdue", id)} />}</For>
 *
 * Lists hold ids, so that a row is made when its task enters and removed when it leaves. Never loop
 * over `Object.values(wire.tasks)` in something reactive: it runs again at every change of any task.
 * What a thing means (stale, overdue, waiting) is asked of the core's selectors, which read the store
 * as well. Invariant: no rule of the domain is written here.
 */
import { type Accessor, createMemo, mapArray } from "solid-js";
import { unwrap } from "solid-js/store";
import { type Agent, MAX_OPEN_TASKS } from "../../../core/state/agents/agent.ts";
import type { Workload } from "../../../core/state/agents/views.ts";
import { healthWord, type ProjectHealth } from "../../../core/state/projects/views.ts";
import type { WireState } from "../../../core/state/state.ts";
import { TASK_STATUSES, type Task, type TaskStatus } from "../../../core/state/tasks/task.ts";
import {
  EXCEPTION_BUCKETS,
  type ExceptionBucket,
  type ExceptionItem,
  exceptionsOf,
  toExceptionItem,
} from "../../../core/state/tasks/views.ts";
import { compareIds } from "../../../core/table.ts";
import { sameItems } from "./sorted-groups.ts";
import type { Mirror } from "./store.ts";
import type { Grouping } from "./task-index.ts";

/** All of it is reactive. */
export interface Reading {
  /**
   * The ids of the tasks of a group by priority, then id: `("status", "ready")`, `("owner", "codex")`,
   * `("lane", "codex/ready")`, `("mission", "M-001")`. Where a task has none, the key is "".
   */
  taskIdsBy(grouping: Grouping, key: string): readonly string[];
  /** The keys there are: `("owner")` for all who own something. In no order. */
  keysBy(grouping: Grouping): readonly string[];
  taskCount(): number;
  /** How many tasks of an agent are not done. */
  openCountOf(agentId: string): number;
  workloadOf(agentId: string): Workload;
  /** The ids of the tasks that wait for this one. */
  dependentsOf(taskId: string): readonly string[];
  /** The ids of the tasks that need the CEO's eye, most urgent first. */
  exceptionIds(bucket: ExceptionBucket): readonly string[];
  /** Why it does, in words; undefined once it does not. */
  exception(bucket: ExceptionBucket, taskId: string): ExceptionItem | undefined;
  exceptionCount(): number;
  /** How the work of a project stands; undefined where there is no such project. */
  projectHealth(projectId: string): ProjectHealth | undefined;
  /** The records of a group of tasks, as `taskIdsBy`; for what has to look at each of them. */
  tasksBy(grouping: Grouping, key: string): Task[];
}

/** @param now by the server's clock, in milliseconds */
export function createReading(
  { wire, tasks, exceptions }: Pick<Mirror, "wire" | "tasks" | "exceptions">,
  now: Accessor<number>,
): Reading {
  const countOf = (grouping: Grouping, key: string) => tasks.ids(grouping, key).length;
  return {
    taskIdsBy: tasks.ids,
    keysBy: tasks.keys,
    taskCount: () => countOf("all", ""),
    openCountOf: (agentId) => countOf("open", agentId),
    workloadOf(agentId) {
      const open = countOf("open", agentId);
      const by = Object.fromEntries(
        TASK_STATUSES.map((status) => [status, countOf("lane", `${agentId}/${status}`)]),
      ) as Record<TaskStatus, number>;
      return {
        agent_id: agentId,
        name: wire.agents[agentId]?.name ?? agentId,
        ...by,
        open,
        blocked: countOf("blocked", agentId),
        overloaded: open > MAX_OPEN_TASKS,
      };
    },
    dependentsOf: (taskId) => tasks.ids("dependents", taskId),
    exceptionIds: exceptions.ids,
    exception(bucket, taskId) {
      const task = wire.tasks[taskId];
      const found = task && exceptionsOf(wire, task, now()).find((one) => one.bucket === bucket);
      return found && toExceptionItem(wire, task, found);
    },
    exceptionCount: () =>
      EXCEPTION_BUCKETS.reduce((sum, bucket) => sum + exceptions.ids(bucket).length, 0),
    projectHealth(projectId) {
      const project = wire.projects[projectId];
      if (!project) return undefined;
      const sums = {
        project_id: projectId,
        name: project.name,
        status: project.status,
        total: countOf("project", projectId),
        done: countOf("projectLane", `${projectId}/done`),
        blocked: exceptions.idsOf(projectId, "blocked").length,
        overdue: exceptions.idsOf(projectId, "overdue").length,
        stale: exceptions.idsOf(projectId, "stale").length,
      };
      return { ...sums, health: healthWord(sums) };
    },
    tasksBy(grouping, key) {
      const records = unwrap(wire).tasks;
      return tasks.ids(grouping, key).flatMap((id) => records[id] ?? []);
    },
  };
}

/**
 * The ids whose task passes a filter. Each is asked again only when a field that the filter read of it
 * changes. To be called where a memo may be made: in a component.
 */
export function filterTasks(
  { wire }: Pick<Mirror, "wire">,
  ids: Accessor<readonly string[]>,
  keep: (task: Task) => boolean,
): Accessor<readonly string[]> {
  const asked = mapArray(ids, (id) => {
    const kept = createMemo(() => {
      const task = wire.tasks[id];
      return task !== undefined && keep(task);
    });
    return { id, kept };
  });
  return createMemo<readonly string[]>(
    () =>
      asked()
        .filter(({ kept }) => kept())
        .map(({ id }) => id),
    [],
    { equals: sameItems },
  );
}

export type Columns = Record<TaskStatus, string[]>;

/** The ids of all tasks by status, each column by priority, then by id; costs a pass over all. */
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
