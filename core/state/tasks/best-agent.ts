/**
 * Whom the server gives a new task that names no owner: the agent for its specialist. Neighbours: `rules.ts` asks,
 * `takers.ts` knows who takes what. Invariant: it hangs on the state before the action and on what the
 * action itself gave, so a replay gives alike.
 */
import type { Context } from "../../action.ts";
import { get } from "../../table.ts";
import { takersOrHome } from "../agents/takers.ts";
import type { Task } from "./task.ts";

/** Who takes a specialism, with how many open tasks before the action, each looked up once for all it makes. */
interface Taker {
  id: string;
  open: number;
  /** 0 at home in it, else 1. */
  away: number;
}
const takersBefore = new WeakMap<Context, Map<string, Taker[]>>();

function takersOf(specialist: string, context: Context): Taker[] {
  const known = takersBefore.get(context) ?? new Map<string, Taker[]>();
  takersBefore.set(context, known);
  let takers = known.get(specialist);
  if (!takers) {
    const { agents } = context.before;
    takers = (takersOrHome(agents).get(specialist) ?? []).map((id) => ({
      id,
      open: context.relations.tasks("open", id).size,
      away: get(agents, id)?.home_specialist === specialist ? 0 : 1,
    }));
    known.set(specialist, takers);
  }
  return takers;
}

/** The agent for a specialist: present, with the fewest open tasks; ties go to the home specialist. */
export function bestAgent(
  specialist: string,
  context: Context,
  siblings: readonly Pick<Task, "owner">[],
): string | null {
  const given = new Map<string | null, number>();
  for (const { owner } of siblings) given.set(owner, (given.get(owner) ?? 0) + 1);
  let best: Taker | null = null;
  for (const taker of takersOf(specialist, context)) {
    const open = taker.open + (given.get(taker.id) ?? 0);
    const order = best ? open - best.open || taker.away - best.away : -1;
    if (!best || order < 0 || (order === 0 && taker.id < best.id)) best = { ...taker, open };
  }
  return best?.id ?? null;
}
