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

/** Moments in a row in which those alone hold a decision: who toggles one all the time must not keep it off. */
const MAX_HOLDS = 3;
/** After so many moments a hold counts no more. */
const REST = 6;

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
  /** Holds of late by what is no part of what is decided, by task. */
  const holds = new Map<string, number>();
  let told = 0;

  function run(then: () => void, ms: number): void {
    const end = later(() => {
      ends.delete(end);
      then();
    }, ms);
    ends.add(end);
  }

  /** Whether it may hold once more; where it is held already, it does not hold longer. */
  function mayHold(id: string): boolean {
    const count = holds.get(id) ?? 0;
    if (count >= MAX_HOLDS || parts[id]) return false;
    holds.set(id, count + 1);
    run(() => {
      const left = (holds.get(id) ?? 1) - 1;
      if (left > 0) holds.set(id, left);
      else holds.delete(id);
    }, REST * MOMENT_MS);
    return true;
  }

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
    run(() => {
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
  }

  return {
    partsOf: (taskId) => parts[taskId] ?? parts[ALL] ?? NONE,
    take(others) {
      const changed = new Map<string, string[]>();
      /** Of which what is decided itself is another. */
      const weighty = new Set<string>([ALL]);
      // The whole state was sent anew: what is another in it is not known.
      if (others === "all") changed.set(ALL, ["the state was read anew"]);
      else {
        for (const { path } of others) {
          const [table, id, field] = fromPointer(path);
          if (table !== "tasks") continue;
          const name = field === undefined ? "all of it" : wordOf(field);
          if (name) changed.set(id ?? ALL, [...(changed.get(id ?? ALL) ?? []), name]);
          if (name && !isGround(name)) weighty.add(id ?? ALL);
        }
      }
      for (const id of changed.keys()) {
        if (!weighty.has(id) && !mayHold(id)) changed.delete(id);
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

const GROUNDS: ReadonlySet<string> = new Set(Object.values(GROUND));

function isGround(word: string): boolean {
  return GROUNDS.has(word);
}
