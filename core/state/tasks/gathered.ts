/**
 * What a task gathers over time: artifacts and blockers. Neighbours: `rules.ts` and the actions write them.
 * Invariant: they have a bound, by their number and by their texts together.
 */
import { type Context, isSince } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { get } from "../../table.ts";
import { weightOf } from "../../weight.ts";
import { unique } from "../lookup.ts";
import { isPerson } from "../shares.ts";
import { isNamed } from "./naming.ts";
import type { Task } from "./task.ts";

/** All that one request can say has room. */
export const GATHERED = { count: 200, characters: 200_000 } as const;
const TOO_LONG = {
  artifacts: "say where it is instead of what it says, or leave some out",
  blockers: "say it in fewer words, or leave some out",
} as const;

type Gathered = keyof typeof TOO_LONG;

/** Adds the items at the end of what the task gathers, each once, the oldest dropped beyond the bounds. */
export function gather(
  task: Task,
  field: Gathered,
  items: readonly string[],
  context: Context,
): void {
  const known = get(context.before.tasks, task.id) ?? task;
  const all = unique([...known[field], ...items]);
  let from = Math.max(0, all.length - GATHERED.count);
  let characters = charactersIn(all.slice(from));
  for (; characters > GATHERED.characters && from < all.length - 1; from++) {
    characters -= weightOf(all[from] ?? "");
  }
  // Who has nothing to do with the task drops nothing of those who have.
  const isIn = isPerson(context) || isNamed(known, context.actor) || !isSince(context, 2);
  if (from > 0 && !isIn) {
    const way = `leave out ${field}, or have its owner name you among its collaborators`;
    refuse("conflict", `${task.id} has no room for these ${field} of yours; ${way}`, { field });
  }
  assign(task, field, all.slice(from));
}

/** The list as it is; refused where it says more than a task may gather. */
export function fitting<L extends readonly string[] | undefined>(
  task: Task,
  field: Gathered,
  list: L,
): L {
  const most = GATHERED.characters;
  if (list === undefined || charactersIn(list) <= most) return list;
  const why = `the ${field} of ${task.id} may have ${most} characters together`;
  refuse("conflict", `${why}; ${TOO_LONG[field]}`, { field });
}

function charactersIn(list: readonly string[]): number {
  return list.reduce((sum, item) => sum + weightOf(item), 0);
}

/** Only what is given and differs: an equal array assigned again would be a patch that says nothing. */
export function assign<K extends keyof Task>(
  task: Task,
  field: K,
  value: Task[K] | undefined,
): void {
  if (value === undefined) return;
  const before = task[field];
  if (Array.isArray(value) && Array.isArray(before)) {
    if (value.length === before.length && value.every((item, i) => item === before[i])) return;
  }
  if (before !== value) task[field] = value;
}
