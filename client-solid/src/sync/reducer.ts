/**
 * The core's reducers for the page, loaded after the first paint, since they come with every schema.
 * Neighbour: `optimistic.ts`, which shows what they foretell. Invariant: a body that the server would
 * refuse, or that cannot be foretold, has no effect here and is still the server's to judge.
 */
import { Check } from "typebox/value";
import { RULES, type Stamp } from "../../../core/action.ts";
import type { Reduction } from "../../../core/reduce.ts";
import { reduce } from "../../../core/reduce.ts";
import { actions } from "../../../core/registry.ts";
import type { Relations } from "../../../core/relations.ts";
import type { State } from "../../../core/state/state.ts";
import type { Ask } from "./write.ts";

export { createRelations } from "../../../core/relations.ts";

/** The effect of one action on the state; null where there is none to show. */
export function foretell(
  state: State,
  { action, body }: Ask,
  stamp: Omit<Stamp, "actor">,
  relations: Relations,
): Reduction | null {
  const declaration = actions.get(action);
  // What stands alone rests on more than the state, and whose turn it is only the server knows.
  if (!declaration || declaration.alone || declaration.wait || declaration.prepare) return null;
  // By the library's walker: what compiles a schema would need a policy that lets text run.
  if (!Check(declaration.body, body)) return null;
  try {
    const actor = declaration.actor?.(body) || "ceo";
    const act = { name: action, payload: body, stamp: { ...stamp, actor, rules: RULES } };
    const result = reduce(state, declaration, act, relations);
    if (!result.ok || result.idle || result.repeated) return null;
    // One that begins everything anew would be shown and taken back at a great cost.
    return [...result.touched.values()].includes("all") ? null : result;
  } catch {
    // What a reducer stumbles over, the server refuses in a sentence.
    return null;
  }
}
