/**
 * Ids of tasks in an order of the reader's choice, carried from change to change: a task that changes
 * costs a step in the list, at any size. Neighbours: `store.ts` says what changed, the pipeline sorts
 * by its columns. Invariant: the list is as if sorted anew, and another array only when the order or
 * the members changed.
 */
import { type Accessor, createComputed, createSignal, onCleanup } from "solid-js";
import { unwrap } from "solid-js/store";
import type { Task } from "../../../core/state/tasks/task.ts";
import { sameItems } from "./sorted-groups.ts";
import type { Mirror } from "./store.ts";

export interface SortOrder<Rank> {
  /** What the place of a task hangs on. */
  rankOf(task: Task): Rank;
  /** Never 0 for two tasks. */
  compare(a: Rank, b: Rank): number;
}

interface Placed<Rank> {
  id: string;
  rank: Rank;
  /** The pass over the members that saw it last. */
  pass: number;
}

/** Above this share of the members that come and go at once, sorting anew is cheaper. */
const MANY = 1 / 16;

/** To be called where a computation may be made: in a component. */
export function createSortedList<Rank>(
  { wire, onChange }: Pick<Mirror, "wire" | "onChange">,
  members: Accessor<readonly string[]>,
  { rankOf, compare }: SortOrder<Rank>,
): Accessor<readonly string[]> {
  const { tasks } = unwrap(wire);
  const known = new Map<string, Placed<Rank>>();
  let sorted: Placed<Rank>[] = [];
  let pass = 0;
  const [ids, setIds] = createSignal<readonly string[]>([], { equals: sameItems });
  const tell = () => setIds(sorted.map(({ id }) => id));
  const taskOf = (id: string) => (Object.hasOwn(tasks, id) ? tasks[id] : undefined);

  /** Where it stands in the list, or would. */
  function find({ rank }: Placed<Rank>): number {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare((sorted[middle] as Placed<Rank>).rank, rank) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function take(list: readonly string[]): void {
    pass += 1;
    const come: Placed<Rank>[] = [];
    let stayed = 0;
    for (const id of list) {
      const placed = known.get(id);
      const task = placed ? undefined : taskOf(id);
      if (placed) {
        placed.pass = pass;
        stayed += 1;
      } else if (task) come.push({ id, rank: rankOf(task), pass });
    }
    if (stayed === known.size && come.length === 0) return;
    const left = [...known.values()].filter((placed) => placed.pass !== pass);
    for (const { id } of left) known.delete(id);
    for (const placed of come) known.set(placed.id, placed);
    if (come.length + left.length > list.length * MANY) {
      sorted = [...known.values()].sort((a, b) => compare(a.rank, b.rank));
    } else {
      for (const placed of left) sorted.splice(find(placed), 1);
      for (const placed of come) sorted.splice(find(placed), 0, placed);
    }
    tell();
  }

  onCleanup(
    onChange((touched) => {
      const changed = touched.get("tasks");
      if (changed === undefined) return;
      const moved: { placed: Placed<Rank>; rank: Rank }[] = [];
      for (const id of changed === "all" ? known.keys() : changed) {
        const [placed, task] = [known.get(id), taskOf(id)];
        if (!placed || !task) continue;
        const rank = rankOf(task);
        if (compare(placed.rank, rank) !== 0) moved.push({ placed, rank });
      }
      if (moved.length === 0) return;
      if (moved.length > known.size * MANY) {
        for (const { placed, rank } of moved) placed.rank = rank;
        sorted.sort((a, b) => compare(a.rank, b.rank));
        tell();
        return;
      }
      // All leave by the old order before any enters by the new one.
      const left = moved.map(({ placed }) => find(placed));
      for (const at of left.sort((a, b) => b - a)) sorted.splice(at, 1);
      for (const { placed, rank } of moved) {
        placed.rank = rank;
        sorted.splice(find(placed), 0, placed);
      }
      tell();
    }),
  );
  createComputed(() => take(members()));
  return ids;
}
