/**
 * What others changed of a task this moment: nobody has read it yet, so nothing is decided on it. Neighbours:
 * `sync/store.ts` tells what came of others, `decide.ts` and approvals ask. Invariant: the person's own writes are none
 * of it, so that who is alone never waits.
 */
import { createStore, produce } from "solid-js/store";
import { fromPointer } from "../../../core/patch.ts";
import type { Others } from "../sync/store.ts";
import { PARTS, type PartName } from "./seen.ts";

/** As long as it takes to see that something is another, in milliseconds. */
export const MOMENT_MS = 700;

/** What a decision goes by beside the parts that it is about. */
const GROUND: Readonly<Record<string, string>> = {
  status: "status",
  blocked: "whether it is blocked",
  needs_human: "whether it waits for a human",
  validation_owner: "who validates it",
};

export interface Fresh {
  /** Reactive: the parts that became others this moment: `artifacts`; empty where none did. */
  partsOf(taskId: string): readonly string[];
  /** Takes what others did. */
  take(others: Others): void;
  close(): void;
}

/** @param later runs after so many milliseconds; the returned function ends it */
export function createFresh(later: (run: () => void, ms: number) => () => void): Fresh {
  const NONE: readonly string[] = [];
  const [parts, setParts] = createStore<Record<string, readonly string[]>>(Object.create(null));
  /** Which telling was the last about a task: what came since keeps it fresh. */
  const last = new Map<string, number>();
  const ends = new Set<() => void>();
  let told = 0;

  function tell(changed: ReadonlyMap<string, readonly string[]>): void {
    if (changed.size === 0) return;
    const mine = ++told;
    setParts(
      produce((draft) => {
        for (const [id, names] of changed) {
          last.set(id, mine);
          draft[id] = [...new Set([...(draft[id] ?? NONE), ...names])];
        }
      }),
    );
    const end = later(() => {
      ends.delete(end);
      setParts(
        produce((draft) => {
          for (const id of changed.keys()) {
            if (last.get(id) !== mine) continue;
            last.delete(id);
            delete draft[id];
          }
        }),
      );
    }, MOMENT_MS);
    ends.add(end);
  }

  return {
    partsOf: (taskId) => parts[taskId] ?? parts[ALL] ?? NONE,
    take(others) {
      const changed = new Map<string, string[]>();
      // The whole state was sent anew: what is another in it is not known.
      if (others === "all") changed.set(ALL, ["the state was read anew"]);
      else {
        for (const { path } of others) {
          const [table, id, field] = fromPointer(path);
          if (table !== "tasks") continue;
          const name = field === undefined ? "all of it" : wordOf(field);
          if (name) changed.set(id ?? ALL, [...(changed.get(id ?? ALL) ?? []), name]);
        }
      }
      tell(changed);
    },
    close() {
      for (const end of ends) end();
      ends.clear();
    },
  };
}

/** No id of a task. */
const ALL = "*";

function wordOf(field: string): string | undefined {
  if (Object.hasOwn(PARTS, field)) return PARTS[field as PartName];
  return Object.hasOwn(GROUND, field) ? GROUND[field] : undefined;
}
