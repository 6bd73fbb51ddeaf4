/**
 * Which tasks are chosen for a change of many. Neighbours: the board and the pipeline mark them,
 * `BulkBar` changes them. Invariant: what has left the state is no longer chosen.
 */
import { type Accessor, createMemo, createSignal } from "solid-js";
import { usePage } from "../page.ts";

export interface Selection {
  ids: Accessor<ReadonlySet<string>>;
  has(id: string): boolean;
  toggle(id: string): void;
  /** Adds all from the last one touched up to this one, in the order that is shown. */
  extend(order: readonly string[], id: string): void;
  set(ids: readonly string[]): void;
  clear(): void;
}

export function createSelection(): Selection {
  const { wire } = usePage().mirror;
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set());
  const ids = createMemo(() => new Set([...chosen()].filter((id) => wire.tasks[id])));
  let last: string | null = null;
  return {
    ids,
    has: (id) => ids().has(id),
    toggle(id) {
      last = id;
      setChosen((before) => {
        const next = new Set(before);
        if (!next.delete(id)) next.add(id);
        return next;
      });
    },
    extend(order, id) {
      const from = last === null ? -1 : order.indexOf(last);
      const to = order.indexOf(id);
      if (from < 0 || to < 0) return this.toggle(id);
      const between = order.slice(Math.min(from, to), Math.max(from, to) + 1);
      setChosen((before) => new Set([...before, ...between]));
    },
    set: (next) => setChosen(new Set(next)),
    clear: () => setChosen(new Set<string>()),
  };
}
