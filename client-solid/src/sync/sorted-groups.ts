/**
 * Ids in named groups, each list sorted, carried from change to change: one record that moves costs a
 * step in the lists it leaves and enters, at any size. Neighbours: `task-index.ts` and
 * `exception-index.ts` say what the groups are. Invariant: a list that was read is another array only
 * when its members or their order changed.
 */
import { type Accessor, batch, createSignal, type Setter } from "solid-js";
import { compareIds } from "../../../core/table.ts";

/** Where a record stands: the groups it is in, for each way of grouping, and its rank in each. */
export interface Place<Grouping extends string> {
  /** Compared as text; equal ranks go by id. */
  rank: string;
  keys: Readonly<Record<Grouping, readonly string[]>>;
}

export interface SortedGroups<Grouping extends string> {
  /** Reactive: the ids of a group in their order. */
  ids(grouping: Grouping, key: string): readonly string[];
  /** The same as it is now, for the moment: not reactive, and not to be kept. */
  peek(grouping: Grouping, key: string): readonly string[];
  /** Reactive: the keys of the groups that have members, in no order. */
  keys(grouping: Grouping): readonly string[];
  peekKeys(grouping: Grouping): readonly string[];
  /** The record stands there now; nowhere when absent. Readers learn it from `tell`. */
  move(id: string, after: Place<Grouping> | undefined): void;
  /** All records anew: sorted once instead of placed one by one. */
  rebuild(places: ReadonlyMap<string, Place<Grouping>>): void;
  /** Tells readers what changed since the last time. */
  tell(): void;
}

interface Told {
  list: Accessor<readonly string[]>;
  tell: Setter<readonly string[]>;
}

interface Group {
  ids: string[];
  /** Only where somebody has read it. */
  told: Told | null;
}

const NONE: readonly string[] = [];

export function createSortedGroups<Grouping extends string>(
  names: readonly Grouping[],
): SortedGroups<Grouping> {
  const groupings = new Map(names.map((name) => [name, new Map<string, Group>()]));
  const keyLists = new Map<Grouping, Told>();
  const places = new Map<string, Place<Grouping>>();
  const dirty = new Set<Group>();
  const dirtyKeys = new Set<Grouping>();

  const groupsOf = (name: Grouping) => groupings.get(name) as Map<string, Group>;

  function groupOf(name: Grouping, key: string): Group {
    let group = groupsOf(name).get(key);
    if (!group) {
      group = { ids: [], told: null };
      groupsOf(name).set(key, group);
    }
    return group;
  }

  function order(a: string, b: string): number {
    const [first, second] = [places.get(a)?.rank ?? "", places.get(b)?.rank ?? ""];
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

  function mark(name: Grouping, key: string, group: Group, countBefore: number): void {
    dirty.add(group);
    if (countBefore === 0 || group.ids.length === 0) dirtyKeys.add(name);
    if (group.ids.length === 0 && !group.told) groupsOf(name).delete(key);
  }

  function enter(id: string, name: Grouping, key: string): void {
    const group = groupOf(name, key);
    group.ids.splice(find(group.ids, id), 0, id);
    mark(name, key, group, group.ids.length - 1);
  }

  function leave(id: string, name: Grouping, key: string): void {
    const group = groupOf(name, key);
    const count = group.ids.length;
    const at = find(group.ids, id);
    if (group.ids[at] === id) group.ids.splice(at, 1);
    mark(name, key, group, count);
  }

  function keysNow(name: Grouping): readonly string[] {
    return [...groupsOf(name)].filter(([, { ids }]) => ids.length > 0).map(([key]) => key);
  }

  return {
    ids(name, key) {
      const group = groupOf(name, key);
      if (!group.told) {
        const [list, tell] = createSignal<readonly string[]>(group.ids.slice());
        group.told = { list, tell };
      }
      return group.told.list();
    },
    peek: (name, key) => groupsOf(name).get(key)?.ids ?? NONE,
    peekKeys: keysNow,
    keys(name) {
      let told = keyLists.get(name);
      if (!told) {
        const [list, tell] = createSignal(keysNow(name));
        told = { list, tell };
        keyLists.set(name, told);
      }
      return told.list();
    },
    move(id, after) {
      const before = places.get(id);
      const reordered = before?.rank !== after?.rank;
      // All lists are left by the old order before any is entered by the new one.
      for (const name of names) {
        const next = after?.keys[name] ?? NONE;
        for (const key of before?.keys[name] ?? NONE) {
          if (reordered || !next.includes(key)) leave(id, name, key);
        }
      }
      if (!after) {
        places.delete(id);
        return;
      }
      places.set(id, after);
      for (const name of names) {
        const last = before?.keys[name] ?? NONE;
        for (const key of after.keys[name]) {
          if (reordered || !last.includes(key)) enter(id, name, key);
        }
      }
    },
    rebuild(next) {
      const old = new Map<Group, readonly string[]>();
      for (const name of names) {
        for (const group of groupsOf(name).values()) {
          old.set(group, group.ids);
          group.ids = [];
        }
      }
      places.clear();
      for (const [id, place] of next) places.set(id, place);
      const sorted = [...places].sort(([a, { rank: first }], [b, { rank: second }]) =>
        first === second ? compareIds(a, b) : first < second ? -1 : 1,
      );
      for (const [id, { keys }] of sorted) {
        for (const name of names) {
          for (const key of keys[name]) groupOf(name, key).ids.push(id);
        }
      }
      for (const name of names) {
        for (const [key, group] of groupsOf(name)) {
          const before = old.get(group) ?? NONE;
          if (!sameItems(before, group.ids)) mark(name, key, group, before.length);
        }
      }
    },
    tell() {
      if (dirty.size === 0) return;
      const changed = [...dirty];
      dirty.clear();
      batch(() => {
        for (const { told, ids } of changed) told?.tell(ids.slice());
        for (const name of dirtyKeys) keyLists.get(name)?.tell(keysNow(name));
        dirtyKeys.clear();
      });
    },
  };
}

export function sameItems(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}
