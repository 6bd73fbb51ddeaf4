/**
 * The ids of tasks by status, by owner and so on, each list by priority, then id. Neighbours:
 * `sorted-groups.ts` keeps the lists, `store.ts` has them follow, `reading.ts` offers them to the
 * views. Invariant: after `follow` every list is as if made from the records anew.
 */
import type { Touched } from "../../../core/patch.ts";
import type { WireState } from "../../../core/state/state.ts";
import { isOpen, type Task } from "../../../core/state/tasks/task.ts";
import { createSortedGroups, type Place, type SortedGroups } from "./sorted-groups.ts";

/** To which groups a task belongs, for each way of grouping. */
const GROUPINGS = {
  all: () => [""],
  status: (task: Task) => [task.status],
  /** Nobody's are under "". */
  owner: (task: Task) => [task.owner ?? ""],
  /** What is not done yet, by owner. */
  open: (task: Task) => (isOpen(task) ? [task.owner ?? ""] : []),
  /** By owner and status: `codex/ready`. */
  lane: (task: Task) => [`${task.owner ?? ""}/${task.status}`],
  /** What is held up, by owner. */
  blocked: (task: Task) => (isOpen(task) && task.blocked ? [task.owner ?? ""] : []),
  project: (task: Task) => [task.project_id],
  /** By project and status, as `lane`. */
  projectLane: (task: Task) => [`${task.project_id}/${task.status}`],
  /** Those of no mission are under "". */
  mission: (task: Task) => [task.mission_id ?? ""],
  /** By mission and status, as `lane`. */
  missionLane: (task: Task) => [`${task.mission_id ?? ""}/${task.status}`],
  /** Those of no sprint are under "". */
  sprint: (task: Task) => [task.sprint_id ?? ""],
  specialist: (task: Task) => [task.specialist ?? ""],
  label: (task: Task) => [...new Set(task.labels)],
  /** By what they wait for: the reverse of `depends_on`. */
  dependents: (task: Task) => [...new Set(task.depends_on)],
  /** By the day they are due: `2026-03-21`. */
  due: (task: Task) => (task.due_date ? [task.due_date] : []),
} satisfies Record<string, (task: Task) => readonly string[]>;
export type Grouping = keyof typeof GROUPINGS;
const NAMES = Object.keys(GROUPINGS) as Grouping[];

export interface TaskIndex
  extends Pick<SortedGroups<Grouping>, "ids" | "keys" | "peek" | "peekKeys"> {
  /** Moves on to the records as they are now. */
  follow(touched: Touched): void;
}

export function createTaskIndex(raw: Pick<WireState, "tasks">): TaskIndex {
  const groups = createSortedGroups<Grouping>(NAMES);
  return {
    ids: groups.ids,
    keys: groups.keys,
    peek: groups.peek,
    peekKeys: groups.peekKeys,
    follow(touched) {
      const ids = touched.get("tasks");
      if (ids === undefined) return;
      if (ids === "all") {
        const tasks = Object.values(raw.tasks);
        groups.rebuild(new Map(tasks.map((task) => [task.id, placeOf(task)])));
      } else {
        for (const id of ids) {
          const task = Object.hasOwn(raw.tasks, id) ? raw.tasks[id] : undefined;
          groups.move(id, task && placeOf(task));
        }
      }
      groups.tell();
    },
  };
}

function placeOf(task: Task): Place<Grouping> {
  const keys = {} as Record<Grouping, readonly string[]>;
  for (const name of NAMES) keys[name] = GROUPINGS[name](task);
  return { rank: task.priority, keys };
}
