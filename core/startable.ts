/**
 * The tasks that can be started now, the most urgent first: those of an owner, and those without one by
 * what they ask for; of all projects and of each. Neighbours: `relations.ts` carries it along,
 * `routing.ts` picks from it.
 * Invariants: what stands first is what a scan of all tasks would find; a step costs what it touches, however many
 * wait for it: what a blocker's end opens is looked at once somebody asks.
 */
import TinyQueue from "tinyqueue";
import type { State } from "./state/state.ts";
import { isOpen, type Task } from "./state/tasks/task.ts";
import { compareByUrgency, namedBlockersOf } from "./state/tasks/views.ts";
import { get, values } from "./table.ts";

/** The key of the pool for tasks that ask for no specialism, which none is called. */
export const POOL_OF_ALL = "";

/** Below it a queue is not cleared of what left it. */
const SMALL = 64;

export interface Startable {
  /** Of an owner, or of the pool of a specialism; of one project, or of all. */
  first(of: "owner" | "pool", key: string, project?: string): Task | undefined;
  /** Has risen whenever one can be started that could not be when it was last asked, or by somebody else. */
  openings(): number;
  /**
   * Moves on to the next state.
   * @param ids the tasks in which the two may differ
   */
  advance(before: State, after: State, ids: ReadonlySet<string>): void;
}

/** What a task stands by. Not the task: what left a queue would keep all that it was. */
type Place = Pick<Task, "id" | "priority" | "updated_at" | "owner" | "specialist" | "project_id">;

/** What left a queue, or changed, stays in it until it comes to stand first, or the queue is cleared. */
interface Queue {
  places: TinyQueue<Place>;
  /** How many it held when it was last cleared. */
  cleared: number;
}

/**
 * Costs a pass over the tasks.
 * @param waiting the ready tasks that name the task as one to be done before them
 */
export function createStartable(
  state: State,
  waiting: (id: string) => ReadonlySet<string>,
): Startable {
  let current = state;
  let openings = 0;
  const queues = new Map<string, Queue>();
  /** Of the tasks that are ready but for those that must be done before: how many are not, where some are. */
  const heldBy = new Map<string, number>();
  /** The blockers that came to hold up, or ceased to, and are still counted as before. */
  const turned = new Map<string, boolean>();

  const countBlockers = (task: Task) => {
    let count = 0;
    for (const id of namedBlockersOf(task)) if (turned.get(id) ?? holdsUp(current, id)) count++;
    return count;
  };

  function enqueue(task: Task): void {
    const place = placeOf(task);
    for (const key of keysOf(task)) {
      const queue = queues.get(key);
      if (!queue) queues.set(key, createQueue([place]));
      else if (queue.places.length < 2 * queue.cleared + SMALL) queue.places.push(place);
      else queues.set(key, createQueue(cleared([...queue.places.data, place])));
    }
  }

  /** A task that left and came back at once has its place twice. */
  function cleared(places: readonly Place[]): Place[] {
    const standing = new Map<string, Place>();
    for (const place of places) if (stands(place)) standing.set(place.id, place);
    return [...standing.values()];
  }

  /** Whether its task can be started, and still at this place. */
  function stands(place: Place): boolean {
    if (heldBy.has(place.id)) return false;
    const now = get(current.tasks, place.id);
    return now !== undefined && isCandidate(now) && isAtSamePlace(now, place);
  }

  function settle(): void {
    for (const [id, held] of turned) {
      for (const other of waiting(id)) count(other, held ? -1 : 1);
    }
    turned.clear();
  }

  function count(id: string, change: 1 | -1): void {
    const task = get(current.tasks, id);
    if (!task || !isCandidate(task)) return;
    const held = (heldBy.get(id) ?? 0) + change;
    if (held > 0) heldBy.set(id, held);
    else {
      heldBy.delete(id);
      openings++;
      enqueue(task);
    }
  }

  const open = new Map<string, Place[]>();
  for (const task of values(state.tasks)) {
    if (!isCandidate(task)) continue;
    const held = countBlockers(task);
    if (held > 0) heldBy.set(task.id, held);
    else {
      const place = placeOf(task);
      for (const key of keysOf(task)) {
        const places = open.get(key);
        if (places) places.push(place);
        else open.set(key, [place]);
      }
    }
  }
  for (const [key, places] of open) queues.set(key, createQueue(places));

  return {
    first(of, key, project) {
      settle();
      const name = keyOf(of, key, project);
      const places = queues.get(name)?.places;
      for (let place = places?.peek(); place; place = places?.peek()) {
        if (stands(place)) return get(current.tasks, place.id);
        places?.pop();
      }
      queues.delete(name);
      return undefined;
    },
    openings() {
      settle();
      return openings;
    },
    advance(before, after, ids) {
      current = after;
      for (const id of ids) {
        const held = holdsUp(before, id);
        // Turned and turned back it is as before.
        if (held !== holdsUp(after, id) && !turned.delete(id)) turned.set(id, held);
      }
      for (const id of ids) {
        const old = get(before.tasks, id);
        const now = get(after.tasks, id);
        const could = old !== undefined && isCandidate(old) && !heldBy.has(id);
        heldBy.delete(id);
        if (!now || !isCandidate(now)) continue;
        const held = countBlockers(now);
        if (held > 0) heldBy.set(id, held);
        else {
          if (!could || !isForSame(old, now)) openings++;
          if (!could || !isAtSamePlace(old, now)) enqueue(now);
        }
      }
    },
  };
}

function createQueue(places: Place[]): Queue {
  return { places: new TinyQueue(places, compareByUrgency), cleared: places.length };
}

function placeOf({ id, priority, updated_at, owner, specialist, project_id }: Task): Place {
  return { id, priority, updated_at, owner, specialist, project_id };
}

/** Only others keep it from being started; who may start it is another matter. */
function isCandidate({ status, needs_human, blocked }: Task): boolean {
  return status === "ready" && !needs_human && !blocked;
}

function isForSame(a: Place, b: Place): boolean {
  return a.owner === b.owner && a.specialist === b.specialist && a.project_id === b.project_id;
}

function isAtSamePlace(a: Place, b: Place): boolean {
  return isForSame(a, b) && compareByUrgency(a, b) === 0;
}

function holdsUp(state: State, id: string): boolean {
  const task = get(state.tasks, id);
  return task !== undefined && isOpen(task);
}

function keysOf({ owner, specialist, project_id }: Place): string[] {
  const [of, key] = owner
    ? (["owner", owner] as const)
    : (["pool", specialist || POOL_OF_ALL] as const);
  return [keyOf(of, key), keyOf(of, key, project_id)];
}

/** The id of a project holds no line break, so no two keys meet. */
function keyOf(of: "owner" | "pool", key: string, project = ""): string {
  return `${project}\n${of}\n${key}`;
}
