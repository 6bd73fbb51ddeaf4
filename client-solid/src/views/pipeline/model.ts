/** The order of the table. Neighbour: `Table`. Invariant: pure; equal values go by priority, then id. */
import { PRIORITIES, TASK_STATUSES, type Task } from "../../../../core/state/tasks/task.ts";
import { compareIds } from "../../../../core/table.ts";
import type { SortOrder } from "../../sync/sorted-list.ts";

/** What a row can be ordered by; numbers and texts, nothing last. */
const KEYS = {
  id: (task: Task) => Number(task.id.slice(task.id.lastIndexOf("-") + 1)),
  title: (task: Task) => task.title.toLowerCase(),
  status: (task: Task) => TASK_STATUSES.indexOf(task.status),
  priority: (task: Task) => PRIORITIES.indexOf(task.priority),
  owner: (task: Task) => task.owner,
  project: (task: Task) => task.project_id,
  sprint: (task: Task) => task.sprint_id,
  points: (task: Task) => task.story_points,
  progress: (task: Task) => task.progress,
  due: (task: Task) => task.due_date,
  updated: (task: Task) => task.updated_at,
} satisfies Record<string, (task: Task) => string | number | null>;
export type SortField = keyof typeof KEYS;

export interface Sort {
  field: SortField;
  down: boolean;
}

/** `due` upwards, `-due` downwards; null for the order in which tasks come anyway. */
export function toSort(text: string): Sort | null {
  const down = text.startsWith("-");
  const field = down ? text.slice(1) : text;
  return Object.hasOwn(KEYS, field) ? { field: field as SortField, down } : null;
}

/** What a press on a column's head makes of the order: up, down, none. */
export function nextSort(sort: Sort | null, field: SortField): string {
  if (sort?.field !== field) return field;
  return sort.down ? "" : `-${field}`;
}

/** What a row's place hangs on. */
interface Rank {
  id: string;
  priority: string;
  key: string | number | null;
}

/** The order of the table; rows without the value are last either way. */
export function orderBy({ field, down }: Sort): SortOrder<Rank> {
  const keyOf = KEYS[field];
  return {
    rankOf: (task) => ({ id: task.id, priority: task.priority, key: keyOf(task) }),
    compare(a, b) {
      if (a.key !== b.key) {
        if (a.key === null) return 1;
        if (b.key === null) return -1;
        return a.key < b.key === down ? 1 : -1;
      }
      if (a.priority !== b.priority) return a.priority < b.priority ? -1 : 1;
      return compareIds(a.id, b.id);
    },
  };
}
