/**
 * A state with its number and its look-ups. Neighbours: the engine gives the durable one to readers,
 * `decisions.ts` has the one that was decided and is not durable yet.
 */
import { createRelations, type Relations } from "./relations.ts";
import type { State } from "./state/state.ts";

export interface View {
  /** Immutable. */
  state: State;
  seq: number;
  /** As of this state until the next commit moves them on: to be asked at once, not kept. */
  relations: Relations;
}

/** With look-ups of its own; costs a pass over the state. */
export function toView({ state, seq }: Pick<View, "state" | "seq">): View {
  return { state, seq, relations: createRelations(state) };
}
