/**
 * How many tasks a mission or a sprint has, or wait for one, in the midst of an action that makes or moves several.
 * Neighbours: `rules.ts` and `circle.ts`, who hold it against a bound; the plan of a mission. Invariant: what is
 * counted is what the look-ups know of before the action, and each step of the action since.
 */
import type { Context } from "../../action.ts";

type Group = "mission" | "sprint" | "dependents";

const steps = new WeakMap<Context, Map<string, number>>();

export function countIn(context: Context, group: Group, id: string): number {
  const since = steps.get(context)?.get(`${group} ${id}`) ?? 0;
  return context.relations.tasks(group, id).size + since;
}

/** One more, or one less. */
export function noteIn(context: Context, group: Group, id: string, step: 1 | -1): void {
  const counts = steps.get(context) ?? new Map<string, number>();
  steps.set(context, counts);
  const key = `${group} ${id}`;
  counts.set(key, (counts.get(key) ?? 0) + step);
}
