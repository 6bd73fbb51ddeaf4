/**
 * Which case is shown: the one in the address, from the moment it is shown. Neighbour: `Approvals`. Invariant: by
 * what others do nothing else comes in its place, or a key would decide what was not looked at.
 */
import { type Accessor, createEffect, createMemo } from "solid-js";
import type { Task } from "../../../../core/state/tasks/task.ts";
import { usePage } from "../../page.ts";
import type { Query } from "../../parts/query.ts";

export interface Shown {
  /** Its id, also where it does not wait any more, or is gone; null where nothing waits. */
  current: Accessor<string | null>;
  task(): Task | undefined;
  isWaiting(): boolean;
  /** In the list; -1 where it is not. */
  place: Accessor<number>;
  /** So far from it in the list; from one that is not in it, to what is in its place. */
  beside(by: 1 | -1): string | undefined;
  step(by: 1 | -1): void;
  /** To this one, by the person's choice. */
  choose(id: string): void;
  /** Whether the person went to it themselves; else it came up by itself. */
  isChosen(id: string | null): boolean;
  /** To what is where it was. */
  goOn(): void;
}

/** @param isDeciding of the ones that the person decided on, which are left */
export function createShown(
  ids: Accessor<readonly string[]>,
  query: Query,
  isDeciding: (id: string) => boolean,
): Shown {
  const { wire } = usePage().mirror;
  let at = 0;
  let chosen: string | null = null;
  const choose = (id: string) => {
    chosen = id;
    query.set({ at: id });
  };
  const current = createMemo<string | null>((before) => {
    const asked = query.get("at");
    const found = ids().indexOf(asked);
    if (found >= 0) at = found;
    if (wire.tasks[asked]?.id === asked) return asked;
    // It was shown, and deleted.
    if (asked && before === asked) return asked;
    at = Math.max(0, Math.min(at, ids().length - 1));
    return ids()[at] ?? null;
  }, null);
  createEffect(() => {
    const id = current();
    if (id && id !== query.get("at") && !isDeciding(id)) query.set({ at: id });
  });
  const task = () => wire.tasks[current() ?? ""];
  const place = createMemo(() => ids().indexOf(current() ?? ""));
  const beside = (by: 1 | -1) => ids()[place() < 0 ? at - (by < 0 ? 1 : 0) : place() + by];
  return {
    current,
    task,
    isWaiting: () => task()?.status === "validation",
    place,
    beside,
    step(by) {
      const next = beside(by) ?? (place() < 0 ? ids().at(-1) : undefined);
      if (next) choose(next);
    },
    choose,
    isChosen(id) {
      const own = id !== null && id === chosen;
      chosen = null;
      return own;
    },
    goOn: () => query.set({ at: ids()[at] ?? "" }),
  };
}
