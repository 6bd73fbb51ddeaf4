/**
 * The ids of tasks in groups (by status, by owner and so on), each sorted as it is shown: priority
 * first, then id. Carried from change to change by the records that changed, so that one task's move
 * costs one step in two lists at any size. Neighbours: `store.ts` has it follow, `reading.ts` offers
 * it to the views. Invariant: a group's list is another array only when its members or order changed.
 */
import { type Accessor, batch, createSignal, type Setter } from "solid-js";
import type { Touched } from "../../../core/patch.ts";
import type { WireState } from "../../../core/state/state.ts";
import { isOpen, type Task } from "../../../core/state/tasks/task.ts";
import { compareIds } from "../../../core/table.ts";

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
  /** Those of no mission are under "". */
  mission: (task: Task) => [task.mission_id ?? ""],
  /** Those of no sprint, the backlog of planning, are under "". */
  sprint: (task: Task) => [task.sprint_id ?? ""],
  specialist: (task: Task) => [task.specialist ?? ""],
  label: (task: Task) => [...new Set(task.labels)],
  /** By what they wait for: the reverse of `depends_on`. */
  dependents: (task: Task) => [...new Set(task.depends_on)],
  /** By the day they are due. */
  due: (task: Task) => (task.due_date ? [task.due_date] : []),
} satisfies Record<string, (task: Task) => readonly string[]>;
export type Grouping = keyof typeof GROUPINGS;
const NAMES = Object.keys(GROUPINGS) as Grouping[];

interface Group {
  ids: string[];
  /** Only where somebody has read it. */
  told: { list: Accessor<readonly string[]>; tell: Setter<readonly string[]> } | null;
}

/** Where a task stood when it was last looked at. */
interface Place {
  priority: string;
  keys: Record<Grouping, readonly string[]>;
}

export interface TaskIndex {
  /** Reactive: the ids of a group in their order. */
  ids(grouping: Grouping, key: string): readonly string[];
  /** Reactive: the keys of the groups that have members, in no order. */
  keys(grouping: Grouping): readonly string[];
  /** Moves on to the records as they are now. */
  follow(touched: Touched): void;
}

const NONE: readonly string[] = [];

export function createTaskIndex(raw: Pick<WireState, "tasks">): TaskIndex {
  const groupings = Object.fromEntries(
    NAMES.map((name) => [name, new Map<string, Group>()]),
  ) as Record<Grouping, Map<string, Group>>;
  const keyLists = new Map<Grouping, NonNullable<Group["told"]>>();
  const places = new Map<string, Place>();
  let dirty = new Set<Group>();
  const dirtyKeys = new Set<Grouping>();

  function groupOf(grouping: Grouping, key: string): Group {
    let group = groupings[grouping].get(key);
    if (!group) {
      group = { ids: [], told: null };
      groupings[grouping].set(key, group);
    }
    return group;
  }

  function order(a: string, b: string): number {
    const [first, second] = [places.get(a)?.priority ?? "", places.get(b)?.priority ?? ""];
    return first === second ? compareIds(a, b) : first < second ? -1 : 1;
  }

  /** Where the id stands in the list, or would. */
  function find(ids: readonly string[], id: string): number {
    let [low, high] = [0, ids.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (order(ids[middle] as string, id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function mark(grouping: Grouping, group: Group, countBefore: number): void {
    dirty.add(group);
    if (countBefore === 0 || group.ids.length === 0) dirtyKeys.add(grouping);
  }

  function enter(id: string, place: Place, name: Grouping, key: string): void {
    places.set(id, place);
    const group = groupOf(name, key);
    const count = group.ids.length;
    group.ids.splice(find(group.ids, id), 0, id);
    mark(name, group, count);
  }

  function leave(id: string, name: Grouping, key: string): void {
    const group = groupOf(name, key);
    const count = group.ids.length;
    const at = find(group.ids, id);
    if (group.ids[at] === id) group.ids.splice(at, 1);
    mark(name, group, count);
    if (group.ids.length === 0 && !group.told) groupings[name].delete(key);
  }

  function move(id: string): void {
    const task = Object.hasOwn(raw.tasks, id) ? raw.tasks[id] : undefined;
    const before = places.get(id);
    const after = task && placeOf(task);
    const reordered = before?.priority !== after?.priority;
    // All lists are left by the old order before any is entered by the new one.
    for (const name of NAMES) {
      for (const key of before?.keys[name] ?? NONE) {
        if (reordered || !after?.keys[name].includes(key)) leave(id, name, key);
      }
    }
    if (!after) places.delete(id);
    else {
      for (const name of NAMES) {
        for (const key of after.keys[name]) {
          if (reordered || !before?.keys[name].includes(key)) enter(id, after, name, key);
        }
      }
      places.set(id, after);
    }
  }

  /** Sorted once instead of placed one by one; lists that come out the same stay. */
  function rebuild(): void {
    const old = new Map<Group, readonly string[]>();
    for (const name of NAMES) {
      for (const group of groupings[name].values()) {
        old.set(group, group.ids);
        group.ids = [];
      }
    }
    places.clear();
    for (const task of Object.values(raw.tasks)) places.set(task.id, placeOf(task));
    for (const id of [...places.keys()].sort(order)) {
      for (const name of NAMES) {
        for (const key of places.get(id)?.keys[name] ?? NONE) groupOf(name, key).ids.push(id);
      }
    }
    for (const name of NAMES) {
      for (const [key, group] of groupings[name]) {
        const before = old.get(group) ?? NONE;
        const same =
          before.length === group.ids.length && before.every((id, at) => id === group.ids[at]);
        if (!same) mark(name, group, before.length);
        if (group.ids.length === 0 && !group.told) groupings[name].delete(key);
      }
    }
  }

  function tell(): void {
    if (dirty.size === 0) return;
    const changed = dirty;
    dirty = new Set();
    batch(() => {
      for (const { told, ids } of changed) told?.tell(ids.slice());
      for (const name of dirtyKeys) keyLists.get(name)?.tell(keysNow(name));
      dirtyKeys.clear();
    });
  }

  function keysNow(name: Grouping): readonly string[] {
    return [...groupings[name]].filter(([, { ids }]) => ids.length > 0).map(([key]) => key);
  }

  return {
    ids(grouping, key) {
      const group = groupOf(grouping, key);
      if (!group.told) {
        const [list, tellList] = createSignal<readonly string[]>(group.ids.slice());
        group.told = { list, tell: tellList };
      }
      return group.told.list();
    },
    keys(grouping) {
      let told = keyLists.get(grouping);
      if (!told) {
        const [list, tellList] = createSignal(keysNow(grouping));
        told = { list, tell: tellList };
        keyLists.set(grouping, told);
      }
      return told.list();
    },
    follow(touched) {
      const ids = touched.get("tasks");
      if (ids === "all") rebuild();
      else for (const id of ids ?? NONE) move(id);
      tell();
    },
  };
}

function placeOf(task: Task): Place {
  const keys = {} as Place["keys"];
  for (const name of NAMES) keys[name] = GROUPINGS[name](task);
  return { priority: task.priority, keys };
}
