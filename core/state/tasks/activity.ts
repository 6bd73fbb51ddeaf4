/**
 * The activity of a task: what happened to it last; the journal keeps all of it. Neighbours: `rules.ts` and
 * the actions record in it. Invariant: it has a bound, by its number and by its texts together.
 */
import type { Context } from "../../action.ts";
import { get } from "../../table.ts";
import { createWeights } from "../../weight.ts";
import type { Activity, Task } from "./task.ts";

/** What every reader of a task is given. */
export const MAX_ACTIVITY = { count: 100, characters: 200_000 } as const;

const charactersOf = createWeights<Activity>(({ author, from, to }) => [author, from, to]);

type Entry = Pick<Activity, "author" | "action" | "field" | "from" | "to">;

export function recordActivity(task: Task, entry: Entry, context: Context): void {
  const last = task.activity.at(-1);
  const count = last ? Number(last.id.slice(last.id.lastIndexOf("-") + 1)) + 1 : 0;
  const record = { id: `AC-${context.at}-${count}`, ...entry, timestamp: context.time };
  const all = [...activityOf(task, context), record];
  // Half at a time: who shows them moves all that are left.
  let from = all.length > MAX_ACTIVITY.count ? MAX_ACTIVITY.count / 2 : 0;
  let characters = all.slice(from).reduce((sum, one) => sum + charactersOf(one), 0);
  for (; characters > MAX_ACTIVITY.characters && from < all.length - 1; from++) {
    characters -= charactersOf(all[from] ?? record);
  }
  if (from === 0) task.activity.push(record);
  else task.activity = all.slice(from);
}

/** Not along the draft, which would make a proxy of each; but for those that this action added. */
function activityOf({ id, activity }: Task, { before }: Context): readonly Activity[] {
  const known = get(before.tasks, id)?.activity ?? [];
  // Where it dropped some already, they are no draft any more.
  if (known.length === 0 || activity[0]?.id !== known[0]?.id) return activity;
  return activity.length === known.length ? known : [...known, ...activity.slice(known.length)];
}
