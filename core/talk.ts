/**
 * What was said and is in the state, in its order: the messages of each thread, and the directives.
 * Neighbours: `relations.ts` carries it along, the archive walks from the oldest on.
 * Invariant: each list is sorted and none is empty.
 */
import type { Touched } from "./patch.ts";
import type { State } from "./state/state.ts";
import { compareIds, get, values } from "./table.ts";

/** The key of the directives; no thread has it. */
export const DIRECTIVES = "";

/** By thread the ids of its messages, and those of the directives; the oldest first. */
export type Lists = ReadonlyMap<string, readonly string[]>;

export interface Talk {
  lists: Lists;
  /** Moves on to the next state; `touched` names single records. */
  advance(before: State, after: State, touched: Touched): void;
}

/** Costs a pass over the messages and the directives. */
export function createTalk(state: State): Talk {
  const lists = new Map<string, string[]>();

  function listOf(key: string): string[] {
    const list = lists.get(key) ?? [];
    lists.set(key, list);
    return list;
  }

  for (const { thread_id, id } of values(state.messages)) listOf(thread_id).push(id);
  for (const { id } of values(state.directives)) listOf(DIRECTIVES).push(id);
  for (const list of lists.values()) list.sort(compareIds);

  function move(id: string, from: string | undefined, to: string | undefined): void {
    if (from === to) return;
    if (from !== undefined) {
      const list = listOf(from);
      const place = placeOf(list, id);
      if (list[place] === id) list.splice(place, 1);
      if (list.length === 0) lists.delete(from);
    }
    if (to !== undefined) {
      const list = listOf(to);
      list.splice(placeOf(list, id), 0, id);
    }
  }

  const none: ReadonlySet<string> = new Set();
  const single = (ids: ReadonlySet<string> | "all" = none) => (ids === "all" ? none : ids);
  const keyOf = (there: unknown) => (there ? DIRECTIVES : undefined);

  return {
    lists,
    advance(before, after, touched) {
      for (const id of single(touched.get("messages"))) {
        move(id, get(before.messages, id)?.thread_id, get(after.messages, id)?.thread_id);
      }
      for (const id of single(touched.get("directives"))) {
        move(id, keyOf(get(before.directives, id)), keyOf(get(after.directives, id)));
      }
    },
  };
}

/** Where the id stands, or would stand. */
function placeOf(list: readonly string[], id: string): number {
  // What is said last stands last, and what goes is the oldest.
  const last = list.at(-1);
  if (last === undefined || compareIds(last, id) < 0) return list.length;
  let [from, to] = [0, list.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compareIds(list[middle] ?? "", id) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
