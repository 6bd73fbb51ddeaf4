/**
 * A state after patches, as a new one. Neighbours: `patch.ts` plays them in place, which only who owns a state that
 * nobody has looked at may do: look-ups are kept by table and row (`takers.ts`, `names.ts`), and hold for as long
 * as these are the same objects. Invariant: the given state is untouched, and what differs is made anew.
 */
import { immer } from "./immer.ts";
import { applyPatches, type Patch } from "./patch.ts";
import type { State } from "./state/state.ts";

/** @throws Error when a path leads nowhere or to a prototype */
export function patched(state: State, patches: readonly Patch[]): State {
  return immer.produce(state, (draft) => applyPatches(draft, patches));
}
