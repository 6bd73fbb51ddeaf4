/**
 * The activity of a task: what happened to it last; the journal keeps all of it. Neighbours: `rules.ts` and
 * the actions record in it. Invariants: it has a bound, by its number and by its texts together; what people
 * last did and said outlives whatever agents do after it.
 */
import { type Context, isSince } from "../../action.ts";
import { get } from "../../table.ts";
import { createWeights } from "../../weight.ts";
import { CEO } from "../agents/agent.ts";
import { isPerson } from "../shares.ts";
import { isDone, isPersons } from "./approver.ts";
import type { Activity, Task } from "./task.ts";

/** What every reader of a task is given. */
export const MAX_ACTIVITY = { count: 100, characters: 200_000 } as const;

/** Of that, for the newest of people's. */
const KEPT = { count: 25, characters: 100_000 } as const;

export const charactersOf = createWeights<Activity>(({ author, from, to }) => [author, from, to]);

type Entry = Pick<Activity, "author" | "action" | "field" | "from" | "to">;

export function recordActivity(task: Task, entry: Entry, context: Context): void {
  const last = task.activity.at(-1);
  const count = last ? Number(last.id.slice(last.id.lastIndexOf("-") + 1)) + 1 : 0;
  const { author } = entry;
  const record: Activity = {
    ...{ id: `AC-${context.at}-${count}`, ...entry, timestamp: context.time },
    ...(author !== CEO && author !== "system" && isPerson(context, author) && { person: true }),
  };
  const all = [...activityOf(task, context), record];
  const left = leftOf(all, context);
  if (left.length === all.length) task.activity.push(record);
  else task.activity = left;
}

function leftOf(all: readonly Activity[], context: Context): Activity[] {
  const kept = keptOf(all, context);
  // Half at a time: who shows them moves all that are left.
  const from = all.length > MAX_ACTIVITY.count ? MAX_ACTIVITY.count / 2 : 0;
  const left = all.filter((one, at) => at >= from || kept.has(one));
  let characters = left.reduce((sum, one) => sum + charactersOf(one), 0);
  while (characters > MAX_ACTIVITY.characters && left.length > 1) {
    const at = left.slice(0, -1).findIndex((one) => !kept.has(one));
    for (const one of left.splice(Math.max(0, at), 1)) characters -= charactersOf(one);
  }
  return left;
}

function keptOf(all: readonly Activity[], context: Context): ReadonlySet<Activity> {
  const kept = new Set<Activity>();
  if (context.rules === undefined) return kept;
  // Whose word it was that it is done says who may say so again (ACC-28).
  const done = isSince(context, 2) ? all.findLast(isDone) : undefined;
  if (done) kept.add(done);
  let characters = 0;
  for (const one of all.toReversed()) {
    if (!isPersons(one)) continue;
    characters += charactersOf(one);
    if (kept.size >= KEPT.count || characters > KEPT.characters) break;
    kept.add(one);
  }
  return kept;
}

/** Not along the draft, which would make a proxy of each; but for those that this action added. */
function activityOf({ id, activity }: Task, { before }: Context): readonly Activity[] {
  const known = get(before.tasks, id)?.activity ?? [];
  // Where it dropped some already, they are no draft any more.
  // The first may be kept, and those behind it be dropped.
  const at = known.length - 1;
  if (known.length === 0 || activity[at]?.id !== known[at]?.id) return activity;
  return activity.length === known.length ? known : [...known, ...activity.slice(known.length)];
}
