/**
 * The tasks that can be started now, the most urgent first: those of an owner, and those without one by
 * what they ask for; of all projects and of each. Neighbours: `relations.ts` carries it along,
 * `routing.ts` picks from it. Invariant: what stands first is what a scan of all tasks would find.
 */
import type { State } from "./state/state.ts";
import { isOpen, type Task } from "./state/tasks/task.ts";
import { blockersOf, compareByUrgency, namedBlockersOf } from "./state/tasks/views.ts";
import { get, values } from "./table.ts";

/** The key of the pool for tasks that ask for no specialism. */
export const POOL_OF_ALL = "*";

export interface Startable {
  /** Of an owner, or of the pool of a specialism; of one project, or of all. */
  first(of: "owner" | "pool", key: string, project?: string): Task | undefined;
  /**
   * Moves on to the next state.
   * @param ids the tasks in which the two may differ
   * @param waiting the ready tasks that wait for a task
   * @returns whether one can be started that could not be before, or by somebody else
   */
  advance(
    before: State,
    after: State,
    ids: ReadonlySet<string>,
    waiting: (id: string) => ReadonlySet<string>,
  ): boolean;
}

/** Costs a pass over the tasks. */
export function createStartable(state: State): Startable {
  /** Sorted; a task stands here as it is in the state. */
  const orders = new Map<string, Task[]>();

  function insert(task: Task): void {
    for (const key of keysOf(task)) {
      const order = orders.get(key);
      if (order) order.splice(placeOf(order, task), 0, task);
      else orders.set(key, [task]);
    }
  }

  function drop(task: Task): void {
    for (const key of keysOf(task)) {
      const order = orders.get(key);
      if (!order) continue;
      const place = placeOf(order, task);
      if (order[place]?.id === task.id) order.splice(place, 1);
      if (order.length === 0) orders.delete(key);
    }
  }

  /** Of the ready tasks that name blockers, how many of those are open. */
  const held = new Map<string, number>();

  /** Looks anew at what holds the task up. */
  function recount(of: State, id: string, task: Task | undefined): void {
    const waits = task?.status === "ready" && namedBlockersOf(task).length > 0;
    if (task && waits) held.set(id, new Set(blockersOf(of, task)).size);
    else held.delete(id);
  }

  /** Nothing keeps the task itself from being started; who may start it is another matter. */
  function isStartable(task: Task | undefined): task is Task {
    if (task?.status !== "ready" || task.needs_human || task.blocked) return false;
    return (held.get(task.id) ?? 0) === 0;
  }

  for (const task of values(state.tasks)) {
    recount(state, task.id, task);
    if (!isStartable(task)) continue;
    for (const key of keysOf(task)) {
      const order = orders.get(key);
      if (order) order.push(task);
      else orders.set(key, [task]);
    }
  }
  for (const order of orders.values()) order.sort(compareByUrgency);

  return {
    first: (of, key, project) => orders.get(keyOf(of, key, project))?.[0],
    advance(before, after, ids, waiting) {
      /** Those that may have changed, and of each whether it could be started. */
      const affected = new Map<string, boolean>();
      const note = (id: string) => {
        if (!affected.has(id)) affected.set(id, isStartable(get(before.tasks, id)));
      };
      for (const id of ids) note(id);
      for (const id of ids) {
        const step = Number(holdsUp(after, id)) - Number(holdsUp(before, id));
        if (step === 0) continue;
        // What these wait for is the same: all of it need not be looked at, which may be much.
        for (const other of waiting(id)) {
          if (ids.has(other)) continue;
          note(other);
          held.set(other, (held.get(other) ?? 0) + step);
        }
      }
      for (const id of ids) recount(after, id, get(after.tasks, id));
      let opened = false;
      for (const [id, could] of affected) {
        const old = get(before.tasks, id);
        const now = get(after.tasks, id);
        const can = isStartable(now);
        if (could && old) drop(old);
        if (can) insert(now);
        opened ||= can && !(could && old && keysOf(old).join() === keysOf(now).join());
      }
      return opened;
    },
  };
}

function holdsUp(state: State, id: string): boolean {
  const task = get(state.tasks, id);
  return task !== undefined && isOpen(task);
}

function keysOf({ owner, specialist, project_id }: Task): string[] {
  const [of, key] = owner
    ? (["owner", owner] as const)
    : (["pool", specialist || POOL_OF_ALL] as const);
  return [keyOf(of, key), keyOf(of, key, project_id)];
}

/** The id of a project holds no line break, so no two keys meet. */
function keyOf(of: "owner" | "pool", key: string, project = ""): string {
  return `${project}\n${of}\n${key}`;
}

/** Where the task stands or would stand. */
function placeOf(order: readonly Task[], task: Task): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareByUrgency(order[middle] as Task, task) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
