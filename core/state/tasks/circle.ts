/**
 * What depends on what, over others too: a circle of dependencies is refused. Neighbour: `rules.ts`, and the
 * archive, which brings tasks back. Invariant: what a look costs has a bound, however the tasks hang together:
 * it goes along from both ends, always on the side where less was seen, and gives up beyond it.
 */
import type { Context } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { get } from "../../table.ts";
import { find, toWay } from "../lookup.ts";
import { restOf, shareOf } from "../shares.ts";
import type { State } from "../state.ts";
import { isNamed } from "./naming.ts";
import { countIn, noteIn } from "./room.ts";
import type { Task } from "./task.ts";

/** Tasks that may wait for one: each is looked at when it is done. */
export const MAX_DEPENDENTS = 200;
/** Dependencies that are looked at for a circle: half of them on the side where fewer are. */
const MAX_LOOKED_AT = 20_000;

type Looking = Pick<Context, "before" | "relations">;

/** Refuses unknown tasks, one that many wait for already, and a circle, naming its way round. */
export function checkDependencies(
  state: State,
  { id, depends_on }: Task,
  dependsOn: readonly string[],
  context: Context,
): void {
  const added: string[] = [];
  for (const next of new Set(dependsOn)) {
    // What is said again may be archived since: done, and still named.
    if (depends_on.includes(next)) continue;
    // A draft would make a proxy of each, and of its lists; what this action made is in no state before.
    const awaited = get(context.before.tasks, next) ?? find(state, "tasks", next);
    const full = fullOfDependents(awaited, context);
    if (full) {
      const way = "let this one depend on a task that depends on it";
      refuse("conflict", `${full}; ${way}`, { field: "depends_on" });
    }
    noteIn(context, "dependents", next, 1);
    added.push(next);
  }
  // Only what is new can close one.
  const circle = circleOf(context, id, added);
  if (!circle) return;
  refuse("conflict", `circular dependency: ${toWay(circle)}`, { field: "depends_on" });
}

/** Why nothing more of this actor may wait for the task, in words; null where something may. */
export function fullOfDependents(awaited: Task, context: Context): string | null {
  const isIn = isNamed(awaited, context.actor);
  const most = shareOf(MAX_DEPENDENTS, context, isIn);
  if (countIn(context, "dependents", awaited.id) < most) return null;
  const rest = restOf(MAX_DEPENDENTS, context, isIn);
  return `${most} tasks depend on ${awaited.id} already${rest}`;
}

/** One end of the look: whom it came to, from where, and who is still to be asked. */
function createSide(from: Iterable<string>, nextOf: (id: string) => Iterable<string>) {
  const cameFrom = new Map<string, string | null>();
  const open: string[] = [];
  let looked = 0;
  const add = (id: string, before: string | null) => {
    if (cameFrom.has(id)) return;
    cameFrom.set(id, before);
    open.push(id);
  };
  for (const id of from) add(id, null);
  return {
    cameFrom,
    looked: () => looked,
    isOver: () => open.length === 0,
    /** The first found that `meets`; else undefined, one step further. */
    step(meets: (id: string) => boolean): string | undefined {
      const id = open.pop() as string;
      for (const next of nextOf(id)) {
        looked++;
        add(next, id);
        if (meets(next)) return next;
      }
      return undefined;
    },
    /** From the one that was found back to where the look began. */
    wayFrom(id: string): string[] {
      const way: string[] = [];
      for (let at: string | null = id; at !== null; at = cameFrom.get(at) ?? null) way.push(at);
      return way;
    },
  };
}

/**
 * The way round that these dependencies would close, from the task back to itself; null for none.
 * @throws Refusal where so much hangs together that nobody looks
 */
export function circleOf(
  { before, relations }: Looking,
  id: string,
  dependsOn: readonly string[],
): string[] | null {
  if (dependsOn.includes(id)) return [id, id];
  const ahead = createSide(dependsOn, (at) => get(before.tasks, at)?.depends_on ?? []);
  const behind = createSide([id], (at) => relations.tasks("dependents", at));
  // No way leads to what nothing depends on, as to every new task.
  while (!ahead.isOver() && !behind.isOver()) {
    const [side, other] = ahead.looked() < behind.looked() ? [ahead, behind] : [behind, ahead];
    const met = side.step((at) => other.cameFrom.has(at));
    if (met !== undefined) {
      return [id, ...ahead.wayFrom(met).reverse(), ...behind.wayFrom(met).slice(1)];
    }
    if (ahead.looked() + behind.looked() < MAX_LOOKED_AT) continue;
    const text = `too much depends on ${id}, and on too much, to look for a circle; leave some out`;
    refuse("conflict", text, { field: "depends_on" });
  }
  return null;
}

/** The tasks that depend on this one, also over others: a dependency on one of them closes a circle. */
export function dependentsOf({ relations }: Looking, id: string): ReadonlySet<string> {
  const found = new Set([id]);
  // A set shows what joins it while it is walked.
  for (const at of found) for (const next of relations.tasks("dependents", at)) found.add(next);
  return found;
}
