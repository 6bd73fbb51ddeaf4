/**
 * What others changed of a task since it came up before the person. Neighbours: approvals and the panel show it,
 * `seen.ts` has the words, `fresh.ts` knows what came this moment. Invariant: what the person wrote is no change.
 */
import { type Accessor, createEffect, createMemo, createSignal, on, untrack } from "solid-js";
import type { Task } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { changedSince, type Seen, seenOf } from "./seen.ts";

export interface Changes {
  /** The parts: `title`, `artifacts`. */
  of: Accessor<readonly string[]>;
  /** Whether some came this moment. */
  unread: Accessor<boolean>;
  /** A decision was in vain: from here on, or when it comes up again, the case is compared with what was meant. */
  meant(id: string, seen: Seen): void;
}

/** Which task is before the person. */
export interface Looked {
  current: Accessor<string | null>;
  task(): Task | undefined;
}

export function createChanges({ current, task }: Looked): Changes {
  const { api, fresh } = usePage();
  /** The case as it was when it came up, or when it was decided on in vain. */
  const [seen, setSeen] = createSignal<Seen | null>(null);
  const inVain = new Map<string, Seen>();
  const changes = createMemo(() => {
    const [before, one] = [seen(), task()];
    return before && one?.id === before.id ? changedSince(before, one) : [];
  });
  // What the person wrote on it beside, they know.
  createEffect(() => {
    const one = task();
    if (one && changes().length > 0 && untrack(() => api.writes.isPending("tasks", one.id))) {
      setSeen(seenOf(one));
    }
  });
  createEffect(
    on(current, (id) => {
      const one = task();
      setSeen(inVain.get(id ?? "") ?? (one ? seenOf(one) : null));
      inVain.delete(id ?? "");
    }),
  );
  return {
    of: changes,
    unread: () => fresh.partsOf(current() ?? "").length > 0,
    meant(id, what) {
      if (current() === id) setSeen(what);
      else inVain.set(id, what);
    },
  };
}
